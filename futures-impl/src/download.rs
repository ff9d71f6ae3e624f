//! One download: resolve, connect, send, receive; then the same for each redirect.
//!
//! The connection is a local variable of the future. Dropping the future at any `.await` closes it, because only
//! `keep_idle` saves a connection, once the reply is whole.

use std::future::{Future, poll_fn};
use std::io;
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, ready};
use std::time::{Duration, Instant};

use futures::stream::{FuturesUnordered, StreamExt};
use photo::{ATTEMPT_DELAY, Deadline, Error, Exchange, Origin, Phase, Photo, Progress, Step};

use crate::Client;
use crate::connection::{Connection, Idle, Timer};
use crate::runtime::Runtime;

/// Most bytes that one download receives in one turn, so that a fast server cannot starve the others.
const BYTES_PER_TURN: usize = 1 << 20;

/// Downloads the photo of `exchange`, redirects included.
pub(crate) async fn download<R: Runtime>(
    client: &Client<R>,
    mut exchange: Box<Exchange>,
    mut on_progress: impl FnMut(Progress),
) -> Result<Photo, Error> {
    let mut watch = Watch::new(client);
    let mut retry = false;
    loop {
        // The block ends the scope early, because a future stores a variable until its scope ends.
        let (mut connection, was_kept) = {
            let kept = if retry { None } else { client.take_idle(exchange.origin()) };
            match kept {
                Some(Idle { connection, timer }) => {
                    watch.timer = watch.timer.or(timer);
                    (connection, true)
                }
                // The future is boxed, because a future has space for all that it may await, and most downloads find a
                // connection.
                None => (Box::pin(connect(client, exchange.origin(), &mut watch)).await?, false),
            }
        };
        let transfer = async {
            send(&mut connection, &mut exchange, &mut watch).await?;
            receive(&mut connection, &mut exchange, &mut watch, &mut on_progress).await
        };
        match transfer.await {
            Ok((outcome, keep_for)) => {
                if let Some(keep_for) = keep_for {
                    let idle = Idle { connection, timer: watch.timer.take() };
                    client.keep_idle(exchange.origin(), idle, keep_for);
                }
                match outcome {
                    Outcome::Photo(photo) => return Ok(photo),
                    Outcome::Redirect(next) => exchange = next,
                    Outcome::Failed(error) => return Err(error),
                }
                retry = false;
            }
            // The server had closed the kept connection in the meantime: try again on a fresh one.
            Err(error) if was_kept && exchange.restart(&error) => retry = true,
            Err(error) => return Err(error),
        }
        watch.deadline.connecting(client.config(), Instant::now());
    }
}

/// A fresh connection: resolves the name and tries each address in turn.
async fn connect<R: Runtime>(
    client: &Client<R>,
    origin: &Origin,
    watch: &mut Watch<'_, R>,
) -> Result<Connection<R>, Error> {
    let found = client.resolver().resolve(origin);
    let addresses = watch.timeout(Phase::Resolve, pin!(found)).await??;
    let connection = connect_to_any(client, origin, &addresses, watch).await?;
    watch.timeout(Phase::Handshake, pin!(connection.handshake(client, origin))).await?
}

/// Connects to the address that accepts first. As in RFC 8305, the attempts run in parallel from the second on.
async fn connect_to_any<R: Runtime>(
    client: &Client<R>,
    origin: &Origin,
    addresses: &[SocketAddr],
    watch: &mut Watch<'_, R>,
) -> Result<Connection<R>, Error> {
    let mut attempts = FuturesUnordered::new();
    let mut left = addresses.iter();
    let mut last = io::ErrorKind::AddrNotAvailable.into();
    loop {
        match left.next() {
            Some(address) => attempts.push(client.runtime().connect(*address)),
            None if attempts.is_empty() => return Err(Error::connect(origin, last)),
            None => {}
        }
        let next = Instant::now() + ATTEMPT_DELAY;
        let end = if left.len() > 0 { next.min(watch.deadline.at()) } else { watch.deadline.at() };
        match watch.timeout_at(end, pin!(attempts.next())).await.flatten() {
            Some(Ok(stream)) => return Ok(Connection::new(stream)), // dropping the others closes them
            Some(Err(error)) => last = error,
            None if Instant::now() >= watch.deadline.at() => return Err(watch.error(Phase::Connect)),
            None => {}
        }
    }
}

enum Outcome {
    Photo(Photo),
    Redirect(Box<Exchange>),
    Failed(Error),
}

