//! Dependent steps: the index must be downloaded before the URLs of its photos are known.
//!
//! No code waits here, so each step receives the next one as a callback: nested, the code moves to the right with each
//! step. Easy to get wrong: there is no `?`, so each step must pass its error on, and a branch that forgets the
//! callback ends in silence. The lines of the index are relative to its final URL, `index.url`, not to the requested
//! one.
//!
//! Nested, this is the pyramid; the function below does the same, flattened:
//!
//! ```
//! use photo_callbacks::{Client, album_urls, recipes::many};
//! # let server = photo_server::PhotoServer::start()?;
//! # let url = &server.url("/album?count=3");
//!
//! let client = Client::default();
//! client.fetch(url, {
//!     let client = client.clone();
//!     move |index| match index {
//!         Ok(index) => match album_urls(&index.bytes, &index.url) {
//!             Ok(urls) => many(&client, &urls, 4, |photos| {
//!                 for photo in photos {
//!                     match photo {
//!                         Ok(photo) => println!("Download finished: {photo}"),
//!                         Err(error) => println!("Download failed: {error}"),
//!                     }
//!                 }
//!             }),
//!             Err(error) => println!("This is no album: {error}"),
//!         },
//!         Err(error) => println!("No index: {error}"),
//!     }
//! });
//! client.run();
//! # assert_eq!(server.counters().requests, 4);
//! # Ok::<(), std::io::Error>(())
//! ```

use crate::recipes::many;
use crate::{Client, Error, Photo, album_urls};

/// Downloads the index at `url` and then the photos it lists, at most `in_flight` at once.
///
/// The results are in the order of the index. One failure fails one photo, and its error names its URL.
///
/// # Errors
///
/// The errors of the index: without it, there are no photos. [`Error::Malformed`] if one of its lines is not a URL.
pub fn album(
    client: &Client,
    url: &str,
    in_flight: usize,
    on_complete: impl FnOnce(Result<Vec<Result<Photo, Error>>, Error>) + 'static,
) {
    let album = Album { client: client.clone(), in_flight, on_complete };
    client.fetch(url, |index| album.on_index(index));
}

/// The state that the later steps need.
struct Album<F> {
    client: Client,
    in_flight: usize,
    on_complete: F,
}

impl<F: FnOnce(Result<Vec<Result<Photo, Error>>, Error>) + 'static> Album<F> {
    fn on_index(self, index: Result<Photo, Error>) {
        match index.and_then(|index| album_urls(&index.bytes, &index.url)) {
            Ok(urls) => self.download_photos(&urls),
            Err(error) => (self.on_complete)(Err(error)),
        }
    }

    fn download_photos(self, urls: &[String]) {
        many(&self.client, urls, self.in_flight, |photos| (self.on_complete)(Ok(photos)));
    }
}
