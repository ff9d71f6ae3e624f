//! One download: resolve, connect, send, receive; and again where a redirect leads.

use std::io::Read;
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::Instant;

use photo::{Body, Deadline, Error, Phase, Photo, Received, Reply, Target, keeps_alive};
use ureq::http::Response;
use ureq::{Agent, http};

use crate::cancel::{self, Guard};
use crate::connection::{self, Connection, Patience};
use crate::resolve;
use crate::transport::{Aside, OneExchange, Ready, Resolved, unwrap};
use crate::{CancelToken, Client};

/// Downloads what `target` asks for.
pub(crate) fn download(
    client: &Client,
    mut target: Target,
    token: Option<&CancelToken>,
    mut on_progress: impl FnMut(Received),
) -> Result<Photo, Error> {
    let mut deadline = Deadline::new(client.config(), Instant::now());
    loop {
        match (Hop { client, target: &target, deadline, token }).run(&mut on_progress)? {
            Outcome::Photo(photo) => return Ok(photo),
            Outcome::Redirect(next) => target = *next,
        }
        deadline.connecting(client.config(), Instant::now());
    }
}

/// One request and its reply.
struct Hop<'a> {
    client: &'a Client,
    target: &'a Target,
    deadline: Deadline,
    token: Option<&'a CancelToken>,
}

enum Outcome {
    Photo(Photo),
    Redirect(Box<Target>),
}

/// A hop that failed once it had a connection.
struct Failed {
    error: Error,
    /// The connection was lost before any byte of a reply came.
    unanswered: bool,
}

impl Hop<'_> {
    fn run(mut self, on_progress: &mut impl FnMut(Received)) -> Result<Outcome, Error> {
        cancel::check(self.token)?;
        if let Some(kept) = self.client.take_idle(self.target.endpoint()) {
            let guard = cancel::guard(self.token, kept.tcp())?;
            match self.exchange(kept, guard, on_progress) {
                // The server closed it while the request was under way; RFC 9112, section 9.3.1.
                Err(failed) if failed.unanswered => {
                    self.deadline.connecting(self.client.config(), Instant::now());
                }
                result => return result.map_err(|failed| failed.error),
            }
        }
        let addresses = self.resolve()?;
        let (tcp, guard) = self.connect(&addresses)?;
        let connection = self.handshake(tcp)?;
        self.exchange(connection, guard, on_progress).map_err(|failed| failed.error)
    }

    fn resolve(&self) -> Result<Vec<SocketAddr>, Error> {
        resolve::resolve(self.target.endpoint(), self.client.config(), &self.deadline, self.token)
    }

    fn connect(&self, addresses: &[SocketAddr]) -> Result<(Arc<TcpStream>, Option<Guard>), Error> {
        let (endpoint, config) = (self.target.endpoint(), self.client.config());
        connection::connect(addresses, endpoint, config, &self.deadline, self.token)
    }

    fn handshake(&self, tcp: Arc<TcpStream>) -> Result<Connection, Error> {
        let endpoint = self.target.endpoint();
        let connection = Connection::plain(tcp);
        if !endpoint.is_https() {
            return Ok(connection);
        }
        let agreed = connection.handshake(endpoint, self.client.tls(), self.patience(Phase::Handshake));
        cancel::check(self.token).and(agreed)
    }

    /// Has ureq send the request and receive the head of the reply, and then receives the body through it.
    fn exchange(
        &self,
        connection: Connection,
        guard: Option<Guard>,
        on_progress: &mut impl FnMut(Received),
    ) -> Result<Outcome, Failed> {
        let endpoint = self.target.endpoint();
        let mut patience = self.patience(Phase::Send);
        patience.deadline.moved(self.client.config(), Instant::now());
        let aside = Aside::default();
        let room = self.target.request_room(self.client.config());
        let transport = OneExchange::new(connection, endpoint, patience, aside.clone(), room);

        // An agent for each request: it is how the transport gets past ureq's own pool.
        let agent = Agent::with_parts(self.client.ureq(), Ready::new(transport), Resolved);
        let reply =
            self.target.request(self.client.config()).and_then(|request| agent.run(request).map_err(unwrap));
        let outcome = reply.and_then(|reply| {
            let mut told = aside.lock();
            told.head_is_whole = true;
            told.keeps_alive = keeps_alive(&reply);
            drop(told);
            self.receive(reply, on_progress)
        });

        // From here on nobody can shut the connection down, so it is safe to keep; what was done to it until here,
        // and looks like a failure or like the end of a photo, the token knows.
        drop(guard);
        let told = std::mem::take(&mut *aside.lock());
        if let Err(error) = cancel::check(self.token) {
            return Err(Failed { error, unanswered: false });
        }
        if let (Ok(_), Some(connection)) = (&outcome, told.spare) {
            self.client.keep_idle(endpoint, connection);
        }
        outcome.map_err(|error| {
            let lost = matches!(error, Error::Io { .. } | Error::Truncated { .. } | Error::Tls { .. });
            Failed { unanswered: lost && !told.head_is_whole && !told.answered, error }
        })
    }

    fn receive(
        &self,
        reply: Response<ureq::Body>,
        on_progress: &mut impl FnMut(Received),
    ) -> Result<Outcome, Error> {
        let (http::response::Parts { status, headers, .. }, mut bytes) = reply.into_parts();
        let config = self.client.config();
        if let Reply::Redirect(next) = Reply::judge(self.target, config, status, &headers)? {
            // Reading a body that nobody wants may take longer than connecting anew.
            return Ok(Outcome::Redirect(next));
        }
        let mut body = Body::new(bytes.content_length(), config)?;
        let mut reader = bytes.as_reader();
        loop {
            // When all has come, ureq must be asked once more before it gives the connection away.
            let nothing = &mut [0];
            let space = if body.is_whole() { nothing } else { body.space() };
            match reader.read(space) {
                Ok(0) => break,
                Ok(n) => {
                    body.filled(n)?;
                    if !body.is_whole() {
                        on_progress(body.progress());
                    }
                }
                Err(error) => match unwrap(error.into()) {
                    Error::Truncated { .. } => return Err(body.truncated()),
                    error => return Err(error),
                },
            }
        }
        let photo = body.finish(self.target, config)?;
        on_progress(photo.received());
        Ok(Outcome::Photo(photo))
    }

    fn patience(&self, phase: Phase) -> Patience {
        Patience { config: Arc::clone(self.client.config()), deadline: self.deadline, phase }
    }
}

#[cfg(test)]
mod tests;
