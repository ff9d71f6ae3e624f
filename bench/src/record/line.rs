//! A line of a file of results.

use std::io;

use serde::{Deserialize, Serialize};

use super::cell::Cell;
use super::cost::CostCell;
use super::decision::Decision;
use super::open::OpenCell;
use super::pitfall::PitfallCell;
use super::run::Head;
use super::waits::WaitsCell;

/// The version of the format. Fields may be added to it, and are ignored by readers that do not know them.
pub const VERSION: u32 = 3;

/// The kinds of lines.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(tag = "mode", rename_all = "lowercase")]
pub(crate) enum Record {
    Run(Head),
    Closed(Cell),
    Scale(Cell),
    Open(OpenCell),
    Cost(CostCell),
    Waits(WaitsCell),
    Decision(Decision),
    Pitfall(PitfallCell),
}

#[derive(Serialize)]
struct Line<'a> {
    version: u32,
    #[serde(flatten)]
    record: &'a Record,
}

#[derive(Deserialize)]
struct Version {
    version: Option<u32>,
}

impl Record {
    pub(crate) fn to_line(&self) -> String {
        let line = Line { version: VERSION, record: self };
        serde_json::to_string(&line).expect("a record can be written as JSON")
    }

    /// # Errors
    ///
    /// If the version is unknown, or the line is no record.
    pub(crate) fn of_line(line: &str) -> io::Result<Self> {
        let Version { version } = serde_json::from_str(line)?;
        match version {
            Some(VERSION) => {}
            Some(other) => {
                let why =
                    format!("these are results of version {other}; this program reads version {VERSION}");
                return Err(io::Error::other(why));
            }
            None => return Err(io::Error::other("the line has no version")),
        }
        let record: Self = serde_json::from_str(line)?;
        match record.unexplained() {
            Some(style) => Err(io::Error::other(format!("{style} has neither figures nor a reason"))),
            None => Ok(record),
        }
    }

    /// The style of a line that lacks figures, and does not say why.
    fn unexplained(&self) -> Option<&str> {
        let (style, is_explained) = match self {
            Self::Closed(cell) | Self::Scale(cell) | Self::Open(OpenCell { cell, .. }) => {
                (&cell.style, cell.figures.is_some() || cell.failed.is_some())
            }
            Self::Cost(cell) => (&cell.style, cell.figures.is_some() || cell.failed.is_some()),
            Self::Waits(cell) => (&cell.style, cell.figures.is_some() || cell.failed.is_some()),
            Self::Pitfall(cell) => (&cell.style, cell.damage.is_some() || cell.failed.is_some()),
            Self::Run(_) | Self::Decision(_) => return None,
        };
        (!is_explained).then_some(style)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::sample::{cell, failed};

    fn refusal(line: &str) -> String {
        Record::of_line(line).unwrap_err().to_string()
    }

    #[test]
    fn a_line_is_read_as_it_was_written() {
        for record in
            [Record::Closed(cell("tokio", &[12.0, 13.0])), Record::Scale(failed("smol", "no cores"))]
        {
            let line = record.to_line();
            assert_eq!(Record::of_line(&line).unwrap().to_line(), line);
        }
        let line = Record::Closed(cell("tokio", &[12.0])).to_line();
        assert!(
            line.starts_with(r#"{"version":3,"mode":"closed","style":"tokio","bytes":32768,"delay_ms":20,"#)
        );
    }

    #[test]
    fn other_versions_are_refused() {
        assert!(
            refusal(r#"{"version":2,"mode":"what is not known any more"}"#)
                .starts_with("these are results of version 2;")
        );
        assert!(refusal(r#"{"mode":"run"}"#).contains("no version"));
        assert!(refusal(r#"{"version":3,"mode":"dance"}"#).contains("unknown variant `dance`"));
        assert!(refusal("no JSON").contains("expected"));
    }

    #[test]
    fn a_line_without_figures_must_say_why() {
        let unexplained = Cell { failed: None, ..failed("tokio", "") };
        let refusal = refusal(&Record::Closed(unexplained).to_line());
        assert_eq!(refusal, "tokio has neither figures nor a reason");
    }
}
