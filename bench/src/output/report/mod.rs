//! The report: one page that says which style to choose when, with the pictures and the figures behind it.
//!
//! The page is one self-contained file: SVG pictures, a style sheet and no script; the filter is CSS. The raw results
//! are next to it. [`Run::read`](crate::record::run::Run::read) makes the same page from them again, alone or together
//! with those of other machines.

mod axis;
mod changes;
mod choice;
mod cores;
pub mod drawing;
mod findings;
mod highlight;
mod index;
mod known;
mod log;
mod page;
mod palette;
mod pictures;
mod placed;
mod plot;
mod sources;
mod table;
mod timeline;

pub use changes::write_changes;
pub(crate) use index::index;

use std::env;
use std::io;
use std::path::{Path, PathBuf};

use placed::Placed;

use crate::record::run::Run;
use crate::text::results::{check_folder, replace};

/// The file by which cargo marks its build folder.
const TAG_OF_TARGET: &str = "CACHEDIR.TAG";

/// The folder of reports: `photo-report` in the build folder of this program, or else in `target`.
pub fn folder() -> PathBuf {
    let program = env::current_exe().unwrap_or_default();
    let target = program.ancestors().find(|folder| folder.join(TAG_OF_TARGET).exists());
    target.unwrap_or("target".as_ref()).join("photo-report")
}

/// Writes the page of one run, or of several side by side, and the raw results next to it. Returns the path of the
/// page.
///
/// # Errors
///
/// If a file cannot be written, or a histogram of the results cannot be read.
pub fn write(folder: &Path, runs: &[Run]) -> io::Result<PathBuf> {
    check_folder(folder)?;
    let runs = runs.iter().enumerate().map(|(index, run)| Placed::new(run, index, runs));
    let runs = runs.collect::<io::Result<Vec<_>>>()?;
    for run in &runs {
        run.write(folder)?;
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or("".as_ref());
    let page = page::page(&runs, root, criterion(folder).as_deref())?;
    let path = folder.canonicalize()?.join("index.html");
    replace(&path, &page.into_string())?;
    Ok(path)
}

/// Writes the raw results of a run without a page.
///
/// # Errors
///
/// If a file cannot be written, or a histogram of the results cannot be read.
pub(crate) fn write_results(folder: &Path, run: &Run) -> io::Result<()> {
    Placed::new(run, 0, std::slice::from_ref(run))?.write(folder)
}

/// The relative path of criterion's report, if it has been written.
fn criterion(folder: &Path) -> Option<String> {
    const PAGE: &str = "report/index.html";
    if let Some(home) = env::var_os("CRITERION_HOME") {
        let page = Path::new(&home).join(PAGE);
        return page.exists().then(|| page.display().to_string());
    }
    // Next to the folder of all runs, or to the one of this run.
    let mut places = ["../..", ".."].into_iter().map(|parent| format!("{parent}/criterion/{PAGE}"));
    places.find(|place| folder.join(place).exists())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use tempfile::TempDir;

    use super::*;
    use crate::record::Record;
    use crate::record::pitfall::tests::way;
    use crate::record::pitfall::{self, Metric};
    use crate::record::sample::noisy;

    fn lines(style: &str) -> String {
        let mut cell = noisy(style, 4, 9.0, 1.0);
        cell.histogram = Some(log::tests::encoded());
        Record::Closed(cell).to_line()
    }

    fn new_folder() -> (TempDir, PathBuf) {
        let folder = TempDir::new().unwrap();
        let place = folder.path().join("report");
        (folder, place)
    }

    #[test]
    fn the_raw_results_lie_next_to_the_page_and_make_it_again() {
        let (_kept, folder) = new_folder();
        let path = write(&folder, &[Run::parse(&lines("tokio")).unwrap()]).unwrap();
        let page = fs::read_to_string(&path).unwrap();
        assert_eq!(fs::read_to_string(folder.join("load.jsonl")).unwrap(), lines("tokio"));
        assert!(fs::read_to_string(folder.join("load.hlog")).unwrap().contains("Tag=load/20ms/4/tokio"));

        let again = write(&folder, &[Run::read(&folder).unwrap()]).unwrap();
        assert!(fs::read_to_string(&again).unwrap() == page);

        let pitfall = pitfall::tests::cell(Metric::Photos, vec![(way(1.0, 9), way(1.0, 3))]);
        fs::write(folder.join("pitfalls.jsonl"), Record::Pitfall(pitfall).to_line()).unwrap();
        let path = write(&folder, &[Run::read(&folder).unwrap()]).unwrap();
        assert!(fs::read_to_string(&path).unwrap().contains(">unbounded</th>"));

        write(&folder, &[Run { closed: vec![noisy("smol", 1, 1.0, 1.0)], ..Run::default() }]).unwrap();
        assert!(!folder.join("load.hlog").exists() && !folder.join("pitfalls.jsonl").exists());
    }

    #[test]
    fn runs_of_several_machines_share_a_page_and_keep_their_results_apart() {
        let (_kept, folder) = new_folder();
        let named = |name: &str, style| Run { name: name.into(), ..Run::parse(&lines(style)).unwrap() };
        let runs = [named("alpha", "tokio"), named("beta", "smol"), named("alpha", "tokio")];
        let page = fs::read_to_string(write(&folder, &runs).unwrap()).unwrap();
        for place in ["alpha", "beta", "alpha-3"] {
            assert!(folder.join(place).join("load.hlog").exists(), "{place}");
            assert!(page.contains(&format!("href=\"{place}/load.jsonl\"")), "{place}");
        }
    }

    #[test]
    fn reports_belong_where_cargo_builds() {
        let folder = folder();
        assert!(folder.parent().is_some_and(|target| target.join(TAG_OF_TARGET).exists()), "{folder:?}");
    }
}
