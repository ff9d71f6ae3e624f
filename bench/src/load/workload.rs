//! The work of one cell.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::load::schedule::Pace;
use crate::record::load::{Load, Transport};
use crate::system::limits;
use crate::text::format::size;

/// The downloads per second of an average style on an average core.
const DOWNLOADS_PER_S: f64 = 25_000.0;
const BYTES_PER_S: f64 = 1e9;

/// The duration of a download without delay, with one in flight: mostly the round trip.
const ROUND_TRIP_S: f64 = 100e-6;

/// The most slices of a round: each has a lead, which takes time from all that is measured.
pub(crate) const MOST_SLICES: usize = 8;

/// Downloads for each one in flight in a round, at least: fewer would be less work than the leads.
pub(crate) const TURNS: usize = 4;

/// Downloads for each one in flight in each of several slices, at least: each slice has leads of about four more.
pub(crate) const SLICE_TURNS: usize = 8;

/// The kinds of measurement, in the order of a run.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize)]
pub(crate) enum Mode {
    /// A fixed number of downloads is kept in flight.
    Closed,
    /// Downloads start at a fixed rate.
    Open,
    /// The cost of one download besides time.
    Cost,
    /// Waiting alone.
    Waits,
    /// The closed loop at more sizes, delays and numbers in flight, to find where the best style changes.
    Scale,
}

/// The work in each cell of a group.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub(crate) struct Workload {
    pub(crate) mode: Mode,
    pub(crate) source: Source,
    pub(crate) transport: Transport,
    /// Cores of the client; 0 means one.
    pub(crate) client_cores: usize,
    pub(crate) in_flight: usize,
    /// The downloads that are measured.
    pub(crate) count: usize,
    /// The least downloads before those, and as many after them.
    pub(crate) lead: usize,
    /// The pace of an open loop.
    pub(crate) pace: Option<Pace>,
    /// CPU work that is added to each round, in hundredths of what the round takes: the self-check must find it.
    pub(crate) burden_percent: f64,
}

/// The source of the photos.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub(crate) enum Source {
    /// A server of ours.
    Embedded { bytes: u64, delay_ms: u64 },
    /// The user's.
    Url(String),
}

impl Workload {
    pub(crate) fn closed(source: Source, in_flight: usize, count: usize) -> Self {
        Self {
            mode: Mode::Closed,
            source,
            transport: Transport::default(),
            client_cores: 0,
            in_flight,
            count,
            lead: 0,
            pace: None,
            burden_percent: 0.0,
        }
    }

