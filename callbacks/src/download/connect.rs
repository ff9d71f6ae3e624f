//! The connection of a download: a kept one, or resolve, connect and agree on TLS; and its end.

use std::io;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use photo::{Error, Kept};

use super::{DownloadKey, Downloads, State};
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
            Some(known) => {
                let resolved = origin.resolved(Ok(known));
                self.on_resolved(key, resolved);
            }
            None => self.resolver.resolve(origin, key),
        }
    }

    /// Called when the resolver has answered.
    pub(super) fn on_resolved(&mut self, key: DownloadKey, resolved: Resolved) {
        if self.download(key).is_none() {
            return; // cancelled, or out of time
        }
        match resolved {
            Ok(addresses) => self.connect_to_next(key, addresses, 0, io::ErrorKind::NotFound.into()),
            Err(error) => self.complete(key, Err(error)),
        }
    }

    /// Tries the addresses from number `next` on; `last` is the error of the one before.
    fn connect_to_next(
        &mut self,
        key: DownloadKey,
        addresses: Vec<SocketAddr>,
        next: usize,
        last: io::Error,
    ) {
        let mut last = last;
        for (next, address) in addresses.iter().enumerate().skip(next) {
            let origin = self.pending[key.slot].exchange.origin().clone();
            let connection = Connection::connect(*address, origin);
            match connection.and_then(|connection| self.reactor.register(connection, key)) {
                Ok(connection) => {
                    let left = addresses.len() - next;
                    let download = &mut self.pending[key.slot];
                    let end = download.deadline.share(Instant::now(), left);
                    download.state = State::Connect { connection, addresses, next: next + 1, end };
                    return self.set_timer(key, end);
                }
                Err(error) => last = error,
            }
        }
        let error = Error::connect(self.pending[key.slot].exchange.origin(), last);
        self.complete(key, Err(error));
    }

    pub(super) fn connect(&mut self, key: DownloadKey, connection: usize) {
        match self.reactor.connection(connection).connected() {
            Ok(false) => {}
            Ok(true) => {
                self.pending[key.slot].state = State::Handshake { connection };
                self.handshake(key, connection);
            }
            Err(error) => self.give_up_address(key, error),
        }
    }

    pub(super) fn give_up_address(&mut self, key: DownloadKey, error: io::Error) {
        let state = std::mem::replace(&mut self.pending[key.slot].state, State::Start { fresh: true });
        if let State::Connect { connection, addresses, next, .. } = state {
            self.reactor.close(connection);
            self.connect_to_next(key, addresses, next, error);
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

    pub(super) fn drop_connection(&mut self, key: DownloadKey) {
        if let Some(connection) = self.pending[key.slot].take_connection() {
            self.reactor.close(connection);
        }
    }
}
