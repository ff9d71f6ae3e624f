//! From the bytes of a reply to what comes of it.

use std::sync::Arc;

use http::Response;
use ureq_proto::BodyMode;
use ureq_proto::client::state::RecvResponse;
use ureq_proto::client::{Call, RecvResponseResult};

use super::plain::Plain;
use super::{Buffer, Exchange, Framing, Progress, State, protocol};
use crate::reply::keeps_alive;
use crate::{Body, Chunked, Error, Head, Reply};

impl Exchange {
    pub(super) fn head(&mut self, buffer: Buffer, plain: bool) -> Result<Progress, Error> {
        let plain = if plain { Plain::head(buffer.bytes()) } else { Plain::Not };
        match plain {
            Plain::Head { length, body, reuse } => {
                let mut body = Body::new(Some(body), &self.config)?;
                body.copy(&buffer.bytes()[length..])?;
                self.measured(body, reuse)
            }
            Plain::Partial => {
                self.state = State::Head { buffer, plain: true };
                Ok(Progress::More)
            }
            Plain::Not => self.head_by_protocol(buffer),
        }
    }

    fn head_by_protocol(&mut self, mut buffer: Buffer) -> Result<Progress, Error> {
        let Some(head) = Head::parse(buffer.bytes())? else {
            self.state = State::Head { buffer, plain: false };
            return Ok(Progress::More);
        };
        buffer.consume(head.length);
        let (_, mut call) = protocol::request(&self.target, &self.config)?;
        match call.try_response(&head.plain, false).map_err(Error::malformed)? {
            (_, Some(response)) => self.judge(*call, buffer, &response, head.chunked),
            (_, None) => Err(Error::malformed("a head that does not end")),
        }
    }

    fn judge(
        &mut self,
        call: Call<RecvResponse>,
        mut rest: Buffer,
        response: &Response<()>,
        chunked: Option<Chunked>,
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
        if let Some(mut chunked) = chunked {
            let mut body = Body::new(None, &self.config)?;
            let decoded = chunked.decode(rest.bytes_mut());
            body.copy(&rest.bytes()[..decoded])?;
            return self.chunked(body, chunked, reuse);
        }
        match call.body_mode() {
            BodyMode::LengthDelimited(length) => {
                let mut body = Body::new(Some(length), &self.config)?;
                body.copy(rest.bytes())?;
                self.measured(body, reuse)
            }
            BodyMode::CloseDelimited | BodyMode::Chunked | BodyMode::NoBody => {
                let mut body = Body::new(None, &self.config)?;
                body.copy(rest.bytes())?;
                Ok(self.more(body, Framing::Close))
            }
        }
    }

    pub(super) fn body(&mut self, mut body: Body, framing: Framing, n: usize) -> Result<Progress, Error> {
        match framing {
            Framing::Close if n == 0 => self.finish(body, false),
            _ if n == 0 => Err(body.truncated()),
            Framing::Close => {
                body.filled(n)?;
                Ok(self.more(body, framing))
            }
            Framing::Length { reuse } => {
                body.filled(n)?;
                self.measured(body, reuse)
            }
            Framing::Chunked { mut chunked, reuse } => {
                let decoded = chunked.decode(&mut body.space()[..n]);
                body.filled(decoded)?;
                self.chunked(body, chunked, reuse)
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

    fn chunked(&mut self, body: Body, chunked: Chunked, reuse: bool) -> Result<Progress, Error> {
        if chunked.is_over()? {
            return self.finish(body, reuse && !chunked.has_surplus());
        }
        Ok(self.more(body, Framing::Chunked { chunked, reuse }))
    }

    fn more(&mut self, body: Body, framing: Framing) -> Progress {
        self.state = State::Body { body, framing };
        Progress::More
    }

    fn finish(&mut self, body: Body, reuse: bool) -> Result<Progress, Error> {
        Ok(Progress::Done { photo: body.finish(&self.target, &self.config)?, reuse })
    }
}
