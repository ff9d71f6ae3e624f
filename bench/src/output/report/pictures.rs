//! The pictures of a run: latency by percentile, and everything else against what is in flight.

use std::io;

use maud::{Markup, html};

use super::axis::{Axis, nines};
use super::palette::{LOOKS, Look};
use super::plot::{Plot, Point, Series};
use crate::record::cell::Cell;
use crate::record::figures::Figure;
use crate::record::group::{Group, sorted};
use crate::record::open::rates as open_rates;
use crate::record::run::Run;
use crate::record::waits::{WaitsCell, WaitsFigures};
use crate::stats::latency::Percentiles;

/// Points of a line that comes from a histogram, for each nine.
const POINTS_PER_NINE: u32 = 24;

/// A quantity shown against the downloads in flight: the title, the name with its unit, and the figure.
pub(super) type OfCell = (&'static str, &'static str, Figure);

/// Throughput and CPU.
pub(super) const SPEED: [OfCell; 2] = [
    ("Throughput", "photos per second", |it| Some(it.downloads_per_s)),
    ("CPU of the client", "CPU per photo, µs", |it| Some(it.cpu_us_per_download)),
];

/// Memory and threads.
pub(super) const SPACE: [OfCell; 2] = [
    ("Memory of the client", "KiB per download in flight", |it| it.rss_kib_per_in_flight),
    ("Threads of the client", "threads", |it| Some(it.threads_max? as f64)),
];

/// A quantity shown against the number of waits.
type OfWait = (&'static str, &'static str, fn(&WaitsFigures) -> Option<f64>);

const WAITS: [OfWait; 2] = [
    ("CPU", "CPU for each wait, µs", |it| Some(it.cpu_us_per_wait)),
    ("Memory", "bytes for each wait", |it| it.bytes_per_wait),
];

/// Latencies of the closed loops, a picture for each load.
///
/// # Errors
///
/// If a histogram cannot be read.
pub(super) fn latencies(run: &Run) -> io::Result<Vec<Markup>> {
    let pictures = sorted(run.closed.iter()).into_iter().map(|Group { load, in_flight, cells }| {
        latency(&format!("{in_flight} in flight"), &load.to_string(), &cells)
    });
    pictures.filter_map(Result::transpose).collect()
}

/// Latencies of the open loops, a picture for each rate.
///
/// # Errors
///
/// If a histogram cannot be read.
pub(super) fn rates(run: &Run) -> io::Result<Vec<Markup>> {
    let pictures = open_rates(&run.open).into_iter().map(|opens| {
        let cells: Vec<_> = opens.iter().map(|open| &open.cell).collect();
        latency(&opens[0].rate(), &cells[0].load.to_string(), &cells)
    });
    pictures.filter_map(Result::transpose).collect()
}

/// The cost of waiting alone, against the number of waits.
pub(super) fn waits(run: &Run) -> Vec<Markup> {
    let pictures = WAITS.iter().filter_map(|(title, name, figure)| {
        let of_style = |look: Look| {
            let waits = run.waits.iter().filter(|wait| wait.style == look.style);
            let log = |value: f64| (value > 0.0).then(|| value.log10());
            let point = |wait: &WaitsCell| {
                let y = log(figure(wait.figures.as_ref()?)?)?;
                Some(Point { x: log(wait.count as f64)?, y, spread: None, marked: true })
            };
            waits.filter_map(point).collect()
        };
        let x = Axis::of_steps("waits at once", run.waits.iter().map(|wait| wait.count as u64))?;
        against(title, "without a download", x, name, of_style)
    });
    pictures.collect()
}

/// The picture of latencies; nothing if no cell has any.
fn latency(title: &str, load: &str, cells: &[&Cell]) -> io::Result<Option<Markup>> {
    let plot = latency_plot(cells)?;
    Ok(plot.map(|plot| picture(title, load, "Latency by percentile", &plot)))
}

/// The plot alone.
///
/// # Errors
///
/// If a histogram cannot be read.
pub(super) fn latency_plot(cells: &[&Cell]) -> io::Result<Option<Plot>> {
    let lines = cells.iter().filter(|cell| cell.failed.is_none());
    let lines = lines.filter_map(|cell| Some((*cell, Look::of(&cell.style)?)));
    let lines = lines.map(|(cell, look)| Ok((cell, look, latency_of(cell)?)));
    let lines = lines.collect::<io::Result<Vec<_>>>()?;
    let count = lines.iter().map(|(cell, ..)| cell.count as u64).max().unwrap_or_default();
    let figures = lines.iter().flat_map(|(.., points)| points.iter().map(|point| 10_f64.powf(point.y)));
    let Some(y) = Axis::of_figures("latency, ms", figures) else { return Ok(None) };
    let series = lines.into_iter().map(|(_, look, points)| Series { look, points });
    Ok(Some(Plot { x: Axis::of_percentiles(count), y, series: series.collect() }))
}

