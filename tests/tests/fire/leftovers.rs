//! The open files, threads, connections and memory of a process.

use std::io::{self, Write};
use std::net::TcpStream;
use std::thread;
use std::time::{Duration, Instant};
use std::{fmt, fs};

use photo_tests::Remote;
use serde_json::Value;

/// Time until idle threads have ended and the server has noticed that its clients are gone.
const PATIENCE: Duration = Duration::from_secs(8);

/// Time after which the rest mostly stays: idle threads of pools end after half a second, if at all.
const A_WHILE: Duration = Duration::from_millis(800);

/// The interval between two checks.
const TICK: Duration = Duration::from_millis(20);

/// Memory that allocators and runtimes may keep.
const MORE_MEMORY: usize = 16 << 20;

/// The leftovers, as counted by the kernel and the server.
#[derive(Clone, Debug)]
pub(crate) struct Leftovers {
    files: usize,
    /// The names of the threads.
    threads: Vec<String>,
    connections: u64,
    /// The memory in bytes.
    memory: usize,
}

impl Leftovers {
    /// Waits until no connection is open, and files and threads have not become fewer for a while.
    pub(crate) fn settled(site: &Remote) -> Self {
        let start = Instant::now();
        let (mut last, mut since) = (Self::now(site), Instant::now());
        while start.elapsed() < PATIENCE && (last.connections > 0 || since.elapsed() < A_WHILE) {
            thread::sleep(TICK);
            let now = Self::now(site);
            if now.files < last.files || now.threads.len() < last.threads.len() {
                since = Instant::now();
            }
            last = now;
        }
        last
    }

    /// Waits until there is no more than before, within a limit.
    pub(crate) fn no_more_than(before: &Self, site: &Remote) -> Self {
        let start = Instant::now();
        loop {
            let now = Self::now(site);
            let is_more =
                now.connections > 0 || now.files > before.files || now.threads.len() > before.threads.len();
            if !is_more || start.elapsed() > PATIENCE {
                return now;
            }
            thread::sleep(TICK);
        }
    }

    fn now(site: &Remote) -> Self {
        let pages = fs::read_to_string("/proc/self/statm").unwrap();
        let resident: usize = pages.split(' ').nth(1).unwrap().parse().unwrap();
        Self {
            files: entries("/proc/self/fd"),
            threads: threads(),
            connections: open_connections(site),
            memory: resident * 4096,
        }
    }

    pub(crate) fn assert_no_more_than(&self, before: &Self) {
        assert_eq!(self.connections, 0, "connections are left");
        assert!(self.files <= before.files, "files are left: {before}, then {self}");
        assert!(self.threads.len() <= before.threads.len(), "threads are left: {before}, then {self}");
        assert!(self.memory <= before.memory + MORE_MEMORY, "memory is left: {before}, then {self}");
    }
}

impl fmt::Display for Leftovers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { files, threads, connections, memory } = self;
        write!(
            f,
            "{files} files, {connections} connections, {} MiB, {} threads",
            memory >> 20,
            threads.len()
        )?;
        write!(f, " ({})", threads.join(" "))
    }
}

/// The number of open connections of the server, without the one that asks for its counters.
fn open_connections(site: &Remote) -> u64 {
    let url = site.url("");
    let host = url.trim_start_matches("http://");
    let mut server = TcpStream::connect(host).unwrap();
    write!(server, "GET /counters HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n").unwrap();
    let reply = io::read_to_string(server).unwrap();
    let (_, counters) = reply.split_once("\r\n\r\n").unwrap();
    serde_json::from_str::<Value>(counters).unwrap()["open_connections"].as_u64().unwrap()
}

fn entries(folder: &str) -> usize {
    fs::read_dir(folder).unwrap().count()
}

fn threads() -> Vec<String> {
    // A thread may end during this loop.
    let names = fs::read_dir("/proc/self/task").unwrap().flatten();
    let names = names.filter_map(|task| fs::read_to_string(task.path().join("comm")).ok());
    let mut names: Vec<_> = names.map(|name| name.trim_end().to_owned()).collect();
    // The threads of async-std's and smol's pool for blocking work stay, within its bounds.
    names.retain(|name| !name.starts_with("blocking-"));
    names.sort();
    names
}
