//! One download: resolve, connect, send, receive; and again where a redirect leads.

use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::Instant;

use photo::{Deadline, Error, Phase, Photo, Progress, Reply, Target};
use ureq::Agent;
use ureq::http::Response;

use crate::cancel::{self, Guard};
use crate::connection::{self, Connection, Patience};
use crate::resolve;
use crate::transport::{OneExchange, Resolved, Slot, unwrap};
use crate::{CancelToken, Client};

/// Downloads what `target` asks for.
pub(crate) fn download(
    client: &Client,
    mut target: Target,
    token: Option<&CancelToken>,
    mut on_progress: impl FnMut(Progress),
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
    fn run(mut self, on_progress: &mut impl FnMut(Progress)) -> Result<Outcome, Error> {
        cancel::check(self.token)?;
        if let Some(kept) = self.client.take_idle(self.target.origin()) {
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
        resolve::resolve(self.target.origin(), self.client.config(), &self.deadline, self.token)
    }

    fn connect(&self, addresses: &[SocketAddr]) -> Result<(Arc<TcpStream>, Option<Guard>), Error> {
        let (origin, config) = (self.target.origin(), self.client.config());
        connection::connect(addresses, origin, config, &self.deadline, self.token)
    }

    fn handshake(&self, tcp: Arc<TcpStream>) -> Result<Connection, Error> {
        let origin = self.target.origin();
        let connection = Connection::plain(tcp);
        if !origin.is_https() {
            return Ok(connection);
        }
        let agreed = connection.handshake(origin, self.client.tls(), self.patience(Phase::Handshake));
        cancel::check(self.token).and(agreed)
    }

    /// Has ureq send the request and receive the head of the reply, and then receives the body.
    fn exchange(
        &self,
        connection: Connection,
        guard: Option<Guard>,
        on_progress: &mut impl FnMut(Progress),
    ) -> Result<Outcome, Failed> {
        let origin = self.target.origin();
        let mut patience = self.patience(Phase::Send);
        patience.deadline.moved(self.client.config(), Instant::now());
        let room = self.target.request_room(self.client.config());
        let slot = Slot::new(OneExchange::new(connection, origin, patience, room));

        let reply = self.ask(&slot);
        let mut exchange = slot.take().expect("ureq is done with it");
        let outcome = reply.and_then(|reply| self.receive(&reply, &mut exchange, on_progress));

        // From here on nobody can shut the connection down, so it is safe to keep; what was done to it until here,
        // and looks like a failure or like the end of a photo, the token knows.
        drop(guard);
        if let Err(error) = cancel::check(self.token) {
            return Err(Failed { error, unanswered: false });
        }
        match outcome {
            Ok((outcome, reuse)) => {
                if reuse && let Some(connection) = exchange.into_drained() {
                    self.client.keep_idle(origin, connection);
                }
                Ok(outcome)
            }
            Err(error) => {
                Err(Failed { unanswered: error.is_lost_connection() && !exchange.is_answered(), error })
            }
        }
    }

    /// The head of the reply.
    fn ask(&self, slot: &Slot) -> Result<Response<()>, Error> {
        let request = self.target.request(self.client.config())?;
        // An agent for each request: it is how the exchange gets past ureq's own pool.
        let agent = Agent::with_parts(self.client.ureq(), slot.clone(), Resolved);
        let reply = agent.run(request).map_err(unwrap)?;
        Ok(reply.map(drop))
    }

    /// What comes of the reply; the flag tells whether the connection may be used again.
    fn receive(
        &self,
        reply: &Response<()>,
        exchange: &mut OneExchange,
        on_progress: &mut impl FnMut(Progress),
    ) -> Result<(Outcome, bool), Error> {
        let config = self.client.config();
        let (head, rest) = exchange.reply().expect("there is one");
        let mut body = match Reply::judge(self.target, config, head, reply, rest)? {
            Reply::Photo(body) => body,
            Reply::Redirect { target, reuse } => return Ok((Outcome::Redirect(target), reuse)),
        };
        let mut is_whole = body.begin(rest)?;
        while !is_whole {
            if body.progress().received > 0 {
                on_progress(body.progress());
            }
            let received = exchange.receive(body.space()).map_err(|error| match error {
                Error::Truncated { .. } => body.truncated(),
                error => error,
            })?;
            is_whole = body.filled(received)?;
        }
        let (photo, reuse) = body.finish(self.target, config)?;
        on_progress(photo.received());
        Ok((Outcome::Photo(photo), reuse))
    }

    fn patience(&self, phase: Phase) -> Patience {
        Patience { config: Arc::clone(self.client.config()), deadline: self.deadline, phase }
    }
}

#[cfg(test)]
mod tests;
