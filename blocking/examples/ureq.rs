//! The seed's story with ureq: `cargo run -p photo-blocking --example ureq [URL]`.
//!
//! Without a URL it starts its own server and downloads from that.

use std::error::Error;
use std::io::{self, Write};

use photo_blocking::ureq::Client;
use photo_server::PhotoServer;

fn main() -> Result<(), Box<dyn Error>> {
    let server = PhotoServer::start()?;
    let own_photo = || server.url("/photo/cat.gif?format=gif&delay_ms=300").into();
    let url = std::env::args_os().nth(1).unwrap_or_else(own_photo).into_string();
    let url = url.map_err(|url| format!("not UTF-8: {}", url.display()))?;
    let client = Client::default();
    say(&format!("Download started: {url}")); // the call returns only when the photo is there
    let photo = client.download(&url)?;
    say(&format!("Download finished: {photo}"));
    Ok(())
}

fn say(line: &str) {
    // `println!` panics when the reader has left, as `head` does.
    let _ = writeln!(io::stdout(), "{line}");
}
