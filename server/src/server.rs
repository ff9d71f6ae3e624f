//! The handle of a running server.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::num::NonZero;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{self, Sender};
use std::thread::{self, JoinHandle};

use mio::net::TcpListener;
use socket2::{Domain, Socket, Type};

use crate::counters::Counters;
use crate::event_loop::{Command, EventLoop, Inbox};
use crate::folder::Folder;
use crate::hold::Hold;
use crate::open_requests::OpenRequests;
use crate::routes::Routes;
use crate::site::Site;
use crate::tls::{Certificate, Identity};

/// Connections that the kernel holds until they are accepted: benches open thousands at once.
const BACKLOG: i32 = 4096;

/// A running server. Dropping it stops its threads and closes all its connections.
#[derive(Debug)]
pub struct PhotoServer {
    http: SocketAddr,
    https: SocketAddr,
    root: Vec<u8>,
    /// The event loops, at least one; the first accepts the connections.
    loops: Vec<Inbox>,
    threads: Vec<JoinHandle<io::Result<()>>>,
}

/// The options of a server.
#[derive(Clone, Debug)]
pub struct Options {
    /// The address to listen on. Default: 127.0.0.1.
    pub listen: IpAddr,
    /// The port for HTTP. Default: 0, any free port.
    pub port: u16,
    /// The port for HTTPS. Default: 0, any free port.
    pub tls_port: u16,
    /// The folder whose files are at `/folder/NAME`. Default: none.
    pub dir: Option<PathBuf>,
    /// The certificate to show. Default: a good one.
    pub certificate: Certificate,
    /// Whether to keep request heads for [`PhotoServer::request_heads`]. Costs an allocation per request.
    /// Default: true.
    pub keep_heads: bool,
    /// Most connections open at once, on both ports together; further ones are reset when accepted, and not counted.
    /// Default: `usize::MAX`.
    pub max_connections: usize,
    /// The number of event loops, each in its thread; they share the connections and `max_connections`. With several,
    /// [`PhotoServer::hold`] and `/counters` concern one loop only. Default: 1.
    pub loops: NonZero<usize>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            listen: Ipv4Addr::LOCALHOST.into(),
            port: 0,
            tls_port: 0,
            dir: None,
            certificate: Certificate::default(),
            keep_heads: true,
            max_connections: usize::MAX,
            loops: NonZero::<usize>::MIN,
        }
    }
}

impl Options {
    /// Starts a server.
    ///
    /// # Errors
    ///
    /// If the address is not available, if `dir` is not a folder, or if the system refuses a thread. The text names
    /// the cause.
    pub fn start(self) -> io::Result<PhotoServer> {
        let identity = Identity::generate(self.listen, self.certificate).map_err(io::Error::other)?;
        let plain = listen(SocketAddr::new(self.listen, self.port))?;
        let tls = listen(SocketAddr::new(self.listen, self.tls_port))?;
        let (http, https) = (plain.local_addr()?, tls.local_addr()?);

        let open_requests = Arc::<OpenRequests>::default();
        let event_loop = |_| {
            let folder = self.dir.as_deref().map(Folder::open).transpose()?;
            let site = Site::new(Routes::new(http, folder), self.keep_heads, Arc::clone(&open_requests));
            let share = self.max_connections.div_ceil(self.loops.get());
            EventLoop::new(Arc::clone(&identity.config), site, share)
        };
        let event_loops = (0..self.loops.get()).map(event_loop).collect::<io::Result<Vec<_>>>()?;
        let (mut event_loops, loops): (Vec<_>, Vec<_>) = event_loops.into_iter().unzip();
        for (index, event_loop) in event_loops.iter_mut().enumerate() {
            event_loop.know([&loops[..index], &loops[index + 1..]].concat());
        }
        event_loops[0].listen(plain, tls)?;

        let mut server =
            PhotoServer { http, https, root: identity.root.to_vec(), loops, threads: Vec::new() };
        for event_loop in event_loops {
            let thread = thread::Builder::new().name("photo-server".into());
            server.threads.push(thread.spawn(move || event_loop.run())?);
        }
        Ok(server)
    }
}

