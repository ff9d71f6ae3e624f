//! The legacy client of hyper-util: hyper with a pool of connections, on tokio's current-thread runtime.
//!
//! hyper-util follows no redirects and limits only the time to connect, so tokio's `timeout` is around each download.
//! The pool needs a timer to drop connections that were idle for too long.

use std::io;

use http::Uri;
use http_body_util::{BodyExt, Empty};
use hyper_util::client::legacy::{Client, connect::HttpConnector};
use hyper_util::rt::{TokioExecutor, TokioTimer};
use tokio::runtime::Runtime;
use tokio::time;

use super::tasks::{in_tasks, runtime};
use crate::load::client::{LoadClient, PATIENCE};
use crate::load::samples::Samples;

type Pool = Client<HttpConnector, Empty<&'static [u8]>>;

struct HyperUtil {
    client: Pool,
    runtime: Runtime,
}

pub(super) fn client(in_flight: usize) -> io::Result<Box<dyn LoadClient>> {
    let mut connector = HttpConnector::new();
    connector.set_connect_timeout(Some(PATIENCE));
    let client = Client::builder(TokioExecutor::new())
        .pool_timer(TokioTimer::new())
        .pool_max_idle_per_host(in_flight)
        .build(connector);
    Ok(Box::new(HyperUtil { client, runtime: runtime()? }))
}

async fn download(client: Pool, uri: Uri) -> io::Result<usize> {
    let reply = client.get(uri).await.map_err(io::Error::other)?;
    if !reply.status().is_success() {
        return Err(io::Error::other(reply.status().to_string()));
    }
    Ok(reply.into_body().collect().await.map_err(io::Error::other)?.to_bytes().len())
}

impl LoadClient for HyperUtil {
    fn download_all(&mut self, url: &str, in_flight: usize, samples: &Samples) -> io::Result<()> {
        let (client, uri) = (self.client.clone(), url.parse::<Uri>().map_err(io::Error::other)?);
        in_tasks(&self.runtime, in_flight, samples, move || {
            let download = download(client.clone(), uri.clone());
            async { time::timeout(PATIENCE, download).await? }
        })
    }
}
