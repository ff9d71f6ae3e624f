//! The connection of a download: a kept one, or resolve, connect and handshake; and its end.

use std::io;
use std::time::{Duration, Instant};

use photo::{ATTEMPT_DELAY, Error, Kept};

use super::state::Connecting;
use super::{Download, DownloadKey, Downloads, State};
use crate::connection::Connection;
use crate::resolve::Resolved;

impl Downloads {
    pub(super) fn find_connection(&mut self, key: DownloadKey, fresh: bool) {
        let kept = if fresh { None } else { self.take_idle(key) };
        match kept {
            Some(connection) => {
                self.reactor.set_owner(connection, Some(key));
                self.transfer(key, connection, true);
            }
            None => self.resolve(key),
        }
    }

    /// A kept connection to the same origin that is still open.
    fn take_idle(&mut self, key: DownloadKey) -> Option<usize> {
        loop {
            let kept = self.idle.take(self.pending[key.slot].exchange.origin(), self.reactor.now)?;
            let connection = match kept {
                Kept::Fresh(connection) => {
                    let socket = self.reactor.connection(connection);
                    if socket.is_drained() || socket.is_open() {
                        return Some(connection);
                    }
                    connection
                }
                Kept::TooOld(connection) => connection,
            };
            self.reactor.close(connection);
        }
    }

    fn resolve(&mut self, key: DownloadKey) {
        let download = &mut self.pending[key.slot];
        download.state = State::Resolve;
        let origin = download.exchange.origin();
        match origin.addresses(&self.config) {
            Some(known) => self.on_resolved(key, known),
            None => self.resolver.resolve(origin, key),
        }
    }

    /// Called when the resolver has answered.
    pub(super) fn on_resolved(&mut self, key: DownloadKey, resolved: Resolved) {
        if self.download(key).is_none() {
            return; // cancelled, or out of time
        }
        match resolved {
            Ok(addresses) => {
                let (next_at, last) = (self.reactor.now, io::ErrorKind::AddrNotAvailable.into());
                let connecting = Connecting { addresses, next: 0, next_at, attempts: Vec::new(), last };
                self.pending[key.slot].state = State::Connect(connecting);
                self.attempt_next(key);
            }
            Err(error) => self.complete(key, Err(error)),
        }
    }

    /// Also tries the next address, as in RFC 8305; ends the download if all have failed.
    pub(super) fn attempt_next(&mut self, key: DownloadKey) {
        let Download { exchange, state, .. } = &mut self.pending[key.slot];
        let State::Connect(connecting) = state else { return };
        while let Some(address) = connecting.addresses.get(connecting.next) {
            connecting.next += 1;
            let connection = Connection::connect(*address, exchange.origin().clone());
            match connection.and_then(|connection| self.reactor.register(connection, key)) {
                Ok(connection) => {
                    connecting.attempts.push(connection);
                    break;
                }
                Err(error) => connecting.last = error,
            }
        }
        if connecting.attempts.is_empty() {
            let last = std::mem::replace(&mut connecting.last, io::ErrorKind::Other.into());
            let error = Error::connect(exchange.origin(), last);
            return self.complete(key, Err(error));
        }
        connecting.next_at = Instant::now() + ATTEMPT_DELAY;
        if let Some(at) = connecting.next_at() {
            self.set_timer(key, at);
        }
    }

    /// Called when one of the attempts may have ended.
    pub(super) fn connect(&mut self, key: DownloadKey) {
        let State::Connect(connecting) = &mut self.pending[key.slot].state else { return };
        let tried = connecting.attempts.len();
        let mut connected = None;
        connecting.attempts.retain(|connection| {
            match self.reactor.connection(*connection).connected() {
                Ok(true) if connected.is_none() => connected = Some(*connection),
                Ok(_) => return true,
                Err(error) => {
                    connecting.last = error;
                    self.reactor.close(*connection);
                }
            }
            false
        });
        let any_failed = connecting.attempts.len() < tried;
        if let Some(connection) = connected {
            self.drop_connection(key); // the others
            self.pending[key.slot].state = State::Handshake { connection };
            self.handshake(key, connection);
        } else if any_failed {
            self.attempt_next(key);
        }
    }

    pub(super) fn handshake(&mut self, key: DownloadKey, connection: usize) {
        match self.reactor.connection(connection).handshake(&self.tls) {
            Ok(true) => self.transfer(key, connection, false),
            Ok(false) => {}
            Err(error) => self.complete(key, Err(error)),
        }
    }

    /// Closes an idle connection if it cannot be used again.
    pub(super) fn check_idle(&mut self, connection: usize) {
        let socket = self.reactor.connection(connection);
        if !socket.is_open() {
            self.idle.remove(socket.origin(), |idle| *idle == connection);
            self.reactor.close(connection);
        }
    }

    /// Keeps the connection for the next download if it may be used again, or closes it.
    pub(super) fn release_connection(&mut self, key: DownloadKey, keep_for: Option<Duration>) {
        let download = &mut self.pending[key.slot];
        let Some(connection) = download.take_connection() else { return };
        let Some(keep_for) = keep_for else { return self.reactor.close(connection) };
        let origin = download.exchange.origin();
        self.reactor.set_owner(connection, None);
        if let Some(surplus) = self.idle.put(origin, connection, self.reactor.now, keep_for) {
            self.reactor.close(surplus);
        }
    }

    /// Closes the connection of the download, or all its attempts to connect.
    pub(super) fn drop_connection(&mut self, key: DownloadKey) {
        let download = &mut self.pending[key.slot];
        if let State::Connect(connecting) = &mut download.state {
            for connection in connecting.attempts.drain(..) {
                self.reactor.close(connection);
            }
        } else if let Some(connection) = download.take_connection() {
            self.reactor.close(connection);
        }
    }
}
