//! Faults of connections: their ends and their silences.

use std::time::Duration;

use photo::{Config, Phase};
use photo_server::Fault;
use photo_tests::Outcome::{Io, Malformed, NotAPhoto, Status, Timeout, TooLarge, Truncated};

use crate::row::Ending::{Fails, Photo};
use crate::row::{Row, Section};

/// The silence after which a stalled download fails: longer than any pause of a good one on a busy machine.
pub(crate) const STALL: Duration = Duration::from_secs(2);
/// The time after which a dripping download fails. Each drip takes more than 30 s.
const DRIP: Duration = Duration::from_secs(6);

const GOOD: &str = "HTTP/1.1 200 OK\r\nContent-Length: {len}\r\n\r\n{photo}";
const UNMEASURED: &str = "HTTP/1.1 200 OK\r\n\r\n{photo}";
const CHUNKED: &str = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{hex}\r\n{photo}\r\n0\r\n\r\n";

pub(crate) fn sections() -> [Section; 2] {
    [
        Section {
            title: "The end of a connection",
            rows: [ends(), ends_of_raw_replies()].into_iter().flatten().collect(),
        },
        Section { title: "Silence", rows: [silences(), drips()].into_iter().flatten().collect() },
    ]
}

fn ends() -> Vec<Row> {
    vec![
        Row::fault(Fault::CloseBeforeHead, "", Fails(Truncated)),
        Row::fault(Fault::CutInHead, "", Fails(Truncated)),
        Row::fault(Fault::CutBody, "", Fails(Truncated)),
        Row::fault(Fault::ChunkedCut, "", Fails(Truncated)),
        Row::fault(Fault::LengthTooLong, "", Fails(TooLarge)),
        Row::fault(Fault::LengthTooLong, "claim=40001", Fails(Truncated)),
        Row::fault(Fault::LengthTooLong, "claim=9223372036854775807", Fails(Truncated))
            .limits(|config| config.max_bytes(u64::MAX)),
        Row::fault(Fault::ResetBeforeHead, "", Fails(Io)),
        Row::fault(Fault::ResetInBody, "", Fails(Io)),
        Row::fault(Fault::ResetInBody, "at=0", Fails(Io)),
        Row::fault(Fault::ResetInBody, "at=39999", Fails(Io)),
        Row::fault(Fault::ResetInBody, "at=40000", Photo),
        Row::fault(Fault::CloseDelimited, "", Photo),
        Row::fault(Fault::CloseDelimitedReset, "", Fails(Io)),
        Row::fault(Fault::CloseAfterReply, "", Photo),
        Row::fault(Fault::CloseAfterReply, "", Photo).afterwards(Duration::from_millis(50)),
        Row::fault(Fault::CloseAfterReply, "after_ms=5", Photo),
        Row::fault(Fault::CloseOnReuse, "", Photo),
        Row::fault(Fault::StallOnReuse, "", Photo).limits(|config| config.stall_timeout(STALL)),
        Row::fault(Fault::TimeoutOnReuse, "", Photo),
        // The next request comes later than the second reply, which the server sends after 5 ms.
        Row::fault(Fault::StrayReply, "", Photo).afterwards(Duration::from_secs(2)),
        Row::fault(Fault::Flaky, "fail=0", Photo),
        // The fault fails every request of this test.
        Row::fault(Fault::Flaky, "as=status&code=503&fail=1000000", Fails(Status(503))),
    ]
}

