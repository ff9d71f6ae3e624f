//! Peers: the clients that people would choose instead of the three crates.
//!
//! Each in the configuration that its own documentation advises: connections kept, as many as there are downloads in
//! flight; HTTP/1 only, no decompression, no cookies, no proxy, time limits of [`PATIENCE`](crate::load::client::PATIENCE).
//! Each reads the photo whole into memory. Where a peer cannot do one of these, its file says so.
//!
//! ureq is always there, since `photo_blocking::ureq` needs it; the others come with the feature `peers`. The completions
//! need Linux, and have a feature that is not named after a library: `completions`.

#[cfg(all(feature = "completions", target_os = "linux"))]
mod completions;
#[cfg(feature = "peers")]
mod curl;
#[cfg(feature = "peers")]
mod hyper_util;
#[cfg(feature = "peers")]
mod reqwest;
#[cfg(feature = "peers")]
mod tasks;
mod ureq;

use std::io;

use crate::load::client::LoadClient;

/// Whether they take part without being named.
pub(crate) const ARE_WANTED: bool = cfg!(feature = "peers");

/// A peer, by its place in the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Peer(usize);

struct Row {
    name: &'static str,
    /// The most threads for each download in flight.
    threads: usize,
    has_open_loop: bool,
    client: fn(usize) -> io::Result<Box<dyn LoadClient>>,
}

impl Row {
    /// A peer that needs no more than a few threads, and is measured in closed loops only.
    const fn usual(name: &'static str, client: fn(usize) -> io::Result<Box<dyn LoadClient>>) -> Self {
        Self { name, threads: 0, has_open_loop: false, client }
    }
}

const ROWS: &[Row] = &[
    Row {
        threads: 1,
        has_open_loop: true,
        ..Row::usual("ureq-per-thread", |in_flight| Ok(ureq::per_thread(in_flight)))
    },
    #[cfg(all(feature = "completions", target_os = "linux"))]
    Row::usual("completions", completions::client),
    #[cfg(feature = "peers")]
    Row::usual("reqwest", reqwest::client),
    #[cfg(feature = "peers")]
    Row::usual("hyper-util", hyper_util::client),
    #[cfg(feature = "peers")]
    Row::usual("curl", curl::client),
];

impl Peer {
    /// The peers in the order of the table.
    pub(crate) fn all() -> impl Iterator<Item = Self> {
        (0..ROWS.len()).map(Self)
    }

    pub(crate) fn name(self) -> &'static str {
        ROWS[self.0].name
    }

    /// Threads that it starts to have so many downloads in flight, as far as they are many.
    pub(crate) fn threads(self, in_flight: usize) -> usize {
        ROWS[self.0].threads * in_flight + 1
    }

    pub(crate) fn has_open_loop(self) -> bool {
        ROWS[self.0].has_open_loop
    }

    pub(crate) fn client(self, in_flight: usize) -> io::Result<Box<dyn LoadClient>> {
        (ROWS[self.0].client)(in_flight)
    }
}

#[cfg(test)]
mod tests {
    use photo_server::PhotoServer;

    use super::*;
    use crate::load::samples::Samples;
    use crate::text::out::note;

    #[test]
    fn photos_come_over_kept_connections_and_errors_are_reported() {
        for peer in Peer::all() {
            let server = PhotoServer::start().unwrap();
            let mut client = match peer.client(2) {
                Err(error) if error.to_string().contains("io_uring is not available") => {
                    note!("{} is skipped: {error}", peer.name());
                    continue;
                }
                client => client.unwrap(),
            };
            for _ in 0..2 {
                let samples = Samples::new(5);
                client.download_all(&server.url("/photo?bytes=5000"), 2, &samples).unwrap();
                let sample = samples.sample();
                assert!(sample.errors.is_empty(), "{}: {:?}", peer.name(), sample.errors);
                assert_eq!(sample.bytes, 25_000, "{}", peer.name());
            }
            let connections = server.counters().connections;
            assert!(connections <= 2, "{}: {connections}", peer.name());

            let samples = Samples::new(1);
            client.download_all(&server.url("/nothing-here"), 1, &samples).unwrap();
            let error = samples.sample().errors[0].to_string();
            assert!(error.contains("404"), "{}: {error}", peer.name());
        }
    }
}
