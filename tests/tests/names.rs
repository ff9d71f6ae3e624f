//! Host names: a look-up that hangs delays nothing else, and many downloads of a host share one.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;
use std::time::Duration;

use photo::{Config, Phase};
use photo_tests::{Adapter, Outcome, Site, Style, refusing, suite, takes};

suite! {
    hanging_names_hold_up_neither_a_good_one_nor_offloaded_work,
    hanging_names_that_time_out_hold_up_nothing_afterwards,
    a_download_of_a_hanging_name_is_cancelled_at_once,
    a_host_is_looked_up_once_for_all_that_wait,
    a_hanging_name_is_looked_up_once_however_often_it_is_tried,
    beyond_1024_hanging_names_others_wait_and_time_out,
    an_address_is_not_looked_up,
    an_error_names_the_host,
    a_resolver_that_panics_is_an_error,
}

/// Far less than the timeout of a name that hangs.
const SHORTLY: Duration = Duration::from_secs(20);

/// A timeout that the names of a test use up. By then, a thread for each has started on a busy machine.
const SHORT: Duration = Duration::from_secs(6);

/// The number of hanging names.
const COUNTS: [usize; 3] = [4, 20, 600];

const TIMED_OUT: Outcome = Outcome::Timeout(Phase::Resolve);

/// A resolver, some of whose names hang for as long as it lives.
#[derive(Default)]
struct Names(Arc<Shared>);

#[derive(Default)]
struct Shared {
    /// The number of look-ups of each name.
    asked: Mutex<BTreeMap<String, usize>>,
    is_over: Mutex<bool>,
    over: Condvar,
}

impl Names {
    fn asked(&self, host: &str) -> usize {
        self.0.asked.lock().unwrap().get(host).copied().unwrap_or_default()
    }

    fn end(&self) {
        *self.0.is_over.lock().unwrap() = true;
        self.0.over.notify_all();
    }
}

impl Drop for Names {
    fn drop(&mut self) {
        self.end();
    }
}

impl Shared {
    fn look_up(&self, host: &str, port: u16) -> Vec<SocketAddr> {
        *self.asked.lock().unwrap().entry(host.to_owned()).or_default() += 1;
        match host {
            "nowhere.test" => return Vec::new(),
            "panic.test" => panic!("as the test wants"),
            "slow.test" => thread::sleep(Duration::from_secs(3)),
            "good.test" => {}
            _ => drop(self.over.wait_while(self.is_over.lock().unwrap(), |is_over| !*is_over).unwrap()),
        }
        vec![(Ipv4Addr::LOCALHOST, port).into()]
    }
}

fn url(site: &Site, host: &str) -> String {
    format!("http://{host}:{}/photo", site.addr().port())
}

fn hanging(site: &Site, count: usize) -> Vec<String> {
    (0..count).map(|i| url(site, &format!("hanging{i}.test"))).collect()
}

/// A server, the resolver, and a client that uses both.
fn start(style: Style, connect_timeout: Duration) -> (Site, Names, Box<dyn Adapter>) {
    let (site, names) = (Site::start(), Names::default());
    let shared = Arc::clone(&names.0);
    let look_up = move |host: &str, port| Ok(shared.look_up(host, port));
    let client =
        site.client_with(style, |config| config.connect_timeout(connect_timeout).resolve_with(look_up));
    (site, names, client)
}

#[track_caller]
fn assert_shortly<T>(work: impl FnOnce() -> T) -> T {
    takes(..SHORTLY, work)
}

#[track_caller]
fn assert_free(client: &dyn Adapter, site: &Site) {
    assert_shortly(|| client.download(&url(site, "good.test")).unwrap());
    assert_shortly(|| client.thumbnail(&url(site, "good.test"), 10).unwrap());
}

