//! The results of a run, kept part by part: a run that is interrupted loses only what is unfinished.

use std::ffi::OsString;
use std::io;
use std::path::{self, Path, PathBuf};
use std::process::ExitCode;

use crate::options::Common;
use crate::output::report;
use crate::record::Record;
use crate::record::run::Run;
use crate::system::interrupt;
use crate::text::print;
use crate::text::results;

/// What a run has measured so far, and where it is written.
pub(super) struct Kept {
    records: Vec<Record>,
    report: PathBuf,
    json: Option<JsonFile>,
}

impl Kept {
    /// Finds out whether everything can be written, before minutes are spent on measuring.
    pub(super) fn open(options: &Common, head: Record) -> io::Result<Self> {
        let report = options.report.clone().unwrap_or_else(report::folder);
        results::check_folder(&report)?;
        let json = options.json.as_deref().map(JsonFile::open).transpose()?;
        Ok(Self { records: vec![head], report, json })
    }

    /// Adds a part that has ended, and writes all that there is. Unless a signal has ended it, the run goes on if that
    /// fails: [`end`](Self::end) tries again.
    pub(super) fn add(&mut self, part: impl IntoIterator<Item = Record>) {
        let before = self.records.len();
        self.records.extend(part);
        if self.records.len() > before && interrupt::name().is_none() {
            let written = self.run().and_then(|run| self.write(&run));
            written.unwrap_or_else(|error| print::note(format_args!("error: {error}")));
        }
    }

    /// The run as a reader of its lines sees it.
    pub(super) fn run(&self) -> io::Result<Run> {
        Run::of(&self.records)
    }

    /// Writes the complete run, and prints where it is. Without a result, older ones stay.
    pub(super) fn end(mut self, run: &Run) -> io::Result<()> {
        if self.records.len() == 1 {
            return Ok(());
        }
        if let Some(json) = &mut self.json {
            let path = json.end(&run.raw)?;
            print::line(format_args!("\nresults: {}", path::absolute(path)?.display()));
        }
        let page = report::write(&self.report, std::slice::from_ref(run))?;
        print::line(format_args!("\nreport: {}", page.display()));
        Ok(())
    }

    fn write(&mut self, run: &Run) -> io::Result<()> {
        if let Some(json) = &mut self.json {
            json.write(&run.raw)?;
        }
        report::write(&self.report, std::slice::from_ref(run)).map(drop)
    }
}

/// The file of `--json`.
pub(super) struct JsonFile {
    path: PathBuf,
    /// Whether it has results of another run.
    is_older: bool,
}

impl JsonFile {
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        results::check(path)?;
        Ok(Self { path: path.into(), is_older: path.is_file() })
    }

    /// Replaces the file, except for a pipe, which gets its lines once, at the end.
    fn write(&mut self, lines: &str) -> io::Result<()> {
        if results::is_stream(&self.path) {
            return Ok(());
        }
        results::write(&self.path, lines)?;
        self.is_older = false;
        Ok(())
    }

    /// Writes the last lines; returns the path. After a signal, the complete results of an older run are not replaced by
    /// incomplete ones: these have another name.
    pub(super) fn end(&mut self, lines: &str) -> io::Result<PathBuf> {
        let mut path = OsString::from(&self.path);
        if self.is_older && interrupt::name().is_some() {
            path.push(".interrupted");
        }
        let path = PathBuf::from(path);
        results::write(&path, lines)?;
        Ok(path)
    }
}

/// The exit code of a run that has ended, and after a signal a line about it.
pub(super) fn exit_code(has_results: bool) -> ExitCode {
    let Some(signal) = interrupt::name() else { return ExitCode::SUCCESS };
    let kept = if has_results { "the complete rounds are kept" } else { "no round was complete" };
    print::note(format_args!("Interrupted by {signal}: {kept}"));
    interrupt::exit_code().unwrap_or(ExitCode::FAILURE)
}
