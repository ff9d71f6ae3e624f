//! ehttp: callbacks. Each fetch starts a thread, in which ureq blocks and the callback is called.
//!
//! Nothing but a time limit can be configured. ureq is used by its free functions, so each download makes a connection
//! of its own, and the environment may name a proxy.

use std::io;
use std::sync::mpsc::{self, Sender};

use ehttp::{Request, Response};
use photo_tests::Samples;

use super::record;
use crate::entrant::{Load, PATIENCE};

struct Ehttp;

pub(super) fn client(_in_flight: usize) -> io::Result<Box<dyn Load>> {
    Ok(Box::new(Ehttp))
}

/// One download after the other, each started by the callback of the one before.
fn chain(request: Request, samples: Samples, alive: Sender<()>) {
    let Some(ticket) = samples.start() else { return };
    ehttp::fetch(request.clone(), move |result| {
        record(&samples, &ticket, length(result));
        chain(request, samples, alive);
    });
}

fn length(result: Result<Response, String>) -> io::Result<usize> {
    match result {
        Ok(reply) if reply.ok => Ok(reply.bytes.len()),
        Ok(reply) => Err(io::Error::other(format!("{} {}", reply.status, reply.status_text))),
        Err(error) => Err(io::Error::other(error)),
    }
}

impl Load for Ehttp {
    fn closed_loop(&mut self, url: &str, in_flight: usize, samples: &Samples) -> io::Result<()> {
        let request = Request::get(url).with_timeout(Some(PATIENCE));
        let (alive, none_alive) = mpsc::channel();
        for _ in 0..in_flight {
            chain(request.clone(), samples.clone(), alive.clone());
        }
        drop(alive);
        // Nothing is ever sent: this is the end of the last chain.
        let _ = none_alive.recv();
        Ok(())
    }
}
