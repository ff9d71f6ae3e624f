//! The job of a worker process.

use std::time::Duration;

use photo::Config;
use serde::{Deserialize, Serialize};

use crate::clients::subject::Subject;
use crate::load::client::{PATIENCE, config};
use crate::load::schedule::Pace;
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
    /// The URL of the same photo, served when all `in_flight` requests are open at once. So each connection exists
    /// before the measurement.
    pub(crate) gathering_url: String,
    pub(crate) in_flight: usize,
    pub(crate) count: usize,
    /// The pace of an open loop; in a closed one, a download starts when another has ended.
    pub(crate) pace: Option<Pace>,
    /// The burden of the [`Workload`].
    pub(crate) burden_percent: f64,
    /// Whether each download has a fresh connection.
    pub(crate) fresh: bool,
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
        let Workload { transport, in_flight, count, pace, .. } = *workload;
        // The floor shows what the machine does, which a burden does not change.
        let burden_percent = if subject == Subject::Floor { 0.0 } else { workload.burden_percent };
        let fresh = transport.fresh;
        Self {
            style,
            url,
            gathering_url,
            in_flight,
            count,
            pace,
            burden_percent,
            fresh,
            https: None,
            is_foreign,
        }
    }

    /// The time limit of a worker. A hung client runs into its timeouts one after another.
    pub(crate) fn patience(&self) -> Duration {
        2 * PATIENCE + Duration::from_millis(10) * u32::try_from(self.count).unwrap_or(u32::MAX)
    }

    /// The configuration of the client, the same for every style.
    pub(crate) fn config(&self) -> Config {
        let config = config(if self.fresh { 0 } else { self.in_flight });
        match &self.https {
            // The name is known beforehand, as the address in an http URL is: look-ups are not measured.
            Some(Https { address, root }) => {
                config.resolve("localhost", [*address]).root_certificate(root.clone())
            }
            None => config,
        }
    }
}
