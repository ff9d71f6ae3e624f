//! Callbacks that start and cancel others, set timers, panic, and lose their client.

use std::cell::{Cell, RefCell};
use std::panic::{self, AssertUnwindSafe};
use std::rc::Rc;
use std::time::{Duration, Instant};

use photo_callbacks::{Client, Download};

use super::Fire;
use crate::deck::Deck;
use crate::ledger::{Cancelling, Ledger};

const IN_FLIGHT: usize = 24;

/// The payload of an intended panic.
struct OnPurpose;

/// A client and the state that its callbacks share; clones share it too.
#[derive(Clone)]
struct Round(Rc<Shared>);

struct Shared {
    /// The client; `None` once it is dropped before its downloads have ended.
    client: RefCell<Option<Client>>,
    deck: RefCell<Deck>,
    started: RefCell<Vec<(Download, Cancelling)>>,
    ledger: Ledger,
    until: Instant,
    in_callback: Cell<bool>,
}

pub(crate) fn burn(fire: &Fire<'_>, mut deck: Deck) {
    let hook = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        if !info.payload().is::<OnPurpose>() {
            hook(info);
        }
    }));
    while Instant::now() < fire.until {
        let until = Instant::now() + Duration::from_millis(deck.random.u64(50..1000));
        let round = Round(Rc::new(Shared {
            client: RefCell::new(Some(Client::new(fire.config.clone()).unwrap())),
            deck: RefCell::new(deck.fork()),
            started: RefCell::default(),
            ledger: fire.ledger.clone(),
            until: until.min(fire.until),
            in_callback: Cell::new(false),
        }));
        round.run(deck.random.u8(..4) == 0);
    }
    drop(panic::take_hook());
}

impl Round {
    /// Turns the loop until all downloads have ended, or drops the client at the first panic after the end.
    fn run(&self, drops_client: bool) {
        (0..IN_FLIGHT).for_each(|_| self.start());
        loop {
            // This clone is dropped when the round is over.
            let Some(client) = self.client() else { return };
            match panic::catch_unwind(AssertUnwindSafe(|| client.run())) {
                Ok(()) => break,
                Err(payload) if payload.is::<OnPurpose>() => self.0.in_callback.set(false),
                Err(payload) => panic::resume_unwind(payload),
            }
            if drops_client && Instant::now() >= self.0.until {
                break;
            }
        }
        // Rule 7: pending callbacks are dropped, not called.
        self.0.started.borrow().iter().for_each(|(_, cancelling)| cancelling.now());
        self.0.client.take();
    }

    fn client(&self) -> Option<Client> {
        self.0.client.borrow().clone()
    }

    /// Starts a download; its callback starts the next.
    fn start(&self) {
        let Some(client) = self.client() else { return };
        let drawn = self.0.deck.borrow_mut().draw();
        let pending = self.0.ledger.begin(&format!("{drawn:?}"));
        let cancelling = pending.cancelling();
        let (round, url, patience) = (self.clone(), drawn.url.clone(), drawn.cancel_after);
        let on_complete = move |result| {
            assert!(!round.0.in_callback.replace(true), "a callback is called from inside another");
            pending.end(&result);
            drawn.assert_whole(&result);
            round.go_on();
            round.0.in_callback.set(false);
        };
        let download = client.download(&url, on_complete);
        match patience {
            None => {}
            Some(Duration::ZERO) => cancel(&download, &cancelling),
            Some(after) => {
                let (download, cancelling) = (download.clone(), cancelling.clone());
                client.after(after, move || cancel(&download, &cancelling));
            }
        }
        self.0.started.borrow_mut().push((download, cancelling));
    }

    /// The action of a callback.
    fn go_on(&self) {
        let choice = self.0.deck.borrow_mut().random.u8(..40);
        if Instant::now() < self.0.until {
            self.start();
        }
        match choice {
            0..4 => {
                // It may be any download started before; most have ended.
                let started = self.0.started.borrow();
                let (download, cancelling) = &started[self.0.deck.borrow_mut().random.usize(..started.len())];
                cancel(download, cancelling);
            }
            4 => panic::panic_any(OnPurpose),
            5 => drop(self.client()),
            6 => self.client().into_iter().for_each(|client| client.run()),
            _ => {}
        }
    }
}

fn cancel(download: &Download, cancelling: &Cancelling) {
    cancelling.now();
    download.cancel();
}
