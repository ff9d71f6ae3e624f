//! One download with the library [ureq]: blocking calls as most programs should write them.
//!
//! The rest of this crate shows how blocking works; with a library, this file is all that remains. Copy it. It is
//! compared with the styles but not held equal to them. The differences:
//!
//! - ureq reads HTTP by its own rules: `tests/FAULTS.md` shows its result for each odd reply.
//! - `Config::timeout` limits the head and the body separately, and nothing limits the look-up of a name.
//! - A running download cannot be cancelled, and there is no progress.
//! - `Config::resolve` and `resolve_with` are ignored. With `Config::root_certificate`, ureq trusts these certificates alone.
//! - A status is an error without its `Retry-After`.
//!
//! ```
//! use photo_blocking::ureq::Client;
//! # let server = photo_server::PhotoServer::start()?;
//! # let url = &server.url("/photo?format=gif");
//!
//! let client = Client::default();
//! println!("Download started");
//! match client.download(url) {
//!     Ok(photo) => println!("Download finished: {photo}"),
//!     Err(error) => println!("Download failed: {error}"),
//! }
//! # Ok::<(), std::io::Error>(())
//! ```

use std::io;
use std::sync::Arc;

use photo::{Config, Error, Origin, Phase, Photo, Target};
use ureq::tls::{Certificate, RootCerts, TlsConfig};
use ureq::{Agent, ResponseExt, Timeout};

/// Downloads photos by [`ureq::Agent`], which keeps connections for the next ones.
///
/// Clones are cheap and share everything. Any number of threads may use a client at once.
#[derive(Clone, Debug)]
pub struct Client {
    agent: Agent,
    config: Arc<Config>,
}

impl Client {
    /// A client with the limits of `config`, as far as ureq has them.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidConfig`] if the configuration cannot work.
    pub fn new(config: Config) -> Result<Self, Error> {
        let config = config.checked()?;
        let agent = Agent::config_builder()
            // A limit for the whole request, or for the name, would start a thread for each request.
            .timeout_connect(Some(config.connect_timeout))
            .timeout_recv_response(Some(config.timeout))
            .timeout_recv_body(Some(config.timeout))
            .timeout_per_read(Some(config.stall_timeout))
            .timeout_per_write(Some(config.stall_timeout))
            .max_redirects(config.max_redirects)
            .max_idle_connections_per_host(config.max_idle_per_host)
            .max_idle_connections(config.max_idle_per_host.saturating_mul(4))
            .max_idle_age(config.max_idle_age)
            .user_agent(&config.user_agent)
            .accept_encoding("identity")
            // The default would read the environment.
            .proxy(None)
            .tls_config(TlsConfig::builder().root_certs(root_certs(&config)).build())
            .build()
            .new_agent();
        Ok(Self { agent, config })
    }

    /// Downloads the photo at `url`. Returns the whole photo, or an error as soon as the download has failed.
    ///
    /// # Errors
    ///
    /// See [`Error`]; each variant says when it happens.
    pub fn download(&self, url: &str) -> Result<Photo, Error> {
        let target = Target::parse(url)?;
        let translated = |error, phase| self.translated(error, phase, target.origin());
        let mut response = self.agent.get(url).call().map_err(|error| translated(error, Phase::Head))?;
        // If no redirect may be followed, ureq returns its page instead of an error.
        if self.config.max_redirects == 0 && response.status().is_redirection() {
            return Err(Error::TooManyRedirects { limit: 0 });
        }
        let body = response.body_mut().with_config().limit(self.config.max_bytes);
        let bytes = body.read_to_vec().map_err(|error| translated(error, Phase::Body))?;
        Photo::new(bytes, &Target::parse(&response.get_uri().to_string())?, &self.config)
    }

    /// The variant that the styles report for the same cause.
    fn translated(&self, error: ureq::Error, phase: Phase, origin: &Origin) -> Error {
        match error {
            ureq::Error::StatusCode(code) => Error::Status { code, retry_after: None },
            ureq::Error::HostNotFound => Error::resolve(origin, io::ErrorKind::NotFound.into()),
            ureq::Error::Timeout(timeout) => self.timed_out(timeout, phase),
            ureq::Error::TooManyRedirects => Error::TooManyRedirects { limit: self.config.max_redirects },
            ureq::Error::BodyExceedsLimit(limit) => Error::TooLarge { limit },
            ureq::Error::Rustls(error) => Error::tls(origin, io::Error::other(error)),
            ureq::Error::Io(error) => match error.kind() {
                io::ErrorKind::UnexpectedEof => Error::Truncated { received: 0, expected: None },
                io::ErrorKind::ConnectionRefused | io::ErrorKind::HostUnreachable => {
                    Error::connect(origin, error)
                }
                _ => Error::io(phase, origin, error),
            },
            error => Error::Malformed { reason: error.to_string().into() },
        }
    }

    fn timed_out(&self, timeout: Timeout, phase: Phase) -> Error {
        let Config { timeout: whole, connect_timeout, stall_timeout, .. } = *self.config;
        let (phase, after) = match timeout {
            Timeout::Connect => (Phase::Connect, connect_timeout),
            Timeout::PerWrite => (Phase::Send, stall_timeout),
            Timeout::PerRead => (phase, stall_timeout),
            _ => (phase, whole),
        };
        Error::Timeout { phase, after }
    }
}

/// Makes a client with the default [`Config`].
impl Default for Client {
    fn default() -> Self {
        Self::new(Config::default()).expect("the default configuration works")
    }
}

fn root_certs(config: &Config) -> RootCerts {
    if config.root_certificates.is_empty() {
        return RootCerts::WebPki;
    }
    config.root_certificates.iter().map(|der| Certificate::from_der(der).to_owned()).into()
}
