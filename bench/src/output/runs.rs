//! The folder of all runs: one folder for each, an index page, and a link to the latest full run.

use std::fs;
use std::io;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use time::OffsetDateTime;

use super::report;
use crate::record::run::{LINES, PITFALLS, Run};
use crate::text::results;

/// So many runs without a name are kept.
const KEPT: usize = 20;

/// The link to the latest full run, or to the newest run if none is full.
const LATEST: &str = "latest";

/// A run under a name of the user's.
const BASELINE: &str = "baseline-";

/// The folder of all runs.
#[derive(Debug)]
pub struct Runs(PathBuf);

impl Runs {
    /// The runs of this workspace.
    pub fn here() -> Self {
        Self(report::folder())
    }

    /// Makes the folder of a run that has begun at this time.
    pub(crate) fn add(&self, at_unix_s: u64) -> io::Result<PathBuf> {
        fs::create_dir_all(&self.0)?;
        let name = dated(at_unix_s);
        let names = std::iter::once(name.clone()).chain((2..).map(|again| format!("{name}-{again}")));
        for folder in names.map(|name| self.0.join(name)) {
            match fs::create_dir(&folder) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                made => return made.map(|()| folder),
            }
        }
        unreachable!("names do not end")
    }

    /// The newest run, if no pitfalls belong to it yet.
    pub(crate) fn without_pitfalls(&self) -> Option<PathBuf> {
        let (folder, _) = self.list().into_iter().next()?;
        (!folder.join(PITFALLS).exists()).then_some(folder)
    }

    /// Gives a run a name, which an older run loses with its results; returns the folder.
    pub(crate) fn save(&self, run: &Path, name: &str) -> io::Result<PathBuf> {
        let place = self.baseline(name);
        // Removed only when the new one has its place.
        let former = tempfile::tempdir_in(&self.0)?;
        if place.exists() {
            fs::rename(&place, former.path().join("former"))?;
        }
        fs::rename(run, &place)?;
        Ok(place)
    }

    /// The folder that is meant: a path, the name of a baseline, or that of a run here.
    ///
    /// # Errors
    ///
    /// If no run has this name; the error lists all baselines.
    pub fn find(&self, name: &Path) -> io::Result<PathBuf> {
        let baseline = name.to_str().map(|name| self.baseline(name));
        let mut places = [name.to_owned(), self.0.join(name)].into_iter().chain(baseline);
        places.find(|place| place.join(LINES).exists()).ok_or_else(|| {
            let known: Vec<_> = self.list().iter().filter_map(|(folder, _)| baseline_name(folder)).collect();
            let known = if known.is_empty() { "no baseline".into() } else { known.join(", ") };
            let why = format!("there is no run {} (in {}: {known})", name.display(), self.0.display());
            io::Error::new(io::ErrorKind::NotFound, why)
        })
    }

    /// Removes runs that are too old, renews the link to the latest, and writes the index page.
    pub(crate) fn refresh(&self) -> io::Result<()> {
        let mut runs = self.list();
        let is_full = |run: &Run| run.head.as_ref().is_some_and(|head| head.full);
        let latest =
            runs.iter().find(|(_, run)| is_full(run)).or(runs.first()).map(|(folder, _)| folder.clone());
        let mut unnamed = 0;
        let mut removed = Ok(());
        runs.retain(|(folder, _)| {
            let is_named = !is_dated(folder);
            unnamed += usize::from(!is_named);
            let is_kept = is_named || unnamed <= KEPT || latest.as_ref() == Some(folder);
            if !is_kept && removed.is_ok() {
                removed = fs::remove_dir_all(folder);
            }
            is_kept
        });
        removed?;
        if let Some(latest) = latest.as_ref().and_then(|folder| folder.file_name()) {
            let new = tempfile::tempdir_in(&self.0)?;
            let link = new.path().join(LATEST);
            symlink(latest, &link)?;
            fs::rename(link, self.0.join(LATEST))?;
        }
        let runs: Vec<_> = runs.into_iter().map(|(_, run)| run).collect();
        results::replace(&self.0.join("index.html"), &report::index(&runs))
    }

    fn baseline(&self, name: &str) -> PathBuf {
        // A name with a slash would lead elsewhere.
        self.0.join(format!("{BASELINE}{}", name.replace('/', "_")))
    }

    /// The runs, the newest first. Other folders are left out.
    fn list(&self) -> Vec<(PathBuf, Run)> {
        let entries = fs::read_dir(&self.0).into_iter().flatten().flatten();
        let folders = entries.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()));
        let runs = folders.filter_map(|entry| Some((entry.path(), Run::read(&entry.path()).ok()?)));
        let mut runs: Vec<_> = runs.collect();
        let at = |run: &Run| run.head.as_ref().map_or(0, |head| head.at_unix_s);
        runs.sort_by(|(one, one_run), (other, run)| (at(run), other).cmp(&(at(one_run), one)));
        runs
    }
}

