//! The pictures of a run: latency by percentile, and everything else against what is in flight.

use std::io;

use maud::{Markup, PreEscaped, html};

use super::axis::{Axis, nines};
use super::palette::{LOOKS, Look};
use super::plot::{Plot, Point, Series};
use super::run::{Cell, Figure, Run, Wait};
use super::verdict::{Group, groups};
use crate::text::format::size;

/// The percentiles of a cell without a histogram.
const PERCENTILES: [(f64, Figure); 4] =
    [(0.5, |it| it.p50_us), (0.9, |it| it.p90_us), (0.99, |it| it.p99_us), (0.999, |it| it.p999_us)];

/// Points of a line that comes from a histogram, for each nine.
const POINTS_PER_NINE: u32 = 24;

/// What is shown against what is in flight.
struct Quantity {
    name: &'static str,
    title: &'static str,
    figure: Figure,
}

const SPEED: [Quantity; 2] = [
    Quantity { name: "photos per second", title: "Throughput", figure: |it| it.downloads_per_s },
    Quantity { name: "CPU per photo, µs", title: "CPU of the client", figure: |it| it.cpu_us_per_download },
];

const SPACE: [Quantity; 2] = [
    Quantity {
        name: "KiB for each in flight",
        title: "Memory of the client",
        figure: |it| it.rss_kib_per_in_flight,
    },
    Quantity { name: "threads", title: "Threads of the client", figure: |it| it.threads_max },
];

/// What is shown against how many wait.
type OfWait = (&'static str, &'static str, fn(&Wait) -> Option<f64>);

const WAITS: [OfWait; 2] = [
    ("CPU", "CPU for each wait, µs", |wait| wait.cpu_us),
    ("Memory", "bytes for each wait", |wait| wait.bytes),
];

/// Latencies of the closed loops, a picture for each load.
///
/// # Errors
///
/// If a histogram cannot be read.
pub(super) fn latencies(run: &Run) -> io::Result<Vec<Markup>> {
    let pictures = groups(run.of_mode("closed")).into_iter().map(|group| {
        let Group { bytes, delay_ms, in_flight, cells } = group;
        latency(&format!("{in_flight} in flight"), &load(bytes, delay_ms), &cells)
    });
    Ok(pictures.collect::<io::Result<Vec<_>>>()?.into_iter().flatten().collect())
}

/// Latencies of the open loops, a picture for each rate.
///
/// # Errors
///
/// If a histogram cannot be read.
pub(super) fn rates(run: &Run) -> io::Result<Vec<Markup>> {
    let pictures = run
        .rates()
        .into_iter()
        .map(|(rate, cells)| latency(&rate, &load(cells[0].bytes, cells[0].delay_ms), &cells));
    Ok(pictures.collect::<io::Result<Vec<_>>>()?.into_iter().flatten().collect())
}

/// Throughput and CPU.
pub(super) fn speeds(run: &Run) -> Vec<Markup> {
    against_in_flight(run, &SPEED)
}

/// Memory and threads.
pub(super) fn spaces(run: &Run) -> Vec<Markup> {
    against_in_flight(run, &SPACE)
}

/// What waiting alone costs, against how many wait.
pub(super) fn waits(run: &Run) -> Vec<Markup> {
    let pictures = WAITS.iter().filter_map(|(title, name, figure)| {
        let of_style = |look: Look| {
            let waits = run.waits.iter().filter(|wait| wait.style == look.style);
            let log = |value: f64| (value > 0.0).then(|| value.log10());
            let point = |wait: &Wait| {
                Some(Point { x: log(wait.count as f64)?, y: log(figure(wait)?)?, spread: None, marked: true })
            };
            waits.filter_map(point).collect()
        };
        let x = Axis::of_steps("waits at once", run.waits.iter().map(|wait| wait.count))?;
        against(title, "without a download", x, name, of_style)
    });
    pictures.collect()
}

/// "32 KiB, 20 ms delay".
pub(super) fn load(bytes: Option<u64>, delay_ms: Option<u64>) -> String {
    let photos = bytes.map_or("?".into(), size);
    match delay_ms {
        None => format!("{photos}, a server of one’s own"),
        Some(0) => format!("{photos}, no delay"),
        Some(delay_ms) => format!("{photos}, {delay_ms} ms delay"),
    }
}

/// Nothing if none of them has latencies.
fn latency(title: &str, load: &str, cells: &[&Cell]) -> io::Result<Option<Markup>> {
    let lines = cells.iter().filter(|cell| cell.failed.is_none());
    let lines = lines.filter_map(|cell| Some((*cell, Look::of(&cell.style)?)));
    let lines = lines.map(|(cell, look)| Ok((cell, look, latency_of(cell)?)));
    let lines = lines.collect::<io::Result<Vec<_>>>()?;
    let count = lines.iter().map(|(cell, ..)| measured(cell)).max().unwrap_or_default();
    let figures = lines.iter().flat_map(|(.., points)| points.iter().map(|point| 10_f64.powf(point.y)));
    let Some(y) = Axis::of_figures("latency, ms", figures) else { return Ok(None) };
    let series = lines.into_iter().map(|(_, look, points)| Series { look, points });
    let plot = Plot { x: Axis::of_percentiles(count), y, series: series.collect() };
    Ok(Some(picture(title, load, "Latency by percentile", &plot)))
}

