//! Shows the order of events, and which thread waits where: `cargo run -p photo-callbacks --example order [-- --json]`.
//!
//! It downloads four photos with different delays. One thread starts them all and waits in the loop for the next event.
//! Not even the code of one photo runs from top to bottom: the line for its end is above the line for its start.

// Every style shares this module; it is not an example.
#[path = "../../examples/timeline.rs"]
pub(crate) mod timeline;

use std::error::Error;

use photo_callbacks::{Client, Config};
use photo_server::PhotoServer;
use timeline::{ALL, Story};

pub(crate) fn download_all(story: &Story) -> Result<(), Box<dyn Error>> {
    let server = PhotoServer::start()?;
    let client = Client::new(Config::default())?;
    for (photo, path) in PHOTOS {
        let url = server.url(path);
        let later = story.clone();
        client.download(&url, move |result| {
            later.tell_end(photo, &result);
        });
        story.tell(photo, "started");
    }
    story.tell(ALL, "started");
    client.run();
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
