//! Callbacks on several cores: a client and an event loop in a thread for each, which share nothing.

use std::io;
use std::num::NonZero;
use std::sync::Arc;
use std::sync::mpsc::{self, Sender};
use std::thread;

use photo::Config;
use photo_tests::{Feed, Style};

use crate::load::client::LoadClient;
use crate::load::samples::Samples;

/// The loops, as the thread that has the load sees them. They end when this is dropped.
pub(super) struct Loops(Vec<Sender<Share>>);

/// A loop's part of a load.
struct Share {
    url: String,
    in_flight: usize,
    feed: Arc<dyn Feed>,
    done: Sender<()>,
}

impl Loops {
    pub(super) fn start(config: Config, cores: NonZero<usize>) -> io::Result<Self> {
        Ok(Self((0..cores.get()).map(|_| start_one(config.clone())).collect::<io::Result<_>>()?))
    }
}

impl LoadClient for Loops {
    fn closed_loop(&mut self, url: &str, in_flight: usize, samples: &Samples) -> io::Result<()> {
        let Self(loops) = self;
        let (done, all_done) = mpsc::channel();
        let upto = |index: usize| in_flight * index / loops.len();
        for (index, shares) in loops.iter().enumerate() {
            let share = Share {
                url: url.to_owned(),
                in_flight: upto(index + 1) - upto(index),
                feed: samples.feed(),
                done: done.clone(),
            };
            shares.send(share).map_err(io::Error::other)?;
        }
        for _ in loops {
            all_done.recv().map_err(io::Error::other)?;
        }
        Ok(())
    }
}

/// The client is made in its thread, where it must stay.
fn start_one(config: Config) -> io::Result<Sender<Share>> {
    let (shares, inbox) = mpsc::channel();
    let (ready, started) = mpsc::channel();
    thread::Builder::new().name("event loop".into()).spawn(move || {
        match Style::Callbacks.client(config) {
            Ok(client) => {
                let _ = ready.send(Ok(()));
                for Share { url, in_flight, feed, done } in inbox {
                    client.drive(&url, in_flight, feed);
                    let _ = done.send(());
                }
            }
            Err(error) => {
                let _ = ready.send(Err(error));
            }
        }
    })?;
    started.recv().map_err(io::Error::other)?.map_err(io::Error::other)?;
    Ok(shares)
}
