//! Downloads photos and prints each event with its time: `cargo run -p photo-blocking --example download [URL…]`.
//!
//! Without a URL it starts its own server and downloads from that: a slow photo, a quick one and a missing one.

use std::error::Error;
use std::ffi::OsString;
use std::io::{self, Write};
use std::process::ExitCode;
use std::time::Instant;

use photo_blocking::{Client, Config};
use photo_server::PhotoServer;

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let urls: Result<Vec<_>, _> = std::env::args_os().skip(1).map(OsString::into_string).collect();
    let mut urls = urls.map_err(|argument| format!("not UTF-8: {}", argument.display()))?;
    let server = if urls.is_empty() { Some(PhotoServer::start()?) } else { None };
    if let Some(server) = &server {
        urls = own_photos(server);
    }
    let client = Client::new(Config::default())?;
    let clock = Instant::now();
    let mut failed = false;
    for url in &urls {
        say(clock, "Download started", url);
        match client.download(url) {
            Ok(photo) => say(clock, "Download finished", &photo.to_string()),
            Err(error) => {
                say(clock, "Download failed", &error.to_string());
                failed = true;
            }
        }
    }
    say(clock, "All ended", "each waited for the one before it");
    // One of the example's three URLs is meant to fail.
    Ok(ExitCode::from(u8::from(failed && server.is_none())))
}

fn own_photos(server: &PhotoServer) -> Vec<String> {
    [
        "/photo/cat.gif?format=gif&delay_ms=300",
        "/photo/dog.png?format=png&delay_ms=100",
        "/fault/status?code=404",
    ]
    .map(|path| server.url(path))
    .into()
}

fn say(clock: Instant, event: &str, detail: &str) {
    // A reader that has closed the pipe misses the line.
    let _ = writeln!(io::stdout(), "{:>5} ms  {event}: {detail}", clock.elapsed().as_millis());
}
