//! Prints events as they happen, and draws a timeline of the waits; the examples `order` of all styles share it.

use std::collections::BTreeMap;
use std::fmt::{self, Display};
use std::io::{self, Write as _};
use std::panic::Location;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// The name for all photos together.
pub(crate) const ALL: &str = "all";

/// A longer time makes each column wider in time.
const COLUMNS: usize = 80;

/// Columns from one time on the axis to the next.
const TICK: usize = 20;

/// Prints events as they happen, and remembers them. Clones share the events.
#[derive(Clone)]
pub(crate) struct Story {
    begin: Instant,
    json: bool,
    events: Arc<Mutex<Vec<Event>>>,
}

/// One event: its place, its time, and the line of source that printed it.
#[derive(Clone)]
pub(crate) struct Event {
    at: Duration,
    thread: String,
    line: u32,
    photo: &'static str,
    what: String,
}

impl Story {
    /// Starts now. As `json`, each event is printed as an object on its own line.
    pub(crate) fn new(json: bool) -> Self {
        Self { begin: Instant::now(), json, events: Arc::default() }
    }

    /// Prints that `what` happened to `photo` in the line that calls this.
    #[track_caller]
    pub(crate) fn tell(&self, photo: &'static str, what: &str) {
        let (line, what) = (Location::caller().line(), what.to_owned());
        let thread = thread::current().name().unwrap_or("?").to_owned();
        // The lock keeps the lines in the order of their times.
        let mut events = self.events.lock().unwrap_or_else(PoisonError::into_inner);
        let event = Event { at: self.begin.elapsed(), thread, line, photo, what };
        // A reader that has closed the pipe misses the line.
        let _ = writeln!(io::stdout(), "{}", if self.json { event.json() } else { event.to_string() });
        events.push(event);
    }

    /// Prints that the download of `photo` has ended, and how.
    #[track_caller]
    pub(crate) fn tell_end<T>(&self, photo: &'static str, result: &Result<T, impl Display>) {
        match result {
            Ok(_) => self.tell(photo, "finished"),
            Err(error) => self.tell(photo, &format!("failed: {error}")),
        }
    }

    /// The recorded events, in order.
    pub(crate) fn events(&self) -> Vec<Event> {
        self.events.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Prints the [`timeline`](Self::timeline).
    pub(crate) fn print_timeline(&self) {
        let _ = write!(io::stdout(), "\n{}", self.timeline());
    }

    /// The timeline: a lane for each photo, with the source lines that print its events, and one for each thread, at
    /// most 100 columns wide.
    pub(crate) fn timeline(&self) -> String {
        let events = self.events();
        let last_ms = events.last().map_or(0, Event::ms);
        let column_ms = 5 * (last_ms / (5 * COLUMNS) + 1);

        let ticks = (0..=last_ms).step_by(TICK * column_ms).map(|ms| format!("{ms:<TICK$}"));
        let mut text = format!("{:13}{} ms\n", "", ticks.collect::<Vec<_>>().concat().trim_end());

        let of_photos = events.iter().filter(|event| event.photo != ALL);
        let of_photos =
            of_photos.map(|event| (format!("photo {}", event.photo), event, event.line.to_string()));
        let of_threads =
            events.iter().map(|event| (format!("thread {}", event.thread), event, "█".to_owned()));
        let mut lanes: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for (name, event, mark) in of_photos.chain(of_threads) {
            lanes.entry(name).or_default().push((event.ms() / column_ms, mark));
        }
        for (name, mut marks) in lanes {
            marks.dedup();
            text.extend([format!("{name:<13}{}\n", lane(&marks))]);
        }
        text + "\n─ waits   █ runs   a number: the line of source that prints the event\n"
    }
}

/// The marks in their columns, and between them the waiting.
fn lane(marks: &[(usize, String)]) -> String {
    let mut lane = String::new();
    let mut length = 0;
    for (at, mark) in marks {
        let gap = at.saturating_sub(length);
        lane += &if lane.is_empty() { " " } else { "─" }.repeat(gap);
        lane += mark;
        length += gap + mark.chars().count();
    }
    lane
}

impl Event {
    fn ms(&self) -> usize {
        usize::try_from(self.at.as_millis()).unwrap_or(usize::MAX)
    }

    /// An object, for other programs. The texts here are plain, which `Debug` quotes as JSON does.
    pub(crate) fn json(&self) -> String {
        let Self { at, thread, line, photo, what } = self;
        let ms = at.as_secs_f64() * 1e3;
        format!(r#"{{"ms":{ms:.3},"thread":{thread:?},"line":{line},"photo":{photo:?},"event":{what:?}}}"#)
    }
}

impl Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { thread, line, photo, what, .. } = self;
        write!(f, "{:>5} ms  thread {thread:<6} line {line:<4} {photo}: {what}", self.ms())
    }
}