fn hanging_names_hold_up_neither_a_good_one_nor_offloaded_work(style: Style) {
    for count in COUNTS {
        let (site, _names, client) = start(style, 10 * SHORTLY);
        let mut mirrors = hanging(&site, count);
        mirrors.push(url(&site, "good.test"));
        assert_shortly(|| client.race(&mirrors).unwrap()); // the others are cancelled
        assert_free(&*client, &site);
        assert_shortly(|| drop(client));
    }
}

fn hanging_names_that_time_out_hold_up_nothing_afterwards(style: Style) {
    let hold_up_nothing = |count| {
        let (site, _names, client) = start(style, SHORT);
        for result in client.many(&hanging(&site, count), count) {
            TIMED_OUT.assert_of(&result);
        }
        assert_free(&*client, &site);
    };
    thread::scope(|scope| {
        for count in COUNTS {
            scope.spawn(move || hold_up_nothing(count));
        }
    });
}

fn a_download_of_a_hanging_name_is_cancelled_at_once(style: Style) {
    let (site, _names, client) = start(style, 10 * SHORTLY);
    let cancelled = assert_shortly(|| client.cancel(&url(&site, "hanging.test"), Duration::from_secs(1)));
    Outcome::Cancelled.assert_of(&cancelled);
    assert_free(&*client, &site);
}

fn a_host_is_looked_up_once_for_all_that_wait(style: Style) {
    let (site, names, client) = start(style, 10 * SHORTLY);
    for result in client.many(&vec![url(&site, "slow.test"); 20], 20) {
        result.unwrap();
    }
    assert_eq!(names.asked("slow.test"), 1);
}

fn a_hanging_name_is_looked_up_once_however_often_it_is_tried(style: Style) {
    let (site, names, client) = start(style, Duration::from_millis(100));
    for _ in 0..20 {
        TIMED_OUT.assert_of(&client.download(&url(&site, "hanging.test")));
    }
    assert_eq!(names.asked("hanging.test"), 1);
}

fn beyond_1024_hanging_names_others_wait_and_time_out(style: Style) {
    let (site, names, client) = start(style, SHORT + SHORT / 2);
    for result in client.many(&hanging(&site, 1100), 1100) {
        TIMED_OUT.assert_of(&result);
    }
    assert_eq!(names.0.asked.lock().unwrap().len(), 1024);
    TIMED_OUT.assert_of(&client.download(&url(&site, "good.test")));
    client.download(&site.url("/photo")).unwrap(); // an address waits for nothing

    names.end();
    client.download(&url(&site, "good.test")).unwrap();
    assert_eq!(names.0.asked.lock().unwrap().len(), 1025, "names that nothing waits for are not looked up");
}

fn an_address_is_not_looked_up(style: Style) {
    let (site, names, client) = start(style, SHORTLY);
    client.download(&site.url("/photo")).unwrap();
    let address = site.addr();
    let panics = |_: &str, _| panic!("nothing is to be looked up");
    let config = Config::default().resolve("known.test", [address]).resolve_with(panics);
    style.adapter(config).unwrap().download("http://known.test/photo").unwrap();
    assert!(names.0.asked.lock().unwrap().is_empty());
}

fn an_error_names_the_host(style: Style) {
    let (site, _names, client) = start(style, SHORTLY);
    let result = client.download(&url(&site, "nowhere.test"));
    Outcome::Resolve.assert_of(&result);
    assert_eq!(result.unwrap_err().to_string(), "cannot resolve nowhere.test: no address");
    let config = Config::default().resolve("dead.test", [refusing()]);
    let refused = style.adapter(config).unwrap().download("http://dead.test/").unwrap_err();
    assert!(refused.to_string().contains("dead.test"), "{refused}");
}

fn a_resolver_that_panics_is_an_error(style: Style) {
    let (site, _names, client) = start(style, 10 * SHORTLY);
    for _ in 0..2 {
        Outcome::Resolve.assert_of(&client.download(&url(&site, "panic.test")));
    }
    assert_free(&*client, &site);
}
