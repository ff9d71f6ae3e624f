//! One picture: lines between figures, a name at the end of each.

use std::error::Error;

use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::axis::Axis;
use super::palette::{GRID, INK, Look, Marker, rgb};

/// Pixels of the picture for each of the page: plotters draws at whole ones only.
const FINE: i32 = 4;

/// The picture, and what stands around the lines.
const SIZE: (i32, i32) = (430, 290);
const LEFT: i32 = 46;
const RIGHT: i32 = 88;
const TOP: i32 = 26;
const BOTTOM: i32 = 42;

const FONT: i32 = 12;

/// From one name to the next.
const LINE: i32 = 14;

type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;
type Drawn = Result<(), Box<dyn Error>>;
type Place = (i32, i32);

/// Several styles on the same axes.
pub(super) struct Plot {
    pub(super) x: Axis,
    pub(super) y: Axis,
    pub(super) series: Vec<Series>,
}

/// One style.
pub(super) struct Series {
    pub(super) look: Look,
    /// In ascending order of x.
    pub(super) points: Vec<Point>,
}

/// A figure; both coordinates are logarithms.
pub(super) struct Point {
    pub(super) x: f64,
    pub(super) y: f64,
    /// From the least to the most of all rounds.
    pub(super) spread: Option<(f64, f64)>,
    /// Whether it is told apart, or only a part of the line.
    pub(super) marked: bool,
}

impl Plot {
    /// As SVG, with text as text.
    pub(super) fn draw(&self) -> String {
        let mut svg = String::new();
        let size = [SIZE.0, SIZE.1].map(|pixels| (pixels * FINE).unsigned_abs());
        let area = SVGBackend::with_string(&mut svg, (size[0], size[1])).into_drawing_area();
        self.draw_on(&area).expect("drawing into memory succeeds");
        drop(area);
        svg
    }

    fn draw_on(&self, area: &Area) -> Drawn {
        let Self { x, y, .. } = self;
        let chart = ChartBuilder::on(area)
            .margin_left(LEFT * FINE)
            .margin_right(RIGHT * FINE)
            .margin_top(TOP * FINE)
            .margin_bottom(BOTTOM * FINE)
            .build_cartesian_2d(x.low..x.high, y.low..y.high)?;
        let place = |x: f64, y: f64| chart.backend_coord(&(x, y));
        self.draw_axes(area, place)?;
        for series in &self.series {
            series.draw(area, place)?;
        }
        self.name(area, place)?;
        Ok(area.present()?)
    }

    fn draw_axes(&self, area: &Area, place: impl Fn(f64, f64) -> Place) -> Drawn {
        let Self { x, y, .. } = self;
        for (at, name) in &y.ticks {
            let ((left, height), (right, _)) = (place(x.low, *at), place(x.high, *at));
            area.draw(&PathElement::new([(left, height), (right, height)], grid()))?;
            text(area, name, (left - 6 * FINE, height), HPos::Right, VPos::Center, rgb(INK[0]))?;
        }
        for (at, name) in &x.ticks {
            let ((across, bottom), (_, top)) = (place(*at, y.low), place(*at, y.high));
            area.draw(&PathElement::new([(across, bottom), (across, top)], grid()))?;
            text(area, name, (across, bottom + 6 * FINE), HPos::Center, VPos::Top, rgb(INK[0]))?;
        }
        let middle = place(f64::midpoint(x.low, x.high), y.low).0;
        text(area, x.name, (middle, (SIZE.1 - 3) * FINE), HPos::Center, VPos::Bottom, rgb(INK[0]))?;
        text(area, y.name, (4 * FINE, 4 * FINE), HPos::Left, VPos::Top, rgb(INK[0]))
    }

    /// At the right end of each line its name, and a thin line to it.
    fn name(&self, area: &Area, place: impl Fn(f64, f64) -> Place) -> Drawn {
        let left = (SIZE.0 - RIGHT + 12) * FINE;
        let ends: Vec<_> = self.series.iter().map(|series| series.end(&place)).collect();
        let wanted: Vec<_> = ends.iter().map(|(_, height)| *height).collect();
        let heights = apart(&wanted, LINE * FINE, (TOP * FINE, (SIZE.1 - BOTTOM) * FINE));
        for ((series, (x, y)), height) in self.series.iter().zip(ends).zip(heights) {
            let look = series.look;
            let leader = PathElement::new([(x + 5 * FINE, y), (left - 3 * FINE, height)], look.mark());
            area.draw(&leader)?;
            text(area, look.style, (left, height), HPos::Left, VPos::Center, look.text())?;
        }
        Ok(())
    }
}

