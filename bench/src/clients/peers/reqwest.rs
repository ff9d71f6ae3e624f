//! reqwest, on tokio's current-thread runtime: one client for all, cloned, as its docs advise.
//!
//! Built without its default features: no TLS, no HTTP/2, no system proxy, nothing that decompresses. Idle connections
//! are not limited by default; the limit only says so.

use std::io;

use reqwest::Client;
use tokio::runtime::Runtime;

use super::tasks::{in_tasks, runtime};
use crate::load::client::{LoadClient, PATIENCE};
use crate::load::samples::Samples;

struct Reqwest {
    client: Client,
    runtime: Runtime,
}

pub(super) fn client(in_flight: usize) -> io::Result<Box<dyn LoadClient>> {
    let client = Client::builder()
        .http1_only()
        .pool_max_idle_per_host(in_flight)
        .timeout(PATIENCE)
        .connect_timeout(PATIENCE)
        .no_proxy()
        .build()
        .map_err(io::Error::other)?;
    Ok(Box::new(Reqwest { client, runtime: runtime()? }))
}

async fn download(client: Client, url: String) -> Result<usize, reqwest::Error> {
    Ok(client.get(url).send().await?.error_for_status()?.bytes().await?.len())
}

impl LoadClient for Reqwest {
    fn download_all(&mut self, url: &str, in_flight: usize, samples: &Samples) -> io::Result<()> {
        let (client, url) = (self.client.clone(), url.to_owned());
        in_tasks(&self.runtime, in_flight, samples, move || {
            let download = download(client.clone(), url.clone());
            async { download.await.map_err(io::Error::other) }
        })
    }
}
