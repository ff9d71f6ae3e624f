//! A run, and the files of its raw results next to the page.

use std::fs;
use std::io;
use std::path::Path;

use super::log;
use crate::record::run::{self, Run};
use crate::text::results::replace;

/// The latencies, for other tools.
pub(super) const LOG: &str = "load.hlog";

/// A run and where its raw results lie.
pub(super) struct Placed<'a> {
    pub(super) run: &'a Run,
    /// Within the folder of the page, with a slash at its end; nothing if there is but one run.
    pub(super) place: String,
    pub(super) log: Option<String>,
}

impl<'a> Placed<'a> {
    /// # Errors
    ///
    /// If a histogram of the run cannot be read.
    pub(super) fn new(run: &'a Run, index: usize, runs: &[Run]) -> io::Result<Self> {
        let is_taken = runs[..index].iter().any(|other| other.name == run.name);
        let place = match runs {
            [_] => String::new(),
            _ if is_taken || run.name.is_empty() => format!("{}-{}/", run.name, index + 1),
            _ => format!("{}/", run.name),
        };
        Ok(Self { run, place, log: log::log(run)? })
    }

    pub(super) fn write(&self, folder: &Path) -> io::Result<()> {
        let folder = folder.join(&self.place);
        fs::create_dir_all(&folder)?;
        replace(&folder.join(run::LINES), &self.run.raw)?;
        put(&folder.join(run::CONDITIONS), self.run.conditions.as_deref())?;
        put(&folder.join(run::PITFALLS), self.run.raw_pitfalls.as_deref())?;
        put(&folder.join(LOG), self.log.as_deref())
    }
}

/// Writes a file, or removes the one of an earlier run, which would be mistaken for this one's.
fn put(path: &Path, text: Option<&str>) -> io::Result<()> {
    match text {
        Some(text) => replace(path, text),
        None if path.exists() => fs::remove_file(path),
        None => Ok(()),
    }
}
