//! One connection: requests in, scripts out.

use std::io::{self, Read, Write};
use std::time::{Duration, Instant};

use mio::event::Event;

use crate::counters::Counted;
use crate::hold::Hold;
use crate::reply::Reply;
use crate::routes::Asked;
use crate::script::{Script, Step};
use crate::site::Site;
use crate::transport::Transport;

/// Most bytes that one connection sends before the others have their turn.
const BUDGET: usize = 1 << 20;
/// Time that a peer may keep sending after it was refused.
const SWALLOW_FOR: Duration = Duration::from_secs(10);

/// A connection and its state: reading a request, or playing the script that answers it.
#[derive(Debug)]
pub(crate) struct Connection {
    transport: Transport,
    counted: Option<Counted>,
    /// Unused bytes: an incomplete head, or requests sent ahead. Empty while idle.
    input: Vec<u8>,
    /// Whether `input` has not been read since the last request.
    sent_ahead: bool,
    play: Option<Play>,
    requests: u64,
    wake_at: Option<Instant>,
    finishing: bool,
}

/// A script and its position.
#[derive(Debug)]
struct Play {
    script: Script,
    /// The hold on the reply, until it starts.
    hold: Option<Duration>,
    /// The number of gatherings at the start of the wait for one.
    gatherings: Option<u64>,
    step: usize,
    sent: usize,
    counted: bool,
}

/// The next action of the event loop on a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Next {
    /// Wait for an event or for [`Connection::wake_at`].
    Wait,
    /// Come back after the others.
    Again,
    /// Drop it.
    Gone,
}

/// The reason why a script pauses.
enum Pause {
    /// It waits for an event, a time, or the peer's close.
    Wait,
    Budget,
    Close,
}

impl Connection {
    pub(crate) fn new(transport: Transport, site: &mut Site) -> Self {
        Self {
            transport,
            counted: Some(site.tally.connected()),
            input: Vec::new(),
            sent_ahead: false,
            play: None,
            requests: 0,
            wake_at: None,
            finishing: false,
        }
    }

    pub(crate) fn note(&mut self, event: &Event) {
        self.transport.note(event);
    }

    /// The time to advance even without an event.
    pub(crate) fn wake_at(&self) -> Option<Instant> {
        self.wake_at
    }

    /// Does all that is possible without waiting. `scratch` is the event loop's buffer; nothing stays in it.
    pub(crate) fn advance(&mut self, site: &mut Site, scratch: &mut [u8]) -> Next {
        match self.serve(site, scratch) {
            Ok(next) => next,
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Next::Wait,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => Next::Again,
            Err(_) => Next::Gone,
        }
    }

    /// Closes the connection. A request that is still open counts as aborted by its peer, because scripts that close
    /// have ended before.
    pub(crate) fn leave(self, site: &mut Site) {
        if self.play.is_some_and(|play| play.counted) {
            site.tally.request_closed();
            site.tally.aborted();
        }
        if self.counted.is_some() {
            site.tally.disconnected();
        }
    }

    fn serve(&mut self, site: &mut Site, scratch: &mut [u8]) -> io::Result<Next> {
        let mut budget = BUDGET;
        loop {
            if self.finishing {
                return self.swallow(scratch);
            }
            if self.play.is_none() {
                self.receive(site, scratch)?;
                continue;
            }
            match self.perform(site, &mut budget)? {
                None => self.end_request(site),
                Some(Pause::Wait) if self.transport.peer_left() => return Ok(Next::Gone),
                Some(Pause::Wait) => return Ok(Next::Wait),
                Some(Pause::Budget) => return Ok(Next::Again),
                Some(Pause::Close) => {
                    self.end_request(site);
                    return Ok(Next::Gone);
                }
            }
        }
    }

    /// Reads until there is a whole request, unless that would block.
    fn receive(&mut self, site: &mut Site, scratch: &mut [u8]) -> io::Result<()> {
        let mut filled = self.input.len();
        scratch[..filled].copy_from_slice(&self.input);
        if !self.sent_ahead {
            // TLS has bytes to send besides the replies: the handshake.
            if let Err(error) = self.transport.flush()
                && error.kind() != io::ErrorKind::WouldBlock
            {
                return Err(error);
            }
            filled += match self.transport.read(&mut scratch[filled..])? {
                0 => return Err(io::ErrorKind::UnexpectedEof.into()),
                read => read,
            };
        }
        let input = &scratch[..filled];
        let mut hold = None;
        let (length, script, counted) = match site.routes.asked(input) {
            Asked::Partial => {
                self.input = input.to_vec();
                self.sent_ahead = false;
                return Ok(());
            }
            Asked::Request { length, script } => {
                site.tally.request_opened();
                site.keep_head(&input[..length]);
                hold = site.holds.pop_front().and_then(Hold::begin);
                (length, script, true)
            }
            Asked::Counters { length, reset, keep_alive } => {
                (length, self.counters(site, reset, keep_alive), false)
            }
            Asked::Refused { script } => (filled, script, false),
        };
        self.requests += 1;
        self.input = input[length..].to_vec();
        self.sent_ahead = !self.input.is_empty();
        self.play = Some(Play { script, hold, gatherings: None, step: 0, sent: 0, counted });
        Ok(())
    }

