//! Replies byte for byte as the client asks for them.

use std::num::NonZeroUsize;
use std::time::Duration;

use crate::material::{Material, at_most, few_pieces};
use crate::misbehaviour::BEFORE_RESET;
use crate::request::percent_decode;
use crate::script::Step;

const GOOD: &str = "HTTP/1.1 200 OK\r\nContent-Length: {len}\r\n\r\n{photo}";

impl Material<'_> {
    /// The steps of [`Fault::Raw`](crate::Fault::Raw).
    pub(crate) fn raw(&self) -> Result<Vec<Step>, String> {
        let decoded = self.query.value("reply").map(|text| percent_decode(text).ok_or("reply is no text"));
        let mut reply = self.filled_in(&decoded.transpose()?.unwrap_or_else(|| GOOD.to_owned()))?;
        reply.truncate(self.query.number("first", reply.len())?);
        let mut steps = self.sent_slowly(reply)?;
        match self.query.value("end").unwrap_or("keep") {
            "keep" => {}
            "close" => steps.push(Step::Close),
            "cut" => steps.push(Step::Cut),
            "reset" => steps.extend([Step::wait(BEFORE_RESET), Step::Reset]),
            "stall" => steps.push(Step::Stall),
            end => return Err(format!("end={end} is not keep, close, cut, reset or stall")),
        }
        Ok(steps)
    }

    fn sent_slowly(&self, reply: Vec<u8>) -> Result<Vec<Step>, String> {
        let every = Duration::from_millis(self.query.number("every_ms", 100_u32)?.into());
        let size: NonZeroUsize = match self.query.value("step") {
            None => return Ok(vec![Step::send(reply)]),
            Some(_) => self.query.number("step", NonZeroUsize::MIN)?,
        };
        few_pieces(reply.len(), size.get(), "step")?;
        Ok(Step::send_slowly(reply, size.get(), every).collect())
    }

    fn filled_in(&self, template: &str) -> Result<Vec<u8>, String> {
        let photo = self.photo()?;
        let (half, rest) = photo.split_at(photo.len() / 2);
        let mut reply = Vec::new();
        let mut template = template;
        while let Some((before, after)) = template.split_once('{') {
            let (name, after) = after.split_once('}').ok_or("a brace is open")?;
            reply.extend(before.bytes());
            match name {
                "photo" => reply.extend(&photo),
                "half" => reply.extend(half),
                "rest" => reply.extend(rest),
                "len" => reply.extend(photo.len().to_string().bytes()),
                "hex" => reply.extend(format!("{:x}", photo.len()).bytes()),
                "to" => reply.extend(format!("/photo?{}", self.order).bytes()),
                "addr" => reply.extend(self.http.to_string().bytes()),
                repeated => {
                    let (times, text) = repeated
                        .split_once('*')
                        .ok_or_else(|| format!("{{{repeated}}} is neither a name nor TIMES*TEXT"))?;
                    let times: usize = times.parse().map_err(|_| format!("{times} is no number"))?;
                    at_most(times.max(times.saturating_mul(text.len())), "a repeated text")?;
                    reply.extend(text.repeat(times).bytes());
                }
            }
            // Bounded repetitions may still add up to too much.
            at_most(reply.len(), "a reply")?;
            template = after;
        }
        reply.extend(template.bytes());
        Ok(reply)
    }
}
