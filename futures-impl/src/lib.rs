//! Photo download that waits by `.await`.
//!
//! It reads like blocking and waits like callbacks: the compiler cuts the function at each `.await`, and a runtime
//! calls the pieces as events arrive. A value waits, the future, while the thread is free for others. `photo-blocking`
//! and `photo-callbacks` do the same work and wait in the two other ways; compare the files of the same names.
//!
//! ```
//! use photo_futures::{Client, runtime::Tokio};
//! # let server = photo_server::PhotoServer::start()?;
//! # let url = &server.url("/photo?format=gif");
//!
//! let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
//! let client = Client::<Tokio>::default();
//! let download = client.download(url);
//! println!("Download started"); // strictly speaking, it starts when it is first polled
//! match runtime.block_on(download) {
//!     Ok(photo) => println!("Download finished: {photo}"),
//!     Err(error) => println!("Download failed: {error}"),
//! }
//! # Ok::<(), std::io::Error>(())
//! ```
//!
//! # The order of events
//!
//! Within one function, code runs from top to bottom, with a pause at each `.await` in which other tasks run. A future
//! does nothing until it is polled: a call of [`Client::download`] sends nothing until its future is awaited or
//! spawned.
//!
//! # Concurrency
//!
//! One thread waits for any number of futures, joined in one task ([`recipes::many`]) or spawned as tasks. A download
//! in flight is a value and a socket. In return, no task may delay the thread: work that blocks or computes for long
//! goes to [`Runtime::offload`](runtime::Runtime::offload). The futures are `Send`; the same code runs on every
//! [`runtime`].
//!
//! # Cancellation
//!
//! Dropping the future cancels the download and closes its connection. A dropped future returns nothing, so there is
//! no [`Error::Cancelled`] here.
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
//! | `runtime/` | the needs of a client, and one adapter for each runtime |
//! | `recipes/` | the code that users write |

mod client;
mod connection;
mod download;
pub mod recipes;
mod resolve;
pub mod runtime;

pub use client::Client;
pub use photo::{Backoff, Config, Error, Photo, Progress, SaveError, Thumbnail, ThumbnailError, album_urls};
