//! Any bytes as a reply: the outcome does not depend on how they are split, and a part of them is never a whole photo.

#![no_main]

use std::sync::{Arc, LazyLock};

use libfuzzer_sys::fuzz_target;
use photo::{Config, Error, Exchange, Step, Target};

static TARGET: LazyLock<Target> =
    LazyLock::new(|| Target::parse("http://a.test/cat.gif").expect("a good URL"));

/// The outcome of a reply, as far as the styles must agree on it.
#[derive(Debug, PartialEq, Eq)]
enum Outcome {
    Photo(Vec<u8>),
    Redirect(String),
    Truncated { received: u64, expected: Option<u64> },
    TooLarge,
    Status(u16),
    Error(std::mem::Discriminant<Error>),
}

fuzz_target!(|input: (u16, u16, &[u8])| {
    let (seed, cut, reply) = input;
    let config = Arc::new(Config::default().verify_format(seed % 4 == 0).max_bytes(4096));
    let (whole, by_close) = outcome(&config, reply, None);
    assert_eq!(outcome(&config, reply, Some(seed)).0, whole, "in pieces");

    let part = &reply[..usize::from(cut).min(reply.len())];
    match (outcome(&config, part, None), whole) {
        ((Outcome::Truncated { .. }, _), _) => {}
        // Only the end of the connection ends such a body, so a part of it may look whole too.
        ((Outcome::Photo(part), true), Outcome::Photo(whole)) if by_close => {
            assert!(whole.starts_with(&part))
        }
        ((_, true), Outcome::TooLarge) => {}
        ((Outcome::Error(..), true), _) if by_close => {} // the part is too short for a photo
        ((part, _), whole) => assert_eq!(part, whole, "cut"),
    }
});

/// The outcome of a connection that brings `reply` and ends, in pieces drawn by `seed` or as large as possible. Also
/// returns whether the end of the connection decided it.
fn outcome(config: &Arc<Config>, mut reply: &[u8], seed: Option<u16>) -> (Outcome, bool) {
    // Some replies arrive byte by byte.
    let mut pieces = seed.map(|seed| {
        let mut random = fastrand::Rng::with_seed(seed.into());
        let most = 1 << random.u32(..10);
        move || random.usize(1..=most)
    });
    let mut exchange = Exchange::of(TARGET.clone(), Arc::clone(config)).expect("a good request");
    exchange.sent(exchange.to_send().len());
    let mut scratch = [0; 4096];
    loop {
        let space = exchange.space(&mut scratch);
        assert!(!space.is_empty(), "no space for the next bytes");
        let n = reply.len().min(space.len()).min(pieces.as_mut().map_or(usize::MAX, |next| next()));
        space[..n].copy_from_slice(&reply[..n]);
        reply = &reply[n..];
        let outcome = match exchange.filled(&mut scratch, n) {
            Ok(Step::More) => {
                assert!(n > 0, "more is awaited after the end");
                continue;
            }
            Ok(Step::Done { photo, .. }) => {
                assert!(photo.bytes.len() <= 4096);
                Outcome::Photo(photo.bytes)
            }
            Ok(Step::Redirect { next, .. }) => {
                Outcome::Redirect(String::from_utf8_lossy(next.to_send()).into())
            }
            Err(Error::Truncated { received, expected }) => Outcome::Truncated { received, expected },
            Err(Error::TooLarge { .. }) => Outcome::TooLarge,
            Ok(Step::Failed { error: Error::Status { code, .. }, .. }) | Err(Error::Status { code, .. }) => Outcome::Status(code),
            Ok(Step::Failed { error, .. }) | Err(error) => Outcome::Error(std::mem::discriminant(&error)),
        };
        return (outcome, n == 0);
    }
}
