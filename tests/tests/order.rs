//! The examples `order`: the same events in each style, in the order that the style promises.

#![expect(clippy::duplicate_mod, reason = "each example loads the one timeline by its path")]

use std::collections::BTreeSet;
use std::thread;

use serde_json::Value;

#[expect(dead_code, reason = "its `main` is for who runs the example")]
#[path = "../../blocking/examples/order.rs"]
mod blocking;

#[expect(dead_code, reason = "its `main` is for who runs the example")]
#[path = "../../callbacks/examples/order.rs"]
mod callbacks;

#[expect(dead_code, reason = "its `main` is for who runs the example")]
#[path = "../../futures-impl/examples/order.rs"]
mod futures;

/// The photos in the order in which they are started, and the server's delay.
const PHOTOS: [(&str, f64); 4] = [("cat", 300.0), ("dog", 100.0), ("owl", 200.0), ("fox", 50.0)];

const SHOWN: &str = include_str!("../../docs/order.md");

/// Runs an example to its end. A macro, because each example has its own types.
macro_rules! seen {
    ($style:ident) => {
        Seen::of(|| {
            let story = $style::timeline::Story::new(true);
            $style::download_all(&story).expect("it ends well");
            let json = story.events().iter().map(|event| event.json()).collect();
            let text = story.events().iter().map(ToString::to_string).collect();
            (json, text, story.timeline())
        })
    };
}

#[test]
fn with_threads_each_thread_reads_top_to_bottom() {
    let seen = seen!(blocking);
    assert_eq!(seen.threads(), BTreeSet::from(["main", "cat", "dog", "owl", "fox"]));
    for name in seen.threads() {
        assert!(seen.lines("thread", name).is_sorted(), "{name} jumps: {seen:#?}");
    }
    for (name, _) in PHOTOS {
        assert_eq!(seen.lines("thread", name), seen.lines("photo", name), "{seen:#?}");
    }
    seen.assert_the_documentation_shows_it("photo-blocking");
}

#[test]
fn with_callbacks_not_even_one_photo_reads_top_to_bottom() {
    let seen = seen!(callbacks);
    seen.assert_all_start_before_any_ends_on_one_thread();
    for (name, _) in PHOTOS {
        assert!(!seen.lines("photo", name).is_sorted(), "{name} reads on: {seen:#?}");
    }
    seen.assert_the_documentation_shows_it("photo-callbacks");
}

#[test]
fn with_await_each_photo_reads_top_to_bottom_but_not_the_thread() {
    let seen = seen!(futures);
    seen.assert_all_start_before_any_ends_on_one_thread();
    for (name, _) in PHOTOS {
        assert!(seen.lines("photo", name).is_sorted(), "{name} jumps: {seen:#?}");
    }
    assert!(!seen.lines("thread", "main").is_sorted(), "{seen:#?}");
    seen.assert_the_documentation_shows_it("photo-futures");
}

/// The events of one run.
#[derive(Debug)]
struct Seen {
    events: Vec<Value>,
    /// The events as text for people.
    text: Vec<String>,
}

impl Seen {
    /// The output of `run`, as lines of JSON, as text, and as a timeline. It has the same events in every style.
    fn of(run: impl FnOnce() -> (Vec<String>, Vec<String>, String) + Send + 'static) -> Self {
        // The thread is called `main`, as in a program.
        let main = thread::Builder::new().name("main".into()).spawn(run).expect("a thread");
        let (json, text, timeline) = main.join().expect("it ends well");
        let events = json.iter().map(|event| serde_json::from_str(event).expect("JSON")).collect();
        let seen = Self { events, text };

        assert_eq!(seen.events.len(), 10, "{seen:#?}");
        for (photo, delay_ms) in PHOTOS {
            assert_eq!(seen.events(photo), ["started", "finished"], "{photo} of {seen:#?}");
            let end = seen.of_photo(photo).last().expect("its end");
            assert!(end["ms"].as_f64() >= Some(delay_ms), "{photo} came too early: {seen:#?}");
        }
        assert_eq!(seen.events("all"), ["started", "ended"], "{seen:#?}");
        assert_eq!(seen.events[9]["event"], "ended", "{seen:#?}");
        assert!(seen.events.is_sorted_by_key(|event| event["ms"].as_f64()), "{seen:#?}");

        for lane in PHOTOS.map(|(name, _)| format!("photo {name} ")) {
            assert!(timeline.lines().any(|line| line.starts_with(&lane)), "{lane} is not in\n{timeline}");
        }
        let lanes = timeline.lines().filter(|line| line.starts_with("thread ")).count();
        assert_eq!(lanes, seen.threads().len(), "{timeline}");
        assert!(timeline.lines().all(|line| line.chars().count() <= 100), "{timeline}");
        seen
    }

    #[track_caller]
    fn assert_all_start_before_any_ends_on_one_thread(&self) {
        assert_eq!(self.threads(), BTreeSet::from(["main"]));
        let photos: Vec<_> = self.events.iter().map(|event| &event["photo"]).collect();
        assert_eq!(photos[..5], ["cat", "dog", "owl", "fox", "all"], "{self:#?}");
        assert!(self.events[..5].iter().all(|event| event["event"] == "started"), "{self:#?}");
    }

    /// Checks that the lines of source in the documentation are still those that print the events.
    #[track_caller]
    fn assert_the_documentation_shows_it(&self, package: &str) {
        let (_, shown) = SHOWN.split_once(&format!("-p {package} --example order\n")).expect("its output");
        let shown: Vec<_> = shown.lines().take_while(|line| !line.is_empty()).filter_map(untimed).collect();
        let printed: Vec<_> = self.text.iter().filter_map(|line| untimed(line)).collect();
        assert!(shown.len() > 4 && printed.len() == 10, "{shown:#?} {printed:#?}");
        assert!(
            shown.iter().all(|line| printed.contains(line)),
            "docs/order.md shows {shown:#?}, now it is {printed:#?}"
        );
    }

    fn threads(&self) -> BTreeSet<&str> {
        self.events.iter().filter_map(|event| event["thread"].as_str()).collect()
    }

    /// The source lines that printed events of the thread or photo called `name`.
    fn lines(&self, kind: &str, name: &str) -> Vec<u64> {
        let events = self.events.iter().filter(|event| event[kind] == name);
        events.map(|event| event["line"].as_u64().expect("a number")).collect()
    }

    fn of_photo(&self, name: &str) -> impl Iterator<Item = &Value> {
        self.events.iter().filter(move |event| event["photo"] == name)
    }

    fn events(&self, photo: &str) -> Vec<&str> {
        self.of_photo(photo).filter_map(|event| event["event"].as_str()).collect()
    }
}

/// The text after the time.
fn untimed(line: &str) -> Option<&str> {
    line.split_once(" ms  ").map(|(_, event)| event)
}
