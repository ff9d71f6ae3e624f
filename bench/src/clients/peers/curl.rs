//! libcurl's multi interface: one thread, one multi handle, an easy handle for each download in flight.
//!
//! Easy handles are used again, and the multi handle's cache of connections is as large as the in-flight, as libcurl's
//! docs advise. It waits by `poll()`. The system's libcurl is linked if pkg-config finds one (on Debian
//! libcurl4-openssl-dev); that which is otherwise built by the crate waits by `select()`, so it is not measured where it
//! would need more descriptors than that can have.

use std::io;
use std::mem;
use std::time::Duration;

use curl::easy::{Easy2, Handler, HttpVersion, WriteError};
use curl::multi::{Easy2Handle, Multi};
use photo_tests::{Feed, Turn};

use crate::load::client::{LoadClient, PATIENCE};
use crate::load::samples::Samples;

/// Most descriptors of `select()`, without those that a process needs besides its connections.
const MOST_BY_SELECT: usize = 1024 - 64;

/// libcurl says by itself when it wants to be called; this is only for the case that nothing ever happens.
const LONG: Duration = Duration::from_secs(1);

struct Curl {
    multi: Multi,
    /// The idle handles.
    easies: Vec<Easy2<Body>>,
}

#[derive(Default)]
struct Body(Vec<u8>);

impl Handler for Body {
    fn write(&mut self, data: &[u8]) -> Result<usize, WriteError> {
        self.0.extend_from_slice(data);
        Ok(data.len())
    }
}

pub(super) fn client(in_flight: usize) -> io::Result<Box<dyn LoadClient>> {
    if curl::Version::get().vendored() && in_flight > MOST_BY_SELECT {
        return Err(io::Error::other(format!(
            "the libcurl that its crate builds waits by select(), for at most {MOST_BY_SELECT} connections; \
             install the system's (libcurl4-openssl-dev)"
        )));
    }
    let mut multi = Multi::new();
    multi.set_max_connects(in_flight)?;
    let easies = (0..in_flight).map(|_| easy()).collect::<Result<_, _>>()?;
    Ok(Box::new(Curl { multi, easies }))
}

fn easy() -> Result<Easy2<Body>, curl::Error> {
    let mut easy = Easy2::new(Body::default());
    easy.http_version(HttpVersion::V11)?;
    easy.timeout(PATIENCE)?;
    easy.connect_timeout(PATIENCE)?;
    // None, whatever the environment says.
    easy.proxy("")?;
    Ok(easy)
}

/// The length of the downloaded photo, which is then dropped.
fn length(easy: &mut Easy2<Body>) -> io::Result<usize> {
    let bytes = mem::take(&mut easy.get_mut().0);
    match easy.response_code()? {
        200..=299 => Ok(bytes.len()),
        code => Err(io::Error::other(format!("status {code}"))),
    }
}

impl Curl {
    fn start(&mut self, token: usize, mut easy: Easy2<Body>) -> io::Result<Easy2Handle<Body>> {
        easy.get_mut().0 = Vec::new();
        let mut handle = self.multi.add2(easy)?;
        handle.set_token(token)?;
        Ok(handle)
    }
}

impl LoadClient for Curl {
    fn download_all(&mut self, url: &str, in_flight: usize, samples: &Samples) -> io::Result<()> {
        let mut running: Vec<Option<(Turn, Easy2Handle<Body>)>> = Vec::new();
        for token in 0..in_flight {
            let Some(turn) = samples.first() else { break };
            let mut easy = self.easies.pop().map_or_else(easy, Ok)?;
            easy.url(url)?;
            running.push(Some((turn, self.start(token, easy)?)));
        }
        let mut left = running.len();
        let mut ended = Vec::new();
        while left > 0 {
            self.multi.perform()?;
            self.multi.messages(|message| ended.extend(message.token().ok().zip(message.result())));
            if ended.is_empty() {
                self.multi.poll(&mut [], LONG)?;
            }
            for (token, result) in ended.drain(..) {
                let Some((turn, handle)) = running[token].take() else { continue };
                let mut easy = self.multi.remove2(handle)?;
                samples.record(&turn, result.map_err(Into::into).and_then(|()| length(&mut easy)));
                if let Some(turn) = samples.next() {
                    running[token] = Some((turn, self.start(token, easy)?));
                } else {
                    self.easies.push(easy);
                    left -= 1;
                }
            }
        }
        Ok(())
    }
}
