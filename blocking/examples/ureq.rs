//! The seed's story with ureq: `cargo run -p photo-blocking --example ureq [URL]`.
//!
//! Without a URL it starts its own server and downloads from that.

use std::error::Error;

use photo_blocking::ureq::Client;
use photo_server::PhotoServer;

fn main() -> Result<(), Box<dyn Error>> {
    let server = PhotoServer::start()?;
    let url = std::env::args().nth(1).unwrap_or_else(|| server.url("/photo/cat.gif?format=gif&delay_ms=300"));
    let client = Client::default();
    println!("Download started: {url}"); // the call returns only when the photo is there
    let photo = client.download(&url)?;
    println!("Download finished: {photo}");
    Ok(())
}
