//! isahc: libcurl behind futures, driven by its own thread; the downloads are tasks of one other thread.
//!
//! One client for all, as its docs advise, with a cache of connections as large as the in-flight. It uses the libcurl
//! of `curl`, with the same limit.

use std::io;

use isahc::config::{Configurable, VersionNegotiation};
use isahc::{AsyncReadResponseExt, HttpClient};
use photo_tests::Feed;
use smol::LocalExecutor;

use super::curl;
use super::drive::record;
use crate::load::client::{LoadClient, PATIENCE};
use crate::load::samples::Samples;

struct Isahc(HttpClient);

pub(super) fn client(in_flight: usize) -> io::Result<Box<dyn LoadClient>> {
    curl::check(in_flight)?;
    let client = HttpClient::builder()
        .version_negotiation(VersionNegotiation::http11())
        .connection_cache_size(in_flight)
        .automatic_decompression(false)
        .timeout(PATIENCE)
        .connect_timeout(PATIENCE)
        .proxy(None)
        .build()?;
    Ok(Box::new(Isahc(client)))
}

impl Isahc {
    async fn download(&self, url: &str) -> io::Result<usize> {
        let mut reply = self.0.get_async(url).await?;
        if !reply.status().is_success() {
            return Err(io::Error::other(reply.status().to_string()));
        }
        Ok(reply.bytes().await?.len())
    }
}

impl LoadClient for Isahc {
    fn closed_loop(&mut self, url: &str, in_flight: usize, samples: &Samples) -> io::Result<()> {
        let this = &*self;
        let executor = LocalExecutor::new();
        let task = |_| {
            executor.spawn(async move {
                let mut next = samples.first();
                while let Some(turn) = next {
                    record(samples, &turn, this.download(url).await);
                    next = samples.next();
                }
            })
        };
        smol::block_on(executor.run(async {
            let tasks: Vec<_> = (0..in_flight).map(task).collect();
            for task in tasks {
                task.await;
            }
        }));
        Ok(())
    }
}
