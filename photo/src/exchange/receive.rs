//! From the bytes of a reply to what comes of it.

use std::sync::Arc;

use super::plain::Plain;
use super::{Buffer, Exchange, State, Step, protocol};
use crate::incoming::Framing;
use crate::{Error, Head, Incoming, Reply};

impl Exchange {
    pub(super) fn head(&mut self, mut buffer: Buffer, plain: bool) -> Result<Step, Error> {
        let plain = if plain { Plain::head(buffer.bytes()) } else { Plain::Not };
        match plain {
            Plain::Head { length, body, reuse } => {
                let body = Incoming::new(Framing::Length(body), reuse, &self.config)?;
                self.begin(body, &mut buffer.bytes_mut()[length..])
            }
            Plain::Partial => {
                self.state = State::Head { buffer, plain: true };
                Ok(Step::More)
            }
            Plain::Not => self.head_by_protocol(buffer),
        }
    }

    fn head_by_protocol(&mut self, mut buffer: Buffer) -> Result<Step, Error> {
        let Some(head) = Head::parse(buffer.bytes())? else {
            self.state = State::Head { buffer, plain: false };
            return Ok(Step::More);
        };
        let response = protocol::response(&head.plain, &self.target, &self.config)?;
        let rest = &mut buffer.bytes_mut()[head.length..];
        match Reply::judge(&self.target, &self.config, head, &response, rest)? {
            Reply::Photo(body) => self.begin(body, rest),
            Reply::Redirect { target, reuse } => {
                let next = Box::new(Self::of(*target, Arc::clone(&self.config))?);
                Ok(Step::Redirect { next, reuse })
            }
        }
    }

    fn begin(&mut self, mut body: Incoming, rest: &mut [u8]) -> Result<Step, Error> {
        let is_whole = body.begin(rest)?;
        self.go_on(body, is_whole)
    }

    pub(super) fn body(&mut self, mut body: Incoming, n: usize) -> Result<Step, Error> {
        let is_whole = body.filled(n)?;
        self.go_on(body, is_whole)
    }

    fn go_on(&mut self, body: Incoming, is_whole: bool) -> Result<Step, Error> {
        if is_whole {
            let (photo, reuse) = body.finish(&self.target, &self.config)?;
            return Ok(Step::Done { photo, reuse });
        }
        self.state = State::Body(body);
        Ok(Step::More)
    }
}
