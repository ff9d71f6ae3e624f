//! ehttp: callbacks. Each fetch starts a thread, in which ureq blocks and the callback is called.
//!
//! Nothing but a time limit can be configured. ureq is used by its free functions, so each download makes its own
//! connection, and the environment may name a proxy.

use std::io;
use std::sync::mpsc::{self, Sender};

use ehttp::{Request, Response};
use photo_tests::{Feed, Turn};

use super::drive::record;
use crate::load::client::{LoadClient, PATIENCE};
use crate::load::samples::Samples;

struct Ehttp;

pub(super) fn client() -> Box<dyn LoadClient> {
    Box::new(Ehttp)
}

/// One download after another, each started by the callback of the one before; signals `ended` after the last.
fn chain(request: Request, samples: Samples, next: Option<Turn>, ended: Sender<()>) {
    let Some(turn) = next else {
        // The receiver is gone if the loop has been given up.
        let _ = ended.send(());
        return;
    };
    ehttp::fetch(request.clone(), move |result| {
        record(&samples, &turn, length(result));
        let next = samples.next();
        chain(request, samples, next, ended);
    });
}

fn length(result: Result<Response, String>) -> io::Result<usize> {
    match result {
        Ok(reply) if reply.ok => Ok(reply.bytes.len()),
        Ok(reply) => Err(io::Error::other(format!("{} {}", reply.status, reply.status_text))),
        Err(error) => Err(io::Error::other(error)),
    }
}

impl LoadClient for Ehttp {
    fn closed_loop(&mut self, url: &str, in_flight: usize, samples: &Samples) -> io::Result<()> {
        let request = Request::get(url).with_timeout(Some(PATIENCE));
        let (ended, ends) = mpsc::channel();
        for _ in 0..in_flight {
            chain(request.clone(), samples.clone(), samples.first(), ended.clone());
        }
        drop(ended);
        if ends.iter().take(in_flight).count() < in_flight {
            return Err(io::Error::other("a callback was never called"));
        }
        Ok(())
    }
}
