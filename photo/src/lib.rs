//! The vocabulary of all styles, and the exchange that each of them drives.
//!
//! This crate waits for nothing. It opens no socket, reads no clock and starts no thread: the styles do, each in its
//! own way, and the workspace compares them. Everything that is *not* waiting is decided here once, so that the styles
//! cannot differ in it. It decides which URLs are valid, which bytes a request has, and which replies are accepted. It
//! also decides which redirects are followed, when a connection is used again, and how large a photo may be.
//!
//! ```
//! use photo::{Config, Error, Exchange};
//!
//! let exchange = Exchange::new("http://coolcats.com/cat.gif", &Config::default().into())?;
//! assert_eq!(exchange.origin().to_string(), "http://coolcats.com:80");
//! assert!(exchange.to_send().starts_with(b"GET /cat.gif HTTP/1.1\r\n"));
//! # Ok::<(), Error>(())
//! ```
//!
//! [`Exchange`] is the download in progress, bytes in and bytes out. A [`Config`] goes in; a [`Photo`] or an [`Error`]
//! comes out. [`Deadline`] computes timeouts from times that a style gives it. [`Pool`] keeps idle connections of any
//! type, and [`tls`] makes the one TLS configuration.
//!
//! Two methods of [`Photo`] take long and must not delay other downloads: [`save`](Photo::save) waits for the disk, and
//! `thumbnail` (with the feature `thumbnail`) computes.

mod album;
mod attempts;
mod backoff;
mod body;
mod chunked;
mod config;
mod deadline;
mod error;
mod exchange;
mod file_name;
mod format;
mod head;
mod known_host;
mod lookups;
mod normal_url;
mod origin;
mod phase;
mod photo;
mod pool;
mod reply;
mod resolver;
mod save;
mod size;
mod target;
#[cfg(feature = "thumbnail")]
mod thumbnail;
pub mod tls;

pub use album::album_urls;
pub use attempts::ATTEMPT_DELAY;
pub use backoff::{Backoff, RetryAfter};
pub use body::Progress;
pub use config::Config;
pub use deadline::Deadline;
pub use error::Error;
pub use exchange::{Exchange, Step};
pub use format::Format;
pub use lookups::Lookups;
pub use origin::Origin;
pub use phase::Phase;
pub use photo::Photo;
pub use pool::{Kept, Pool};
pub use save::SaveError;
pub use size::Size;
pub use target::Target;
#[cfg(feature = "thumbnail")]
pub use thumbnail::{Thumbnail, ThumbnailError};
