//! Photo download that waits by `.await`.
//!
//! It reads like blocking and waits like callbacks: the compiler cuts the function at each `.await`, and a runtime
//! calls the pieces as events come. What waits is a value, the future, and the thread is free for others.
//! `photo-blocking` and `photo-callbacks` do the same work and wait in the two other ways; lay the files of the same
//! names side by side.
//!
//! ```
//! use photo_futures::{Client, runtime::Smol};
//! # let server = photo_server::PhotoServer::start()?;
//! # let url = &server.url("/photo?format=gif");
//!
//! let client = Client::<Smol>::default();
//! let download = client.download(url);
//! println!("Download started"); // strictly speaking, it starts when it is first polled
//! match smol::block_on(download) {
//!     Ok(photo) => println!("Download finished: {photo}"),
//!     Err(error) => println!("Download failed: {error}"),
//! }
//! # Ok::<(), std::io::Error>(())
//! ```
//!
//! # The order of events
//!
//! Time runs down the page within one function, with a pause at each `.await` in which other tasks run. A future does
//! nothing until it is polled: calling [`Client::download`] sends nothing, awaiting or spawning it does.
//!
//! # Concurrency
//!
//! One thread waits for as many futures as are polled side by side, joined in one task ([`recipes::many`]) or spawned
//! as tasks of their own. A download in flight is a value and a socket. In return nothing may hold up the
//! thread: what blocks or computes for long goes to [`Runtime::offload`](runtime::Runtime::offload). The futures are
//! `Send`; the same code runs on every [`runtime`].
//!
//! # Cancellation
//!
//! Dropping the future cancels the download: its connection is closed, nothing else is touched, and no callback hears of it,
//! so there is no [`Error::Cancelled`] here.
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
//! | `runtime/` | what a client needs of a runtime, and one adapter for each |
//! | `recipes/` | what people really write |

mod client;
mod connection;
mod download;
pub mod recipes;
mod resolve;
pub mod runtime;

pub use client::Client;
pub use photo::{Backoff, Config, Error, Photo, Progress, SaveError, Thumbnail, ThumbnailError, album_urls};
