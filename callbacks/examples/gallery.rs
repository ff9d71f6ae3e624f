//! Saves photos in a folder: `cargo run -p photo-callbacks --example gallery FOLDER [URL…]`.
//!
//! It downloads eight photos at a time, tries each up to five times, and ends within a minute. Ctrl-C stops it; every
//! URL is reported in any case. Without a URL, the example starts its own server and saves the photos of that.

use std::cell::Cell;
use std::error::Error;
use std::ffi::OsString;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::rc::Rc;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use photo_callbacks::recipes::{self, Done};
use photo_callbacks::{Backoff, Client, Config, Progress, SaveError};
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
    let saved = save_all(&folder, &urls)?;
    say(&format!("{saved} of {} photos are in {}", urls.len(), folder.display()));
    Ok(ExitCode::from(u8::from(saved < urls.len())))
}

/// Returns the number of photos saved.
fn save_all(folder: &Path, urls: &[String]) -> Result<usize, Box<dyn Error>> {
    let (client, token) = Client::new(Config::default())?.cancellable();
    let stop = token.clone();
    ctrlc::set_handler(move || stop.cancel())?;
    let timer = client.after(TIME, move || token.cancel());

    let bar = progress_bar();
    let work = {
        let (folder, bar) = (folder.to_owned(), bar.clone());
        move |client: &Client, url: &str, done| save(client, url, &folder, bar.clone(), done)
    };
    let saved = Rc::new(Cell::new(0));
    let on_each = {
        let (urls, bar, saved) = (urls.to_vec(), bar.clone(), Rc::clone(&saved));
        move |index: usize, result: Result<_, _>| {
            report(&bar, &urls[index], &result);
            saved.set(saved.get() + usize::from(result.is_ok()));
        }
    };
    recipes::stream(&client, urls, IN_FLIGHT, work, on_each, move || timer.cancel());
    client.run();
    bar.finish();
    Ok(saved.get())
}

fn save(client: &Client, url: &str, folder: &Path, bar: ProgressBar, done: Done<Result<PathBuf, SaveError>>) {
    let download = move |client: &Client, url: &str, done: Done<_>| {
        let (bar, mut counted) = (bar.clone(), 0);
        let on_progress = move |progress: Progress| {
            bar.inc(progress.received - counted);
            counted = progress.received;
        };
        client.download_with_progress(url, on_progress, done);
    };
    let retry = |client: &Client, url: &str, done: Done<_>| {
        recipes::retry(client, url, Backoff::default(), download, done);
    };
    recipes::save(client, url, folder, retry, done);
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
