//! The server in a child process: both ends of the line to it.

use std::io::{self, BufRead};
use std::net::SocketAddr;
use std::num::NonZero;
use std::path::PathBuf;
use std::time::Duration;

use photo_server::{Hold, Options};
use serde::{Deserialize, Serialize};

use crate::process::role::{Role, answer, order};
use crate::record::load::JITTER_PERCENT;
use crate::system::child::Child;
use crate::system::cpu_set::CpuSet;

/// Time for the server to answer.
const PATIENCE: Duration = Duration::from_secs(20);

/// Give up waiting for all requests to be open after this.
const GATHER: Duration = Duration::from_secs(10);

/// A command to the server, which answers with its counters.
#[derive(Deserialize, Serialize)]
enum Command {
    Counters,
    /// Also sets them to zero.
    Reset,
    /// Holds the next requests: the first by the first hold, and so on.
    Hold(Vec<Hold>),
}

/// A server process. Dropping it ends the process.
#[derive(Debug)]
pub(crate) struct Server {
    child: Child,
    place: Place,
}

/// The options of a server.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub(crate) struct Setup {
    /// Connections beyond so many are refused.
    pub(crate) max_connections: Option<usize>,
    /// Whose files are served.
    pub(crate) dir: Option<PathBuf>,
    /// Event loops, each in its thread; 0 stands for one.
    pub(crate) loops: usize,
}

/// The addresses of a server.
#[derive(Clone, Debug, Deserialize, Serialize)]
struct Place {
    http: SocketAddr,
    https: Https,
}

/// A server's https, under the name `localhost`.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Https {
    pub(crate) address: SocketAddr,
    /// The certificate to be trusted, as DER.
    pub(crate) root: Vec<u8>,
}

/// The counters of the server that matter here.
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
    pub(crate) fn start(cores: &CpuSet) -> io::Result<Self> {
        Self::start_with(cores, &Setup::default())
    }

    pub(crate) fn start_with(cores: &CpuSet, setup: &Setup) -> io::Result<Self> {
        let mut child = Role::Server.start(cores)?;
        let place = child.ask(setup, PATIENCE)?;
        Ok(Self { child, place })
    }

    /// The URL of a path with its query.
    pub(crate) fn url(&self, path: &str, tls: bool) -> String {
        let Place { http, https } = &self.place;
        if tls {
            format!("https://localhost:{}{path}", https.address.port())
        } else {
            format!("http://{http}{path}")
        }
    }

    pub(crate) fn https(&self) -> &Https {
        &self.place.https
    }

    /// The URL of a photo of `bytes` bytes, which is served after about `delay_ms` milliseconds; and the URL of the same
    /// photo, served as soon as `in_flight` requests are open at once.
    pub(crate) fn urls(&self, bytes: u64, delay_ms: u64, in_flight: usize, tls: bool) -> (String, String) {
        let gather_ms = GATHER.as_millis();
        (
            self.url(
                &format!("/photo?bytes={bytes}&delay_ms={delay_ms}&jitter_percent={JITTER_PERCENT}"),
                tls,
            ),
            self.url(&format!("/photo?bytes={bytes}&delay_ms={gather_ms}&gather={in_flight}"), tls),
        )
    }

    pub(crate) fn counters(&mut self) -> io::Result<Counters> {
        self.child.ask(&Command::Counters, PATIENCE)
    }

    /// The same, and sets them to zero.
    pub(crate) fn reset(&mut self) -> io::Result<Counters> {
        self.child.ask(&Command::Reset, PATIENCE)
    }

    /// Holds the next requests: the first by the first of `holds`, and so on.
    pub(crate) fn hold(&mut self, holds: Vec<Hold>) -> io::Result<Counters> {
        self.child.ask(&Command::Hold(holds), PATIENCE)
    }
}

/// The other end: serves until the line is closed, which also happens when the parent ends.
pub(crate) fn serve() -> io::Result<()> {
    let mut commands = io::stdin().lock().lines();
    let Setup { max_connections, dir, loops } = order(&mut commands)?;
    let loops = NonZero::new(loops).unwrap_or(NonZero::<usize>::MIN);
    let max_connections = max_connections.unwrap_or(usize::MAX);
    let server = Options { max_connections, dir, loops, keep_heads: false, ..Options::default() }.start()?;
    let root = server.root_certificate().to_vec();
    let place = Place { http: server.addr(), https: Https { address: server.tls_addr(), root } };
    answer(&place)?;
    for command in commands {
        let counters = server.counters();
        match serde_json::from_str(&command?)? {
            Command::Counters => {}
            Command::Reset => server.reset_counters(),
            Command::Hold(holds) => server.hold(holds),
        }
        answer(&counters)?;
    }
    Ok(())
}
