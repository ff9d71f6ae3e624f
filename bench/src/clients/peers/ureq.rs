//! ureq with an agent for each thread. The style `ureq` shares one agent, as ureq's docs advise; separate agents show
//! whether threads queue for its pool.

use std::io;
use std::thread;

use photo_tests::{Feed, in_threads};
use ureq::Agent;

use crate::load::client::{LoadClient, PATIENCE};
use crate::load::samples::Samples;

/// The agent of each thread.
struct Ureq(Vec<Agent>);

pub(super) fn per_thread(in_flight: usize) -> Box<dyn LoadClient> {
    Box::new(Ureq((0..in_flight).map(|_| agent()).collect()))
}

fn agent() -> Agent {
    let config = Agent::config_builder()
        // A limit for all together, or for resolving, would start one more thread for each download.
        .timeout_connect(Some(PATIENCE))
        .timeout_recv_response(Some(PATIENCE))
        .timeout_recv_body(Some(PATIENCE))
        // No style asks for gzip.
        .accept_encoding("")
        // No style reads the environment.
        .proxy(None)
        .build();
    config.into()
}

fn download(agent: &Agent, url: &str) -> io::Result<usize> {
    let bytes = agent.get(url).call().and_then(|mut reply| reply.body_mut().read_to_vec());
    Ok(bytes.map_err(ureq::Error::into_io)?.len())
}

impl LoadClient for Ureq {
    fn download_all(&mut self, url: &str, in_flight: usize, samples: &Samples) -> io::Result<()> {
        let work = self.0.iter().take(in_flight).map(|agent| {
            move || {
                let mut next = samples.first();
                while let Some(mut turn) = next {
                    if let Some(wait) = turn.wait() {
                        thread::sleep(wait);
                    }
                    samples.start(&mut turn);
                    samples.record(&turn, download(agent, url));
                    next = samples.next();
                }
            }
        });
        in_threads(work, || samples.begin());
        Ok(())
    }
}
