//! One download: resolve, connect, send, receive; and again where a redirect leads.

use std::future::{Future, poll_fn};
use std::io;
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::Poll;
use std::time::Instant;

use photo::{Deadline, Error, Exchange, Origin, Phase, Photo, Progress, Step, Target};

use crate::Client;
use crate::connection::{Connection, Timer};
use crate::resolve::resolve;
use crate::runtime::Runtime;

/// Most bytes that one download receives in one turn, so that a fast server cannot starve the others.
const BYTES_PER_TURN: usize = 1 << 20;

/// Downloads what `target` asks for.
pub(crate) async fn download<R: Runtime>(
    client: &Client<R>,
    target: Target,
    mut on_progress: impl FnMut(Progress),
) -> Result<Photo, Error> {
    let mut exchange = Box::new(Exchange::of(target, Arc::clone(client.config()))?);
    let mut watch = Watch::new(client);
    let mut retry = false;
    loop {
        let origin = exchange.origin().clone();
        let kept = if retry { None } else { client.take_idle(&origin) };
        let was_kept = kept.is_some();
        let mut connection = match kept {
            Some(mut connection) => {
                watch.timer = watch.timer.or(connection.timer.take());
                connection
            }
            // Boxed, because each future has room for all that it may await, and most need no connection.
            None => Box::pin(connect(client, &origin, &mut watch)).await?,
        };
        match transfer(&mut connection, &mut exchange, &mut watch, &mut on_progress).await {
            Ok((outcome, reuse)) => {
                if reuse {
                    connection.timer = watch.timer.take();
                    client.keep_idle(&origin, connection);
                }
                match outcome {
                    Outcome::Photo(photo) => return Ok(photo),
                    Outcome::Redirect(next) => exchange = next,
                }
                retry = false;
            }
            // The server had closed the kept connection in the meantime: once more, on a fresh one.
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
    let found = resolve(client.runtime(), origin, client.config());
    let addresses = watch.within(Phase::Resolve, found).await??;
    let connection = connect_to_any(client, origin, &addresses, watch).await?;
    watch.within(Phase::Handshake, connection.handshake(client, origin)).await?
}

async fn connect_to_any<R: Runtime>(
    client: &Client<R>,
    origin: &Origin,
    addresses: &[SocketAddr],
    watch: &mut Watch<'_, R>,
) -> Result<Connection<R>, Error> {
    let mut last = io::Error::from(io::ErrorKind::TimedOut);
    for (tried, address) in addresses.iter().enumerate() {
        let share = watch.deadline.share(Instant::now(), addresses.len() - tried);
        match watch.until(share, Connection::connect(client, *address)).await {
            Some(Ok(connection)) => return Ok(connection),
            Some(Err(error)) => last = error,
            None if tried + 1 == addresses.len() => return Err(watch.timeout(Phase::Connect)),
            None => {}
        }
    }
    Err(Error::connect(origin, last))
}

enum Outcome {
    Photo(Photo),
    Redirect(Box<Exchange>),
}

/// Sends the request and receives the reply; the flag tells whether the connection may be used again.
async fn transfer<R: Runtime>(
    connection: &mut Connection<R>,
    exchange: &mut Exchange,
    watch: &mut Watch<'_, R>,
    on_progress: &mut impl FnMut(Progress),
) -> Result<(Outcome, bool), Error> {
    send(connection, exchange, watch).await?;
    receive(connection, exchange, watch, on_progress).await
}

async fn send<R: Runtime>(
    connection: &mut Connection<R>,
    exchange: &mut Exchange,
    watch: &mut Watch<'_, R>,
) -> Result<(), Error> {
    watch.moved();
    while !exchange.to_send().is_empty() {
        let sent = watch.within(Phase::Send, connection.send(exchange)).await?;
        exchange.sent(sent.map_err(|error| exchange.failed(error))?);
        watch.moved();
    }
    let flushed = watch.within(Phase::Send, connection.flush()).await?;
    flushed.map_err(|error| exchange.failed(error))
}

async fn receive<R: Runtime>(
    connection: &mut Connection<R>,
    exchange: &mut Exchange,
    watch: &mut Watch<'_, R>,
    on_progress: &mut impl FnMut(Progress),
) -> Result<(Outcome, bool), Error> {
    let mut total = 0;
    loop {
        let phase = exchange.phase();
        let received = loop {
            match watch.within(phase, connection.receive(exchange)).await {
                // TLS may have got a part of what it can make something of.
                Err(_) if watch.goes_on_since(connection.moved()) => {}
                received => break received?,
            }
        };
        let (received, step) = received?;
        watch.moved();
        total += received;
        match step {
            Step::Done { photo, reuse } => {
                on_progress(photo.received());
                return Ok((Outcome::Photo(photo), reuse));
            }
            Step::Redirect { next, reuse } => return Ok((Outcome::Redirect(next), reuse)),
            Step::More if exchange.progress().received > 0 => on_progress(exchange.progress()),
            Step::More => {} // only the head has come
        }
        if total >= BYTES_PER_TURN {
            total = 0;
            watch.within(phase, yield_now()).await?;
        }
    }
}

/// Lets the others of this thread have their turn.
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

/// The deadline of a download, and the one timer that is set for it.
struct Watch<'a, R: Runtime> {
    client: &'a Client<R>,
    deadline: Deadline,
    /// Set when first waited for, and not again while it is early enough: most downloads end long before.
    timer: Option<Timer<R>>,
}

impl<'a, R: Runtime> Watch<'a, R> {
    fn new(client: &'a Client<R>) -> Self {
        Self { client, deadline: Deadline::new(client.config(), Instant::now()), timer: None }
    }

    /// Bytes have moved.
    fn moved(&mut self) {
        self.deadline.moved(self.client.config(), Instant::now());
    }

    /// Bytes have moved at that time, if at all: whether there is time left.
    fn goes_on_since(&mut self, moved: Option<Instant>) -> bool {
        moved.is_some_and(|moved| {
            self.deadline.moved(self.client.config(), moved);
            self.deadline.at() > Instant::now()
        })
    }

    /// What `step` comes to, unless the deadline passes before.
    async fn within<T>(&mut self, phase: Phase, step: impl Future<Output = T>) -> Result<T, Error> {
        self.until(self.deadline.at(), step).await.ok_or_else(|| self.timeout(phase))
    }

    /// What `step` comes to, unless `end` passes before.
    async fn until<T>(&mut self, end: Instant, step: impl Future<Output = T>) -> Option<T> {
        let mut step = pin!(step);
        poll_fn(|cx| {
            if let Poll::Ready(output) = step.as_mut().poll(cx) {
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
                match Pin::new(timer).poll(cx) {
                    Poll::Pending => return Poll::Pending,
                    Poll::Ready(()) => self.timer = None,
                }
            }
        })
        .await
    }

    fn timeout(&self, phase: Phase) -> Error {
        self.deadline.error(self.client.config(), phase)
    }
}
