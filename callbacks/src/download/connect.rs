//! The way to a connection: a kept one, or resolve, connect and agree on TLS.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Instant;

use photo::Error;

use super::{DownloadKey, Resolved, State};
use crate::connection::Connection;
use crate::event_loop::{EventLoop, Finished, Owner};
use crate::resolve::resolve;

impl EventLoop {
    pub(super) fn find_connection(&mut self, key: DownloadKey, fresh: bool) {
        let kept = if fresh { None } else { self.take_idle(key) };
        match kept {
            Some(connection) => {
                self.connections[connection].owner = Owner::Download(key);
                self.transfer(key, connection, true);
            }
            None => self.resolve(key),
        }
    }

    /// A kept connection to the same origin that is still open.
    fn take_idle(&mut self, key: DownloadKey) -> Option<usize> {
        loop {
            let connection = self.idle.take(self.downloads[key.slot].exchange.origin())?;
            let socket = &self.connections[connection].connection;
            if socket.is_drained() || socket.is_open() {
                return Some(connection);
            }
            self.close(connection);
        }
    }

    fn resolve(&mut self, key: DownloadKey) {
        let download = &mut self.downloads[key.slot];
        let origin = download.exchange.origin().clone();
        let wanted = Arc::new(());
        let still_wanted = Arc::downgrade(&wanted);
        download.state = State::Resolve { _wanted: wanted };
        if let Some(known) = origin.addresses(&self.config) {
            return self.on_resolved(key, origin.resolved(Ok(known)));
        }
        let work = Box::new(move || {
            let is_wanted = still_wanted.strong_count() > 0;
            Finished::Resolve(key, if is_wanted { resolve(&origin) } else { Err(Error::Cancelled) })
        });
        if let Err((_, error)) = self.workers.submit(work) {
            let error = Error::resolve(self.downloads[key.slot].exchange.origin(), error);
            self.complete(key, Err(error));
        }
    }

    /// Called when the resolver has answered.
    pub(crate) fn on_resolved(&mut self, key: DownloadKey, resolved: Resolved) {
        if self.download(key).is_none() {
            return; // cancelled, or out of time
        }
        match resolved {
            Ok(addresses) => self.connect_to_next(key, addresses, 0, io::ErrorKind::NotFound.into()),
            Err(error) => self.complete(key, Err(error)),
        }
    }

    /// Tries the addresses from number `next` on; `last` is why the one before did not do.
    fn connect_to_next(
        &mut self,
        key: DownloadKey,
        addresses: Vec<SocketAddr>,
        next: usize,
        last: io::Error,
    ) {
        let mut last = last;
        for (next, address) in addresses.iter().enumerate().skip(next) {
            match Connection::connect(*address).and_then(|connection| self.watch(connection, key)) {
                Ok(connection) => {
                    let left = addresses.len() - next;
                    let download = &mut self.downloads[key.slot];
                    let end = download.deadline.share(Instant::now(), left);
                    download.state = State::Connect { connection, addresses, next: next + 1, end };
                    return self.set_timer(key, end);
                }
                Err(error) => last = error,
            }
        }
        let error = Error::connect(self.downloads[key.slot].exchange.origin(), last);
        self.complete(key, Err(error));
    }

    pub(super) fn connect(&mut self, key: DownloadKey, connection: usize) {
        match self.connections[connection].connection.connected() {
            Ok(false) => {}
            Ok(true) => {
                self.downloads[key.slot].state = State::Handshake { connection };
                self.handshake(key, connection);
            }
            Err(error) => self.give_up_address(key, error),
        }
    }

    pub(super) fn give_up_address(&mut self, key: DownloadKey, error: io::Error) {
        let state = std::mem::replace(&mut self.downloads[key.slot].state, State::Start { fresh: true });
        if let State::Connect { connection, addresses, next, .. } = state {
            self.close(connection);
            self.connect_to_next(key, addresses, next, error);
        }
    }

    pub(super) fn handshake(&mut self, key: DownloadKey, connection: usize) {
        let origin = self.downloads[key.slot].exchange.origin();
        match self.connections[connection].connection.handshake(&self.tls, origin) {
            Ok(true) => self.transfer(key, connection, false),
            Ok(false) => {}
            Err(error) => self.complete(key, Err(error)),
        }
    }
}
