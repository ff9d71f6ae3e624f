//! Names that hang, fail and are shared.

use std::io;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::{Duration, Instant};

use futures::FutureExt;

use futures::future::join_all;
use photo::Target;
use smol::block_on;

use super::*;

fn origin(host: &str) -> Origin {
    Target::parse(&format!("http://{host}/")).unwrap().origin().clone()
}

fn resolve(resolver: &Resolver, host: &str) -> Resolved {
    block_on(resolver.resolve(&origin(host), &Config::default()))
}

/// As a download that gives up: polls once, and drops the future.
fn give_up(resolver: &Resolver, host: &str) {
    let origin = origin(host);
    assert!(resolver.resolve(&origin, &Config::default()).now_or_never().is_none());
}

fn hang_unless_good(origin: &Origin) -> Resolved {
    if origin.host() != "good.test" {
        thread::sleep(Duration::from_mins(1));
    }
    origin.resolved(Ok(vec![([127, 0, 0, 1], 80).into()]))
}

#[test]
fn an_address_needs_no_resolver() {
    let resolver = Resolver::with(hang_unless_good, 0);
    for (host, address) in [("127.0.0.1", "127.0.0.1:80"), ("[::1]:8", "[::1]:8")] {
        let found = resolve(&resolver, host);
        assert_eq!(found.unwrap(), [address.parse().unwrap()]);
    }
}

#[test]
fn a_name_is_looked_up() {
    let addresses = resolve(&Resolver::new(), "localhost:81").unwrap();
    let is_ours = |address: &SocketAddr| address.ip().is_loopback() && address.port() == 81;
    assert!(addresses.iter().all(is_ours), "{addresses:?}");
}

#[test]
fn a_failure_names_the_host() {
    let fail = |origin: &Origin| origin.resolved(Err(io::ErrorKind::NotFound.into()));
    let error = resolve(&Resolver::with(fail, 1), "a.test").unwrap_err();
    assert!(matches!(&error, Error::Resolve { host, .. } if **host == *"a.test"), "{error}");
}

#[test]
fn hanging_names_block_no_good_one() {
    let resolver = Resolver::with(hang_unless_good, MAX_THREADS);
    (0..600).for_each(|i| give_up(&resolver, &format!("hanging{i}.test")));
    let start = Instant::now();
    assert!(resolve(&resolver, "good.test").is_ok());
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
    let (origin, config) = (origin("a.test"), Config::default());
    block_on(join_all((0..20).map(|_| resolver.resolve(&origin, &config))));
    assert_eq!(LOOKUPS.load(Relaxed), 1);
}

#[test]
fn a_look_up_that_nothing_waits_for_takes_no_thread() {
    let resolver = Resolver::with(|_| panic!("no one waits for it"), 1);
    resolver.shared.lookups().threads = 1; // busy
    for i in 0..100 {
        let name = format!("queued{}.test", i % 50);
        give_up(&resolver, &name);
        let lookups = resolver.shared.lookups();
        assert!(lookups.queue.len() <= 8 && lookups.waiting.len() <= 8);
    }
    resolver.shared.work();
    let lookups = resolver.shared.lookups();
    assert_eq!((lookups.threads, lookups.waiting.len(), lookups.queue.len()), (0, 0, 0));
}
