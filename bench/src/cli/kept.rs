//! The results of a run and their files: an interruption loses only unfinished parts.

use std::io;
use std::path::{Path, PathBuf};
use std::slice;

use crate::options::Common;
use crate::output::runs::Runs;
use crate::output::{report, terminal};
use crate::record::Record;
use crate::record::changes::Changes;
use crate::record::run::{Head, Run};
use crate::system::interrupt;
use crate::text::out::{note, say};
use crate::text::results::{ResultsFile, check_folder};

/// The records of a run, written after each part.
pub(super) struct Kept {
    head: Head,
    records: Vec<Record>,
    file: Option<ResultsFile>,
    /// The folder of the report: given by the user, or made when there is something to keep.
    folder: Option<PathBuf>,
    is_given: bool,
    /// The name that the run is kept under.
    save_as: Option<String>,
    baseline: Option<Run>,
}

impl Kept {
    pub(super) fn new(options: &Common, head: Head) -> io::Result<Self> {
        let file = options.json.as_deref().map(ResultsFile::checked).transpose()?;
        // Whether reports can be written is found out before minutes are spent on measuring.
        check_folder(&options.report.clone().unwrap_or_else(report::folder))?;
        let save_as = options.save_baseline.clone();
        let baseline = options.baseline.as_deref().and_then(baseline);
        Ok(Self {
            head: Head { complete: false, ..head },
            records: Vec::new(),
            file,
            folder: options.report.clone(),
            is_given: options.report.is_some(),
            save_as,
            baseline,
        })
    }

    /// Adds a part that has ended, and writes all that there is. If that fails, the run continues: the end tries again.
    pub(super) fn add(&mut self, part: impl Iterator<Item = Record>) {
        let before = self.records.len();
        self.records.extend(part);
        if self.records.len() > before
            && let Err(error) = self.write()
        {
            note!("error: {error}");
        }
    }

    /// Whether no part has a result.
    pub(super) fn is_empty(&self) -> bool {
        self.records.is_empty()
    }

    /// Prints and writes the whole run.
    pub(super) fn end(mut self) -> io::Result<()> {
        self.head.complete = interrupt::came().is_none();
        self.head.full &= self.head.complete;
        let run = self.run()?;
        terminal::print(&run);
        if let Some(file) = &self.file {
            say!("\nresults: {}", file.end(&run.raw, self.head.complete)?.display());
        }
        let page = self.report(run)?;
        if let Some(old) = &self.baseline {
            let new = Run { name: "this run".into(), ..self.run()? };
            say!("");
            terminal::print_changes(&Changes::new(old, &new));
        }
        say!("\nreport: {}", page.display());
        Ok(())
    }

    fn run(&self) -> io::Result<Run> {
        let head = Record::Run(self.head.clone());
        Run::of(&[slice::from_ref(&head), &self.records].concat())
    }

    /// Writes the results without the page, which takes a moment.
    fn write(&mut self) -> io::Result<()> {
        let run = self.run()?;
        if let Some(file) = &self.file {
            file.keep(&run.raw)?;
        }
        report::write_results(self.folder()?, &run)
    }

    fn folder(&mut self) -> io::Result<&Path> {
        let folder = match self.folder.take() {
            Some(folder) => folder,
            None => Runs::here().add(self.head.at_unix_s)?,
        };
        Ok(self.folder.insert(folder))
    }

    /// Writes the report; returns the path of its page.
    fn report(&mut self, run: Run) -> io::Result<PathBuf> {
        let mut page = report::write(self.folder()?, &[run])?;
        if self.is_given {
            return Ok(page);
        }
        let runs = Runs::here();
        match &self.save_as {
            Some(name) if self.head.complete => {
                let folder = page.parent().unwrap_or(&page);
                page = runs.save(folder, name)?.join("index.html");
            }
            Some(name) => note!("not kept as {name}: the run is not complete"),
            None => {}
        }
        runs.refresh()?;
        Ok(page)
    }
}

/// The run that was kept under this name. criterion may know more names, so a missing one is no error.
fn baseline(name: &str) -> Option<Run> {
    let run = Runs::here().find(name.as_ref()).and_then(|folder| Run::read(&folder));
    run.inspect_err(|error| note!("nothing is compared with {name}: {error}")).ok()
}
