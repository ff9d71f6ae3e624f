//! A picture as SVG: lines between figures, and a name at the end of each. The page's style sheet has the colours.

use std::fmt::Write;

use maud::{Markup, PreEscaped, html};

use super::axis::Axis;
use super::palette::{Look, Marker};

/// The picture, and the space around the lines, in pixels of the page.
const SIZE: (f64, f64) = (430.0, 290.0);
const LEFT: f64 = 46.0;
const RIGHT: f64 = 88.0;
const TOP: f64 = 26.0;
const BOTTOM: f64 = 42.0;

/// The distance between two names.
const LINE: f64 = 14.0;

type Place = (f64, f64);

/// Several styles on the same axes.
pub(super) struct Plot {
    pub(super) x: Axis,
    pub(super) y: Axis,
    pub(super) series: Vec<Series>,
}

/// The line of one style.
pub(super) struct Series {
    pub(super) look: Look,
    /// The points in ascending order of x.
    pub(super) points: Vec<Point>,
}

/// A figure; both coordinates are logarithms.
pub(super) struct Point {
    pub(super) x: f64,
    pub(super) y: f64,
    /// The range of all rounds.
    pub(super) spread: Option<(f64, f64)>,
    /// Whether it has a marker, or is only a part of the line.
    pub(super) marked: bool,
}

impl Plot {
    pub(super) fn draw(&self) -> Markup {
        let (width, height) = SIZE;
        let heights = self.heights_of_names();
        html! {
            svg viewBox={ "0 0 " (width) " " (height) } xmlns="http://www.w3.org/2000/svg" {
                (self.axes())
                @for (series, height) in self.series.iter().zip(heights) { (self.line(series, height)) }
            }
        }
    }

    fn place(&self, x: f64, y: f64) -> Place {
        let share = |at: f64, axis: &Axis| (at - axis.low) / (axis.high - axis.low);
        let (width, height) = (SIZE.0 - LEFT - RIGHT, SIZE.1 - TOP - BOTTOM);
        (LEFT + share(x, &self.x) * width, SIZE.1 - BOTTOM - share(y, &self.y) * height)
    }

    fn axes(&self) -> Markup {
        let Self { x, y, .. } = self;
        let (left, bottom) = self.place(x.low, y.low);
        let (right, top) = self.place(x.high, y.high);
        html! {
            @for (at, name) in &y.ticks {
                @let height = self.place(x.low, *at).1;
                (path("grid", &[(left, height), (right, height)]))
                text x=(left - 6.0) y=(height + 4.0) text-anchor="end" { (name) }
            }
            @for (at, name) in &x.ticks {
                @let across = self.place(*at, y.low).0;
                (path("grid", &[(across, bottom), (across, top)]))
                text x=(across) y=(bottom + 16.0) text-anchor="middle" { (name) }
            }
            text x=(f64::midpoint(left, right)) y=(SIZE.1 - 6.0) text-anchor="middle" { (x.name) }
            text x="4" y="14" { (y.name) }
        }
    }

    /// The line of one style with its markers, and its name at the right end.
    fn line(&self, Series { look, points }: &Series, name_y: f64) -> Markup {
        let place = |point: &Point| self.place(point.x, point.y);
        let last = points.last().map(place);
        // A curve has points without markers; markers next to it are not on the line.
        let is_curve = points.iter().any(|point| !point.marked);
        let line: Vec<_> = points.iter().filter(|point| !(is_curve && point.marked)).map(place).collect();
        let left = SIZE.0 - RIGHT + 12.0;
        html! {
            g class={ "is-" (look.style) } {
                @for (x, (least, most)) in points.iter().filter_map(|it| Some((it.x, it.spread?))) {
                    (path("spread", &[self.place(x, least), self.place(x, most)]))
                }
                (path("line", &line))
                @for point in points.iter().filter(|point| point.marked) { (look.marker.draw(place(point))) }
                @if let Some((x, y)) = last {
                    (path("spread", &[(x + 5.0, y), (left - 3.0, name_y)]))
                }
                text x=(left) y=(name_y + 4.0) { (look.style) }
            }
        }
    }

    fn heights_of_names(&self) -> Vec<f64> {
        let end = |series: &Series| series.points.last().map_or(0.0, |point| self.place(point.x, point.y).1);
        let wanted: Vec<_> = self.series.iter().map(end).collect();
        apart(&wanted, LINE, (TOP, SIZE.1 - BOTTOM))
    }
}