impl Series {
    fn draw(&self, area: &Area, place: impl Fn(f64, f64) -> Place) -> Drawn {
        let mark = self.look.mark();
        for Point { x, spread, .. } in &self.points {
            if let Some((least, most)) = spread {
                let ends = [place(*x, *least), place(*x, *most)];
                area.draw(&PathElement::new(ends, mark.stroke_width(FINE.unsigned_abs())))?;
            }
        }
        let line: Vec<_> = self.points.iter().map(|point| place(point.x, point.y)).collect();
        area.draw(&PathElement::new(line, mark.stroke_width(2 * FINE.unsigned_abs())))?;
        for point in self.points.iter().filter(|point| point.marked) {
            self.look.marker.draw(area, place(point.x, point.y), mark)?;
        }
        Ok(())
    }

    fn end(&self, place: impl Fn(f64, f64) -> Place) -> Place {
        self.points.last().map(|point| place(point.x, point.y)).unwrap_or_default()
    }
}

impl Marker {
    fn draw(self, area: &Area, (x, y): Place, mark: RGBColor) -> Drawn {
        let size = 4 * FINE;
        let line = |mark: RGBColor| mark.stroke_width((2 * FINE).unsigned_abs());
        let path = |from, to| area.draw(&PathElement::new([from, to], line(mark)));
        let shape = |corners: &[Place]| {
            let corners: Vec<_> = corners.iter().map(|(across, down)| (x + across, y + down)).collect();
            area.draw(&Polygon::new(corners, mark))
        };
        match self {
            Self::Circle => area.draw(&Circle::new((x, y), size, mark.filled()))?,
            Self::Ring => area.draw(&Circle::new((x, y), size, line(mark)))?,
            Self::Square => shape(&[(-size, -size), (size, -size), (size, size), (-size, size)])?,
            Self::Triangle => shape(&[(0, -size), (size, size), (-size, size)])?,
            Self::Wedge => shape(&[(0, size), (size, -size), (-size, -size)])?,
            Self::Diamond => {
                let size = size + FINE;
                shape(&[(0, -size), (size, 0), (0, size), (-size, 0)])?;
            }
            Self::Cross => {
                path((x - size, y - size), (x + size, y + size))?;
                path((x - size, y + size), (x + size, y - size))?;
            }
            Self::Plus => {
                path((x - size, y), (x + size, y))?;
                path((x, y - size), (x, y + size))?;
            }
        }
        Ok(())
    }
}

fn grid() -> ShapeStyle {
    rgb(GRID[0]).stroke_width(FINE.unsigned_abs())
}

fn text(area: &Area, text: &str, at: Place, across: HPos, down: VPos, color: RGBColor) -> Drawn {
    // The SVG backend divides by this.
    let font = ("sans-serif", f64::from(FONT * FINE) * 1.24).into_font();
    let style = TextStyle::from(font).color(&color).pos(Pos::new(across, down));
    Ok(area.draw(&Text::new(text, at, style))?)
}

/// Places at least `gap` from each other between `low` and `high`, as close to those that are `wanted` as that allows.
fn apart(wanted: &[i32], gap: i32, (low, high): (i32, i32)) -> Vec<i32> {
    let mut order: Vec<_> = (0..wanted.len()).collect();
    order.sort_by_key(|index| wanted[*index]);
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
        assert_eq!(apart(&[10, 50, 90], 14, (0, 100)), [10, 50, 90]);
        assert_eq!(apart(&[50, 50, 49], 14, (0, 100)), [63, 77, 49]);
        assert_eq!(apart(&[99, 100, 98], 10, (0, 100)), [90, 100, 80]);
        assert_eq!(apart(&[-5], 10, (0, 100)), [0]);
    }

    #[test]
    fn a_picture_has_its_names_as_text_and_its_lines_in_their_colours() {
        let x = Axis::of_steps("in flight", [1, 64].into_iter()).unwrap();
        let y = Axis::of_figures("CPU, µs", [10.0, 100.0].into_iter()).unwrap();
        let series = ["tokio", "blocking"].map(|style| {
            let points = [(0.0, 1.1), (1.8, 1.9)]
                .map(|(x, y)| Point { x, y, spread: Some((y, y + 0.1)), marked: true })
                .into();
            Series { look: Look::of(style).unwrap(), points }
        });
        let svg = Plot { x, y, series: series.into() }.draw();
        assert!(svg.starts_with("<svg ") && svg.trim_end().ends_with("</svg>"), "{svg}");
        for text in ["tokio", "blocking", "in flight", "CPU, µs", "64"] {
            assert!(svg.contains(&format!("\n{text}\n</text>")), "{text} is not in {svg}");
        }
        assert!(svg.contains("stroke=\"#009E73\"") && svg.contains("fill=\"#AD4B00\""), "{svg}");
        assert!(!svg.contains("href"), "{svg}");
    }
}
