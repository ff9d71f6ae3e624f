//! One download: resolve, connect, send, receive; then the same for each redirect.

use std::cell::RefCell;
use std::sync::Arc;
use std::time::Duration;

use photo::{Error, Exchange, Photo, Progress, Step, Target};

use crate::Client;
use crate::cancel::{self, Guard};
use crate::connection::{Connection, IoDeadline, connect_to_any};

/// Space for the head of a reply, in bytes; small photos arrive with it.
const SCRATCH: usize = 4 << 10;

thread_local! {
    /// The buffer of this thread, which has one download at a time.
    static SCRATCH_BUFFER: RefCell<[u8; SCRATCH]> = const { RefCell::new([0; SCRATCH]) };
}

/// Downloads `target`, redirects included.
pub(crate) fn download(
    client: &Client,
    target: Target,
    mut on_progress: impl FnMut(Progress),
) -> Result<Photo, Error> {
    let token = client.token();
    let mut exchange = Exchange::of(target, Arc::clone(client.config()))?;
    let mut deadline = IoDeadline::new(client.config());
    let mut retry = false;
    loop {
        cancel::check(token)?;
        let kept = if retry { None } else { client.take_idle(exchange.origin()) };
        let was_kept = kept.is_some();
        let (mut connection, guard) = match kept {
            Some(connection) => {
                let guard = cancel::guard(token, connection.tcp())?;
                (connection, guard)
            }
            None => connect(client, &exchange, &mut deadline)?,
        };
        let transferred = transfer(&mut connection, &mut exchange, &mut deadline, &mut on_progress);
        // No other thread can shut the connection down after this, so it is safe to keep. An earlier shutdown looks
        // like a failure or the end of the photo; only the token knows the reason.
        drop(guard);
        cancel::check(token)?;
        match transferred {
            Ok((outcome, keep_for)) => {
                if let Some(keep_for) = keep_for {
                    client.keep_idle(exchange.origin(), connection, keep_for);
                }
                match outcome {
                    Outcome::Photo(photo) => return Ok(photo),
                    Outcome::Redirect(next) => exchange = *next,
                    Outcome::Failed(error) => return Err(error),
                }
                retry = false;
            }
            // The server had closed the kept connection in the meantime: try again on a fresh one.
            Err(error) if was_kept && exchange.restart(&error) => retry = true,
            Err(error) => return Err(error),
        }
        deadline.connecting();
    }
}

/// A fresh connection: resolves the name and tries each address in turn.
fn connect(
    client: &Client,
    exchange: &Exchange,
    deadline: &mut IoDeadline,
) -> Result<(Connection, Option<Guard>), Error> {
    let (origin, token) = (exchange.origin(), client.token());
    let addresses = client.resolver().resolve(origin, deadline, token)?;
    let (mut connection, guard) = connect_to_any(&addresses, origin, deadline, token)?;
    let agreed = connection.handshake(client.tls(), origin, deadline);
    cancel::check(token).and(agreed)?;
    Ok((connection, guard))
}

enum Outcome {
    Photo(Photo),
    Redirect(Box<Exchange>),
    Failed(Error),
}

/// Sends the request and receives the reply; also returns how long the connection may be kept.
fn transfer(
    connection: &mut Connection,
    exchange: &mut Exchange,
    deadline: &mut IoDeadline,
    on_progress: &mut impl FnMut(Progress),
) -> Result<(Outcome, Option<Duration>), Error> {
    send(connection, exchange, deadline)?;
    receive(connection, exchange, deadline, on_progress)
}

fn send(
    connection: &mut Connection,
    exchange: &mut Exchange,
    deadline: &mut IoDeadline,
) -> Result<(), Error> {
    deadline.enter_send();
    while !exchange.to_send().is_empty() {
        let sent = connection.send(exchange, deadline);
        exchange.sent(sent.map_err(|error| IoDeadline::failed(exchange, error))?);
    }
    connection.flush(deadline).map_err(|error| IoDeadline::failed(exchange, error))
}

fn receive(
    connection: &mut Connection,
    exchange: &mut Exchange,
    deadline: &mut IoDeadline,
    on_progress: &mut impl FnMut(Progress),
) -> Result<(Outcome, Option<Duration>), Error> {
    loop {
        deadline.phase = exchange.phase();
        // The buffer is borrowed for one read only, because `on_progress` may start another download.
        let step = SCRATCH_BUFFER.with_borrow_mut(|scratch| {
            let received = connection.receive(exchange, scratch, deadline);
            let received = received.map_err(|error| IoDeadline::failed(exchange, error))?;
            exchange.filled(scratch, received)
        });
        match step? {
            Step::Done { photo, keep_for } => {
                on_progress(photo.received());
                return Ok((Outcome::Photo(photo), keep_for));
            }
            Step::Redirect { next, keep_for } => return Ok((Outcome::Redirect(next), keep_for)),
            Step::Failed { error, keep_for } => return Ok((Outcome::Failed(error), Some(keep_for))),
            Step::More if exchange.progress().received > 0 => on_progress(exchange.progress()),
            Step::More => {} // only the head has arrived
        }
    }
}