impl Marker {
    fn draw(self, (x, y): Place) -> Markup {
        const SIZE: f64 = 4.0;
        const LARGE: f64 = 5.0;
        let shape = |corners: &[Place]| {
            let corners: Vec<_> = corners.iter().map(|(across, down)| (x + across, y + down)).collect();
            html! { polygon points=(points(&corners)) {} }
        };
        let strokes = |ends: [[Place; 2]; 2]| {
            let moved = |(across, down): Place| (x + across, y + down);
            html! { @for end in ends { (path("stroke", &end.map(moved))) } }
        };
        match self {
            Self::Circle => html! { circle cx=(x) cy=(y) r=(SIZE) {} },
            Self::Ring => html! { circle.ring cx=(x) cy=(y) r=(SIZE) {} },
            Self::Square => shape(&[(-SIZE, -SIZE), (SIZE, -SIZE), (SIZE, SIZE), (-SIZE, SIZE)]),
            Self::Triangle => shape(&[(0.0, -SIZE), (SIZE, SIZE), (-SIZE, SIZE)]),
            Self::Wedge => shape(&[(0.0, SIZE), (SIZE, -SIZE), (-SIZE, -SIZE)]),
            Self::Diamond => shape(&[(0.0, -LARGE), (LARGE, 0.0), (0.0, LARGE), (-LARGE, 0.0)]),
            Self::Cross => strokes([[(-SIZE, -SIZE), (SIZE, SIZE)], [(-SIZE, SIZE), (SIZE, -SIZE)]]),
            Self::Plus => strokes([[(-SIZE, 0.0), (SIZE, 0.0)], [(0.0, -SIZE), (0.0, SIZE)]]),
        }
    }
}

fn path(class: &str, places: &[Place]) -> Markup {
    html! { polyline class=(class) points=(points(places)) {} }
}

/// Writes the places to a tenth of a pixel.
fn points(places: &[Place]) -> PreEscaped<String> {
    let mut text = String::new();
    for (x, y) in places {
        let _ = write!(text, "{x:.1},{y:.1} ");
    }
    PreEscaped(text)
}

/// Places at least `gap` from each other between `low` and `high`, as close to those that are `wanted` as that allows.
fn apart(wanted: &[f64], gap: f64, (low, high): (f64, f64)) -> Vec<f64> {
    let mut order: Vec<_> = (0..wanted.len()).collect();
    order.sort_by(|one, other| wanted[*one].total_cmp(&wanted[*other]));
    let mut places = wanted.to_vec();
    let mut least = low;
    for index in &order {
        places[*index] = places[*index].max(least);
        least = places[*index] + gap;
    }
    let mut most = high;
    for index in order.iter().rev() {
        places[*index] = places[*index].min(most);
        most = places[*index] - gap;
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_keep_apart_and_in_order() {
        let places = |wanted: &[f64], gap| apart(wanted, gap, (0.0, 100.0));
        assert_eq!(places(&[10.0, 50.0, 90.0], 14.0), [10.0, 50.0, 90.0]);
        assert_eq!(places(&[50.0, 50.0, 49.0], 14.0), [63.0, 77.0, 49.0]);
        assert_eq!(places(&[99.0, 100.0, 98.0], 10.0), [90.0, 100.0, 80.0]);
        assert_eq!(places(&[-5.0], 10.0), [0.0]);
    }

    #[test]
    fn a_picture_has_a_group_with_a_name_for_each_style() {
        let x = Axis::of_steps("in flight", [1, 64].into_iter()).unwrap();
        let y = Axis::of_figures("CPU, µs", [10.0, 100.0].into_iter()).unwrap();
        let series = ["tokio", "blocking"].map(|style| {
            let points = [(0.0, 1.1), (1.8, 1.9)]
                .map(|(x, y)| Point { x, y, spread: Some((y, y + 0.1)), marked: true })
                .into();
            Series { look: Look::of(style).unwrap(), points }
        });
        let svg = Plot { x, y, series: series.into() }.draw().into_string();
        for text in ["tokio", "blocking", "in flight (log scale)", "CPU, µs (log scale)", "64"] {
            assert!(svg.contains(&format!(">{text}</text>")), "{text} is not in {svg}");
        }
        assert!(svg.contains("<g class=\"is-tokio\">") && svg.contains("<g class=\"is-blocking\">"), "{svg}");
        assert_eq!((svg.matches("<circle").count(), svg.matches("<polygon").count()), (2, 2));
    }
}