/// By all latencies, if the cell has them, or else by the few percentiles that it has.
fn latency_of(cell: &Cell) -> io::Result<Vec<Point>> {
    let histogram = cell.histogram()?;
    // With so few downloads, a higher percentile is but the slowest of them.
    let most = nines(1.0 - 1.0 / measured(cell).max(2) as f64);
    let point = |x: f64, micros: f64, marked| Point { x, y: (micros / 1e3).log10(), spread: None, marked };

    let all = histogram.iter().flat_map(|histogram| {
        let steps = (0..).map(|step| f64::from(step) / f64::from(POINTS_PER_NINE));
        let at = |x: f64| histogram.value_at_quantile(1.0 - 10_f64.powf(-x)) as f64 / 1e3;
        steps.take_while(|x| *x < most).map(move |x| point(x, at(x), false))
    });
    let marks = PERCENTILES.iter().filter_map(|(quantile, figure)| {
        let of_histogram = histogram.as_ref().map(|it| it.value_at_quantile(*quantile) as f64 / 1e3);
        Some(point(nines(*quantile), of_histogram.or(figure(&cell.figures))?, true))
    });
    let slowest = histogram.as_ref().map(|it| it.max() as f64 / 1e3).or(cell.figures.max_us);
    let slowest = slowest.map(|micros| point(most, micros, true));
    let mut points: Vec<_> = all.chain(marks.filter(|point| point.x <= most)).chain(slowest).collect();
    points.retain(|point| point.y.is_finite());
    points.sort_by(|one, other| one.x.total_cmp(&other.x));
    Ok(points)
}

/// Downloads whose latency is known: of all rounds with a histogram, of one without.
fn measured(cell: &Cell) -> u64 {
    let rounds = if cell.histogram.is_some() { cell.rounds.len().max(1) as u64 } else { 1 };
    cell.count * rounds
}

fn against_in_flight(run: &Run, quantities: &[Quantity]) -> Vec<Markup> {
    let groups = groups(run.of_mode("closed").chain(run.of_mode("scale")));
    let loads = groups.chunk_by(|one, other| (one.bytes, one.delay_ms) == (other.bytes, other.delay_ms));
    loads.flat_map(|groups| quantities.iter().filter_map(|quantity| quantity.picture(groups))).collect()
}

impl Quantity {
    /// `None` unless there are several numbers in flight to show it against.
    fn picture(&self, groups: &[Group]) -> Option<Markup> {
        let Self { name, title, figure } = self;
        let of_style = |look: Look| {
            let cells = groups.iter().filter_map(|group| group.of(look.style));
            cells.filter_map(|cell| point(cell, *figure)).collect()
        };
        let x = Axis::of_steps("in flight", groups.iter().map(|group| group.in_flight))?;
        against(title, &load(groups[0].bytes, groups[0].delay_ms), x, name, of_style)
    }
}

/// `None` if there are no figures at all.
fn against(
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

fn point(cell: &Cell, figure: Figure) -> Option<Point> {
    let log = |value: f64| (value > 0.0).then(|| value.log10());
    let spread = cell.spread(figure).and_then(|(least, most)| log(least).zip(log(most)));
    Some(Point { x: log(cell.in_flight as f64)?, y: log(figure(&cell.figures)?)?, spread, marked: true })
}

fn picture(title: &str, load: &str, what: &str, plot: &Plot) -> Markup {
    let styles: Vec<_> = plot.series.iter().map(|series| series.look.style).collect();
    let label = format!("{what}: {title}, {load}. A line each for {}.", styles.join(", "));
    html! {
        figure {
            figcaption { b { (title) } " " span { (load) } }
            div.plot role="img" aria-label=(label) { (PreEscaped(plot.draw())) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::log::tests::encoded;
    use super::super::run::tests::cell;
    use super::*;

    #[test]
    fn each_load_has_its_pictures() {
        let cells = [1, 64, 1024]
            .iter()
            .flat_map(|in_flight| ["tokio", "blocking"].map(|style| cell(style, *in_flight, 20.0, 1000.0)));
        let mut run = Run { cells: cells.collect(), ..Run::default() };
        assert_eq!(latencies(&run).unwrap().len(), 3);
        assert_eq!((speeds(&run).len(), spaces(&run).len()), (2, 2));
        run.cells.truncate(2);
        assert_eq!((latencies(&run).unwrap().len(), speeds(&run).len()), (1, 0));
        assert_eq!((rates(&run).unwrap().len(), waits(&run).len()), (0, 0));
        run.cells[0].mode = "open".into();
        let wait =
            |count| format!(r#"{{"mode":"waits","style":"smol","count":{count},"cpu_us_per_wait":2.5}}"#);
        run.waits = Run::parse(&[wait(1000), wait(100_000)].join("\n")).unwrap().waits;
        assert_eq!((rates(&run).unwrap().len(), waits(&run).len()), (1, 1));
        run.cells[0].histogram = Some("broken".into());
        assert!(rates(&run).is_err());
        run.cells.clear();
        assert_eq!((latencies(&run).unwrap().len(), rates(&run).unwrap().len()), (0, 0));
    }

    #[test]
    fn no_percentile_is_shown_that_was_not_measured() {
        let marked = |cell: &Cell| {
            let points = latency_of(cell).unwrap();
            assert!(points.is_sorted_by(|one, other| one.x <= other.x));
            points.iter().filter(|point| point.marked).count()
        };
        let mut cell = cell("tokio", 1, 20.0, 1000.0);
        cell.count = 59;
        assert_eq!(marked(&cell), 3); // 50, 90, the slowest
        cell.count = 5000;
        assert_eq!(marked(&cell), 5);
        cell.histogram = Some(encoded());
        assert_eq!(marked(&cell), 5);
    }
}
