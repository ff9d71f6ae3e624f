//! The callback style, as the suite sees it.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use photo::{Config, Error, Photo};
use photo_callbacks::{Client, recipes};

use crate::{HandlePhoto, Samples, Style};

pub(crate) struct Callbacks(Client);

impl Callbacks {
    pub(crate) fn new(config: Config) -> Result<Self, Error> {
        Client::new(config).map(Self)
    }

    /// Turns the loop until nothing is pending: by then the callback that `start` was given has been called.
    fn wait_for<T: 'static>(&self, start: impl FnOnce(Box<dyn FnOnce(T)>)) -> T {
        let slot = Rc::new(Cell::new(None));
        let filled = Rc::clone(&slot);
        start(Box::new(move |value| filled.set(Some(value))));
        self.0.run();
        slot.take().expect("run() returns when every callback has been called")
    }
}

impl Style for Callbacks {
    fn download(&self, url: &str) -> Result<Photo, Error> {
        self.wait_for(|on_complete| {
            self.0.download(url, on_complete);
        })
    }

    fn many(&self, urls: &[String], in_flight: usize) -> Vec<Result<Photo, Error>> {
        self.wait_for(|on_complete| recipes::many(&self.0, urls, in_flight, on_complete))
    }

    fn one(&self, url: &str, started: Box<dyn FnOnce() + Send>, handle_photo: HandlePhoto) {
        recipes::one(&self.0, url, started, handle_photo);
        self.0.run();
    }

    fn cancel(&self, url: &str, after: Duration) -> Result<Photo, Error> {
        self.wait_for(|on_complete| {
            let download = self.0.download(url, on_complete);
            self.0.after(after, move || download.cancel());
        })
    }

    fn closed_loop(&self, url: &str, in_flight: usize, samples: &Samples) {
        let url: Rc<str> = url.into();
        for _ in 0..in_flight {
            next(self.0.clone(), Rc::clone(&url), samples.clone());
        }
        self.0.run();
    }
}

/// One of the chains in flight: each callback starts the next download.
fn next(client: Client, url: Rc<str>, samples: Samples) {
    let Some(ticket) = samples.start() else { return };
    client.clone().download(&Rc::clone(&url), move |result| {
        samples.done(&ticket, result);
        next(client, url, samples);
    });
}