    /// So many arrivals as there are in `time`.
    pub(crate) fn at(&self, per_s: f64, seed: u64, time: Duration) -> Self {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a rate is above 0, and what no machine can do saturates"
        )]
        let count = (per_s * time.as_secs_f64()).ceil() as usize;
        Self { count: count.max(1), pace: Some(Pace { per_s, seed }), ..self.clone() }
    }

    /// The load of its cells. The size of a photo on a server of the user's is not known beforehand.
    pub(crate) fn load(&self) -> Load {
        let Self { source, transport, client_cores, .. } = self;
        let (bytes, delay_ms) = match source {
            Source::Embedded { bytes, delay_ms } => (Some(*bytes), Some(*delay_ms)),
            Source::Url(_) => (None, None),
        };
        Load { bytes, delay_ms, transport: *transport, client_cores: *client_cores }
    }

    /// The number of workers, each with its own server. An open loop has one schedule, and so one worker.
    pub(crate) fn processes(&self) -> usize {
        match &self.source {
            Source::Embedded { .. } if self.pace.is_none() => {
                self.in_flight.div_ceil(limits::most_connections()).max(1)
            }
            Source::Embedded { .. } | Source::Url(_) => 1,
        }
    }

    /// The number of equal parts in which a round is done, so that other clients have their turn between them.
    pub(crate) fn slices(&self) -> usize {
        let fits = |slices: &usize| {
            self.count.is_multiple_of(*slices)
                && (*slices == 1 || self.count / slices >= SLICE_TURNS * self.in_flight)
        };
        match self.pace {
            // An open loop follows one schedule.
            Some(_) => 1,
            None => (1..=MOST_SLICES).rev().find(fits).unwrap_or(1),
        }
    }

    /// The share of each worker.
    pub(crate) fn shares(&self, parts: usize) -> Vec<Self> {
        let share = |all: usize, part: usize| all * (part + 1) / parts - all * part / parts;
        let part = |part| Self {
            in_flight: share(self.in_flight, part),
            count: share(self.count, part),
            lead: share(self.lead, part),
            ..self.clone()
        };
        (0..parts).map(part).collect()
    }

    /// The id in criterion's form: group, parameters, function.
    pub(crate) fn id(&self, subject: impl fmt::Display) -> String {
        format!("{}/{subject}", self.group_id())
    }

    /// The id without the function.
    pub(crate) fn group_id(&self) -> String {
        let Self { mode, source, in_flight, .. } = self;
        let special = self.load().id();
        match (mode, source) {
            (Mode::Scale, Source::Embedded { bytes, delay_ms }) => {
                format!("scale/{}/{delay_ms}ms/{in_flight}", size(*bytes).replace(' ', ""))
            }
            (_, Source::Embedded { delay_ms, .. }) => format!("load/{special}{delay_ms}ms/{in_flight}"),
            (_, Source::Url(_)) => format!("load/{special}url/{in_flight}"),
        }
    }
}

impl Source {
    /// The number of downloads that lasts about `time`. A guess will do, because it is equal for all clients.
    pub(crate) fn count(&self, in_flight: usize, time: Duration) -> usize {
        let (bytes, delay_ms) = match self {
            Self::Embedded { bytes, delay_ms } => (*bytes, *delay_ms),
            Self::Url(_) => (32 << 10, 0),
        };
        let busy = 1.0 / DOWNLOADS_PER_S + bytes as f64 / BYTES_PER_S;
        let waiting = (delay_ms as f64 / 1e3 + ROUND_TRIP_S + busy) / in_flight as f64;
        let wanted = time.as_secs_f64() / busy.max(waiting);
        #[allow(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "saturates, and is above 0"
        )]
        let wanted = wanted as usize;
        // As many for each slot.
        wanted.max(TURNS * in_flight).next_multiple_of(in_flight)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slices_are_equal_and_not_too_short() {
        let slices = |in_flight, count| Workload::closed(Source::Url("x".into()), in_flight, count).slices();
        assert_eq!((slices(1, 1600), slices(1, 1), slices(256, 256)), (8, 1, 1));
        assert_eq!((slices(256, 16 * 1024), slices(256, 8 * 1024), slices(1024, 15 * 1024)), (8, 4, 1));
        assert_eq!((slices(4, 77), slices(4, 7 * 32)), (1, 7));
    }

    #[test]
    fn downloads_beyond_one_process_are_shared_out() {
        let workload = Workload::closed(Source::Url("x".into()), 1001, 4004);
        let shares = |parts| {
            let shares = workload.shares(parts);
            shares.iter().map(|share| (share.in_flight, share.count)).collect::<Vec<_>>()
        };
        assert_eq!(shares(1), [(1001, 4004)]);
        assert_eq!(shares(2), [(500, 2002), (501, 2002)]);

        let in_flight = 3 * limits::most_connections() + 1;
        let embedded = Source::Embedded { bytes: 1, delay_ms: 0 };
        let workload = Workload::closed(embedded, in_flight, in_flight);
        assert_eq!(workload.processes(), 4);
        let paced = Workload { pace: Some(Pace { per_s: 1.0, seed: 0 }), ..workload.clone() };
        assert_eq!(paced.processes(), 1);
        assert_eq!(Workload { source: Source::Url("x".into()), ..workload }.processes(), 1);
    }
}
