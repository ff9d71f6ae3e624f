//! Photo download that waits by blocking the thread.
//!
//! The oldest way, and the one that reads best: a function that needs the photo stands still until the photo is
//! there. What waits is a whole thread, and all that it would do next waits with it. `photo-callbacks` and
//! `photo-futures` do the same work and wait in the two other ways; lay the files of the same names side by side.
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
//! Time runs down the page. What stands below a download happens after it; therefore "Download started" must be
//! printed before the call. There is nothing else to know, which is the strength of this style.
//!
//! # Concurrency
//!
//! One thread waits for one thing. To download N photos at once takes N threads ([`recipes::many`]): each costs
//! memory for its stack, a place in the scheduler, and one of the threads that the system allows. [`Client`] is
//! `Send` and `Sync`, and its clones share idle connections.
//!
//! # Cancellation
//!
//! A thread that waits can only be stopped by another one. [`Client::cancellable`] returns a client and the
//! [`CancelToken`] that stops it: every download of that client ends with [`Error::Cancelled`] within 50 ms, whether it
//! resolves, connects or waits for a silent server; its connection is closed. Recipes stop with the client that they
//! are given.
//!
//! # Timeouts
//!
//! Three limits of [`Config`] hold for every download: `timeout` for the whole of it, redirects included;
//! `connect_timeout` for each way to a connection, that is name, TCP and TLS together; `stall_timeout` for each
//! silence, when no byte moves. The earliest one ends the download with [`Error::Timeout`], which names the phase.
//!
//! Only the operating system's resolver knows no limit and cannot be stopped. It works on its own thread, which is
//! left to itself when the time is over.
//!
//! # Errors
//!
//! A download ends with the whole photo or with one [`Error`], the same variant in every style. A kept connection
//! that the server has closed in the meantime is no error: the request is sent once more, on a fresh one. A photo
//! that was cut short never passes for whole.
//!
//! # Files
//!
//! | file | what it holds |
//! | --- | --- |
//! | `client.rs` | [`Client`]: what downloads share |
//! | `download.rs` | one download, phase by phase |
//! | `connection.rs` | a connection, plain or encrypted |
//! | `resolve.rs` | from a host name to addresses |
//! | `cancel.rs` | [`CancelToken`] |
//! | `recipes/` | what people really write |
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