async fn send<R: Runtime>(
    connection: &mut Connection<R>,
    exchange: &mut Exchange,
    watch: &mut Watch<'_, R>,
) -> Result<(), Error> {
    watch.moved();
    while !exchange.to_send().is_empty() {
        let sent = watch.timeout(Phase::Send, pin!(connection.send(exchange))).await?;
        exchange.sent(sent.map_err(|error| exchange.failed(error))?);
        watch.moved();
    }
    let flushed = watch.timeout(Phase::Send, pin!(connection.flush())).await?;
    flushed.map_err(|error| exchange.failed(error))
}

/// Receives the reply; also returns how long the connection may be kept.
async fn receive<R: Runtime>(
    connection: &mut Connection<R>,
    exchange: &mut Exchange,
    watch: &mut Watch<'_, R>,
    on_progress: &mut impl FnMut(Progress),
) -> Result<(Outcome, Option<Duration>), Error> {
    let mut total = 0;
    loop {
        let phase = exchange.phase();
        // The block ends before the next wait, so that the future does not store a step.
        total += {
            let received = loop {
                let received = watch.timeout(phase, pin!(connection.receive(exchange))).await;
                // A part of a TLS record may have arrived, which is progress too.
                if received.is_ok() || !watch.extend(connection.moved()) {
                    break received;
                }
            };
            let (received, step) = received??;
            watch.moved();
            match step {
                Step::Done { photo, keep_for } => {
                    on_progress(photo.received());
                    return Ok((Outcome::Photo(photo), keep_for));
                }
                Step::Redirect { next, keep_for } => return Ok((Outcome::Redirect(next), keep_for)),
                Step::Failed { error, keep_for } => return Ok((Outcome::Failed(error), Some(keep_for))),
                Step::More if exchange.progress().received > 0 => on_progress(exchange.progress()),
                Step::More => {} // only the head has arrived
            }
            received
        };
        if total >= BYTES_PER_TURN {
            total = 0;
            watch.timeout(phase, pin!(yield_now())).await?;
        }
    }
}

/// Lets the other tasks of this thread run.
async fn yield_now() {
    let mut yielded = false;
    poll_fn(|cx| {
        if std::mem::replace(&mut yielded, true) {
            return Poll::Ready(());
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

/// The deadline of a download, and its one timer.
struct Watch<'a, R: Runtime> {
    client: &'a Client<R>,
    deadline: Deadline,
    /// The timer, kept while it expires early enough, because most downloads end long before.
    timer: Option<Timer<R>>,
}

impl<'a, R: Runtime> Watch<'a, R> {
    fn new(client: &'a Client<R>) -> Self {
        Self { client, deadline: Deadline::new(client.config(), Instant::now()), timer: None }
    }

    /// Extends the deadline: bytes moved just now.
    fn moved(&mut self) {
        self.deadline.moved(self.client.config(), Instant::now());
    }

    /// Extends the deadline if bytes arrived at `moved`; returns whether time is left.
    fn extend(&mut self, moved: Option<Instant>) -> bool {
        moved.is_some_and(|moved| {
            self.deadline.moved(self.client.config(), moved);
            self.deadline.at() > Instant::now()
        })
    }

    /// Waits for `step` until the deadline.
    ///
    /// An async function that takes a future stores it next to the caller's copy. A pinned step stays with the caller,
    /// so a download in flight holds it once.
    fn timeout<T>(
        &mut self,
        phase: Phase,
        mut step: Pin<&mut impl Future<Output = T>>,
    ) -> impl Future<Output = Result<T, Error>> {
        poll_fn(move |cx| {
            let output = ready!(self.poll_until(self.deadline.at(), step.as_mut(), cx));
            Poll::Ready(output.ok_or_else(|| self.error(phase)))
        })
    }

    /// Waits for `step` until `end`.
    fn timeout_at<T>(
        &mut self,
        end: Instant,
        mut step: Pin<&mut impl Future<Output = T>>,
    ) -> impl Future<Output = Option<T>> {
        poll_fn(move |cx| self.poll_until(end, step.as_mut(), cx))
    }

    /// Polls `step` first: a step that is ready counts, even when its time is over.
    fn poll_until<T>(
        &mut self,
        end: Instant,
        step: Pin<&mut impl Future<Output = T>>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<T>> {
        if let Poll::Ready(output) = step.poll(cx) {
            return Poll::Ready(Some(output));
        }
        loop {
            let now = Instant::now();
            if now >= end {
                return Poll::Ready(None);
            }
            let (_, timer) = match &mut self.timer {
                Some(timer) if timer.0 <= end => timer,
                timer => timer.insert((end, self.client.runtime().sleep(end - now))),
            };
            ready!(Pin::new(timer).poll(cx));
            self.timer = None;
        }
    }

    fn error(&self, phase: Phase) -> Error {
        self.deadline.error(self.client.config(), phase)
    }
}
