//! The job of a worker process.

use std::time::Duration;

use photo::Config;
use serde::{Deserialize, Serialize};

use crate::clients::subject::Subject;
use crate::load::client::{PATIENCE, config};
use crate::load::workload::Workload;
use crate::process::server::Https;

/// The command to start.
pub(crate) const GO: &str = "go";

/// The work of one worker.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Job {
    /// The name of a [`Subject`].
    pub(crate) style: String,
    pub(crate) url: String,
    /// The URL of the same photo, served when all requests in flight are open at once. So each connection exists before
    /// the measurement.
    pub(crate) gathering_url: String,
    pub(crate) workload: Workload,
    /// The server's https address, if the photo comes by it.
    pub(crate) https: Option<Https>,
    /// Whether the worker is a program in another language.
    #[serde(skip)]
    pub(crate) is_foreign: bool,
}

impl Job {
    /// The job of `subject` at `workload`; the URLs are `url` and `gathering_url`.
    pub(crate) fn new(workload: &Workload, subject: Subject, (url, gathering_url): (String, String)) -> Self {
        let (style, is_foreign) = (subject.name().into(), subject.foreign().is_some());
        Self { style, url, gathering_url, workload: workload.clone(), https: None, is_foreign }
    }

    /// The time limit of a worker. A hung client runs into its timeouts one after another.
    pub(crate) fn patience(&self) -> Duration {
        2 * PATIENCE
            + Duration::from_millis(10)
                * u32::try_from(self.workload.count + 4 * self.workload.lead).unwrap_or(u32::MAX)
    }

    /// The configuration of the client, the same for every style.
    pub(crate) fn config(&self) -> Config {
        let Workload { transport, in_flight, .. } = self.workload;
        let config = config(if transport.fresh { 0 } else { in_flight });
        match &self.https {
            // The name is known beforehand, as the address in an http URL is: look-ups are not measured.
            Some(Https { address, root }) => {
                config.resolve("localhost", [*address]).root_certificate(root.clone())
            }
            None => config,
        }
    }
}
