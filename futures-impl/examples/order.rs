//! Shows the order of events, and which thread waits where: `cargo run -p photo-futures --example order [-- --json]`.
//!
//! It downloads four photos with different delays. One thread polls every download that can continue. Each download
//! runs from top to bottom as if it were alone; together, their lines interleave.

// Every style shares this module; it is not an example.
#[path = "../../examples/timeline.rs"]
pub(crate) mod timeline;

use std::error::Error;

use futures::future::{join, join_all};
use photo_futures::runtime::Tokio;
use photo_futures::{Client, Config};
use photo_server::PhotoServer;
use timeline::{ALL, Story};

pub(crate) fn download_all(story: &Story) -> Result<(), Box<dyn Error>> {
    let server = PhotoServer::start()?;
    let client = Client::new(Tokio, Config::default())?;
    let downloads = PHOTOS.map(async |(photo, path)| {
        let url = server.url(path);
        story.tell(photo, "started");
        let result = client.download(&url).await;
        story.tell_end(photo, &result);
    });
    // It is polled last, when each download has reached its `.await`.
    let all_started = async { story.tell(ALL, "started") };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(join(join_all(downloads), all_started));
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
