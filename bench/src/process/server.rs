//! The server in a child process: both ends of the line to it.

use std::io::{self, BufRead, Write};
use std::net::SocketAddr;
use std::num::NonZero;
use std::path::PathBuf;
use std::time::Duration;

use photo_server::{Hold, Options};
use serde::{Deserialize, Serialize};

use crate::process::role::Role;
use crate::system::child::Child;
use crate::system::cpu_set::CpuSet;

/// How long the server may take for an answer.
const PATIENCE: Duration = Duration::from_secs(20);

/// Who does not have all of its requests open at once by then, never will.
const GATHER: Duration = Duration::from_secs(10);

/// The commands. All are answered with the counters; one then sets them to zero, and one, followed by what is to
/// befall the next requests, in JSON, holds them.
const COUNTERS: &str = "counters";
const RESET: &str = "reset";
const HOLD: &str = "hold ";

/// A server process. Dropping it ends the process.
#[derive(Debug)]
pub(crate) struct Server {
    child: Child,
    place: Place,
}

/// How a server is to be.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub(crate) struct Setup {
    /// Connections beyond so many are refused.
    pub(crate) max_connections: Option<usize>,
    /// Whose files are served.
    pub(crate) dir: Option<PathBuf>,
    /// Event loops, each in its thread; 0 stands for one.
    pub(crate) loops: usize,
}

/// Where a server is, and what its clients must trust.
#[derive(Clone, Debug, Deserialize, Serialize)]
struct Place {
    http: SocketAddr,
    https_port: u16,
    /// As DER.
    root: Vec<u8>,
}

/// A server's https, under the name `localhost`.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Https {
    pub(crate) address: SocketAddr,
    /// The certificate to be trusted, as DER.
    pub(crate) root: Vec<u8>,
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

/// What befalls one request: first the whole server does nothing, then the reply waits.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Serialize)]
pub(crate) struct Held {
    pub(crate) stall: Duration,
    pub(crate) delay: Duration,
}

impl Server {
    pub(crate) fn start(cores: &CpuSet) -> io::Result<Self> {
        Self::start_with(cores, &Setup::default())
    }

    pub(crate) fn start_with(cores: &CpuSet, setup: &Setup) -> io::Result<Self> {
        let mut child = Role::Server.start(cores)?;
        child.say(&serde_json::to_string(setup)?)?;
        let place = serde_json::from_str(&child.hear(PATIENCE)?)?;
        Ok(Self { child, place })
    }

    /// The URL of a path with its query.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.place.http)
    }

    /// The same by https.
    pub(crate) fn tls_url(&self, path: &str) -> String {
        format!("https://localhost:{}{path}", self.place.https_port)
    }

    /// The certificate to be trusted, as DER.
    pub(crate) fn root_certificate(&self) -> &[u8] {
        &self.place.root
    }

    /// Where the server's https is, and what its clients must trust for it.
    pub(crate) fn https(&self) -> Https {
        let Place { http, https_port, root } = &self.place;
        Https { address: SocketAddr::new(http.ip(), *https_port), root: root.clone() }
    }

    /// The same photo by the transport of a workload: the URL, and that of the gathering.
    pub(crate) fn urls(&self, bytes: u64, delay_ms: u64, in_flight: usize, tls: bool) -> (String, String) {
        let urls = (self.photo_url(bytes, delay_ms), self.gathering_url(bytes, in_flight));
        let https = |url: String| url.replacen(&self.url(""), &self.tls_url(""), 1);
        if tls { (https(urls.0), https(urls.1)) } else { urls }
    }

    /// Where there is a photo of `bytes` bytes, which takes `delay_ms` milliseconds to be served.
    pub(crate) fn photo_url(&self, bytes: u64, delay_ms: u64) -> String {
        self.url(&format!("/photo?bytes={bytes}&delay_ms={delay_ms}"))
    }

    /// The same, but it is served as soon as `count` requests are open at once.
    pub(crate) fn gathering_url(&self, bytes: u64, count: usize) -> String {
        self.url(&format!("/photo?bytes={bytes}&delay_ms={}&gather={count}", GATHER.as_millis()))
    }

    pub(crate) fn counters(&mut self) -> io::Result<Counters> {
        self.ask(COUNTERS)
    }

    /// The same, and sets them to zero.
    pub(crate) fn reset(&mut self) -> io::Result<Counters> {
        self.ask(RESET)
    }

    /// Holds the next requests: the first by the first of `holds`, and so on.
    pub(crate) fn hold(&mut self, holds: &[Held]) -> io::Result<()> {
        self.ask(&format!("{HOLD}{}", serde_json::to_string(holds)?)).map(|_| ())
    }

    fn ask(&mut self, command: &str) -> io::Result<Counters> {
        self.child.say(command)?;
        Ok(serde_json::from_str(&self.child.hear(PATIENCE)?)?)
    }
}

/// The other end: serves until the line is closed, which also happens when the parent ends.
pub(crate) fn serve() -> io::Result<()> {
    let mut commands = io::stdin().lock().lines();
    let setup = commands.next().unwrap_or_else(|| Err(io::ErrorKind::UnexpectedEof.into()))?;
    let Setup { max_connections, dir, loops } = serde_json::from_str(&setup)?;
    let loops = NonZero::new(loops).unwrap_or(NonZero::<usize>::MIN);
    let max_connections = max_connections.unwrap_or(usize::MAX);
    let server = Options { max_connections, dir, loops, keep_heads: false, ..Options::default() }.start()?;
    let place = Place {
        http: server.addr(),
        https_port: server.tls_addr().port(),
        root: server.root_certificate().to_vec(),
    };
    let mut answers = io::stdout().lock();
    writeln!(answers, "{}", serde_json::to_string(&place)?)?;
    for command in commands {
        let counters = server.counters();
        match command?.as_str() {
            COUNTERS => {}
            RESET => server.reset_counters(),
            other => match other.strip_prefix(HOLD) {
                Some(holds) => {
                    let holds: Vec<Held> = serde_json::from_str(holds)?;
                    let hold = |Held { stall, delay }: Held| Hold { stall, delay };
                    server.hold(holds.into_iter().map(hold).collect());
                }
                None => return Err(io::Error::other(format!("no command is called {other:?}"))),
            },
        }
        writeln!(answers, "{}", counters.to_json().trim_end())?;
    }
    Ok(())
}
