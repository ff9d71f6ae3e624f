//! Photo download that waits by being called back.
mod client;
mod connection;
mod download;
mod event_loop;
mod offload;
pub mod recipes;
mod resolve;
mod timers;

pub use client::{Client, Download, Timer};
pub use photo::{Config, Error, Photo};
