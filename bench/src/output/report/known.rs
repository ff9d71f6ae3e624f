//! Libraries and other languages next to the styles: CPU and memory of all at one load, sorted, as one picture.

use maud::{Markup, html};

use super::axis::Axis;
use crate::record::cell::Cell;
use crate::record::figures::Figure;
use crate::record::group::{Group, sorted};
use crate::record::run::Run;
use crate::text::format::digits;

const WIDTH: f64 = 640.0;
const TOP: f64 = 26.0;
const ROW: f64 = 18.0;
const NAMES: f64 = 124.0;

/// From a mark to its value.
const GAP: f64 = 8.0;

/// One half of the picture.
struct Column {
    name: &'static str,
    figure: Figure,
    left: f64,
    right: f64,
}

const CPU: Column = Column {
    name: "CPU per photo, µs",
    figure: |it| Some(it.cpu_us_per_download),
    left: NAMES,
    right: 330.0,
};

const MEMORY: Column = Column {
    name: "KiB per download in flight",
    figure: |it| it.rss_kib_per_in_flight,
    left: 390.0,
    right: 596.0,
};

/// Nothing if the run has no libraries and no other languages.
pub(super) fn known(run: &Run) -> Option<Markup> {
    let groups = sorted(run.closed.iter()).into_iter().filter(|group| group.load.client_cores <= 1);
    let peers = |group: &Group| group.cells.iter().filter(|cell| is_peer(cell)).count();
    // The largest load, if several have as many.
    let group = groups.max_by_key(|group| (peers(group), group.load.delay_ms, group.in_flight))?;
    if peers(&group) == 0 {
        return None;
    }
    let cpu = |cell: &Cell| cell.figure(CPU.figure).unwrap_or(f64::MAX);
    let mut cells: Vec<_> = group.cells.iter().copied().filter(|cell| cell.figures.is_some()).collect();
    cells.sort_by(|one, other| cpu(one).total_cmp(&cpu(other)));
    let names: Vec<_> = cells.iter().map(|cell| cell.style.as_str()).collect();
    let label = format!("CPU and memory of the client, sorted by CPU: {}.", names.join(", "));
    let height = TOP + ROW * cells.len() as f64 + 24.0;
    Some(html! {
        figure {
            figcaption { b { (group.in_flight) " in flight" } " " span { (group.load) } }
            div.plot role="img" aria-label=(label) {
                svg viewBox={ "0 0 " (WIDTH) " " (height) } xmlns="http://www.w3.org/2000/svg" {
                    @for (row, cell) in cells.iter().enumerate() {
                        g class={ "is-" (cell.style) } {
                            text x="4" y=(middle(row) + 4.0) { (cell.style) }
                        }
                    }
                    @for column in [CPU, MEMORY] { (column.draw(&cells)) }
                }
            }
        }
    })
}

fn is_peer(cell: &Cell) -> bool {
    cell.figures.is_some() && cell.style != "floor" && !cell.is_style()
}

/// The height of a row's middle.
fn middle(row: usize) -> f64 {
    TOP + ROW * (row as f64 + 0.5)
}

impl Column {
    /// A mark and a value for each cell that has the figure.
    fn draw(&self, cells: &[&Cell]) -> Markup {
        let Self { name, figure, left, right } = self;
        let Some(axis) = Axis::of_figures(name, cells.iter().filter_map(|cell| cell.figure(*figure))) else {
            return html! {};
        };
        let across = |log: f64| left + (log - axis.low) / (axis.high - axis.low) * (right - left);
        let bottom = middle(cells.len());
        html! {
            text x=(left) y="14" { (axis.name) }
            @for (at, name) in &axis.ticks {
                polyline.grid points={ (across(*at)) "," (TOP) " " (across(*at)) "," (bottom) } {}
                text x=(across(*at)) y=(bottom + 12.0) text-anchor="middle" { (name) }
            }
            @for (row, cell) in cells.iter().enumerate() {
                @if let Some(value) = cell.figure(*figure) {
                    g class={ "is-" (cell.style) } {
                        @if value > 0.0 {
                            circle.known cx=(across(value.log10())) cy=(middle(row)) r="4" {}
                            text x=(across(value.log10()) + GAP) y=(middle(row) + 4.0) { (digits(value)) }
                        } @else {
                            text x=(left) y=(middle(row) + 4.0) { "0" }
                        }
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::sample::{failed, noisy};

    #[test]
    fn all_at_the_largest_load_are_sorted_by_cpu() {
        let mut closed: Vec<_> = [64, 1024].map(|in_flight| noisy("tokio", in_flight, 20.0, 1.0)).into();
        assert!(known(&Run { closed: closed.clone(), ..Run::default() }).is_none());
        closed.extend([64, 1024].map(|in_flight| noisy("node-await", in_flight, 300.0, 1.0)));
        closed.push(noisy("curl", 1024, 9.0, 1.0));
        closed.push(failed("isahc", "no luck"));
        let shown = known(&Run { closed, ..Run::default() }).unwrap().into_string();
        assert!(shown.contains("1024 in flight") && !shown.contains("isahc"), "{shown}");
        assert!(shown.contains("sorted by CPU: curl, tokio, node-await."), "{shown}");
        assert_eq!(shown.matches("<circle").count(), 6);
    }
}
