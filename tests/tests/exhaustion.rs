//! Resources of a process run out: the downloads that need more get a clear error, the others finish, and the same
//! client works again later. Each test exhausts its own process.

#![cfg(target_os = "linux")]

use std::fs;
use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::Duration;

use nix::errno::Errno;
use nix::sys::resource::{Resource, getrlimit, setrlimit};
use nix::unistd::{Uid, geteuid, setuid};
use photo::{Error, Phase, Photo};
use photo_server::Fault;
use photo_tests::{
    Adapter, Outcome, Picture, Remote, Site, Style, in_a_child, in_a_child_by, suite, this_program, within,
};

suite! {
    files_run_out,
    threads_are_refused,
    ports_run_out,
    a_claimed_length_takes_no_memory,
    many_photos_beyond_the_limit_take_little_memory,
}

const PICTURE: Picture = Picture::jpeg(20_000, 41);

/// Downloads at once: more than the resources allow.
const MANY: usize = 12;

fn files_run_out(style: Style) {
    in_a_child("with_few_files", style, &Site::start());
}

#[test]
#[ignore = "run by files_run_out"]
fn with_few_files() {
    let site = Remote::of_parent();
    let client = client(&site);
    let (soft, hard) = getrlimit(Resource::RLIMIT_NOFILE).unwrap();
    let open = fs::read_dir("/proc/self/fd").unwrap().count() as u64;

    setrlimit(Resource::RLIMIT_NOFILE, open + 4, hard).unwrap();
    assert_some_met(Errno::EMFILE, &many(&*client, &site));
    // No file is free now, not even for the resolver.
    setrlimit(Resource::RLIMIT_NOFILE, 0, hard).unwrap();
    let by_name = client.download(&site.tls_url(&PICTURE.path()));
    assert!(matches!(by_name, Err(Error::Resolve { .. } | Error::Connect { .. })), "{by_name:?}");
    setrlimit(Resource::RLIMIT_NOFILE, soft, hard).unwrap();
    assert_works(&*client, &site);
}

fn threads_are_refused(style: Style) {
    in_a_child("without_threads", style, &Site::start());
}

#[test]
#[ignore = "run by threads_are_refused"]
fn without_threads() {
    let site = Remote::of_parent();
    let client = client(&site);
    if geteuid().is_root() {
        setuid(Uid::from_raw(65_534)).unwrap(); // root has no limit
    }
    let (soft, hard) = getrlimit(Resource::RLIMIT_NPROC).unwrap();
    setrlimit(Resource::RLIMIT_NPROC, 0, hard).unwrap();
    if thread::Builder::new().spawn(|| ()).is_ok() {
        return println!("{}: this system refuses no thread, so nothing is tested", site.style);
    }

    // A download that needs no thread succeeds; existing threads do the work of missing ones, perhaps one by one.
    let url = site.url(&PICTURE.path());
    PICTURE.assert_is(&client.download(&url).unwrap());
    assert_all_are_there(&client.many(&vec![url; MANY], MANY));
    // Offloaded work then runs on this thread. On tokio, whose pool panics, there is no other way to run it.
    if !matches!(site.style, Style::Tokio | Style::TokioMulti) {
        client.thumbnail(&site.url(&PICTURE.path()), 16).unwrap();
    }
    // The resolver needs a thread.
    Outcome::Resolve.assert_of(&client.download(&site.tls_url(&PICTURE.path())));
    setrlimit(Resource::RLIMIT_NPROC, soft, hard).unwrap();
    assert_works(&*client, &site);
}

/// The test runs in a network namespace with few ports.
fn ports_run_out(style: Style) {
    let of_its_own = |program: &Path| {
        let mut command = Command::new("unshare");
        command.args(["--map-root-user", "--net", "sh", "-c", "ip link set lo up && exec \"$0\" \"$@\""]);
        command.arg(program);
        command
    };
    if !of_its_own("true".as_ref()).output().is_ok_and(|output| output.status.success()) {
        return println!("{style}: this system has no network to spare, so nothing is tested");
    }
    print!("{}", in_a_child_by(of_its_own(&this_program()), "with_few_ports", style, &Site::start()));
}

#[test]
#[ignore = "run by ports_run_out"]
fn with_few_ports() {
    const RANGE: &str = "/proc/sys/net/ipv4/ip_local_port_range";
    let style = Remote::of_parent().style;
    within(move || {
        let (server, client) = Site::with(style);
        let many = || client.many(&vec![server.url(&delayed()); MANY], MANY);
        let before = fs::read_to_string(RANGE).unwrap();
        fs::write(RANGE, "20000 20003").unwrap();
        assert_some_met(Errno::EADDRNOTAVAIL, &many());
        // A kept connection needs no port.
        PICTURE.assert_is(&client.download(&server.url(&PICTURE.path())).unwrap());
        fs::write(RANGE, before).unwrap();
        assert_all_are_there(&many());
    });
}

