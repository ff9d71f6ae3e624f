//! The counters of the server.

use std::sync::Arc;
use std::time::Duration;

use nix::sys::resource::{UsageWho, getrusage};
use serde::{Serialize, Serializer};

use crate::open_requests::OpenRequests;

/// A snapshot of the server's counters since its start or the last reset.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize)]
pub struct Counters {
    /// TCP connections accepted, on both ports.
    pub connections: u64,
    /// Request heads read whole.
    pub requests: u64,
    /// Bytes of heads and bodies written, counted before TLS encrypts them.
    pub bytes_sent: u64,
    /// Gauge: connections that are open now.
    pub open_connections: u64,
    /// Gauge: requests that are open now. A request is open from its whole head to the end of its reply, a silence
    /// included, or to the end of the connection.
    pub open_requests: u64,
    /// The most requests that were open at once.
    pub max_open_requests: u64,
    /// Connections that the peer closed or reset while a request was open.
    pub aborted: u64,
    /// CPU time of the server's threads, user and system (of the whole process where the system has no times of threads).
    #[serde(rename = "cpu_us", serialize_with = "micros")]
    pub cpu: Duration,
}

impl Counters {
    /// The reply to `GET /counters`: one line of JSON with the fields by name, `cpu` as `cpu_us`.
    #[expect(clippy::missing_panics_doc, reason = "numbers are always JSON")]
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("numbers are JSON") + "\n"
    }

    /// The counters of two loops of the same server, which share the maximum of open requests.
    pub(crate) fn and(self, other: Self) -> Self {
        Self {
            connections: self.connections + other.connections,
            requests: self.requests + other.requests,
            bytes_sent: self.bytes_sent + other.bytes_sent,
            open_connections: self.open_connections + other.open_connections,
            open_requests: self.open_requests + other.open_requests,
            max_open_requests: self.max_open_requests.max(other.max_open_requests),
            aborted: self.aborted + other.aborted,
            cpu: self.cpu + other.cpu,
        }
    }
}

fn micros<S: Serializer>(time: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u64(time.as_micros().try_into().unwrap_or(u64::MAX))
}

/// The counters of one event loop: plain fields, since only its thread uses them. Only the open requests are also
/// counted for the whole server.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    counters: Counters,
    open_requests: Arc<OpenRequests>,
    cpu_at_reset: Duration,
    resets: u64,
}

/// Proof that a connection was counted, with the number of the last reset.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Counted {
    resets: u64,
}

impl Tally {
    pub(crate) fn new(open_requests: Arc<OpenRequests>) -> Self {
        Self { open_requests, ..Self::default() }
    }

    pub(crate) fn connected(&mut self) -> Counted {
        self.counters.connections += 1;
        self.counters.open_connections += 1;
        Counted { resets: self.resets }
    }

    pub(crate) fn disconnected(&mut self) {
        self.counters.open_connections -= 1;
    }

    /// Reverts [`Tally::connected`].
    pub(crate) fn uncount(&mut self, counted: Counted) {
        self.disconnected();
        if counted.resets == self.resets {
            self.counters.connections -= 1;
        }
    }

    pub(crate) fn request_opened(&mut self) {
        self.counters.requests += 1;
        self.counters.open_requests += 1;
        self.open_requests.opened();
    }

    pub(crate) fn request_closed(&mut self) {
        self.counters.open_requests -= 1;
        self.open_requests.closed();
    }

    pub(crate) fn aborted(&mut self) {
        self.counters.aborted += 1;
    }

    pub(crate) fn sent(&mut self, bytes: usize) {
        self.counters.bytes_sent += bytes as u64;
    }

    /// Reads the CPU time of the calling thread, which must be the loop's.
    pub(crate) fn snapshot(&self) -> Counters {
        Counters {
            max_open_requests: self.open_requests.most(),
            cpu: cpu_time().saturating_sub(self.cpu_at_reset),
            ..self.counters
        }
    }

    /// Reads the CPU time of the calling thread, which must be the loop's.
    pub(crate) fn reset(&mut self) {
        let Counters { open_connections, open_requests, .. } = self.counters;
        self.counters = Counters { open_connections, open_requests, ..Counters::default() };
        self.open_requests.reset();
        self.cpu_at_reset = cpu_time();
        self.resets += 1;
    }
}

/// User and system time of the calling thread, or of the process.
fn cpu_time() -> Duration {
    #[cfg(any(target_os = "linux", target_os = "freebsd", target_os = "openbsd"))]
    let who = UsageWho::RUSAGE_THREAD;
    #[cfg(not(any(target_os = "linux", target_os = "freebsd", target_os = "openbsd")))]
    let who = UsageWho::RUSAGE_SELF;
    getrusage(who).map_or(Duration::ZERO, |usage| {
        let micros = |time: nix::sys::time::TimeVal| {
            u64::try_from(time.tv_sec()).unwrap_or(0) * 1_000_000 + u64::try_from(time.tv_usec()).unwrap_or(0)
        };
        Duration::from_micros(micros(usage.user_time()) + micros(usage.system_time()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uncounting_a_connection_from_before_a_reset_takes_nothing_from_later_ones() {
        let mut tally = Tally::default();
        let before = tally.connected();
        tally.reset();
        tally.connected();
        tally.uncount(before);
        assert_eq!(tally.snapshot().connections, 1);
        assert_eq!(tally.snapshot().open_connections, 1);
    }

    #[test]
    fn json_has_every_field() {
        let counters = Counters { connections: 1, cpu: Duration::from_millis(2), ..Counters::default() };
        let expected =
            r#"{"connections":1,"requests":0,"bytes_sent":0,"open_connections":0,"open_requests":0,"#;
        let rest = r#""max_open_requests":0,"aborted":0,"cpu_us":2000}"#;
        assert_eq!(counters.to_json(), format!("{expected}{rest}\n"));
    }
}
