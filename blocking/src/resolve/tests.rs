//! Names that hang, fail and are shared.

use std::io;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::{Duration, Instant};

use photo::{Config, Target};

use super::*;

fn origin(host: &str) -> Origin {
    Target::parse(&format!("http://{host}/")).unwrap().origin().clone()
}

fn resolve(resolver: &Resolver, host: &str, config: Config, token: Option<&CancelToken>) -> Resolved {
    let mut deadline = IoDeadline::new(&Arc::new(config), Instant::now());
    resolver.resolve(&origin(host), &mut deadline, token)
}

fn hang_unless_good(origin: &Origin) -> Resolved {
    if origin.host() != "good.test" {
        thread::sleep(Duration::from_mins(1));
    }
    origin.resolved(Ok(vec![([127, 0, 0, 1], 80).into()]))
}

fn hasty() -> Config {
    Config::default().connect_timeout(Duration::from_millis(5))
}

#[test]
fn an_address_needs_no_resolver() {
    let resolver = Resolver::with(hang_unless_good, 0);
    for (host, address) in [("127.0.0.1", "127.0.0.1:80"), ("[::1]:8", "[::1]:8")] {
        let found = resolve(&resolver, host, hasty(), None);
        assert_eq!(found.unwrap(), [address.parse().unwrap()]);
    }
}

#[test]
fn a_name_is_looked_up() {
    let addresses = resolve(&Resolver::new(), "localhost:81", Config::default(), None).unwrap();
    let is_ours = |address: &SocketAddr| address.ip().is_loopback() && address.port() == 81;
    assert!(addresses.iter().all(is_ours), "{addresses:?}");
}

#[test]
fn a_failure_names_the_host() {
    let fail = |origin: &Origin| origin.resolved(Err(io::ErrorKind::NotFound.into()));
    let error = resolve(&Resolver::with(fail, 1), "a.test", Config::default(), None).unwrap_err();
    assert!(matches!(&error, Error::Resolve { host, .. } if **host == *"a.test"), "{error}");
}

#[test]
fn a_name_that_hangs_times_out() {
    let start = Instant::now();
    let error = resolve(&Resolver::with(hang_unless_good, 1), "a.test", hasty(), None).unwrap_err();
    assert!(matches!(error, Error::Timeout { phase: Phase::Resolve, .. }), "{error}");
    assert!(start.elapsed() < Duration::from_secs(1));
}

#[test]
fn a_name_that_hangs_can_be_cancelled() {
    let token = CancelToken::default();
    let resolver = Resolver::with(hang_unless_good, 1);
    let start = Instant::now();
    thread::scope(|scope| {
        let waiting = scope.spawn(|| resolve(&resolver, "a.test", Config::default(), Some(&token)));
        thread::sleep(Duration::from_millis(50));
        token.cancel();
        assert!(matches!(waiting.join().unwrap(), Err(Error::Cancelled)));
    });
    assert!(start.elapsed() < Duration::from_secs(1));
}

#[test]
fn hanging_names_block_no_good_one() {
    let resolver = Resolver::with(hang_unless_good, MAX_THREADS);
    thread::scope(|scope| {
        for i in 0..600 {
            let (name, resolver) = (format!("hanging{i}.test"), &resolver);
            let ask = move || assert!(resolve(resolver, &name, hasty(), None).is_err());
            thread::Builder::new().stack_size(128 << 10).spawn_scoped(scope, ask).unwrap();
        }
    });
    let start = Instant::now();
    assert!(resolve(&resolver, "good.test", Config::default(), None).is_ok());
    assert!(start.elapsed() < Duration::from_secs(1));
}

#[test]
fn a_host_is_looked_up_once_for_all_that_wait() {
    static LOOKUPS: AtomicUsize = AtomicUsize::new(0);
    let slow = |origin: &Origin| {
        LOOKUPS.fetch_add(1, Relaxed);
        thread::sleep(Duration::from_millis(300));
        origin.resolved(Ok(vec![([127, 0, 0, 1], 80).into()]))
    };
    let resolver = Resolver::with(slow, 8);
    thread::scope(|scope| {
        for _ in 0..20 {
            scope.spawn(|| resolve(&resolver, "a.test", Config::default(), None).unwrap());
        }
    });
    assert_eq!(LOOKUPS.load(Relaxed), 1);
}

#[test]
fn a_look_up_that_nothing_waits_for_takes_no_thread() {
    let resolver = Resolver::with(|_| panic!("no one waits for it"), 1);
    resolver.shared.lookups().threads = 1; // busy
    for i in 0..100 {
        let name = format!("queued{}.test", i % 50);
        assert!(resolve(&resolver, &name, hasty(), None).is_err());
        let lookups = resolver.shared.lookups();
        assert!(lookups.queue.len() <= 8 && lookups.waiting.len() <= 8);
    }
    resolver.shared.work();
    let lookups = resolver.shared.lookups();
    assert_eq!((lookups.threads, lookups.waiting.len(), lookups.queue.len()), (0, 0, 0));
}
