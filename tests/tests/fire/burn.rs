//! One run, in each style.

mod blocking;
mod callbacks;
mod futures;

use std::time::{Duration, Instant};

use photo::Config;
use photo_tests::{Remote, Style};

use crate::deck::Deck;
use crate::ledger::Ledger;
use crate::limits;

/// Downloads for a while, until all have ended.
pub(crate) fn burn(site: &Remote, seed: u64, time: Duration) -> Ledger {
    let ledger = Ledger::new();
    let fire = Fire { ledger: &ledger, config: limits(site), until: Instant::now() + time };
    let deck = Deck::new(site, seed);
    match site.style {
        Style::Blocking => blocking::burn(&fire, deck),
        Style::Callbacks => callbacks::burn(&fire, deck),
        _ => futures::burn(&fire, site.style, deck),
    }
    ledger.close();
    ledger
}

/// A command to a style.
pub(crate) struct Fire<'a> {
    ledger: &'a Ledger,
    config: Config,
    /// The time after which no more downloads start.
    until: Instant,
}