    /// A connection whose first request asks for the counters is not counted.
    fn counters(&mut self, site: &mut Site, reset: bool, keep_alive: bool) -> Script {
        if self.requests == 0
            && let Some(counted) = self.counted.take()
        {
            site.tally.uncount(counted);
        }
        let counters = site.tally.snapshot();
        if reset {
            site.reset();
        }
        let reply = Reply::new(200).content_type("application/json");
        let mut steps = vec![Step::send(reply.body(counters.to_json()))];
        if !keep_alive {
            steps.push(Step::Close);
        }
        Script::new(steps)
    }

    /// Continues the script. `None` is its end.
    fn perform(&mut self, site: &mut Site, budget: &mut usize) -> io::Result<Option<Pause>> {
        let Some(play) = &mut self.play else {
            return Ok(None);
        };
        if let Some(hold) = play.hold {
            if !passed(&mut self.wake_at, || hold) {
                return Ok(Some(Pause::Wait));
            }
            play.hold = None;
        }
        while let Some(step) = play.script.step(play.step) {
            match step {
                Step::Send(bytes) => {
                    while play.sent < bytes.len() {
                        if *budget == 0 {
                            return Ok(Some(Pause::Budget));
                        }
                        match self.transport.write(&bytes[play.sent..]) {
                            Ok(written) => {
                                play.sent += written;
                                *budget = budget.saturating_sub(written);
                                if play.counted {
                                    site.tally.sent(written);
                                }
                            }
                            Err(error) => return pause_if_blocked(error),
                        }
                    }
                    if let Err(error) = self.transport.flush() {
                        return pause_if_blocked(error);
                    }
                    play.sent = 0;
                }
                Step::Wait(delay, jitter) if passed(&mut self.wake_at, || site.jittered(*delay, *jitter)) => {
                }
                Step::Gather(count, at_most) => {
                    let open = &site.open_requests;
                    let before = *play.gatherings.get_or_insert_with(|| open.gatherings());
                    if !open.gathered(*count, before) && !passed(&mut self.wake_at, || *at_most) {
                        return Ok(Some(Pause::Wait));
                    }
                    self.wake_at = None;
                }
                Step::Wait(..) | Step::Stall => return Ok(Some(Pause::Wait)),
                Step::OnReuse(steps) if self.requests == 1 => play.step += steps,
                Step::OnReuse(_) => {}
                Step::Close => {
                    self.transport.close_notify();
                    return Ok(Some(Pause::Close));
                }
                Step::Cut => return Ok(Some(Pause::Close)),
                Step::Finish => {
                    self.transport.finish()?;
                    self.finishing = true;
                    self.wake_at = Some(Instant::now() + SWALLOW_FOR);
                }
                Step::Reset => {
                    self.transport.reset_on_drop();
                    return Ok(Some(Pause::Close));
                }
            }
            play.step += 1;
        }
        Ok(None)
    }

    fn end_request(&mut self, site: &mut Site) {
        if self.play.take().is_some_and(|play| play.counted) {
            site.tally.request_closed();
        }
    }

    /// Discards the peer's bytes, until it closes too or its time is over.
    fn swallow(&mut self, scratch: &mut [u8]) -> io::Result<Next> {
        if self.wake_at.is_some_and(|end| Instant::now() >= end) {
            return Ok(Next::Gone);
        }
        for _ in 0..BUDGET / scratch.len() {
            if self.transport.swallow(scratch)? == 0 {
                return Ok(Next::Gone);
            }
        }
        Ok(Next::Again)
    }
}

/// Whether a duration has passed since the first call, which computes it; sets the alarm for its end.
fn passed(wake_at: &mut Option<Instant>, duration: impl FnOnce() -> Duration) -> bool {
    let now = Instant::now();
    let passed = now >= *wake_at.get_or_insert_with(|| now + duration());
    if passed {
        *wake_at = None;
    }
    passed
}

fn pause_if_blocked(error: io::Error) -> io::Result<Option<Pause>> {
    match error.kind() {
        io::ErrorKind::WouldBlock => Ok(Some(Pause::Wait)),
        io::ErrorKind::Interrupted => Ok(Some(Pause::Budget)),
        _ => Err(error),
    }
}
