//! From a host name to addresses.

use std::io;
use std::net::{SocketAddr, ToSocketAddrs};
use std::sync::Arc;
use std::sync::mpsc::{self, Sender};
use std::thread;

use photo::{Error, Origin, Phase};

use crate::CancelToken;
use crate::cancel::{self, Interrupt};
use crate::connection::IoDeadline;

/// Enough for the C library's resolver and its plug-ins, which keep their buffers on the stack.
const STACK: usize = 512 << 10;

/// The addresses of `origin`, at least one, in the order in which they are to be tried.
pub(crate) fn resolve(
    origin: &Origin,
    deadline: &mut IoDeadline,
    token: Option<&CancelToken>,
) -> Result<Vec<SocketAddr>, Error> {
    deadline.phase = Phase::Resolve;
    if let Some(known) = origin.addresses(deadline.config()) {
        return known;
    }
    let (host, port) = (origin.host(), origin.port());
    let look_up = move || (host.as_str(), port).to_socket_addrs().map(Iterator::collect);
    origin.resolved(Ok(elsewhere(look_up, origin, deadline, token)?))
}

/// The operating system's resolver knows no deadline and cannot be interrupted. So it works in its own
/// thread, which is left to itself when the answer is not wanted any more.
fn elsewhere<T: Send + 'static>(
    look_up: impl FnOnce() -> io::Result<T> + Send + 'static,
    origin: &Origin,
    deadline: &IoDeadline,
    token: Option<&CancelToken>,
) -> Result<T, Error> {
    let (sender, answer) = mpsc::channel();
    let sender = Arc::new(sender);
    let _guard = cancel::guard(token, &sender)?;
    let to_here = Sender::clone(&sender);
    // Nobody listens any more once the deadline has passed.
    let work = move || drop(to_here.send(Some(look_up())));
    let thread = thread::Builder::new().name("photo-resolve".into()).stack_size(STACK);
    thread.spawn(work).map_err(|error| Error::resolve(origin, error))?;
    match answer.recv_timeout(deadline.left()) {
        Ok(Some(found)) => found.map_err(|error| Error::resolve(origin, error)),
        Ok(None) => Err(Error::Cancelled),
        Err(_) => Err(deadline.error()),
    }
}

/// No answer is an answer too.
impl<T: Send + 'static> Interrupt for Sender<Option<T>> {
    fn interrupt(&self) {
        let _ = self.send(None);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use photo::{Config, Target};
    use std::time::{Duration, Instant};

    fn look_up(
        answer: impl FnOnce() -> io::Result<u8> + Send + 'static,
        config: Config,
        token: Option<&CancelToken>,
    ) -> Result<u8, Error> {
        let target = Target::parse("http://a.test/").unwrap();
        let mut deadline = IoDeadline::new(&Arc::new(config), Instant::now());
        deadline.phase = Phase::Resolve;
        elsewhere(answer, target.origin(), &deadline, token)
    }

    fn too_long() -> io::Result<u8> {
        thread::sleep(Duration::from_secs(5));
        Err(io::ErrorKind::TimedOut.into())
    }

    #[test]
    fn an_address_needs_no_resolver() {
        let config = Arc::new(Config::default().timeout(Duration::ZERO));
        let mut deadline = IoDeadline::new(&config, Instant::now());
        for (url, address) in [("http://127.0.0.1/", "127.0.0.1:80"), ("https://[::1]:8/", "[::1]:8")] {
            let target = Target::parse(url).unwrap();
            assert_eq!(resolve(target.origin(), &mut deadline, None).unwrap(), [address.parse().unwrap()]);
        }
    }

    #[test]
    fn a_name_is_looked_up() {
        let target = Target::parse("http://localhost:81/").unwrap();
        let mut deadline = IoDeadline::new(&Arc::default(), Instant::now());
        let addresses = resolve(target.origin(), &mut deadline, None).unwrap();
        assert!(
            addresses.iter().all(|address| address.ip().is_loopback() && address.port() == 81),
            "{addresses:?}"
        );
    }

    #[test]
    fn a_failure_names_the_host() {
        let error = look_up(|| Err(io::ErrorKind::NotFound.into()), Config::default(), None).unwrap_err();
        assert!(matches!(&error, Error::Resolve { host, .. } if **host == *"a.test"), "{error}");
    }

    #[test]
    fn a_slow_resolver_times_out() {
        let limit = Duration::from_millis(50);
        let start = Instant::now();
        let error = look_up(too_long, Config::default().connect_timeout(limit), None).unwrap_err();
        assert!(
            matches!(error, Error::Timeout { phase: Phase::Resolve, after } if after == limit),
            "{error}"
        );
        assert!(start.elapsed() < Duration::from_secs(1));
    }

    #[test]
    fn a_slow_resolver_can_be_cancelled() {
        let token = CancelToken::default();
        let waiting = thread::spawn({
            let token = token.clone();
            move || look_up(too_long, Config::default(), Some(&token))
        });
        thread::sleep(Duration::from_millis(50));
        let cancelled = Instant::now();
        token.cancel();
        assert!(matches!(waiting.join().unwrap(), Err(Error::Cancelled)));
        assert!(cancelled.elapsed() < Duration::from_secs(1));
    }
}
