//! Photo download that waits by blocking the thread.
//!
//! This is the oldest style, and the easiest to read: a function that needs the photo blocks until the photo is there.
//! A whole thread waits, and so does all its later work. `photo-callbacks` and `photo-futures` do the same work and
//! wait in the two other ways; compare the files of the same names.
//!
//! ```
//! use photo_blocking::Client;
//! # let server = photo_server::PhotoServer::start()?;
//! # let url = &server.url("/photo?format=gif");
//!
//! let client = Client::default();
//! println!("Download started");
//! match client.download(url) {
//!     Ok(photo) => println!("Download finished: {photo}"),
//!     Err(error) => println!("Download failed: {error}"),
//! }
//! # Ok::<(), std::io::Error>(())
//! ```
//!
//! # The order of events
//!
//! Code runs from top to bottom. A line below a download runs after it, so "Download started" must be printed before
//! the call. There are no other rules, which is the strength of this style.
//!
//! # Concurrency
//!
//! One thread waits for one thing. N downloads in parallel take N threads ([`recipes::many`]): each costs memory for
//! its stack, a place in the scheduler, and one of the threads that the system allows. [`Client`] is `Send` and
//! `Sync`, and its clones share idle connections.
//!
//! # Cancellation
//!
//! Only another thread can stop a waiting thread. [`Client::cancellable`] returns a client and the [`CancelToken`]
//! that stops it: every download of that client ends with [`Error::Cancelled`] within 50 ms, whether it resolves,
//! connects or waits for a silent server; its connection is closed. A recipe ends when its client is cancelled.
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
//! | `client.rs` | [`Client`]: the state that downloads share |
//! | `download.rs` | one download, phase by phase |
//! | `connection.rs` | a connection, plain or encrypted |
//! | `resolve.rs` | the addresses of a host name |
//! | `cancel.rs` | [`CancelToken`] |
//! | `recipes/` | the code that users write |
//! | `ureq.rs` | the same download with a ready-made library |

mod cancel;
mod client;
mod connection;
mod download;
pub mod recipes;
mod resolve;
pub mod ureq;

pub use cancel::CancelToken;
pub use client::Client;
pub use photo::{Backoff, Config, Error, Photo, Progress, SaveError, Thumbnail, ThumbnailError, album_urls};
