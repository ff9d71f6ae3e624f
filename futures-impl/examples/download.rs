//! Downloads photos and prints each event with its time: `cargo run -p photo-futures --example download [URL…]`.
//!
//! Without a URL it starts its own server and downloads from that: a slow photo, a quick one and a missing one.

use std::error::Error;
use std::ffi::OsString;
use std::io::{self, Write};
use std::process::ExitCode;
use std::time::Instant;

use futures::future::join_all;
use photo_futures::runtime::Tokio;
use photo_futures::{Client, Config};
use photo_server::PhotoServer;

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let urls: Result<Vec<_>, _> = std::env::args_os().skip(1).map(OsString::into_string).collect();
    let mut urls = urls.map_err(|argument| format!("not UTF-8: {}", argument.display()))?;
    let server = if urls.is_empty() { Some(PhotoServer::start()?) } else { None };
    if let Some(server) = &server {
        urls = own_photos(server);
    }
    let client = Client::new(Tokio, Config::default())?;
    let clock = Instant::now();
    let downloads = urls.iter().map(async |url| {
        say(clock, "Download started", url);
        match client.download(url).await {
            Ok(photo) => say(clock, "Download finished", &photo.to_string()),
            Err(error) => {
                say(clock, "Download failed", &error.to_string());
                return false;
            }
        }
        true
    });
    let downloads = join_all(downloads);
    say(clock, "None started", "a future does nothing until it is polled");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let succeeded = runtime.block_on(downloads);
    // One of the example's three URLs is meant to fail.
    Ok(ExitCode::from(u8::from(succeeded.contains(&false) && server.is_none())))
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
