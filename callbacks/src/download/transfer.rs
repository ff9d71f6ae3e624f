//! The request and the reply.

use std::io;
use std::time::Duration;

use photo::{Exchange, Progress, Step};

use super::{DownloadKey, Downloads, State};

/// Most bytes that one download receives in one turn, so that a fast server cannot starve the others.
const BYTES_PER_TURN: usize = 1 << 20;

impl Downloads {
    pub(super) fn transfer(&mut self, key: DownloadKey, connection: usize, kept: bool) {
        self.pending[key.slot].state = State::Transfer { connection, kept, flushed: false };
        self.moved(key);
        self.send(key, connection, !kept);
    }

    /// Sends the request. The event that led here may have reported a reply too, if the server did not wait for the
    /// request. No other event would follow, so `then_receive` reads at once.
    pub(super) fn send(&mut self, key: DownloadKey, connection: usize, then_receive: bool) {
        loop {
            let exchange = &mut self.pending[key.slot].exchange;
            let socket = self.reactor.connection(connection);
            if exchange.to_send().is_empty() {
                match socket.flush() {
                    Ok(()) => break,
                    Err(error) if error.kind() == io::ErrorKind::WouldBlock => return,
                    Err(error) => return self.on_failure(key, error),
                }
            }
            match socket.send(exchange) {
                Ok(sent) => exchange.sent(sent),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return,
                Err(error) => return self.on_failure(key, error),
            }
            self.moved(key);
        }
        if let State::Transfer { flushed, .. } = &mut self.pending[key.slot].state {
            *flushed = true;
        }
        if then_receive {
            self.receive(key, connection);
        }
    }

    pub(super) fn receive(&mut self, key: DownloadKey, connection: usize) {
        let mut total = 0;
        while total < BYTES_PER_TURN {
            let exchange = &mut self.pending[key.slot].exchange;
            let socket = self.reactor.connection(connection);
            let received = match socket.receive(exchange, &mut self.scratch) {
                Ok(received) => received,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    if socket.has_moved() {
                        self.moved(key);
                    }
                    return;
                }
                Err(error) => return self.on_failure(key, error),
            };
            total += received;
            match exchange.filled(&mut self.scratch, received) {
                Ok(Step::Done { photo, keep_for }) => {
                    self.release_connection(key, keep_for);
                    self.report_progress(key, photo.received());
                    return self.complete(key, Ok(photo));
                }
                Ok(Step::Redirect { next, keep_for }) => return self.redirect(key, next, keep_for),
                Ok(Step::Failed { error, keep_for }) => {
                    self.release_connection(key, Some(keep_for));
                    return self.complete(key, Err(error));
                }
                Ok(Step::More) => {
                    self.moved(key);
                    self.report_progress(key, self.pending[key.slot].exchange.progress());
                }
                Err(error) => return self.on_error(key, error),
            }
            if self.reactor.connection(connection).is_drained() {
                return;
            }
        }
        self.runnable.push_back(key);
    }

    fn report_progress(&mut self, key: DownloadKey, progress: Progress) {
        if progress.received == 0 && progress.total != Some(0) {
            return; // only the head has arrived
        }
        if let Some(on_progress) = self.pending[key.slot].on_progress.clone() {
            self.reactor.call(Box::new(move || on_progress.borrow_mut()(progress)));
        }
    }

    fn redirect(&mut self, key: DownloadKey, next: Box<Exchange>, keep_for: Option<Duration>) {
        self.release_connection(key, keep_for);
        self.pending[key.slot].exchange = next;
        self.start_again(key, false);
    }
}
