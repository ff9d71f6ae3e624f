//! Photo download that waits by `.await`.
mod client;
mod connection;
mod download;
pub mod recipes;
mod resolve;
pub mod runtime;

pub use client::Client;
pub use photo::{Config, Error, Photo};
