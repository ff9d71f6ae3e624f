//! From the bytes of a reply to what comes of it.

use std::sync::Arc;

use http::Response;
use ureq_proto::BodyMode;
use ureq_proto::client::state::{RecvBody, RecvResponse};
use ureq_proto::client::{Call, RecvResponseResult};

use super::plain::{self, Head};
use super::{Buffer, Exchange, Framing, Progress, State, protocol};
use crate::reply::keeps_alive;
use crate::{Body, Error, MAX_HEAD, Reply};

impl Exchange {
    pub(super) fn head(
        &mut self,
        call: Option<protocol::Awaiting>,
        buffer: Buffer,
    ) -> Result<Progress, Error> {
        let call = match call {
            Some(call) => call,
            None => match plain::head(buffer.bytes()) {
                Head::Plain { length, body, reuse } if length <= MAX_HEAD => {
                    let mut body = Body::new(Some(body), &self.config)?;
                    body.copy(&buffer.bytes()[length..])?;
                    return self.measured(body, reuse);
                }
                Head::Partial if buffer.filled <= MAX_HEAD => {
                    self.state = State::Head { call: None, buffer };
                    return Ok(Progress::More);
                }
                _ => protocol::request(&self.target, &self.config)?.1,
            },
        };
        self.head_by_protocol(call, buffer)
    }

    fn head_by_protocol(
        &mut self,
        mut call: protocol::Awaiting,
        mut buffer: Buffer,
    ) -> Result<Progress, Error> {
        loop {
            let (used, response) = call.try_response(buffer.bytes(), false).map_err(Error::malformed)?;
            let head_length = if response.is_some() { used } else { buffer.filled };
            if head_length > MAX_HEAD {
                return Err(Error::malformed(format_args!("a head of more than {MAX_HEAD} bytes")));
            }
            buffer.consume(used);
            match response {
                Some(response) => return self.judge(*call, buffer, &response),
                // An interim reply (RFC 9110, section 15.2) was passed over; the next one may be there too.
                None if used > 0 && buffer.filled > 0 => {}
                None => {
                    self.state = State::Head { call: Some(call), buffer };
                    return Ok(Progress::More);
                }
            }
        }
    }

    fn judge(
        &mut self,
        call: Call<RecvResponse>,
        rest: Buffer,
        response: &Response<()>,
    ) -> Result<Progress, Error> {
        let reply = Reply::judge(&self.target, &self.config, response.status(), response.headers())?;
        let reuse = keeps_alive(response);
        let followed_by = call.proceed().ok_or_else(|| Error::malformed("a head that does not end"))?;
        if let Reply::Redirect(target) = reply {
            // Reading a body that nobody wants may take longer than connecting anew.
            let reuse = reuse && rest.filled == 0 && !matches!(followed_by, RecvResponseResult::RecvBody(_));
            let next = Box::new(Self::of(*target, Arc::clone(&self.config))?);
            return Ok(Progress::Redirect { next, reuse });
        }
        let RecvResponseResult::RecvBody(call) = followed_by else {
            return self.finish(Body::new(Some(0), &self.config)?, reuse && rest.filled == 0);
        };
        match call.body_mode() {
            BodyMode::LengthDelimited(length) => {
                let mut body = Body::new(Some(length), &self.config)?;
                body.copy(rest.bytes())?;
                self.measured(body, reuse)
            }
            BodyMode::Chunked => {
                let body = Body::new(None, &self.config)?;
                self.chunked(body, Box::new(call), rest, reuse)
            }
            BodyMode::CloseDelimited | BodyMode::NoBody => {
                let mut body = Body::new(None, &self.config)?;
                body.copy(rest.bytes())?;
                Ok(self.more(body, Framing::Close))
            }
        }
    }

    pub(super) fn body(&mut self, mut body: Body, framing: Framing, n: usize) -> Result<Progress, Error> {
        match framing {
            Framing::Close if n == 0 => self.finish(body, false),
            Framing::Chunked { call, .. } if n == 0 && call.is_ended_chunked() => self.finish(body, false),
            _ if n == 0 => Err(body.truncated()),
            Framing::Close => {
                body.filled(n)?;
                Ok(self.more(body, framing))
            }
            Framing::Length { reuse } => {
                body.filled(n)?;
                self.measured(body, reuse)
            }
            Framing::Chunked { call, mut buffer, reuse } => {
                buffer.filled += n;
                self.chunked(body, call, buffer, reuse)
            }
        }
    }

    fn measured(&mut self, body: Body, reuse: bool) -> Result<Progress, Error> {
        if body.is_whole() {
            let reuse = reuse && !body.has_surplus();
            return self.finish(body, reuse);
        }
        Ok(self.more(body, Framing::Length { reuse }))
    }

    fn chunked(
        &mut self,
        mut body: Body,
        mut call: Box<Call<RecvBody>>,
        mut buffer: Buffer,
        reuse: bool,
    ) -> Result<Progress, Error> {
        loop {
            let (used, decoded) = call.read(buffer.bytes(), body.space()).map_err(Error::malformed)?;
            buffer.consume(used);
            body.filled(decoded)?;
            if call.can_proceed() {
                return self.finish(body, reuse && buffer.filled == 0);
            }
            if used == 0 && decoded == 0 {
                break;
            }
        }
        if buffer.filled > MAX_HEAD {
            return Err(Error::malformed(format_args!("a chunk line of more than {MAX_HEAD} bytes")));
        }
        Ok(self.more(body, Framing::Chunked { call, buffer, reuse }))
    }

    fn more(&mut self, body: Body, framing: Framing) -> Progress {
        self.state = State::Body { body, framing };
        Progress::More
    }

    fn finish(&mut self, body: Body, reuse: bool) -> Result<Progress, Error> {
        Ok(Progress::Done { photo: body.finish(&self.target, &self.config)?, reuse })
    }
}
