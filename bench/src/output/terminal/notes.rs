//! The notes below a table.

use crate::record::cell::{BUSY, Bound, Cell, FEW};

/// All notes of one table.
pub(super) fn of(cells: &[&Cell]) -> impl Iterator<Item = String> {
    let each = cells.iter().filter_map(|cell| note(cell)).collect::<Vec<_>>().into_iter();
    each.chain(connections_note(cells)).chain(few_note(cells)).chain(server_note(cells))
}

/// Why a row has no figures, or what its errors were.
pub(super) fn note(cell: &Cell) -> Option<String> {
    let Cell { style, failed, first_error, .. } = cell;
    match (failed, first_error) {
        (Some(reason), _) => Some(not_measured(style, reason)),
        (None, Some(error)) => Some(format!("  {style}: the first error: {error}")),
        (None, None) => None,
    }
}

/// Why a row has no figures.
pub(super) fn not_measured(name: &str, reason: &str) -> String {
    format!("  {name}: not measured: {reason}")
}

fn connections_note(cells: &[&Cell]) -> Option<String> {
    let names: Vec<_> =
        cells.iter().filter(|cell| !cell.keeps_connections).map(|cell| cell.style.as_str()).collect();
    (!names.is_empty())
        .then(|| format!("  more work: a new connection for each download, not kept: {}", names.join(", ")))
}

/// The first downloads have to be started, and the last ones end one by one: some are always missing.
fn few_note(cells: &[&Cell]) -> Option<String> {
    let few = |cell: &Cell| cell.in_flight_share().filter(|share| *share < FEW);
    Some(format!("  fewer in flight than requested, on average: {}", shares(cells, few)?))
}

fn server_note(cells: &[&Cell]) -> Option<String> {
    let busy = |cell: &Cell| cell.server_share().filter(|_| cell.bound == Some(Bound::Server));
    Some(format!(
        "  server-bound? Its thread was busy for more than {:.0} % of the time with {}",
        BUSY * 100.0,
        shares(cells, busy)?
    ))
}

/// The styles that have such a share; `None` without any.
fn shares(cells: &[&Cell], of: impl Fn(&Cell) -> Option<f64>) -> Option<String> {
    let share = |cell: &&Cell| Some(format!("{} {:.0} %", cell.style, of(cell)? * 100.0));
    let all: Vec<_> = cells.iter().filter_map(share).collect();
    (!all.is_empty()).then(|| all.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::sample::{cell, figures};

    #[test]
    fn a_busy_server_is_pointed_out() {
        let mut busy = cell("floor", &[1.0]);
        assert!(server_note(&[&busy]).is_none());
        busy.figures.as_mut().unwrap().downloads_per_s = 45_000.0;
        busy.bound = Some(Bound::Server);
        assert!(server_note(&[&busy]).unwrap().ends_with("floor 90 %"));
    }

    #[test]
    fn a_client_with_fewer_in_flight_is_pointed_out() {
        let mut few = cell("tokio", &[1.0]);
        assert!(few_note(&[&few]).is_none());
        few.figures = Some(crate::record::figures::Figures { in_flight_mean: 32.0, ..figures(1.0) });
        assert!(few_note(&[&few]).unwrap().ends_with("tokio 50 %"));
    }

    #[test]
    fn a_client_without_keep_alive_is_named() {
        let mut cell = cell("ehttp", &[1.0]);
        assert!(connections_note(&[&cell]).is_none());
        cell.keeps_connections = false;
        assert!(connections_note(&[&cell]).unwrap().ends_with("not kept: ehttp"));
    }
}
