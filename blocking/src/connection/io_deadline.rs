//! The deadline of a connection in use.

use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use photo::{Config, Deadline, Error, Exchange, Phase};

/// The deadline of a download, and the phase that is reported when it passes.
#[derive(Debug)]
pub(crate) struct IoDeadline {
    config: Arc<Config>,
    deadline: Deadline,
    pub(crate) phase: Phase,
}

impl IoDeadline {
    /// A download starts.
    pub(crate) fn new(config: &Arc<Config>) -> Self {
        let deadline = Deadline::new(config, Instant::now());
        Self { config: Arc::clone(config), deadline, phase: Phase::Connect }
    }

    /// Restarts the time to connect.
    pub(crate) fn connecting(&mut self) {
        self.deadline.connecting(&self.config, Instant::now());
    }

    /// Starts the phase `Send`, on an established connection.
    pub(crate) fn enter_send(&mut self) {
        self.phase = Phase::Send;
        self.moved();
    }

    /// Extends the deadline, because bytes moved just now; during the handshake it does not.
    pub(crate) fn moved(&mut self) {
        if self.phase != Phase::Handshake {
            self.deadline.moved(&self.config, Instant::now());
        }
    }

    /// The time at which the deadline passes.
    pub(crate) fn at(&self) -> Instant {
        self.deadline.at()
    }

    /// The time left; zero once the deadline has passed.
    pub(crate) fn left(&self) -> Duration {
        self.deadline.at().saturating_duration_since(Instant::now())
    }

    /// The error of a deadline that has passed.
    pub(crate) fn error(&self) -> Error {
        self.deadline.error(&self.config, self.phase)
    }

    /// The error of an exchange whose connection failed or timed out.
    pub(crate) fn failed(exchange: &Exchange, error: io::Error) -> Error {
        Self::timeout(&error).unwrap_or_else(|| exchange.failed(error))
    }

    /// The [`Error::Timeout`] that a timed-out read or write holds.
    pub(crate) fn timeout(error: &io::Error) -> Option<Error> {
        error.get_ref()?.downcast_ref::<Error>().cloned()
    }
}
