//! Each fault of a server, against each style, with and without TLS, on a fresh and on a kept connection. All must
//! report the same outcome, and no other download may suffer.
//!
//! The rows are in the other files, and the outcomes in `FAULTS.md`. With `--nocapture`, they are printed.

mod bodies;
mod connections;
mod cuts;
mod doors;
mod heads;
mod oddities;
mod report;
mod row;

use std::fmt;
use std::sync::Mutex;
use std::thread;
use std::time::Duration;

use photo::{Error, Photo};
use photo_server::{Fault, PictureFormat};
use photo_tests::{Adapter, Outcome, Picture, Scheme, Site, Style, suite, within_time};

use row::{Ending, PICTURE, Row, Section, Way};

suite! { once:
    every_fault_is_in_the_table,
}

/// Cases that run at once, because many only wait for limits of seconds.
const AT_ONCE: usize = 64;

/// Many times the duration on a busy machine.
const LIMIT: Duration = Duration::from_mins(30);

/// The photo of the next download after the fault; no part of the fault's photo resembles it.
const NEXT: Picture = Picture { format: PictureFormat::Png, bytes: 5000, seed: 99 };

fn sections() -> Vec<Section> {
    let mut sections = Vec::from(doors::sections());
    sections.extend(connections::sections());
    sections.extend(heads::sections());
    sections.extend(bodies::sections());
    sections.extend(oddities::sections());
    sections
}

#[test]
fn every_fault_ends_alike_for_every_style() {
    within_time(LIMIT, || {
        let sections = sections();
        let rows: Vec<_> = sections.iter().flat_map(|section| &section.rows).collect();
        let cases: Vec<_> = rows.iter().flat_map(|row| Case::all(row)).collect();
        let site = Site::start();
        let (wrong, by_ureq) = thread::scope(|scope| {
            let by_ureq = scope.spawn(|| at_once(&rows, |row| by_ureq(row, &site)));
            let wrong = at_once(&cases, |case| case.examine(&site).err().map(|why| format!("{case}: {why}")));
            (wrong.into_iter().flatten().collect::<Vec<_>>(), by_ureq.join().unwrap())
        });
        assert!(wrong.is_empty(), "{} of {} are wrong:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
        let table = report::markdown(&sections, by_ureq);
        println!("{table}");
        report::assert_documented(&table);
    });
}

/// The results of `work` for all `items`, some of which wait at once.
fn at_once<T: Sync, R: Send>(items: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let next = Mutex::new(items.iter().enumerate());
    let take = || next.lock().unwrap().next();
    let results = thread::scope(|scope| {
        let threads = [(); AT_ONCE].map(|()| {
            scope.spawn(|| std::iter::from_fn(take).map(|(i, item)| (i, work(item))).collect::<Vec<_>>())
        });
        threads.map(|thread| thread.join().unwrap())
    });
    let mut results: Vec<_> = results.into_iter().flatten().collect();
    results.sort_by_key(|(i, _)| *i);
    results.into_iter().map(|(_, result)| result).collect()
}

fn every_fault_is_in_the_table() {
    let sections = sections();
    let rows = || sections.iter().flat_map(|section| &section.rows);
    for fault in Fault::ALL {
        let path = format!("{}?", fault.path());
        let is_met = |row: &Row| matches!(&row.way, Way::Path(it) if it.starts_with(&path));
        assert!(rows().any(is_met), "{fault:?} is not in the table");
    }
}

/// The outcome of ureq, which is shown, not judged.
fn by_ureq(row: &Row, site: &Site) -> String {
    let Way::Path(path) = &row.way else { return "–".to_owned() };
    // Unlike the styles, it waits for the end of some replies.
    let stall = Duration::from_secs(10);
    let client = site.downloader_with(Style::Ureq, |config| (row.limits)(config.stall_timeout(stall)));
    match &client.download(&site.url(path)) {
        Ok(photo) if photo.bytes == PICTURE.file() => "the photo".to_owned(),
        Ok(photo) if photo.bytes.is_empty() => "an empty photo".to_owned(),
        Ok(photo) if PICTURE.file().starts_with(&photo.bytes) => "a part of the photo".to_owned(),
        Ok(_) => "other bytes".to_owned(),
        failed => Outcome::of(failed).to_string(),
    }
}

/// One fault, met in one way.
struct Case<'a> {
    row: &'a Row,
    style: Style,
    /// The scheme, and whether the connection is a kept one. Doors have neither.
    by: Option<(Scheme, bool)>,
}

impl<'a> Case<'a> {
    fn all(row: &'a Row) -> Vec<Self> {
        let ways = match row.way {
            Way::Door(_) => vec![None],
            Way::Path(_) => {
                Scheme::ALL.iter().flat_map(|by| [Some((*by, false)), Some((*by, true))]).collect()
            }
        };
        let of = |style| ways.iter().map(move |by| Self { row, style, by: *by });
        Style::HELD_EQUAL.into_iter().flat_map(of).collect()
    }

    /// Runs a good download if the connection must be a kept one, then the fault, then a good download. The error is
    /// the difference from the expected outcome.
    fn examine(&self, site: &Site) -> Result<(), String> {
        let (path, (scheme, kept)) = match (&self.row.way, self.by) {
            (Way::Path(path), Some(by)) => (path, by),
            (Way::Door(enter), _) => return judge(&enter(site, self.style), self.row.ending),
            (Way::Path(_), None) => unreachable!("a path is asked for by some scheme"),
        };
        let client = site.client_with(self.style, self.row.limits);
        if kept {
            download_good(site, &*client, scheme).map_err(|why| format!("before: {why}"))?;
        }
        judge(&client.download(&site.url_by(scheme, path)), self.row.ending(scheme))?;
        // Some faults happen after the reply.
        thread::sleep(self.row.afterwards);
        download_good(site, &*client, scheme).map_err(|why| format!("after: {why}"))
    }
}

fn judge(found: &Result<Photo, Error>, expected: Ending) -> Result<(), String> {
    let bytes = match (expected, found) {
        (Ending::Photo, Ok(_)) => PICTURE.file(),
        (Ending::FirstHalf, Ok(_)) => &PICTURE.file()[..PICTURE.bytes / 2],
        (Ending::Fails(outcome), Err(_)) if Outcome::of(found) == outcome => return Ok(()),
        _ => return Err(format!("expected {expected}, found {found:?}")),
    };
    match found {
        Ok(photo) if photo.bytes == bytes => Ok(()),
        other => Err(format!("other bytes than were served: {other:?}")),
    }
}

fn download_good(site: &Site, client: &dyn Adapter, scheme: Scheme) -> Result<(), String> {
    match client.download(&site.url_by(scheme, &NEXT.path())) {
        Ok(photo) if photo.bytes == NEXT.file() => Ok(()),
        Ok(photo) => Err(format!("other bytes than were served: {photo:?}")),
        Err(error) => Err(error.to_string()),
    }
}

impl fmt::Display for Case<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:11} ", self.style)?;
        if let Some((scheme, kept)) = self.by {
            write!(f, "{scheme:5?} {:5} ", if kept { "kept" } else { "fresh" })?;
        }
        f.write_str(&self.row.name)
    }
}
