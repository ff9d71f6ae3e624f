//! The bytes of faults, as far as no client reports them. The suite of the styles meets all faults.

mod common;

use std::thread;
use std::time::{Duration, Instant};

use common::{End, SOON, Wire};
use photo_server::{Fault, PhotoServer, PictureFormat, picture};

const PHOTO_BYTES: usize = 4000;

/// The expectation for one fault: the end of the connection, and a check of all received bytes.
struct Case {
    fault: Fault,
    query: &'static str,
    end: End,
    is: fn(&Reply) -> bool,
}

/// All bytes of a connection, split at the end of the first head.
struct Reply {
    head: String,
    body: Vec<u8>,
}

const fn case(fault: Fault, query: &'static str, end: End, is: fn(&Reply) -> bool) -> Case {
    Case { fault, query, end, is }
}

const CASES: &[Case] = &[
    case(Fault::Status, "", End::Silent, |r| r.status(404) && r.body == b"status 404\n"),
    case(Fault::Status, "code=503&retry_after=2", End::Silent, |r| r.status(503) && r.says("Retry-After: 2")),
    case(Fault::Status, "code=204", End::Silent, |r| r.status(204) && r.body.is_empty()),
    case(Fault::Redirect, "", End::Silent, |r| {
        r.status(302) && r.says("Location: /photo?bytes=4000&format=gif&seed=0") && r.body.is_empty()
    }),
    case(Fault::Redirect, "to=http%3A%2F%2Fother%2Fx%3Fy&code=308", End::Silent, |r| {
        r.status(308) && r.says("Location: http://other/x?y") && r.says("Content-Length: 0")
    }),
    case(Fault::RedirectBody, "body=77", End::Silent, |r| r.status(302) && r.body.len() == 77),
    case(Fault::ResetInBody, "at=3999", End::Reset, |r| r.body == photo()[..3999]),
    case(Fault::CutInHead, "", End::Closed, |r| {
        r.head.is_empty() && r.body.starts_with(b"HTTP/1.1 200 OK\r\n")
    }),
    case(Fault::CutBody, "", End::Closed, |r| r.says("Content-Length: 4000") && r.body == photo()[..2000]),
    case(Fault::StallBeforeHead, "", End::Silent, |r| r.head.is_empty() && r.body.is_empty()),
    case(Fault::Chunked, "chunk=1500", End::Silent, |r| {
        r.says("Transfer-Encoding: chunked") && r.body.starts_with(b"5dc\r\nGIF") && r.ends(b"\r\n0\r\n\r\n")
    }),
    case(Fault::Chunked, "trailer=1", End::Silent, |r| {
        r.body.starts_with(b"fa0;part=") && r.ends(b"\r\n0;last=yes\r\nX-Trailer: yes\r\n\r\n")
    }),
    case(Fault::LengthTooLong, "", End::Closed, |r| {
        r.says("Content-Length: 2147483648") && r.body.len() == 10
    }),
    case(Fault::HugeHead, "", End::Closed, |r| r.head.is_empty() && r.body.len() == PHOTO_BYTES),
    case(Fault::StrayReply, "", End::Silent, |r| {
        r.body.starts_with(&photo()) && r.body.len() == 2 * PHOTO_BYTES + r.head.len()
    }),
    case(Fault::Raw, "", End::Silent, |r| r.status(200) && r.body == photo()),
    case(Fault::Raw, "reply=%7Bhalf%7D%7Blen%7D:%7Bhex%7D%7Brest%7D&end=close", End::Closed, |r| {
        let (half, rest) = r.body.split_at(PHOTO_BYTES / 2);
        half == &photo()[..PHOTO_BYTES / 2]
            && rest.starts_with(b"4000:fa0")
            && r.ends(&photo()[PHOTO_BYTES / 2..])
    }),
    case(Fault::Raw, "reply=%7B3*a%0d%0a%7D%7Bto%7D&end=cut&first=16&step=5&every_ms=1", End::Closed, |r| {
        r.body == b"a\r\na\r\na\r\n/photo?"
    }),
    case(Fault::Raw, "reply=x&end=reset", End::Reset, |r| r.body == b"x"),
    case(Fault::Raw, "reply=x&end=stall", End::Silent, |r| r.body == b"x"),
];

#[test]
fn faults_send_what_they_say() {
    let server = PhotoServer::start().unwrap();
    thread::scope(|scope| {
        for case in CASES {
            let server = &server;
            scope.spawn(move || {
                let mut wire = Wire::connect(server);
                let patience = Duration::from_secs(if case.end == End::Silent { 1 } else { 10 });
                let photo = "bytes=4000&format=gif";
                wire.get(&format!("{}?{photo}&{}", case.fault.path(), case.query));
                let started = Instant::now();
                let (mut bytes, mut end) = wire.rest(patience);
                // It may only be late.
                while end == End::Silent && !(case.is)(&Reply::new(&bytes)) && started.elapsed() < SOON {
                    let (more, later) = wire.rest(patience);
                    bytes.extend(more);
                    end = later;
                }
                let text = String::from_utf8_lossy(&bytes).into_owned();
                assert_eq!(end, case.end, "{:?} {}: {text}", case.fault, case.query);
                assert!((case.is)(&Reply::new(&bytes)), "{:?} {}: {text}", case.fault, case.query);
            });
        }
    });
    assert_eq!(server.counters().requests, CASES.len() as u64);
}

#[test]
fn a_flaky_photo_is_served_after_its_failures() {
    let server = PhotoServer::start().unwrap();
    let mut wire = Wire::connect(&server);
    let mut statuses = |target: &str| {
        let mut ask = || {
            wire.get(target);
            wire.reply().0[9..12].to_owned()
        };
        [ask(), ask(), ask(), ask()]
    };
    let target = "/fault/flaky?fail=2&as=status&code=503";
    assert_eq!(statuses(target), ["503", "503", "200", "200"]);
    assert_eq!(statuses(target), ["200"; 4]);
    assert_eq!(statuses(&format!("{target}&key=another")), ["503", "503", "200", "200"]);
}

#[test]
fn faults_can_be_delayed() {
    let server = PhotoServer::start().unwrap();
    let mut wire = Wire::connect(&server);
    let started = Instant::now();
    wire.get("/fault/close-before-head?delay_ms=50");
    assert_eq!(wire.rest(SOON).1, End::Closed);
    assert!(started.elapsed() >= Duration::from_millis(50));
}

impl Reply {
    fn new(bytes: &[u8]) -> Self {
        let head_ends_at = bytes.windows(4).position(|window| window == b"\r\n\r\n").map_or(0, |at| at + 4);
        let body = bytes[head_ends_at..].to_vec();
        let head = String::from_utf8_lossy(&bytes[..head_ends_at]).into_owned();
        Self { head, body }
    }

    fn status(&self, code: u16) -> bool {
        self.head.starts_with(&format!("HTTP/1.1 {code} "))
    }

    fn says(&self, field: &str) -> bool {
        self.head.lines().any(|line| line == field)
    }

    fn ends(&self, end: &[u8]) -> bool {
        self.body.ends_with(end)
    }
}

fn photo() -> Vec<u8> {
    picture(PictureFormat::Gif, PHOTO_BYTES, 0).unwrap()
}