fn ends_of_raw_replies() -> Vec<Row> {
    let half = "HTTP/1.1 200 OK\r\nContent-Length: {len}\r\n\r\n{half}";
    let half_a_head = "HTTP/1.1 200 OK\r\nContent-Le";
    vec![
        Row::reply_and("reset in the head", half_a_head, "end=reset", Fails(Io)),
        Row::reply_and("reset after a body without length", UNMEASURED, "end=reset", Fails(Io)),
        Row::reply_and("reset after the last chunk", CHUNKED, "end=reset", Photo),
        Row::reply_and("No close_notify of TLS: in the head", half_a_head, "end=cut", Fails(Truncated)),
        Row::reply_and("No close_notify of TLS: half of a body", half, "end=cut", Fails(Truncated)),
        Row::reply_and("No close_notify of TLS: after a body with length", GOOD, "end=cut", Photo),
        Row::reply_and("No close_notify of TLS: after the last chunk", CHUNKED, "end=cut", Photo),
        // Without TLS, such a body ends like this.
        Row::reply_and("No close_notify of TLS: after a body without length", UNMEASURED, "end=cut", Photo)
            .by_tls(Fails(Truncated)),
        Row::kept("a second reply after the first", &format!("{GOOD}{GOOD}"), Photo),
        Row::kept("junk after a reply", &format!("{GOOD}junk"), Photo),
        Row::kept("junk after the last chunk", &format!("{CHUNKED}junk"), Photo),
    ]
}

fn silences() -> Vec<Row> {
    // Otherwise the next download would meet the same silence.
    let closing = |reply: &str| reply.replacen("\r\n", "\r\nConnection: close\r\n", 1);
    let impatient: fn(Config) -> Config = |config| config.stall_timeout(STALL);
    let (no_head, no_body) = (Fails(Timeout(Phase::Head)), Fails(Timeout(Phase::Body)));
    let fault = |fault, query, ending| Row::fault(fault, query, ending).limits(impatient);
    let reply = |name: &str, reply: &str, ending| {
        Row::reply_and(&format!("silence {name}"), reply, "end=stall", ending).limits(impatient)
    };
    vec![
        fault(Fault::StallBeforeHead, "", no_head),
        fault(Fault::StallInHead, "", no_head),
        fault(Fault::StallInBody, "", no_body),
        Row::fault(Fault::LengthTooLongStall, "", Fails(TooLarge)),
        fault(Fault::LengthTooLongStall, "claim=40001", no_body),
        reply("after an interim reply", "HTTP/1.1 103 Early Hints\r\n\r\n", no_head),
        reply("after the last byte", &closing(GOOD), Photo),
        reply("after a body without length", UNMEASURED, no_body),
        reply("before the last chunk", CHUNKED.trim_end_matches("0\r\n\r\n"), no_body),
        reply("before the last line end", CHUNKED.trim_end_matches("\r\n"), no_body),
        reply("after the last chunk", &closing(CHUNKED), Photo),
    ]
}

/// Replies in which no silence is long enough for a stall. Only the limit of the whole download ends the long ones.
fn drips() -> Vec<Row> {
    let limits: fn(Config) -> Config = |config| config.timeout(DRIP).stall_timeout(2 * DRIP);
    let (no_head, no_body) = (Fails(Timeout(Phase::Head)), Fails(Timeout(Phase::Body)));
    let reply = |name, reply, how, ending| Row::reply_and(name, reply, how, ending).limits(limits);
    let fields = "HTTP/1.1 200 OK\r\n{1000*X-Field: and so on\r\n}\r\n";
    let interim = "{1000*HTTP/1.1 103 Early Hints\r\n\r\n}";
    let line = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;{1000*and so on}";
    let quick = "HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n";
    let endless = "HTTP/1.1 200 OK\r\n{30000*X-Field: and so on\r\n}";
    vec![
        Row::fault(Fault::Drip, "step=1000&every_ms=1000", no_body).limits(limits),
        Row::fault(Fault::Drip, "step=10000&every_ms=20", Photo),
        reply("a head that drips", fields, "step=20&every_ms=100", no_head),
        reply("interim replies that drip", interim, "step=20&every_ms=100", no_head),
        reply("a line before a chunk that drips", line, "step=60&every_ms=300", no_body),
        Row::reply_and("a quick head, byte by byte", quick, "step=1&every_ms=1", Fails(NotAPhoto)),
        Row::reply_and("an endless head at once", endless, "end=stall", Fails(Malformed)),
    ]
}
