//! attohttpc: blocking, a thread for each download in flight; one session, so that each request is configured alike.
//!
//! attohttpc has no pool: each request has `Connection: close`, and each download makes its own connection.

use std::io;

use attohttpc::{ProxySettings, Session};

use super::drive::loop_in_threads;
use crate::load::client::{LoadClient, PATIENCE};
use crate::load::samples::Samples;

struct Attohttpc(Session);

pub(super) fn client() -> Box<dyn LoadClient> {
    let mut session = Session::new();
    // A limit for all together would start one more thread for each download.
    session.connect_timeout(PATIENCE);
    session.read_timeout(PATIENCE);
    session.proxy_settings(ProxySettings::builder().build());
    Box::new(Attohttpc(session))
}

impl Attohttpc {
    fn download(&self, url: &str) -> attohttpc::Result<usize> {
        Ok(self.0.get(url).send()?.error_for_status()?.bytes()?.len())
    }
}

impl LoadClient for Attohttpc {
    fn closed_loop(&mut self, url: &str, in_flight: usize, samples: &Samples) -> io::Result<()> {
        let this = &*self;
        let download = move || this.download(url).map_err(io::Error::other);
        loop_in_threads(samples, (0..in_flight).map(|_| download));
        Ok(())
    }
}
