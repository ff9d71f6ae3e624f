//! A deterministic HTTP server of photos, with scriptable faults.
//!
//! Examples, tests and benches need a server that behaves the same every time: photos of an exact
//! size, after a given delay, or one of the [`Fault`]s that real servers have. It counts its work, and it is
//! cheap, so that it is seldom the bottleneck: replies are prepared beforehand, and one event loop serves all
//! connections, or several do ([`Options::loops`]).
//!
//! ```
//! use std::io::{Read, Write};
//! use std::net::TcpStream;
//!
//! # fn main() -> std::io::Result<()> {
//! let server = photo_server::PhotoServer::start()?;
//! let mut stream = TcpStream::connect(server.addr())?;
//! stream.write_all(b"GET /photo?bytes=1000&format=gif HTTP/1.1\r\nConnection: close\r\n\r\n")?;
//! let mut reply = Vec::new();
//! stream.read_to_end(&mut reply)?;
//!
//! let picture = photo_server::picture(photo_server::PictureFormat::Gif, 1000, 0);
//! assert!(reply.ends_with(&picture.unwrap()));
//! assert_eq!(server.counters().requests, 1);
//! # Ok(())
//! # }
//! ```
//!
//! # What is served
//!
//! | path | reply |
//! | --- | --- |
//! | `/photo?bytes=N&format=gif\|png\|jpeg&delay_ms=D&seed=S` | a photo ([`picture`]) of exactly N (32768) bytes, after D milliseconds; a name may follow, as in `/photo/cat.gif?format=gif` |
//! | `/photo?delay_ms=D&jitter_percent=J` | the same after D milliseconds, give or take up to J %: the delays are evenly spread, in the same order in every event loop and after each reset |
//! | `/photo?idle_s=S` | the same, with `Keep-Alive: timeout=S`; the connection stays open |
//! | `/photo?delay_ms=D&gather=N` | the same as soon as N requests are open at once, but after D milliseconds at the latest |
//! | `/album?count=N` and the parameters of `/photo` | paths of N (10) photos, one per line |
//! | `/folder/NAME` | a file of [`Options::dir`] |
//! | `/fault/NAME` and the parameters of `/photo` | a [`Fault`] |
//! | `/counters` | [`Counters`] as JSON; neither this request nor its connection is counted |
//! | `/counters/reset` | the same; afterwards the counters are zero, and jittered delays start again with the first |
//!
//! Everything is at [`PhotoServer::url`] and, with TLS, at [`PhotoServer::tls_url`]. A delay is at most an hour. A
//! delayed album has delayed photos.

mod cache;
mod connection;
mod counters;
mod event_loop;
mod faults;
mod folder;
mod hold;
mod material;
mod misbehaviour;
mod open_requests;
mod order;
mod padding;
mod photos;
mod raw;
mod reply;
mod request;
mod routes;
mod script;
mod server;
mod site;
mod timers;
mod tls;
mod transport;

pub use counters::Counters;
pub use faults::Fault;
pub use hold::Hold;
pub use photos::{MAX_PICTURE_BYTES, PictureFormat, picture};
pub use server::{Options, PhotoServer};
pub use tls::Certificate;
