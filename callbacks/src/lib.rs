//! Photo download that waits by being called back.
//!
//! `download` returns at once and takes a callback for the photo. One event loop in one thread waits for all downloads
//! together and calls each callback when its photo has arrived. `photo-blocking` and `photo-futures` do the same work
//! and wait in the two other ways; compare the files of the same names.
//!
//! ```
//! use photo_callbacks::Client;
//! # let server = photo_server::PhotoServer::start()?;
//! # let url = &server.url("/photo?format=gif");
//!
//! let client = Client::default();
//! client.download(url, |result| match result {
//!     Ok(photo) => println!("Download finished: {photo}"),
//!     Err(error) => println!("Download failed: {error}"),
//! });
//! println!("Download started"); // printed first
//! client.run();
//! # Ok::<(), std::io::Error>(())
//! ```
//!
//! # The order of events
//!
//! Code does not run from top to bottom: the code below `download` runs before the callback, and callbacks are called
//! in the order in which their downloads end. A callback is called exactly once, and never before the function that
//! takes it has returned. [`Client`] lists the rules.
//!
//! # Concurrency
//!
//! One thread waits for everything. A download in flight is a small value and a socket, so there may be thousands
//! ([`recipes::many`] bounds them). In return, no callback may delay the loop: work that blocks or computes for long
//! goes to [`Client::offload`]. [`Client`] is not `Send`; callbacks may share state by `Rc`, and other threads have a
//! [`Remote`]. A program with its own event loop calls [`Client::turn`] from it instead of [`Client::run`].
//!
//! # Cancellation
//!
//! `download` returns a handle; [`Download::cancel`] closes the connection at once, and the callback is called later
//! with [`Error::Cancelled`], so that it is called exactly once in this case too. [`Client::cancel_all`] stops every
//! download, also from another thread by a [`Remote`]. [`Client::cancellable`] returns a client and the
//! [`CancelToken`] that stops it, from any thread. A recipe ends when its client is cancelled.
//!
//! # Timeouts
//!
//! Three limits of [`Config`] hold for every download. `timeout` limits the whole download, redirects included.
//! `connect_timeout` limits each connection's setup: name, TCP and TLS together. `stall_timeout` limits each silence,
//! in which no byte moves. The earliest one ends the download with [`Error::Timeout`], which names the phase.
//!
//! Only the operating system's resolver has no limit and cannot be stopped. It runs on its own threads, up to 1,024 for
//! each client. The download abandons its look-up when the time is over, and a hanging name delays no other name.
//!
//! # Errors
//!
//! A download ends with the whole photo or with one [`Error`], the same variant in every style. A kept connection that
//! the server has closed in the meantime is not an error: the request is sent again on a fresh one. A truncated photo
//! is always an error.
//!
//! # Files
//!
//! | file | content |
//! | --- | --- |
//! | `client.rs`, `client/` | [`Client`]: the state that downloads share, and the handles |
//! | `download.rs`, `download/` | one download, phase by phase |
//! | `cancel.rs` | [`CancelToken`] |
//! | `connection.rs` | a connection, plain or encrypted |
//! | `resolve.rs` | the addresses of a host name |
//! | `reactor.rs` | waits for all events together; knows no download |
//! | `timers.rs` | timers, ordered by time |
//! | `offload.rs` | worker threads |
//! | `recipes/` | the code that users write |

mod cancel;
mod client;
mod connection;
mod download;
mod offload;
mod reactor;
pub mod recipes;
mod resolve;
mod timers;

pub use cancel::CancelToken;
pub use client::{Client, Download, Remote, Timer};
pub use photo::{Backoff, Config, Error, Photo, Progress, SaveError, Thumbnail, ThumbnailError, album_urls};
