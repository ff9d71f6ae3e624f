//! Replies drawn from a grammar, mutated and cut into pieces: every style has the result of the bare exchange.
//!
//! `PROPTEST_CASES` sets their number; failing ones are kept in `tests/proptest-regressions` and tried first.

mod contestant;
mod replies;
mod ring;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use photo::{Config, Error, Exchange, Photo, Step};
use photo_tests::{Outcome, Style, within_time};
use proptest::prelude::TestCaseError;
use proptest::test_runner::{self, FileFailurePersistence, TestRunner};

use contestant::Contestant;
use replies::{Ending, Reply, replies};
use ring::Ring;

/// The number of replies drawn, unless `PROPTEST_CASES` sets another.
const CASES: u32 = 400;

/// The number of downloads with each outcome.
type Tally = Mutex<BTreeMap<String, u32>>;

#[test]
fn any_reply_is_to_every_style_what_it_is_to_the_exchange() {
    let tally = compare(Ending::Close, 1, Duration::from_secs(10));
    // A grammar that brings only errors, or no errors, proves little.
    let photos = tally.get("Photo").copied().unwrap_or_default();
    let all: u32 = tally.values().sum();
    assert!(photos * 20 > all && photos < all && tally.len() > 4, "{tally:?}");
}

#[test]
fn any_silence_is_to_every_style_what_it_is_to_the_exchange() {
    compare(Ending::Silence, 60, Duration::from_secs(3));
}

/// Sends one `part` of all replies to every style, and returns the outcomes.
fn compare(ending: Ending, part: u32, stall_timeout: Duration) -> BTreeMap<String, u32> {
    let tally = Arc::new(Tally::default());
    let counted = Arc::clone(&tally);
    within_time(Duration::from_mins(30), move || {
        let config = limits().stall_timeout(stall_timeout);
        let ring = Ring::start();
        let contestants = Style::HELD_EQUAL.map(|style| Contestant::start(style, &config, ring.url()));
        let result = TestRunner::new(settings(part)).run(&replies(ending), |reply| {
            let expected = by_exchange(&reply, &config);
            *counted.lock().unwrap().entry(format!("{:?}", Outcome::of(&expected))).or_default() += 1;
            ring.say(reply);
            contestants.iter().for_each(Contestant::start_download);
            let wrong: Vec<_> = contestants.iter().filter_map(|it| difference(it, &expected)).collect();
            if wrong.is_empty() { Ok(()) } else { Err(TestCaseError::fail(wrong.join("\n"))) }
        });
        if let Err(error) = result {
            panic!("{error}");
        }
    });
    let tally = tally.lock().unwrap().clone();
    println!("{tally:?}");
    tally
}

/// Redirects are not followed: mutated ones might lead out of this machine.
fn limits() -> Config {
    Config::default().max_redirects(0).max_bytes(20_000).max_idle_per_host(0)
}

fn settings(part: u32) -> test_runner::Config {
    let from_environment = test_runner::Config::default();
    let cases = if std::env::var_os("PROPTEST_CASES").is_some() { from_environment.cases } else { CASES };
    test_runner::Config {
        cases: cases.div_ceil(part),
        failure_persistence: Some(Box::new(FileFailurePersistence::Direct(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/proptest-regressions/differential.txt"
        )))),
        max_shrink_iters: 1000,
        max_shrink_time: 60_000,
        ..from_environment
    }
}

/// The difference between the contestant's result and the expected one, if any.
fn difference(contestant: &Contestant, expected: &Result<Photo, Error>) -> Option<String> {
    let found = contestant.result();
    let same_bytes = match (&found, expected) {
        (Ok(found), Ok(expected)) => found.bytes == expected.bytes,
        _ => true,
    };
    (Outcome::of(&found) != Outcome::of(expected) || !same_bytes)
        .then(|| format!("{}: expected {expected:?}, found {found:?}", contestant.style))
}

/// The result of the bare exchange, without any waiting.
fn by_exchange(reply: &Reply, config: &Config) -> Result<Photo, Error> {
    let mut exchange = Exchange::new("http://127.0.0.1/", &Arc::new(config.clone())).unwrap();
    exchange.sent(exchange.to_send().len());
    let mut scratch = [0; 4096];
    for mut piece in reply.pieces() {
        while !piece.is_empty() {
            let space = exchange.space(&mut scratch);
            let n = space.len().min(piece.len());
            space[..n].copy_from_slice(&piece[..n]);
            piece = &piece[n..];
            match exchange.filled(&mut scratch, n)? {
                Step::More => {}
                Step::Done { photo, .. } => return Ok(photo),
                Step::Failed { error, .. } => return Err(error),
                Step::Redirect { next, .. } => panic!("{next:?} is followed"),
            }
        }
    }
    if reply.ending == Ending::Silence {
        let after = Duration::ZERO; // any value will do
        return Err(Error::Timeout { phase: exchange.phase(), after });
    }
    match exchange.filled(&mut scratch, 0)? {
        Step::Done { photo, .. } => Ok(photo),
        Step::Failed { error, .. } => Err(error),
        other => panic!("{other:?} behind the end"),
    }
}
