//! Retries: another attempt after each transient error, later each time.
//!
//! No loop is visible: the callback of a failed attempt sets a timer, and the timer's callback starts the next
//! attempt. Easy to get wrong: the state of the next attempt must move from callback to callback, and each path must
//! call `on_complete` exactly once. A retry after *every* error is a mistake in any style: a missing photo is still
//! missing a second later.

use std::rc::Rc;
use std::time::SystemTime;

use crate::recipes::Done;
use crate::{Backoff, Client, Error};

/// Repeats `work` on `url`, such as [`Client::download`], while the errors are transient and `backoff` allows it.
///
/// `work` ends when it calls its callback.
///
/// # Errors
///
/// [`Error::Failed`] with the number of attempts and the error of the last one. [`Error::Cancelled`] is its cause if a
/// [`cancellable`](Client::cancellable) client is cancelled during a pause.
pub fn retry<T: 'static>(
    client: &Client,
    url: &str,
    backoff: Backoff,
    work: impl Fn(&Client, &str, Done<Result<T, Error>>) + 'static,
    on_complete: impl FnOnce(Result<T, Error>) + 'static,
) {
    let retry = Retry { client: client.clone(), url: url.into(), attempts: 0, backoff, work: Rc::new(work) };
    retry.attempt(on_complete);
}

/// The state that moves from attempt to attempt.
struct Retry<W> {
    client: Client,
    url: Rc<str>,
    attempts: u32,
    backoff: Backoff,
    work: Rc<W>,
}

impl<W: 'static> Retry<W> {
    fn attempt<T: 'static>(mut self, on_complete: impl FnOnce(Result<T, Error>) + 'static)
    where
        W: Fn(&Client, &str, Done<Result<T, Error>>),
    {
        self.attempts += 1;
        let (client, url, work) = (self.client.clone(), Rc::clone(&self.url), Rc::clone(&self.work));
        let done = move |result| {
            let error = match result {
                Ok(done) => return on_complete(Ok(done)),
                Err(error) => error,
            };
            let Some(pause) = self.backoff.pause(&error, SystemTime::now()) else {
                return on_complete(Err(Error::of(error, &self.url, self.attempts)));
            };
            let client = self.client.clone();
            client.after(pause, move || {
                if self.client.is_cancelled() {
                    return on_complete(Err(Error::Cancelled.of(&self.url, self.attempts)));
                }
                self.attempt(on_complete);
            });
        };
        work(&client, &url, Box::new(done));
    }
}
