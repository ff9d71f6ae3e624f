//! The server, in a process of its own: both ends of the line to it.

use std::io::{self, Write};
use std::net::SocketAddr;
use std::time::Duration;

use photo_server::Options;
use serde::Deserialize;

use crate::child::Child;
use crate::cores::Cores;
use crate::role::Role;

/// How long the server may take for an answer.
const PATIENCE: Duration = Duration::from_secs(20);

/// The commands: both are answered with the counters, and one then sets them to zero.
const COUNTERS: &str = "counters";
const RESET: &str = "reset";

/// A server process. Dropping it ends the process.
#[derive(Debug)]
pub(crate) struct Server {
    child: Child,
    addr: SocketAddr,
}

/// What the server has done so far, as far as it matters here.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
pub(crate) struct Counters {
    pub(crate) connections: u64,
    pub(crate) requests: u64,
    /// Heads and bodies.
    pub(crate) bytes_sent: u64,
    /// The most requests that were open at once.
    pub(crate) max_open_requests: u64,
    pub(crate) cpu_us: u64,
}

impl Server {
    pub(crate) fn start(cores: &Cores) -> io::Result<Self> {
        let mut child = Role::Server.start(cores)?;
        let addr = child.hear(PATIENCE)?.parse().map_err(io::Error::other)?;
        Ok(Self { child, addr })
    }

    /// Where there is a photo of `bytes` bytes, which takes `delay_ms` milliseconds to be served.
    pub(crate) fn photo_url(&self, bytes: u64, delay_ms: u64) -> String {
        format!("http://{}/photo?bytes={bytes}&delay_ms={delay_ms}", self.addr)
    }

    pub(crate) fn counters(&mut self) -> io::Result<Counters> {
        self.ask(COUNTERS)
    }

    /// The same, and sets them to zero.
    pub(crate) fn reset(&mut self) -> io::Result<Counters> {
        self.ask(RESET)
    }

    fn ask(&mut self, command: &str) -> io::Result<Counters> {
        self.child.say(command)?;
        Ok(serde_json::from_str(&self.child.hear(PATIENCE)?)?)
    }
}

/// The other end: serves until nobody asks any more, which is also when whoever asked is gone.
pub(crate) fn serve() -> io::Result<()> {
    let server = Options { keep_heads: false, ..Options::default() }.start()?;
    let mut answers = io::stdout().lock();
    writeln!(answers, "{}", server.addr())?;
    for command in io::stdin().lines() {
        let counters = server.counters();
        match command?.as_str() {
            COUNTERS => {}
            RESET => server.reset_counters(),
            other => return Err(io::Error::other(format!("no command is called {other:?}"))),
        }
        writeln!(answers, "{}", counters.to_json().trim_end())?;
    }
    Ok(())
}
