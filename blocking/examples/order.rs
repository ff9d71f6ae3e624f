//! Shows the order of events, and which thread waits where: `cargo run -p photo-blocking --example order [-- --json]`.
//!
//! It downloads four photos with different delays. Each has its own thread, whose code runs from top to bottom and
//! blocks at its wait. Between the threads, only time gives an order.

// Every style shares this module; it is not an example.
#[path = "../../examples/timeline.rs"]
pub(crate) mod timeline;

use std::error::Error;
use std::io;
use std::thread;

use photo_blocking::{Client, Config};
use photo_server::PhotoServer;
use timeline::{ALL, Story};

pub(crate) fn download_all(story: &Story) -> Result<(), Box<dyn Error>> {
    let server = PhotoServer::start()?;
    let client = &Client::new(Config::default())?;
    thread::scope(|scope| {
        for (photo, path) in PHOTOS {
            let url = server.url(path);
            let work = move || {
                story.tell(photo, "started");
                let result = client.download(&url);
                story.tell_end(photo, &result);
            };
            thread::Builder::new().name(photo.into()).spawn_scoped(scope, work)?;
        }
        story.tell(ALL, "started");
        io::Result::Ok(())
    })?;
    story.tell(ALL, "ended");
    Ok(())
}

const PHOTOS: [(&str, &str); 4] = [
    ("cat", "/photo/cat.gif?format=gif&delay_ms=300"),
    ("dog", "/photo/dog.png?format=png&delay_ms=100"),
    ("owl", "/photo/owl.jpg?format=jpeg&delay_ms=200"),
    ("fox", "/photo/fox.png?format=png&delay_ms=50"),
];

fn main() -> Result<(), Box<dyn Error>> {
    let json = std::env::args_os().any(|argument| argument == "--json");
    let story = Story::new(json);
    download_all(&story)?;
    if !json {
        story.print_timeline();
    }
    Ok(())
}
