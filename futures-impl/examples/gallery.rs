//! Saves photos in a folder: `cargo run -p photo-futures --example gallery FOLDER [URL…]`.
//!
//! It downloads eight photos at a time, tries each up to five times, and ends within a minute. Ctrl-C stops it; every
//! URL is reported in any case. Without a URL, the example starts its own server and saves the photos of that.

use std::cell::Cell;
use std::error::Error;
use std::ffi::OsString;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::process::ExitCode;
use std::time::Duration;

use futures::StreamExt;
use futures::future::{FutureExt, abortable, select};
use indicatif::{ProgressBar, ProgressStyle};
use photo_futures::runtime::{Runtime, Tokio};
use photo_futures::{Backoff, Client, Config, SaveError, recipes};
use photo_server::PhotoServer;

const IN_FLIGHT: usize = 8;
const TIME: Duration = Duration::from_mins(1);

fn main() -> Result<ExitCode, Box<dyn Error>> {
    run(std::env::args_os().skip(1))
}

pub(crate) fn run(mut arguments: impl Iterator<Item = OsString>) -> Result<ExitCode, Box<dyn Error>> {
    let folder = PathBuf::from(arguments.next().ok_or("usage: gallery FOLDER [URL…]")?);
    let why = |error| format!("cannot make {}: {error}", folder.display());
    std::fs::create_dir_all(&folder).map_err(why)?;
    let urls: Result<Vec<_>, _> = arguments.map(OsString::into_string).collect();
    let mut urls = urls.map_err(|argument| format!("not UTF-8: {}", argument.display()))?;
    let server = if urls.is_empty() { Some(PhotoServer::start()?) } else { None };
    if let Some(server) = &server {
        urls = own_photos(server);
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let saved = runtime.block_on(save_all(&folder, &urls))?;
    say(&format!("{saved} of {} photos are in {}", urls.len(), folder.display()));
    Ok(ExitCode::from(u8::from(saved < urls.len())))
}

/// Returns the number of photos saved.
async fn save_all(folder: &Path, urls: &[String]) -> Result<usize, Box<dyn Error>> {
    let client = Client::new(Tokio, Config::default())?;
    let (stop, handle) = abortable(client.runtime().sleep(TIME));
    let stop = stop.shared();
    ctrlc::set_handler(move || handle.abort())?;

    let bar = progress_bar();
    let work = |client, url| save(client, url, folder, &bar, stop.clone());
    let mut saved = 0;
    let mut results = pin!(recipes::stream(&client, urls, IN_FLIGHT, work));
    while let Some((index, result)) = results.next().await {
        report(&bar, &urls[index], &result);
        saved += usize::from(result.is_ok());
    }
    bar.finish();
    Ok(saved)
}

async fn save(
    client: &Client<Tokio>,
    url: &str,
    folder: &Path,
    bar: &ProgressBar,
    stop: impl Future + Unpin,
) -> Result<PathBuf, SaveError> {
    let attempts = Cell::new(0);
    let download = async |client: &Client<Tokio>, url: &str| {
        attempts.update(|attempts| attempts + 1);
        let mut counted = 0;
        let download = client.download_with_progress(url, |progress| {
            bar.inc(progress.received - counted);
            counted = progress.received;
        });
        download.await
    };
    // A downloaded photo is saved in any case: only downloads are stopped.
    let retry = async |client, url| {
        let retry = pin!(recipes::retry(client, url, Backoff::default(), download));
        let stopped = stop.map(|_| Err(photo_futures::Error::Cancelled.of(url, attempts.get())));
        select(stopped, retry).await.factor_first().0
    };
    recipes::save(client, url, folder, retry).await
}

fn progress_bar() -> ProgressBar {
    let style = ProgressStyle::with_template("{spinner} {binary_bytes} in {elapsed}, {binary_bytes_per_sec}");
    ProgressBar::no_length().with_style(style.expect("the template is valid"))
}

fn report(bar: &ProgressBar, url: &str, result: &Result<PathBuf, SaveError>) {
    bar.suspend(|| match result {
        Ok(path) => say(&format!("{url}: {}", path.display())),
        Err(SaveError::Download(error)) => say(&error.to_string()), // it names the URL
        Err(error) => say(&format!("{url}: {error}")),
    });
}

fn say(line: &str) {
    // A reader that has closed the pipe misses the line; the photos are still saved.
    let _ = writeln!(io::stdout(), "{line}");
}

fn own_photos(server: &PhotoServer) -> Vec<String> {
    let url = |i| server.url(&format!("/photo/cat{i}.jpg?bytes=200000&seed={i}&delay_ms={}", i % 7 * 100));
    (0..40).map(url).collect()
}
