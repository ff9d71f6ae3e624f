//! Each way a server can misbehave, against each contender: the same ending from all of them, and nothing else harmed.
//!
//! The table is in `table.rs`. With `--nocapture`, what came out is printed.

mod table;

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use photo_server::{Fault, PictureFormat};
use photo_tests::{Contender, Outcome, Picture, Scheme, Site, Style, suite, within};

use table::{Ending, PICTURE, Row, table};

suite! {
    every_fault_on_a_fresh_connection,
    every_fault_on_a_kept_connection,
    every_fault_on_a_fresh_tls_connection,
    every_fault_on_a_kept_tls_connection,
}

/// Many rows only wait.
const AT_ONCE: usize = 8;

/// What the next download after the fault must bring; nothing of the fault's photo could be taken for it.
const NEXT: Picture = Picture { format: PictureFormat::Png, bytes: 5000, seed: 99 };

fn every_fault_on_a_fresh_connection(contender: Contender) {
    every_fault(contender, Scheme::Http, false);
}

fn every_fault_on_a_kept_connection(contender: Contender) {
    every_fault(contender, Scheme::Http, true);
}

fn every_fault_on_a_fresh_tls_connection(contender: Contender) {
    every_fault(contender, Scheme::Https, false);
}

fn every_fault_on_a_kept_tls_connection(contender: Contender) {
    every_fault(contender, Scheme::Https, true);
}

#[test]
fn every_fault_is_in_the_table() {
    within(|| {
        let table = table();
        for fault in Fault::ALL {
            assert!(table.iter().any(|row| row.fault == *fault), "{fault:?} is not in the table");
        }
    });
}

fn every_fault(contender: Contender, scheme: Scheme, kept: bool) {
    let rows = table();
    let next = AtomicUsize::new(0);
    let wrong = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                while let Some(row) = rows.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let case = Case { contender, scheme, kept, row };
                    if let Err(why) = case.examine() {
                        wrong.lock().unwrap().push(format!("{case}: {why}"));
                    }
                }
            });
        }
    });
    let wrong = wrong.into_inner().unwrap();
    assert!(wrong.is_empty(), "{} of {} are wrong:\n{}", wrong.len(), rows.len(), wrong.join("\n"));
}

/// One cell of the matrix.
struct Case<'a> {
    contender: Contender,
    scheme: Scheme,
    kept: bool,
    row: &'a Row,
}

impl Case<'_> {
    /// A good download where the connection is to be a kept one, the fault, and a good download.
    fn examine(&self) -> Result<(), String> {
        let site = Site::start();
        let client = site.client_with(self.contender, self.row.limits);
        if self.kept {
            self.download_good(&site, &*client).map_err(|why| format!("before: {why}"))?;
        }
        self.download_fault(&site, &*client)?;
        // Some faults happen after the reply.
        thread::sleep(self.row.afterwards);
        self.download_good(&site, &*client).map_err(|why| format!("after: {why}"))
    }

    fn download_fault(&self, site: &Site, client: &dyn Style) -> Result<(), String> {
        let found = client.download(&site.url_by(self.scheme, &self.row.path()));
        let outcome = Outcome::of(&found);
        println!("{self}: {outcome}");
        if outcome != self.row.ending.outcome() {
            return Err(format!("expected {}, found {found:?}", self.row.ending.outcome()));
        }
        let expected = match self.row.ending {
            Ending::Photo => PICTURE.file(),
            Ending::FirstHalf => &PICTURE.file()[..PICTURE.bytes / 2],
            Ending::Fails(_) => return Ok(()),
        };
        match found {
            Ok(photo) if photo.bytes == expected => Ok(()),
            other => Err(format!("other bytes than were served: {other:?}")),
        }
    }

    fn download_good(&self, site: &Site, client: &dyn Style) -> Result<(), String> {
        let photo = client.download(&site.url_by(self.scheme, &NEXT.path()));
        match photo {
            Ok(photo) if photo.bytes == NEXT.file() => Ok(()),
            Ok(photo) => Err(format!("other bytes than were served: {photo:?}")),
            Err(error) => Err(error.to_string()),
        }
    }
}

impl std::fmt::Display for Case<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { contender, scheme, kept, row } = self;
        let connection = if *kept { "kept" } else { "fresh" };
        write!(f, "{contender:11} {scheme:5?} {connection:5} {row}")
    }
}
