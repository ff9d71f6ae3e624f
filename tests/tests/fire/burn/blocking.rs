//! Threads that download, and others that cancel them.

use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use photo_blocking::{CancelToken, Client};

use super::Fire;
use crate::deck::Deck;
use crate::ledger::Cancelling;

const THREADS: usize = 24;

pub(crate) fn burn(fire: &Fire<'_>, mut deck: Deck) {
    let shared = Client::new(fire.config.clone()).unwrap();
    thread::scope(|scope| {
        for _ in 0..THREADS {
            let (shared, deck) = (&shared, deck.fork());
            scope.spawn(move || download(fire, shared, deck));
        }
    });
}

fn download(fire: &Fire<'_>, shared: &Client, mut deck: Deck) {
    let mut client = shared.clone();
    thread::scope(|scope| {
        // Each downloading thread has a cancelling one.
        let (to_cancel, cancels) = mpsc::channel::<(Duration, CancelToken, Cancelling)>();
        scope.spawn(move || {
            for (after, token, cancelling) in cancels {
                thread::sleep(after);
                cancelling.now();
                token.cancel();
            }
        });
        while Instant::now() < fire.until {
            let drawn = deck.draw();
            let pending = fire.ledger.begin(&format!("{drawn:?}"));
            let result = match drawn.cancel_after {
                None => client.download(&drawn.url),
                Some(after) => {
                    let (client, token) = client.cancellable();
                    to_cancel.send((after, token, pending.cancelling())).unwrap();
                    client.download(&drawn.url)
                }
            };
            pending.end(&result);
            drawn.assert_whole(&result);
            match deck.random.u8(..8) {
                0 => client = Client::new(fire.config.clone()).unwrap(),
                1 => client = shared.clone(),
                _ => {}
            }
        }
    });
}
