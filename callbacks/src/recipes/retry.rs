//! To try again, later each time, where that may help.
//!
//! There is no loop to be seen: the callback of a failed attempt sets a timer, and the timer's callback starts the
//! next attempt. What is easy to get wrong: all that the next attempt needs must move from callback to callback, and on
//! each way through them exactly one must call `on_complete`. To try again after *every* error is a mistake in any
//! style: a photo that is not there will not be there in a second.

use std::rc::Rc;
use std::time::SystemTime;

use crate::recipes::Done;
use crate::{Backoff, Client, Error};

/// Does `work` with `url`, such as [`Client::download`], as often as `backoff` allows while the errors are transient.
///
/// `work` ends when it calls the callback that it is given.
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

/// What moves from attempt to attempt.
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
