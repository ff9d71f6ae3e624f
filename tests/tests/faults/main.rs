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

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use photo::{Error, Photo};
use photo_server::{Fault, PictureFormat};
use photo_tests::{Adapter, Outcome, Picture, Scheme, Site, Style, within, within_time};

use row::{Ending, PICTURE, Row, Section, Way};

/// Cases that run at once, because many only wait.
const AT_ONCE: usize = 24;

/// Several times the duration on a busy machine.
const LIMIT: Duration = Duration::from_mins(2);

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
        let cases: Vec<_> =
            rows.iter().enumerate().flat_map(|(number, row)| Case::all(number, row)).collect();
        let site = Site::start();
        let found = Mutex::new(BTreeMap::<_, Vec<_>>::new());
        let wrong = Mutex::new(Vec::new());
        let next = AtomicUsize::new(0);
        thread::scope(|scope| {
            for _ in 0..AT_ONCE {
                scope.spawn(|| {
                    while let Some(case) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
                        let came_out = case.came_out(&site).unwrap_or_else(|why| {
                            wrong.lock().unwrap().push(format!("{case}: {why}"));
                            "**wrong**".to_owned()
                        });
                        let mut found = found.lock().unwrap();
                        found
                            .entry((case.number, case.style.name()))
                            .or_default()
                            .push((case.tls(), came_out));
                    }
                });
            }
        });
        let found = found.into_inner().unwrap();
        let table = report::markdown(&sections, |number, style| {
            found.get(&(number, style.name())).map_or_else(|| "–".to_owned(), |found| summary(found))
        });
        println!("{table}");
        let wrong = wrong.into_inner().unwrap();
        assert!(wrong.is_empty(), "{} of {} are wrong:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
        report::assert_documented(&table);
    });
}

/// The outcome as one word, if it is the same with and without TLS.
fn summary(found: &[(bool, String)]) -> String {
    let by = |tls: bool| {
        let mut words: Vec<_> =
            found.iter().filter(|(by, _)| *by == tls).map(|(_, word)| word.as_str()).collect();
        words.sort_unstable();
        words.dedup();
        words.join(", ")
    };
    match (by(false), by(true)) {
        (plain, tls) if tls.is_empty() || plain == tls => plain,
        (plain, tls) => format!("{plain}; with TLS {tls}"),
    }
}

#[test]
fn every_fault_is_in_the_table() {
    within(|| {
        let sections = sections();
        let paths: Vec<_> = sections
            .iter()
            .flat_map(|section| &section.rows)
            .filter_map(|row| match &row.way {
                Way::Path(path) => Some(path),
                Way::Door(_) => None,
            })
            .collect();
        for fault in Fault::ALL {
            let path = format!("{}?", fault.path());
            assert!(paths.iter().any(|row| row.starts_with(&path)), "{fault:?} is not in the table");
        }
    });
}

/// One fault, met in one way.
struct Case<'a> {
    number: usize,
    row: &'a Row,
    style: Style,
    /// The scheme, and whether the connection is a kept one. Doors have neither.
    by: Option<(Scheme, bool)>,
}

impl<'a> Case<'a> {
    fn all(number: usize, row: &'a Row) -> Vec<Self> {
        let ways: &[_] = match row.way {
            Way::Door(_) => &[None],
            Way::Path(_) => &[
                Some((Scheme::Http, false)),
                Some((Scheme::Http, true)),
                Some((Scheme::Https, false)),
                Some((Scheme::Https, true)),
            ],
        };
        let of = |style| ways.iter().map(move |by| Self { number, row, style, by: *by });
        let styles = Style::HELD_EQUAL.into_iter().flat_map(of);
        // ureq is shown, not judged; once is enough.
        styles.chain(of(Style::Ureq).filter(|case| case.by == Some((Scheme::Http, false)))).collect()
    }

    fn came_out(&self, site: &Site) -> Result<String, String> {
        if self.style == Style::Ureq { Ok(self.shown(site)) } else { self.examine(site) }
    }

    /// The outcome as text.
    fn shown(&self, site: &Site) -> String {
        let (Way::Path(path), client) = (&self.row.way, site.downloader_with(self.style, self.row.limits))
        else {
            unreachable!("only paths are shown")
        };
        match &client.download(&site.url(path)) {
            Ok(photo) if photo.bytes == PICTURE.file() => "the photo".to_owned(),
            Ok(photo) if photo.bytes.is_empty() => "an empty photo".to_owned(),
            Ok(photo) if PICTURE.file().starts_with(&photo.bytes) => "a part of the photo".to_owned(),
            Ok(_) => "other bytes".to_owned(),
            failed => Outcome::of(failed).to_string(),
        }
    }

    fn tls(&self) -> bool {
        matches!(self.by, Some((Scheme::Https, _)))
    }

    /// Runs a good download if the connection must be a kept one, then the fault, then a good download. Returns the
    /// outcome.
    fn examine(&self, site: &Site) -> Result<String, String> {
        let (path, (scheme, kept)) = match (&self.row.way, self.by) {
            (Way::Path(path), Some(by)) => (path, by),
            (Way::Door(enter), _) => return judge(&enter(site, self.style), self.row.ending),
            (Way::Path(_), None) => unreachable!("a path is asked for by some scheme"),
        };
        let client = site.client_with(self.style, self.row.limits);
        if kept {
            download_good(site, &*client, scheme).map_err(|why| format!("before: {why}"))?;
        }
        let came_out = judge(&client.download(&site.url_by(scheme, path)), self.row.ending(scheme))?;
        // Some faults happen after the reply.
        thread::sleep(self.row.afterwards);
        download_good(site, &*client, scheme).map_err(|why| format!("after: {why}"))?;
        Ok(came_out)
    }
}

fn judge(found: &Result<Photo, Error>, expected: Ending) -> Result<String, String> {
    let outcome = Outcome::of(found);
    if outcome != expected.outcome() {
        return Err(format!("expected {}, found {found:?}", expected.outcome()));
    }
    let bytes = match expected {
        Ending::Photo => PICTURE.file(),
        Ending::FirstHalf => &PICTURE.file()[..PICTURE.bytes / 2],
        Ending::Fails(_) => return Ok(outcome.to_string()),
    };
    match found {
        Ok(photo) if photo.bytes == bytes => Ok(match expected {
            Ending::FirstHalf => "as much as declared".to_owned(),
            _ => "the photo".to_owned(),
        }),
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