impl PhotoServer {
    /// Starts a server on free ports of 127.0.0.1, with the default [`Options`].
    ///
    /// # Errors
    ///
    /// Those of [`Options::start`].
    pub fn start() -> io::Result<Self> {
        Options::default().start()
    }

    /// The address of the HTTP listener.
    pub fn addr(&self) -> SocketAddr {
        self.http
    }

    /// The address of the HTTPS listener.
    pub fn tls_addr(&self) -> SocketAddr {
        self.https
    }

    /// The HTTP URL of a path such as `/photo?bytes=1024`: `http://127.0.0.1:PORT/photo?bytes=1024`.
    pub fn url(&self, path_and_query: &str) -> String {
        let ip = match self.http.ip() {
            IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
            IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
            ip => ip,
        };
        let host = SocketAddr::new(ip, self.http.port());
        format!("http://{host}{path_and_query}")
    }

    /// The HTTPS URL of a path: `https://localhost:PORT/photo?bytes=1024`. The certificate is for `localhost`, for the
    /// loopback addresses and for the address of the listener.
    pub fn tls_url(&self, path_and_query: &str) -> String {
        format!("https://localhost:{}{path_and_query}", self.https.port())
    }

    /// The certificate that a client must trust, as DER. Each start makes another one.
    pub fn root_certificate(&self) -> &[u8] {
        &self.root
    }

    /// The counters of the server. Exact if the server has nothing to do at this moment.
    ///
    /// # Panics
    ///
    /// If the server's thread has failed.
    pub fn counters(&self) -> Counters {
        self.ask_all(Command::Counters).into_iter().reduce(Counters::and).unwrap_or_default()
    }

    /// Sets all counters except the gauges to zero: open connections and requests stay counted, and
    /// `max_open_requests` starts from there. Jittered delays begin with the first one again.
    ///
    /// # Panics
    ///
    /// If the server's thread has failed.
    pub fn reset_counters(&self) {
        self.ask_all(Command::ResetCounters);
    }

    /// The last 64 request heads, byte for byte as received, the oldest first. Empty without [`Options::keep_heads`].
    ///
    /// # Panics
    ///
    /// If the server's thread has failed.
    pub fn request_heads(&self) -> Vec<Vec<u8>> {
        self.ask_all(Command::Heads).concat()
    }

    /// Holds the next requests, whatever they ask for: the first by the first of `holds`, and so on. Later requests
    /// are served as usual. Replaces the holds of an earlier call.
    ///
    /// # Panics
    ///
    /// If the server's thread has failed.
    pub fn hold(&self, holds: Vec<Hold>) {
        ask(&self.loops[0], |answer| Command::Hold(holds, answer));
    }

    fn ask_all<A>(&self, command: impl Fn(Sender<A>) -> Command) -> Vec<A> {
        self.loops.iter().map(|inbox| ask(inbox, &command)).collect()
    }
}

impl Drop for PhotoServer {
    fn drop(&mut self) {
        for inbox in &self.loops {
            inbox.send(Command::Stop);
        }
        for thread in self.threads.drain(..) {
            // The thread has ended, early or not.
            let _ = thread.join();
        }
    }
}

fn ask<A>(inbox: &Inbox, command: impl FnOnce(Sender<A>) -> Command) -> A {
    let (sender, answer) = mpsc::channel();
    inbox.send(command(sender));
    answer.recv().expect("the server's thread is running")
}

fn listen(addr: SocketAddr) -> io::Result<TcpListener> {
    let open = || {
        let socket = Socket::new(Domain::for_address(addr), Type::STREAM, None)?;
        // A restarted server must not wait until the connections of its predecessor expire.
        socket.set_reuse_address(true)?;
        // Accepted connections inherit this, which saves a system call for each.
        socket.set_tcp_nodelay(true)?;
        socket.set_nonblocking(true)?;
        socket.bind(&addr.into())?;
        socket.listen(BACKLOG)?;
        Ok(TcpListener::from_std(socket.into()))
    };
    open()
        .map_err(|error: io::Error| io::Error::new(error.kind(), format!("cannot listen on {addr}: {error}")))
}