/// The name of the baseline in this folder.
fn baseline_name(folder: &Path) -> Option<String> {
    Some(folder.file_name()?.to_str()?.strip_prefix(BASELINE)?.to_owned())
}

/// "2026-11-25T20-41-17Z": sorted by name is sorted by time.
fn dated(at_unix_s: u64) -> String {
    let at = i64::try_from(at_unix_s).ok().and_then(|at| OffsetDateTime::from_unix_timestamp(at).ok());
    let at = at.unwrap_or(OffsetDateTime::UNIX_EPOCH);
    let (date, (hour, minute, second)) = (at.date(), at.to_hms());
    format!("{date}T{hour:02}-{minute:02}-{second:02}Z")
}

fn is_dated(folder: &Path) -> bool {
    let name = folder.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    name.replace(|c: char| c.is_ascii_digit(), "").trim_end_matches('-') == "--T--Z"
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;

    use super::*;
    use crate::record::Record;
    use crate::record::run::Head;
    use crate::record::sample::cell;

    fn runs() -> (TempDir, Runs) {
        let folder = TempDir::new().unwrap();
        let runs = Runs(folder.path().join("photo-report"));
        (folder, runs)
    }

    fn add(runs: &Runs, at_unix_s: u64, full: bool) -> PathBuf {
        let folder = runs.add(at_unix_s).unwrap();
        let head = Head { at_unix_s, machine: "Z 80".into(), full, ..Head::default() };
        let run = Run::of(&[Record::Run(head), Record::Closed(cell("tokio", &[1.0]))]).unwrap();
        report::write(&folder, &[run]).unwrap();
        runs.refresh().unwrap();
        folder
    }

    fn latest(runs: &Runs) -> PathBuf {
        runs.0.join(LATEST).canonicalize().unwrap()
    }

    #[test]
    fn each_run_has_its_folder_and_the_latest_full_one_a_link() {
        let (_folder, runs) = runs();
        let full = add(&runs, 1_795_639_277, true);
        assert_eq!(full.file_name().unwrap(), "2026-11-25T20-41-17Z");
        let narrow = add(&runs, 1_795_639_277, false);
        assert_eq!(narrow.file_name().unwrap(), "2026-11-25T20-41-17Z-2");
        assert_eq!(latest(&runs), full.canonicalize().unwrap());
        let newer = add(&runs, 1_795_639_300, true);
        assert_eq!(latest(&runs), newer.canonicalize().unwrap());
        let index = fs::read_to_string(runs.0.join("index.html")).unwrap();
        for run in [&full, &narrow, &newer] {
            let name = run.file_name().unwrap().to_str().unwrap();
            assert!(index.contains(&format!("href=\"{name}/index.html\"")), "{index}");
        }
    }

    #[test]
    fn old_runs_are_removed_except_for_baselines_and_the_latest_full_one() {
        let (_folder, runs) = runs();
        let full = add(&runs, 1, true);
        let named = runs.save(&add(&runs, 2, false), "before").unwrap();
        fs::create_dir(runs.0.join("notes")).unwrap();
        let newest: Vec<_> = (10..40).map(|at| add(&runs, at, false)).collect();
        assert!(full.exists() && named.exists() && runs.0.join("notes").exists());
        assert!(newest[10..].iter().all(|run| run.exists()) && !newest[..10].iter().any(|run| run.exists()));
        assert_eq!(latest(&runs), full.canonicalize().unwrap());
    }

    #[test]
    fn a_baseline_is_replaced_and_found_by_its_name() {
        let (_folder, runs) = runs();
        let missing = runs.find("before".as_ref()).unwrap_err().to_string();
        assert!(missing.contains("there is no run before") && missing.contains("no baseline"), "{missing}");
        runs.save(&add(&runs, 1, false), "before").unwrap();
        let place = runs.save(&add(&runs, 2, false), "before").unwrap();
        runs.refresh().unwrap();
        assert_eq!(runs.find("before".as_ref()).unwrap(), place);
        assert_eq!(runs.find(&place).unwrap(), place);
        assert_eq!(Run::read(&place).unwrap().head.unwrap().at_unix_s, 2);
        let missing = runs.find("after".as_ref()).unwrap_err().to_string();
        assert!(missing.ends_with(": before)"), "{missing}");
        assert_eq!(runs.baseline("../x").parent().unwrap(), runs.0);
    }
}
