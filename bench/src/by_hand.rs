//! ureq as people use it by hand: one shared agent with its default buffers, a thread for each download in flight.
//!
//! What `blocking` is compared with, in the same run.

use std::io;
use std::thread;

use photo::{Endpoint, Error, Exchange, Phase};
use photo_tests::{Arrivals, Samples};
use ureq::Agent;

use crate::entrant::{self, Load};

pub(crate) struct ByHand(Agent);

impl ByHand {
    pub(crate) fn new(in_flight: usize) -> Self {
        let config = Agent::config_builder()
            .max_idle_connections(in_flight)
            .max_idle_connections_per_host(in_flight)
            // No style reads the environment.
            .proxy(None)
            .build();
        Self(config.into())
    }

    fn download(&self, url: &str) -> Result<Vec<u8>, ureq::Error> {
        self.0.get(url).call()?.body_mut().read_to_vec()
    }
}

impl Load for ByHand {
    fn closed_loop(&mut self, url: &str, in_flight: usize, samples: &Samples) -> io::Result<()> {
        let exchange = Exchange::new(url, &entrant::config(in_flight).into()).map_err(io::Error::other)?;
        let endpoint = exchange.endpoint();
        thread::scope(|scope| {
            for _ in 0..in_flight {
                scope.spawn(|| {
                    while let Some(ticket) = samples.start() {
                        match self.download(url) {
                            Ok(bytes) => samples.arrived(&ticket, bytes.len()),
                            Err(error) => samples.done(&ticket, Err(translated(error, endpoint))),
                        }
                    }
                });
            }
        });
        Ok(())
    }

    fn open_loop(&mut self, url: &str, in_flight: usize, arrivals: &Arrivals) -> io::Result<()> {
        let exchange = Exchange::new(url, &entrant::config(in_flight).into()).map_err(io::Error::other)?;
        let endpoint = exchange.endpoint();
        thread::scope(|scope| {
            for _ in 0..in_flight {
                scope.spawn(|| {
                    while let Some(arrival) = arrivals.next() {
                        thread::sleep(arrival.wait());
                        let ticket = arrivals.start(arrival);
                        match self.download(url) {
                            Ok(bytes) => arrivals.arrived(&ticket, bytes.len()),
                            Err(error) => arrivals.done(&ticket, Err(translated(error, endpoint))),
                        }
                    }
                });
            }
        });
        Ok(())
    }
}

fn translated(error: ureq::Error, endpoint: &Endpoint) -> Error {
    Error::io(Phase::Body, endpoint, error.into_io())
}

#[cfg(test)]
mod tests {
    use photo_server::PhotoServer;

    use super::*;

    #[test]
    fn photos_come_and_errors_are_told() {
        let server = PhotoServer::start().unwrap();
        let samples = Samples::new(10);
        ByHand::new(2).closed_loop(&server.url("/photo?bytes=5000"), 2, &samples).unwrap();
        assert_eq!(samples.sample().bytes, 50_000);
        assert!(server.counters().connections <= 2);

        let samples = Samples::new(1);
        ByHand::new(1).closed_loop(&server.url("/nothing-here"), 1, &samples).unwrap();
        assert!(samples.sample().errors[0].to_string().contains("404"));
    }
}
