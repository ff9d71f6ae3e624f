//! Runs a client inside another event loop, next to a timer and a pipe of that loop: `cargo run -p photo-callbacks
//! --example embed`.
//!
//! The loop is calloop's. It waits for the client's file descriptor as for any other, and a turn of the client follows
//! each of its turns. A second thread cancels everything, as a handler of Ctrl-C would: it cannot have the client, but
//! it has a `Remote`.

use std::error::Error;
use std::io::{self, PipeReader, Read, Write};
use std::thread;
use std::time::Duration;

use calloop::generic::Generic;
use calloop::timer::{TimeoutAction, Timer};
use calloop::{EventLoop, Interest, LoopHandle, Mode, PostAction};
use photo_callbacks::{Client, Config};
use photo_server::PhotoServer;

fn main() -> Result<(), Box<dyn Error>> {
    let server = PhotoServer::start()?;
    let client = Client::new(Config::default())?;
    let mut event_loop = EventLoop::try_new()?;
    let (reader, mut keyboard) = io::pipe()?;
    watch(&event_loop.handle(), &client, reader)?;

    download(&client, &server.url("/photo/cat.gif?format=gif&delay_ms=200"));
    download(&client, &server.url("/photo/dog.png?format=png&delay_ms=60000"));
    let remote = client.remote();
    let user = thread::spawn(move || {
        thread::sleep(Duration::from_millis(400));
        keyboard.write_all(b"q")?;
        thread::sleep(Duration::from_millis(100));
        remote.call(Client::cancel_all);
        Ok::<(), io::Error>(())
    });

    let mut pending = true;
    while pending {
        // Each callback may change the timeout.
        event_loop.dispatch(client.next_timeout(), &mut ())?;
        pending = client.turn(Some(Duration::ZERO));
    }
    user.join().expect("the thread does not panic")?;
    say("Nothing is pending");
    Ok(())
}

fn watch(handle: &LoopHandle<'_, ()>, client: &Client, reader: PipeReader) -> Result<(), Box<dyn Error>> {
    // Its event only ends the wait: the turn that handles it follows anyway.
    let downloads = Generic::new(client.clone(), Interest::READ, Mode::Level);
    handle.insert_source(downloads, |_, _, ()| Ok(PostAction::Continue))?;

    let tick = Duration::from_millis(100);
    handle.insert_source(Timer::from_duration(tick), move |_, (), ()| {
        say("Tick of the other loop");
        TimeoutAction::ToDuration(tick)
    })?;

    let keys = Generic::new(reader, Interest::READ, Mode::Level);
    handle.insert_source(keys, |_, reader, ()| {
        let mut key = [0];
        let mut pipe: &PipeReader = reader;
        if pipe.read(&mut key)? == 0 {
            return Ok(PostAction::Remove);
        }
        say(&format!("Key {}", char::from(key[0])));
        Ok(PostAction::Continue)
    })?;
    Ok(())
}

fn download(client: &Client, url: &str) {
    client.download(url, |result| match result {
        Ok(photo) => say(&format!("Download finished: {photo}")),
        Err(error) => say(&format!("Download failed: {error}")),
    });
    say(&format!("Download started: {url}"));
}

fn say(line: &str) {
    // A reader that has closed the pipe misses the line.
    let _ = writeln!(io::stdout(), "{line}");
}
