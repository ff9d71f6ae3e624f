//! The seed's story with ureq: `cargo run -p photo-blocking --example ureq [URL]`.
//!
//! Without a URL it starts its own server and downloads from that.

use std::error::Error;
use std::io::{self, Write};

use photo_blocking::ureq::Client;
use photo_server::PhotoServer;

fn main() -> Result<(), Box<dyn Error>> {
    let server;
    let url = if let Some(url) = std::env::args_os().nth(1) {
        url.into_string().map_err(|url| format!("not UTF-8: {}", url.display()))?
    } else {
        server = PhotoServer::start()?;
        server.url("/photo/cat.gif?format=gif&delay_ms=300")
    };
    let client = Client::default();
    say(&format!("Download started: {url}")); // the call returns only when the photo is there
    let photo = client.download(&url)?;
    say(&format!("Download finished: {photo}"));
    Ok(())
}

fn say(line: &str) {
    // A reader that has closed the pipe misses the line.
    let _ = writeln!(io::stdout(), "{line}");
}
