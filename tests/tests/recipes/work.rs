//! Each recipe is equal work for every style, over http and over https.

use std::thread;
use std::time::Duration;

use photo::Backoff;
use photo_server::Fault;
use photo_tests::{Adapter, Scheme, Site, Style, encoded, within_time};

/// Time for all recipes; some wait for silent servers.
const LIMIT: Duration = Duration::from_mins(30);

/// A recipe, its connections and requests, and a use of it; the function returns the URL of a path.
type Recipe = (&'static str, (u64, u64), fn(&dyn Adapter, &dyn Fn(&str) -> String));

const RECIPES: [Recipe; 11] = [
    ("one", (1, 1), |client, url| {
        client.one(&url("/photo"), Box::new(|| ()), Box::new(|result| drop(result.unwrap())));
    }),
    ("many", (8, 40), |client, url| {
        assert!(client.many(&photos(url, 40, 8), 8).iter().all(Result::is_ok));
    }),
    ("stream", (6, 24), |client, url| {
        client.stream(&photos(url, 24, 6), 6, Box::new(|_, result| drop(result.unwrap())));
    }),
    ("album", (6, 25), |client, url| {
        let index = photos(&str::to_owned, 24, 6).join("\n");
        let reply = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{index}", index.len());
        let index = url(&format!("{}?reply={}", Fault::Raw.path(), encoded(&reply)));
        let photos = client.album(&index, 6).unwrap();
        assert!(photos.iter().all(Result::is_ok));
    }),
    ("race", (4, 4), |client, url| {
        // The photo comes when the server has all requests.
        let gather = |path: &str| url(&format!("{path}?delay_ms=20000&gather=4"));
        let mut mirrors = vec![gather(&Fault::StallBeforeHead.path()); 3];
        mirrors.push(gather("/photo"));
        client.race(&mirrors).unwrap();
    }),
    // A reset connection is not used again; one whose reply was a status is.
    ("retry", (3, 8), |client, url| {
        let backoff = Backoff::new(5, Duration::from_millis(1), Duration::from_millis(5));
        client.retry(&url(&format!("{}?fail=2", Fault::Flaky.path())), backoff.clone()).unwrap();
        client.retry(&url(&format!("{}?code=503", Fault::Status.path())), backoff).unwrap_err();
    }),
    ("deadline", (6, 18), |client, url| {
        let mut urls = photos(url, 12, 6);
        urls.extend(vec![url(&Fault::StallBeforeHead.path()); 8]);
        let results = client.deadline(&urls, 6, Duration::from_secs(8));
        assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 12);
    }),
    ("cancel", (1, 2), |client, url| {
        client.cancel(&url("/photo"), Duration::from_secs(15)).unwrap();
        client.cancel(&url(&Fault::StallBeforeHead.path()), Duration::from_secs(3)).unwrap_err();
    }),
    ("progress", (1, 1), |client, url| {
        client.progress(&url("/photo?bytes=1000000"), Box::new(drop)).unwrap();
    }),
    ("save", (1, 3), |client, url| {
        let folder = tempfile::tempdir().unwrap();
        for _ in 0..3 {
            client.save(&url("/photo"), folder.path()).unwrap();
        }
    }),
    ("thumbnail", (1, 1), |client, url| {
        client.thumbnail(&url("/photo"), 10).unwrap();
    }),
];

/// Photos for a recipe with this limit. The first `in_flight` requests wait for each other, so each has its own connection.
fn photos(url: &dyn Fn(&str) -> String, count: usize, in_flight: usize) -> Vec<String> {
    let delay = |seed| {
        if seed < in_flight { format!("delay_ms=20000&gather={in_flight}") } else { "delay_ms=60".to_owned() }
    };
    (0..count).map(|seed| url(&format!("/photo?{}&seed={seed}", delay(seed)))).collect()
}

#[test]
fn each_recipe_is_the_same_work_for_every_style() {
    within_time(LIMIT, || {
        for (name, expected, recipe) in RECIPES {
            let work_of = |style: Style, scheme: Scheme| {
                let (site, client) = Site::with(style);
                recipe(&*client, &|path| site.url_by(scheme, path));
                let counters = site.counters();
                ((counters.connections, counters.requests), counters.bytes_sent)
            };
            let works = thread::scope(|scope| {
                let by = |scheme| Style::HELD_EQUAL.map(|style| scope.spawn(move || work_of(style, scheme)));
                Scheme::ALL.map(by).map(|works| works.map(|work| work.join().unwrap()))
            });
            for (scheme, works) in Scheme::ALL.iter().zip(works) {
                let bytes = works[0].1;
                assert!(works.iter().all(|work| *work == (expected, bytes)), "{name}, {scheme:?}: {works:?}");
            }
        }
    });
}