/// The line goes through the latencies of all rounds together, if the cell has them. The marks are the figures of the
/// tables: the medians of the rounds, with bars from the least to the most of them.
fn latency_of(cell: &Cell) -> io::Result<Vec<Point>> {
    if cell.figures.is_none() {
        return Ok(Vec::new());
    }
    // For so few downloads, a higher percentile is only the slowest download.
    let highest = if cell.lacks_latencies { 0.5 } else { 1.0 - 1.0 / (cell.count as f64).max(2.0) };
    let most = nines(highest);
    let log = |micros: f64| (micros / 1e3).log10();
    let latencies = cell.latencies()?;
    let line = latencies.iter().flat_map(|latencies| {
        let steps = (0..).map(|step| f64::from(step) / f64::from(POINTS_PER_NINE));
        let at = |x: f64| latencies.at_us(1.0 - 10_f64.powf(-x));
        let point = move |x: f64| Point { x, y: log(at(x)), spread: None, marked: false };
        steps.take_while(move |x| *x < most).map(point)
    });
    let marks = Percentiles::ALL.iter().filter_map(|percentile| {
        let x = if percentile.quantile < 1.0 { nines(percentile.quantile) } else { most };
        let rounds = || cell.rounds.iter().filter_map(|round| Some(log((percentile.of)(&round.latency)?)));
        let spread =
            rounds().reduce(f64::min).zip(rounds().reduce(f64::max)).filter(|_| cell.rounds.len() > 1);
        let y = log(cell.percentile(percentile)?);
        (x <= most).then_some(Point { x, y, spread, marked: true })
    });
    let mut points: Vec<_> = line.chain(marks).collect();
    points.retain(|point| point.y.is_finite());
    points.sort_by(|one, other| one.x.total_cmp(&other.x));
    Ok(points)
}

/// A picture for each load and quantity, where there are several numbers in flight to show it against.
pub(super) fn against_in_flight(run: &Run, quantities: &[OfCell]) -> Vec<Markup> {
    let groups = sorted(run.loops());
    let picture = |groups: &[Group], (title, name, figure): OfCell| {
        let of_style = |look: Look| {
            let cells = groups.iter().filter_map(|group| group.cell(look.style));
            cells.filter_map(|cell| point(cell, cell.in_flight, figure)).collect()
        };
        let x = Axis::of_steps("in flight", groups.iter().map(|group| group.in_flight as u64))?;
        against(title, &groups[0].load.to_string(), x, name, of_style)
    };
    let loads = groups.chunk_by(|one, other| one.load == other.load);
    loads.flat_map(|groups| quantities.iter().filter_map(|quantity| picture(groups, *quantity))).collect()
}

/// `None` if there are no figures at all.
pub(super) fn against(
    title: &str,
    load: &str,
    x: Axis,
    name: &'static str,
    of_style: impl Fn(Look) -> Vec<Point>,
) -> Option<Markup> {
    let series = LOOKS.into_iter().map(|look| Series { look, points: of_style(look) });
    let series: Vec<_> = series.filter(|series| !series.points.is_empty()).collect();
    let ends = |point: &Point| point.spread.map_or([point.y; 2], |(least, most)| [least, most]);
    let figures = series.iter().flat_map(|series| series.points.iter().flat_map(ends));
    let y = Axis::of_figures(name, figures.map(|log| 10_f64.powf(log)))?;
    let what = format!("{name}, against {}", x.name);
    Some(picture(title, load, &what, &Plot { x, y, series }))
}

/// A figure of a cell against a number.
pub(super) fn point(cell: &Cell, number: usize, figure: Figure) -> Option<Point> {
    let log = |value: f64| (value > 0.0).then(|| value.log10());
    let spread = cell.spread(figure).and_then(|(least, most)| log(least).zip(log(most)));
    Some(Point { x: log(number as f64)?, y: log(cell.figure(figure)?)?, spread, marked: true })
}

fn picture(title: &str, load: &str, what: &str, plot: &Plot) -> Markup {
    let styles: Vec<_> = plot.series.iter().map(|series| series.look.style).collect();
    let label = format!("{what}: {title}, {load}. A line each for {}.", styles.join(", "));
    html! {
        figure {
            figcaption { b { (title) } " " span { (load) } }
            div.plot role="img" aria-label=(label) { (plot.draw()) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::log::tests::encoded;
    use super::*;
    use crate::record::sample::{noisy, open};

    #[test]
    fn each_load_has_its_pictures() {
        let cells = [1, 64, 1024]
            .iter()
            .flat_map(|in_flight| ["tokio", "blocking"].map(|style| noisy(style, *in_flight, 20.0, 1000.0)));
        let mut run = Run { closed: cells.collect(), ..Run::default() };
        assert_eq!(latencies(&run).unwrap().len(), 3);
        assert_eq!(against_in_flight(&run, &SPEED).len(), 2);
        run.closed.truncate(1);
        assert_eq!((latencies(&run).unwrap().len(), against_in_flight(&run, &SPEED).len()), (1, 0));
        assert_eq!((rates(&run).unwrap().len(), waits(&run).len()), (0, 0));
        let wait = |count| {
            let figures = WaitsFigures {
                start_s: 0.1,
                finish_s: 0.1,
                cpu_us_per_wait: 2.5,
                bytes_per_wait: None,
                threads: None,
            };
            WaitsCell { style: "smol".into(), count, figures: Some(figures), failed: None }
        };
        run.waits = [1000, 100_000].map(wait).into();
        run.open = vec![open(run.closed[0].clone())];
        assert_eq!((rates(&run).unwrap().len(), waits(&run).len()), (1, 1));
        run.open[0].cell.histogram = Some("broken".into());
        assert!(rates(&run).is_err());
    }

    #[test]
    fn no_percentile_is_shown_that_was_not_measured() {
        let marked = |cell: &Cell| {
            let points = latency_of(cell).unwrap();
            assert!(points.is_sorted_by(|one, other| one.x <= other.x));
            points.iter().filter(|point| point.marked).count()
        };
        let all = Percentiles::ALL.len();
        let mut cell = noisy("tokio", 1, 20.0, 1000.0);
        cell.count = 59;
        assert_eq!(marked(&cell), all - 2); // neither the 99th nor the 99.9th
        cell.count = 5000;
        assert_eq!(marked(&cell), all);
        cell.histogram = Some(encoded());
        assert_eq!(marked(&cell), all);
        cell.lacks_latencies = true;
        assert_eq!(marked(&cell), 1); // the 50th
    }
}
