//! Routes: from the bytes of a request to its script.

use std::collections::HashMap;
use std::fmt::Write;
use std::net::SocketAddr;

use crate::cache::Cache;
use crate::faults::Fault;
use crate::folder::Folder;
use crate::material::Material;
use crate::order::Order;
use crate::reply::Reply;
use crate::request::{Parsed, Request, percent_decode};
use crate::script::{Script, Step};

const MAX_ALBUM: usize = 100_000;
const MAX_FLAKY: usize = 1 << 14;

/// The route of the received bytes.
#[derive(Debug)]
pub(crate) enum Asked {
    /// The head has not arrived whole.
    Partial,
    /// A script, by a head of `length` bytes.
    Request { length: usize, script: Script },
    /// The counters, by a head of `length` bytes.
    Counters { length: usize, reset: bool, keep_alive: bool },
    /// Not a valid request, so the start of the next one is unknown.
    Refused { script: Script },
}

/// The routes of the server.
#[derive(Debug)]
pub(crate) struct Routes {
    http: SocketAddr,
    folder: Option<Folder>,
    cache: Cache,
    /// The number of requests for each flaky target; all are dropped if there are too many.
    flaky: HashMap<String, u32>,
}

impl Routes {
    pub(crate) fn new(http: SocketAddr, folder: Option<Folder>) -> Self {
        Self { http, folder, cache: Cache::default(), flaky: HashMap::new() }
    }

    pub(crate) fn asked(&mut self, input: &[u8]) -> Asked {
        if let Some(script) = self.cache.find(input) {
            let length = input.len();
            return Asked::Request { length, script };
        }
        let (request, length) = match Request::parse(input) {
            Parsed::Whole(request, length) => (request, length),
            Parsed::Partial => return Asked::Partial,
            Parsed::Refused { code, why } => {
                let reply = Reply::new(code).field("Connection", "close").text(why);
                let script = Script::new(vec![Step::send(reply), Step::Finish]);
                return Asked::Refused { script };
            }
        };
        let reset = match (request.method, request.path()) {
            ("GET", "/counters") => false,
            ("GET", "/counters/reset") => true,
            _ => {
                let script = self.script(&request, &input[..length]);
                return Asked::Request { length, script };
            }
        };
        Asked::Counters { length, reset, keep_alive: request.keep_alive }
    }

    /// The script for a request, from the cache if it is there.
    fn script(&mut self, request: &Request<'_>, head: &[u8]) -> Script {
        // Files may change between requests, a flaky fault does, and requests with a body are rare.
        if request.path().starts_with("/folder/") || is_flaky(request) || request.has_body {
            return Script::new(self.steps(request));
        }
        let Request { method, target, keep_alive, .. } = request;
        let key = format!("{method} {keep_alive} {target}");
        let script = self.cache.find(key.as_bytes()).unwrap_or_else(|| {
            let script = Script::new(self.steps(request));
            self.cache.keep(key.as_bytes(), &script);
            script
        });
        self.cache.keep_also(head, key.as_bytes());
        script
    }

    fn steps(&mut self, request: &Request<'_>) -> Vec<Step> {
        let mut steps = match self.fault(request) {
            Some(Ok(steps)) => steps,
            Some(Err(why)) => vec![Step::send(refusal(request, 400, &why))],
            None => self.good(request),
        };
        if request.has_body {
            steps.push(Step::Finish);
        } else if !request.keep_alive {
            steps.push(Step::Close);
        }
        steps
    }

    /// The steps of a fault; `None` if the path names none. Faults ignore the method.
    fn fault(&mut self, request: &Request<'_>) -> Option<Result<Vec<Step>, String>> {
        let fault = Fault::from_name(request.path().strip_prefix("/fault/")?)?;
        let earlier = if is_flaky(request) { self.asked_before(request.target) } else { 0 };
        let prepare = || {
            let mut material = Material::new(request.query(), self.http)?;
            material.earlier = earlier;
            let mut steps = Vec::from_iter(material.order.delayed());
            steps.extend(fault.steps(&material)?);
            Ok(steps)
        };
        Some(prepare())
    }

    /// The number of earlier requests for `target`.
    fn asked_before(&mut self, target: &str) -> u32 {
        if self.flaky.len() == MAX_FLAKY {
            self.flaky.clear();
        }
        let times = self.flaky.entry(target.to_owned()).or_default();
        *times += 1;
        *times - 1
    }

    /// The steps of a well-behaved server.
    fn good(&self, request: &Request<'_>) -> Vec<Step> {
        let mut steps = Vec::new();
        let mut reply = match request.method {
            "GET" | "HEAD" if request.has_body => refusal(request, 400, "this request has no body"),
            "GET" | "HEAD" => match request.path() {
                "/photo" => photo(request, &mut steps),
                // The name is for people who read the URL.
                path if path.starts_with("/photo/") => photo(request, &mut steps),
                "/album" => album(request, &mut steps),
                path => Ok(self.file(request, path)),
            }
            .unwrap_or_else(|why| refusal(request, 400, &why)),
            _ => start(request, 405).field("Allow", "GET, HEAD").text("only GET and HEAD are served"),
        };
        if request.method == "HEAD" {
            let body = reply.windows(4).position(|window| window == b"\r\n\r\n");
            reply.truncate(body.map_or(0, |at| at + 4));
        }
        steps.push(Step::send(reply));
        steps
    }

    fn file(&self, request: &Request<'_>, path: &str) -> Vec<u8> {
        let found = path.strip_prefix("/folder/").and_then(|name| {
            let folder = self.folder.as_ref()?;
            folder.read(&percent_decode(name)?)
        });
        match found {
            Some((bytes, content_type)) => start(request, 200).content_type(content_type).body(bytes),
            None => refusal(request, 404, "nothing is served here"),
        }
    }
}

fn is_flaky(request: &Request<'_>) -> bool {
    request.path().strip_prefix("/fault/") == Some(Fault::Flaky.name())
}

fn photo(request: &Request<'_>, steps: &mut Vec<Step>) -> Result<Vec<u8>, String> {
    let order = Order::from_query(request.query())?;
    let picture = order.picture()?;
    steps.extend(order.delayed());
    let mut reply = start(request, 200).content_type(order.format.content_type());
    let idle = request.query().number("idle_s", u64::MAX)?;
    if idle < u64::MAX {
        reply = reply.field("Keep-Alive", format_args!("timeout={idle}"));
    }
    Ok(reply.body(picture))
}

/// The index of an album: one path per line, each with another seed.
fn album(request: &Request<'_>, steps: &mut Vec<Step>) -> Result<Vec<u8>, String> {
    let order = Order::from_query(request.query())?;
    let count = request.query().number("count", 10)?;
    if count > MAX_ALBUM {
        return Err(format!("count is at most {MAX_ALBUM}"));
    }
    let mut lines = String::new();
    for index in 0..count as u64 {
        let seed = order.seed.wrapping_add(index);
        let order = Order { seed, ..order.clone() };
        writeln!(lines, "/photo?{order}").expect("a String takes everything");
    }
    steps.extend(order.delayed());
    Ok(start(request, 200).content_type("text/plain; charset=utf-8").body(lines))
}

fn refusal(request: &Request<'_>, code: u16, why: &str) -> Vec<u8> {
    start(request, code).text(why)
}

/// The start of a reply, which announces the fate of the connection.
fn start(request: &Request<'_>, code: u16) -> Reply {
    let kept = request.keep_alive && !request.has_body;
    Reply::new(code).field("Connection", if kept { "keep-alive" } else { "close" })
}