/// The server claims 2 GiB.
fn a_claimed_length_takes_no_memory(style: Style) {
    in_a_child("with_claimed_lengths", style, &Site::start());
}

#[test]
#[ignore = "run by a_claimed_length_takes_no_memory"]
fn with_claimed_lengths() {
    let site = Remote::of_parent();
    let config = site.config().max_bytes(u64::MAX).stall_timeout(Duration::from_secs(3));
    let client = site.style.adapter(config).unwrap();
    client.download(&site.url("/photo")).unwrap();
    let before = most_memory();
    Outcome::Truncated.assert_of(&client.download(&site.url(&Fault::LengthTooLong.path())));
    let silent = client.download(&site.url(&Fault::LengthTooLongStall.path()));
    Outcome::Timeout(Phase::Body).assert_of(&silent);
    let grown = most_memory() - before;
    assert!(grown < 64 << 20, "{grown} bytes more");
}

fn many_photos_beyond_the_limit_take_little_memory(style: Style) {
    in_a_child("with_little_memory", style, &Site::start());
}

#[test]
#[ignore = "run by many_photos_beyond_the_limit_take_little_memory"]
fn with_little_memory() {
    const LIMIT: usize = 64 << 10;
    const IN_FLIGHT: usize = 50;
    /// Memory for buffers and the stacks of threads.
    const ASIDE: usize = 512 << 10;

    let site = Remote::of_parent();
    let client = site.style.adapter(site.config().max_bytes(LIMIT as u64)).unwrap();
    client.download(&site.url(&PICTURE.path())).unwrap();
    let large = Picture::jpeg(16 << 20, 42).query();
    let urls: Vec<_> = (0..120)
        .map(|i| match i % 3 {
            0 => site.url(&format!("{}?{large}", Fault::Chunked.path())),
            1 => site.url(&format!("{}?{large}", Fault::CloseDelimited.path())),
            _ => site.url(&PICTURE.path()),
        })
        .collect();
    let before = most_memory();
    let results = client.many(&urls, IN_FLIGHT);
    let grown = most_memory() - before;
    for (i, result) in results.iter().enumerate() {
        let expected = if i % 3 == 2 { Outcome::Photo } else { Outcome::TooLarge };
        expected.assert_of(result);
    }
    assert!(grown < IN_FLIGHT * (LIMIT + ASIDE), "{grown} bytes more");
    println!("{}: at most {} KiB more", site.style, grown >> 10);
    assert_works(&*client, &site);
}

/// A client whose lasting resources exist: a runtime has threads, and files for its waits.
fn client(site: &Remote) -> Box<dyn Adapter> {
    let config = site.config().connect_timeout(Duration::from_secs(10));
    let client = site.style.adapter(config).unwrap();
    client.download(&site.url(&PICTURE.path())).unwrap();
    client
}

/// A path slow enough for all downloads to overlap.
fn delayed() -> String {
    format!("{}&delay_ms=2000", PICTURE.path())
}

fn many(client: &dyn Adapter, site: &Remote) -> Vec<Result<Photo, Error>> {
    client.many(&vec![site.url(&delayed()); MANY], MANY)
}

/// Panics unless some downloads succeeded and the others could not connect for this reason.
fn assert_some_met(reason: Errno, results: &[Result<Photo, Error>]) {
    let mut photos = 0;
    for result in results {
        match result.as_ref().map_err(Error::cause) {
            Ok(photo) => {
                PICTURE.assert_is(photo);
                photos += 1;
            }
            Err(Error::Connect { source, .. }) if source.raw_os_error() == Some(reason as i32) => {}
            Err(other) => panic!("{other:?}"),
        }
    }
    assert!(0 < photos && photos < results.len(), "{photos} of {}", results.len());
}

#[track_caller]
fn assert_all_are_there(results: &[Result<Photo, Error>]) {
    for result in results {
        PICTURE.assert_is(result.as_ref().unwrap());
    }
}

/// Panics unless all downloads succeed again, on fresh connections too.
fn assert_works(client: &dyn Adapter, site: &Remote) {
    assert_all_are_there(&many(client, site));
    PICTURE.assert_is(&client.download(&site.tls_url(&PICTURE.path())).unwrap());
}

/// The peak memory of this process, in bytes.
fn most_memory() -> usize {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    // Not every kernel keeps the peak; the present memory is the next best.
    let line =
        ["VmHWM:", "VmRSS:"].iter().find_map(|name| status.lines().find(|line| line.starts_with(name)));
    let kib: usize = line.and_then(|line| line.split_whitespace().nth(1)).unwrap().parse().unwrap();
    kib << 10
}
