//! The protocol library, ureq-proto, as the exchange uses it.

use http::Response;
use ureq_proto::client::state::RecvResponse;
use ureq_proto::client::{Call, SendRequestResult};

use crate::{Config, Error, Target};

/// A call that awaits its reply.
pub(super) type Awaiting = Box<Call<RecvResponse>>;

/// Writes the request; then only its reply is left to the library.
pub(super) fn request(target: &Target, config: &Config) -> Result<(Vec<u8>, Awaiting), Error> {
    let mut call = Call::new(target.request(config)?).map_err(Error::malformed)?.proceed();
    let mut request = vec![0; target.request_room(config)];
    let mut length = 0;
    while !call.can_proceed() {
        length += call.write(&mut request[length..]).map_err(Error::malformed)?;
    }
    request.truncate(length);
    request.shrink_to_fit();
    match call.proceed().map_err(Error::malformed)? {
        Some(SendRequestResult::RecvResponse(call)) => Ok((request, Box::new(call))),
        _ => Err(Error::malformed("a GET that wants to send a body")),
    }
}

/// Reads the head of a reply to that request.
pub(super) fn response(head: &[u8], target: &Target, config: &Config) -> Result<Response<()>, Error> {
    let (_, mut call) = request(target, config)?;
    let (_, response) = call.try_response(head, false).map_err(Error::malformed)?;
    response.ok_or_else(|| Error::malformed("a head that does not end"))
}
