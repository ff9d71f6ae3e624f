//! The effect of a piece of the reply.

use std::time::Duration;

use crate::{Error, Exchange, Photo};

/// The effect of a piece of the reply.
#[derive(Debug)]
pub enum Step {
    /// More bytes are needed.
    More,
    /// The photo is elsewhere.
    Redirect {
        /// The next hop, which may need another connection.
        next: Box<Exchange>,
        /// Time that this connection may be kept for another request; `None` if it must be closed.
        keep_for: Option<Duration>,
    },
    /// The download is over.
    Done {
        /// The photo.
        photo: Photo,
        /// Time that this connection may be kept for another request; `None` if it must be closed.
        keep_for: Option<Duration>,
    },
    /// The reply brings no photo, but is whole, so its connection may be kept. Any other failure is an `Err`.
    Failed {
        /// The reason why there is no photo.
        error: Error,
        /// Time that this connection may be kept for another request.
        keep_for: Duration,
    },
}

impl Step {
    /// The step after a whole reply without a photo.
    pub(super) fn refused(error: Error, keep_for: Option<Duration>) -> Result<Self, Error> {
        match keep_for {
            Some(keep_for) => Ok(Self::Failed { error, keep_for }),
            None => Err(error),
        }
    }
}
