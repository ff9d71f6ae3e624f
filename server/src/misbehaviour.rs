//! The steps of each fault.

use std::time::Duration;

use crate::faults::Fault;
use crate::material::{Material, redirect_to};
use crate::reply::Reply;
use crate::script::Step;

/// Time for the peer to read: a reset discards its unread bytes.
pub(crate) const BEFORE_RESET: Duration = Duration::from_millis(20);
const BEFORE_STRAY: Duration = Duration::from_millis(5);

impl Fault {
    /// The steps for a request, without the delay before them. The client receives the text of an error.
    #[expect(clippy::too_many_lines, reason = "a table: one arm per fault")]
    pub(crate) fn steps(self, material: &Material<'_>) -> Result<Vec<Step>, String> {
        Ok(match self {
            Fault::Status => vec![Step::send(material.status()?)],
            Fault::Redirect => vec![Step::send(material.redirect()?.body(""))],
            Fault::RedirectBody => {
                vec![Step::send(material.redirect()?.content_type("text/html").body(material.html()?))]
            }
            Fault::RedirectLoop => {
                let itself = format!("{}?{}", self.path(), material.query.as_str());
                vec![Step::send(redirect_to(302, &itself).body(""))]
            }
            Fault::RedirectChain => match material.query.number("hops", 3_u32)? {
                0 => vec![Step::send(material.good()?)],
                hops => {
                    let next = format!("{}?{}&hops={}", self.path(), material.order, hops - 1);
                    vec![Step::send(redirect_to(302, &next).body(""))]
                }
            },
            Fault::RedirectHost => {
                let there = format!("http://localhost:{}/photo?{}", material.http.port(), material.order);
                vec![Step::send(redirect_to(302, &there).body(""))]
            }
            Fault::RedirectNoLocation => vec![Step::send(Reply::new(302).body(""))],

            Fault::CloseBeforeHead => vec![Step::Close],
            Fault::ResetBeforeHead => vec![Step::Reset],
            Fault::ResetInBody => {
                let at = material.query.number("at", material.order.bytes / 2)?;
                vec![Step::send(material.cut(at)?), Step::wait(BEFORE_RESET), Step::Reset]
            }
            Fault::CutInHead => vec![Step::send(material.half_head()), Step::Close],
            Fault::CutBody => vec![Step::send(material.half()?), Step::Close],

            Fault::StallBeforeHead => vec![Step::Stall],
            Fault::StallInHead => vec![Step::send(material.half_head()), Step::Stall],
            Fault::StallInBody => vec![Step::send(material.half()?), Step::Stall],
            Fault::Drip => material.drip()?,

            Fault::Chunked => {
                let trailer = material.query.number("trailer", 0_u8)? == 1;
                let (mut reply, _) = material.chunks(trailer)?;
                let last: &[u8] =
                    if trailer { b"0;last=yes\r\nX-Trailer: yes\r\n\r\n" } else { b"0\r\n\r\n" };
                reply.extend(last);
                vec![Step::send(reply)]
            }
            Fault::ChunkedBadSize => {
                let (mut reply, first_ends_at) = material.chunks(false)?;
                reply.truncate(first_ends_at);
                reply.extend(b"size\r\nno number\r\n");
                vec![Step::send(reply), Step::Close]
            }
            Fault::ChunkedCut => vec![Step::send(material.chunks(false)?.0), Step::Close],
            Fault::CloseDelimited => {
                vec![Step::send(material.unmeasured().raw_body(material.photo()?)), Step::Close]
            }
            Fault::CloseDelimitedReset => {
                let half = &material.photo()?[..material.order.bytes / 2];
                let reply = material.unmeasured().raw_body(half);
                vec![Step::send(reply), Step::wait(BEFORE_RESET), Step::Reset]
            }

            Fault::Html => {
                let page = "<!DOCTYPE html><title>Sign in</title><p>Please sign in to see this photo.\n";
                vec![Step::send(Reply::new(200).content_type("image/jpeg").body(page))]
            }
            Fault::Empty => vec![Step::send(material.ok().body(""))],
            Fault::LengthTooLong => vec![Step::send(material.claim()?), Step::Close],
            Fault::LengthTooLongStall => vec![Step::send(material.claim()?), Step::Stall],
            Fault::LengthTooShort => {
                let declared = material.order.bytes / 2;
                vec![Step::send(material.ok().content_length(declared).raw_body(material.photo()?))]
            }
            Fault::LengthTwiceDifferent => {
                let more = material.order.bytes + 1;
                vec![Step::send(material.ok().content_length(more).body(material.photo()?))]
            }
            Fault::LengthNotANumber => {
                vec![Step::send(material.ok().content_length("many").raw_body(material.photo()?))]
            }

            Fault::Noise => {
                let noise: Vec<u8> = (0..=255_u8).map(|byte| byte.wrapping_mul(151) ^ 0xa5).collect();
                vec![Step::send(noise), Step::Close]
            }
            Fault::SshBanner => vec![Step::send(b"SSH-2.0-OpenSSH_9.9\r\n".to_vec()), Step::Close],
            Fault::HugeHead => vec![Step::send(material.huge_head()?), Step::Close],
            Fault::Http10 => {
                let reply =
                    Reply::with_version("HTTP/1.0", 200).content_type(material.order.format.content_type());
                vec![Step::send(reply.raw_body(material.photo()?)), Step::Close]
            }
            Fault::EarlyHints => {
                let mut hints = Reply::new(103).field("Link", "</style.css>; rel=preload").head();
                hints.extend(Reply::new(102).head());
                vec![Step::send(hints), Step::send(material.good()?)]
            }
            Fault::StrayReply => {
                let reply = Step::send(material.good()?);
                vec![reply.clone(), Step::wait(BEFORE_STRAY), reply]
            }
            Fault::CloseAfterReply => {
                let after = material.query.number("after_ms", 0_u32)?;
                let wait = Step::wait(Duration::from_millis(after.into()));
                vec![Step::send(material.good()?), wait, Step::Close]
            }
            Fault::CloseOnReuse => vec![Step::OnReuse(1), Step::Cut, Step::send(material.good()?)],
            Fault::StallOnReuse => vec![Step::OnReuse(1), Step::Stall, Step::send(material.good()?)],
            Fault::TimeoutOnReuse => vec![
                Step::OnReuse(2),
                Step::send(Reply::new(408).field("Connection", "close").body("")),
                Step::Close,
                Step::send(material.good()?),
            ],
            Fault::Raw => material.raw()?,
            Fault::Flaky if material.earlier < material.query.number("fail", 1_u32)? => {
                match material.query.value("as").map_or(Some(Fault::ResetBeforeHead), Fault::from_name) {
                    None | Some(Fault::Flaky) => return Err("as is the name of another fault".to_owned()),
                    Some(fault) => fault.steps(material)?,
                }
            }
            Fault::Flaky => vec![Step::send(material.good()?)],
        })
    }
}

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, SocketAddr};

    use super::*;
    use crate::request::{Parsed, Request};

    fn steps(fault: Fault, query: &str) -> Result<Vec<Step>, String> {
        let head = format!("GET {}?{query} HTTP/1.1\r\n\r\n", fault.path());
        let Parsed::Whole(request, _) = Request::parse(head.as_bytes()) else {
            panic!("{query} is no query");
        };
        let http = SocketAddr::from((Ipv4Addr::LOCALHOST, 80));
        fault.steps(&Material::new(request.query(), http)?)
    }

    #[test]
    fn parameters_that_would_cost_too_much_or_split_the_head_are_refused() {
        for (fault, query) in [
            (Fault::Drip, "step=1&bytes=10000000"),
            (Fault::Drip, "step=0"),
            (Fault::Chunked, "chunk=1&bytes=10000000"),
            (Fault::HugeHead, "bytes=100000000000"),
            (Fault::RedirectBody, "body=100000000000"),
            (Fault::Redirect, "to=%0d%0aX:x"),
            (Fault::Status, "retry_after=%0d%0aX:x"),
            (Fault::Status, "code=99"),
            (Fault::Status, "code=1000"),
            (Fault::ResetInBody, "at=32769"),
            (Fault::CutBody, "bytes=1"),
            (Fault::Flaky, "as=flaky"),
            (Fault::Flaky, "as=no-such-fault"),
            (Fault::CutBody, "delay_ms=99999999999999"),
            (Fault::Raw, "reply=%7Bcat%7D"),
            (Fault::Raw, "reply=%7B100000000*%7D"),
            (Fault::Raw, "reply=%7B100000000*a%7D"),
            (Fault::Raw, "end=well"),
            (Fault::Raw, "step=0"),
            (Fault::Raw, "bytes=10000000&step=1"),
        ] {
            assert!(steps(fault, query).is_err(), "{fault:?} {query}");
        }
    }
}
