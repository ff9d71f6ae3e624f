//! A timeline as a picture: a lane for each photo, with the source lines that print its events, and one for each
//! thread.

use std::collections::BTreeMap;
use std::io;

use maud::{Markup, html};
use serde::Deserialize;

/// Pixels: of the names, of the times, and from lane to lane.
const NAMES: f64 = 84.0;
const TIMES: f64 = 290.0;
const LANE: f64 = 22.0;

/// The distance between two times on the axis.
const TICK_MS: u32 = 100;

/// The name for all photos together.
const ALL: &str = "all";

#[derive(Deserialize)]
struct Event {
    ms: f64,
    thread: String,
    line: u32,
    photo: String,
}

/// The picture of these events, a JSON object a line.
///
/// # Errors
///
/// If one is no event.
pub(super) fn timeline(events: &str) -> io::Result<Markup> {
    let events = events.lines().map(serde_json::from_str).collect::<Result<Vec<Event>, _>>()?;
    let last_ms = events.iter().map(|event| event.ms).fold(1.0, f64::max);
    let across = |ms: f64| NAMES + ms / last_ms * TIMES;

    let mut photos: BTreeMap<&str, Vec<&Event>> = BTreeMap::new();
    let mut threads = photos.clone();
    for event in &events {
        if event.photo != ALL {
            photos.entry(&event.photo).or_default().push(event);
        }
        threads.entry(&event.thread).or_default().push(event);
    }
    let lanes = photos.iter().map(|lane| (lane, true)).chain(threads.iter().map(|lane| (lane, false)));
    let height = LANE * (photos.len() + threads.len()) as f64;
    let ticks = (0..).map(|tick| tick * TICK_MS).take_while(|ms| f64::from(*ms) <= last_ms);

    Ok(html! {
        svg.timeline xmlns="http://www.w3.org/2000/svg"
            viewBox={ "0 0 " (NAMES + TIMES + 22.0) " " (height + 24.0) } {
            @for ms in ticks {
                @let x = across(f64::from(ms));
                line.grid x1=(x) y1="0" x2=(x) y2=(height) {}
                text x=(x) y=(height + 15.0) text-anchor="middle" { (ms) @if ms == 0 { " ms" } }
            }
            @for (index, ((name, events), of_photo)) in lanes.enumerate() {
                @let y = (index as f64 + 0.5) * LANE;
                text x="0" y=(y + 4.0) { @if of_photo { "photo " } @else { "thread " } (name) }
                @if let [first, .., last] = events.as_slice() {
                    line.waits x1=(across(first.ms)) y1=(y) x2=(across(last.ms)) y2=(y) {}
                }
                @for event in events {
                    @let x = across(event.ms);
                    @if of_photo {
                        rect.number x=(x - 9.0) y=(y - 8.0) width="18" height="16" rx="3" {}
                        text.number x=(x) y=(y + 4.0) text-anchor="middle" { (event.line) }
                    } @else {
                        rect.runs x=(x - 2.5) y=(y - 7.0) width="5" height="14" {}
                    }
                }
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_a_lane_for_each_photo_and_each_thread() {
        let events = r#"{"ms":0.1,"thread":"main","line":3,"photo":"cat","event":"started"}
            {"ms":0.2,"thread":"main","line":5,"photo":"all","event":"started"}
            {"ms":250.0,"thread":"main","line":4,"photo":"cat","event":"finished"}"#;
        let svg = timeline(events).unwrap().into_string();
        assert!(svg.contains(">photo cat</text>") && svg.contains(">thread main</text>"), "{svg}");
        assert!(!svg.contains("photo all"), "{svg}");
        assert_eq!((svg.matches("class=\"waits\"").count(), svg.matches("class=\"runs\"").count()), (2, 3));
        assert!(svg.contains(">200</text>") && !svg.contains(">300</text>"), "{svg}");
        assert!(timeline("no event").is_err());
    }
}
