//! The site of a test: its own photo server, and the pictures that it serves.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::ops::Deref;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use photo::{Config, Photo};
use photo_server::{Fault, PhotoServer, PictureFormat, picture};
use socket2::{Domain, Socket, Type};

use crate::{Adapter, Downloader, Style};

/// Longer than any test: no limit of a client closes what a test expects to be closed, or fails it on a busy machine.
const LIMIT: Duration = Duration::from_mins(10);

/// A running server, and clients that trust it.
#[derive(Debug)]
pub struct Site {
    server: PhotoServer,
}

impl Site {
    /// Starts a server on free ports.
    pub fn start() -> Self {
        Self { server: PhotoServer::start().expect("a server can be started") }
    }

    /// Starts a server, and makes a client of a style for it.
    pub fn with(style: Style) -> (Self, Box<dyn Adapter>) {
        let site = Self::start();
        let client = site.client(style);
        (site, client)
    }

    /// The default configuration with long limits, and with the server's certificate trusted.
    pub fn config(&self) -> Config {
        config(self.server.root_certificate())
    }

    /// A client of any style with this configuration.
    pub fn downloader(&self, style: Style) -> Box<dyn Downloader> {
        self.downloader_with(style, |config| config)
    }

    /// A client of any style with this configuration, changed by `limits`.
    pub fn downloader_with(
        &self,
        style: Style,
        limits: impl FnOnce(Config) -> Config,
    ) -> Box<dyn Downloader> {
        style.client(limits(self.config())).expect("the configuration is valid")
    }

    /// A client of a style with this configuration.
    pub fn client(&self, style: Style) -> Box<dyn Adapter> {
        self.client_with(style, |config| config)
    }

    /// A client with this configuration, changed by `limits`.
    pub fn client_with(&self, style: Style, limits: impl FnOnce(Config) -> Config) -> Box<dyn Adapter> {
        style.adapter(limits(self.config())).expect("the configuration is valid")
    }

    /// The URL of a path by `scheme`.
    pub fn url_by(&self, scheme: Scheme, path: &str) -> String {
        match scheme {
            Scheme::Http => self.server.url(path),
            Scheme::Https => self.server.tls_url(path),
        }
    }

    /// The URL of a fault with its parameters, by http.
    pub fn fault(&self, fault: Fault, query: &str) -> String {
        self.server.url(&format!("{}?{query}", fault.path()))
    }

    /// The URL of a redirect, by http.
    pub fn redirect(&self, to: &str) -> String {
        self.fault(Fault::Redirect, &format!("to={}", encoded(to)))
    }
}

impl Deref for Site {
    type Target = PhotoServer;

    fn deref(&self) -> &PhotoServer {
        &self.server
    }
}

/// The configuration of [`Site::config`].
pub(crate) fn config(root_certificate: &[u8]) -> Config {
    let config = Config::default().timeout(LIMIT).connect_timeout(LIMIT).stall_timeout(LIMIT);
    config.root_certificate(root_certificate)
}

/// The value of a parameter in a query.
pub fn encoded(value: &str) -> String {
    utf8_percent_encode(value, NON_ALPHANUMERIC).to_string()
}

/// An address without a listener. Its port stays taken, so that no server of another test listens there later.
pub fn refusing() -> SocketAddr {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).expect("a socket");
    socket.bind(&SocketAddr::from(([127, 0, 0, 1], 0)).into()).expect("a free port");
    let address = socket.local_addr().expect("it has an address");
    std::mem::forget(socket); // until it listens, the port refuses
    address.as_socket().expect("an IP address")
}

/// The scheme of a URL: without or with TLS.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Scheme {
    /// Without TLS.
    Http,
    /// With TLS.
    Https,
}

impl Scheme {
    /// Both schemes.
    pub const ALL: [Self; 2] = [Self::Http, Self::Https];
}

/// A picture that the server makes, and that the suite can make too.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Picture {
    /// The format: GIF, PNG or JPEG.
    pub format: PictureFormat,
    /// The size of the file.
    pub bytes: usize,
    /// The seed, which distinguishes pictures of equal size.
    pub seed: u64,
}

impl Picture {
    /// A JPEG.
    pub const fn jpeg(bytes: usize, seed: u64) -> Self {
        Self { format: PictureFormat::Jpeg, bytes, seed }
    }

    /// The query that asks for this picture, for `/photo` and for any fault.
    pub fn query(&self) -> String {
        format!("bytes={}&format={}&seed={}", self.bytes, self.format.name(), self.seed)
    }

    /// The path that serves this picture without a fault.
    pub fn path(&self) -> String {
        format!("/photo?{}", self.query())
    }

    /// The file. It is made once for all styles, since making it may take longer than a download.
    pub fn file(&self) -> &'static [u8] {
        static MADE: Mutex<BTreeMap<String, &[u8]>> = Mutex::new(BTreeMap::new());
        let made = || MADE.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(file) = made().get(&self.query()) {
            return file;
        }
        let file = picture(self.format, self.bytes, self.seed).expect("the format can have this size");
        made().entry(self.query()).or_insert(file.leak())
    }

    /// Panics unless `photo` is this picture, byte for byte.
    #[track_caller]
    pub fn assert_is(&self, photo: &Photo) {
        // `assert_eq` would print megabytes.
        assert!(photo.bytes == self.file(), "{photo:?} is not {self:?}");
    }
}
