//! The tables of a run. Each scrolls within its own box where the screen is narrow.

use maud::{Markup, html};

use super::pictures::load;
use super::run::{Cell, Decision, Run, Step, Wait};
use super::verdict::{Best, Group, MERITS, Merit, decisions, groups};
use crate::measure::scale::decision::advice;
use crate::text::format::digits;

/// How many times as far off who is last must be, to be named.
const WORTH_TELLING: f64 = 1.1;

/// Which style to choose when, with the figures behind it.
pub(super) fn decision(run: &Run) -> Option<Markup> {
    let decisions = decisions(run);
    let groups = groups(run.of_mode("closed").chain(run.of_mode("scale")));
    let rows = decisions.iter().map(|decision| decision_rows(decision, &groups));
    let rows: Vec<_> = rows.collect();
    (!rows.is_empty()).then(|| {
        table(
            "Which style to choose. Figures are those at the most in flight, and where another style is better, those \
             of the best.",
            &["photos", "in flight", "choose", "photos per s", "p99 ms", "CPU µs each", "least CPU"],
            &html! { @for row in rows { (row) } },
        )
    })
}

fn decision_rows(decision: &Decision, groups: &[Group]) -> Markup {
    let Decision { bytes, delay_ms, steps } = decision;
    let load = load(*bytes, *delay_ms);
    html! {
        tbody {
            @for (index, step) in steps.iter().enumerate() {
                @let group = groups.iter().find(|group| {
                    (group.bytes, group.delay_ms, group.in_flight)
                        == (*bytes, *delay_ms, step.to_in_flight)
                });
                tr {
                    @if index == 0 { th scope="rowgroup" rowspan=(steps.len()) { (load) } }
                    td.number { (range(step)) }
                    td { strong class={ "style is-" (step.choose) } { (advice(&step.choose)) } }
                    @for merit in &MERITS[..3] { td.number { (chosen(step, group, merit)) } }
                    td { (step.least_cpu) }
                }
            }
        }
    }
}

fn range(step: &Step) -> String {
    let Step { from_in_flight: from, to_in_flight: to, .. } = step;
    if from == to { from.to_string() } else { format!("{from} – {to}") }
}

/// The figure of the one that is chosen, and that of the best if it is another one.
fn chosen(step: &Step, group: Option<&Group>, merit: &Merit) -> Markup {
    let of_chosen = group.and_then(|group| merit.of(group.of(&step.choose)?));
    let best = group.and_then(|group| group.best(merit)).map(|best| best.figure);
    let (Some(chosen), Some(best)) = (of_chosen, best) else { return html! { "–" } };
    html! {
        (digits(chosen))
        @if digits(chosen) != digits(best) { " " small { "best " (digits(best)) } }
    }
}

/// Who is best at what, under each load.
pub(super) fn best(run: &Run) -> Option<Markup> {
    let groups = groups(run.of_mode("closed"));
    let rows = groups.iter().filter_map(|group| {
        let best: Vec<_> = MERITS.iter().map(|merit| group.best(merit)).collect();
        best.iter().any(Option::is_some).then(|| {
            html! {
                tr {
                    th scope="row" { (load(group.bytes, group.delay_ms)) }
                    td.number { (group.in_flight) }
                    @for best in &best {
                        td {
                            @match best {
                                None => "–",
                                Some(best) if best.no_difference => {
                                    "no difference " small { "about " (digits(best.figure)) }
                                }
                                Some(best) => (winners(best)),
                            }
                        }
                    }
                }
            }
        })
    });
    let rows: Vec<_> = rows.collect();
    let merits = MERITS.iter().map(|merit| format!("{}, {}", merit.name, merit.unit));
    let header: Vec<_> = ["photos", "in flight"].map(str::to_owned).into_iter().chain(merits).collect();
    let header: Vec<_> = header.iter().map(String::as_str).collect();
    (!rows.is_empty()).then(|| {
        table(
            "Who is best at what. Several are named where their rounds overlap with those of the best. Below, who is \
             last, and how many times as far off.",
            &header,
            &html! { tbody { @for row in rows { (row) } } },
        )
    })
}

/// Those who are no different from the best, or who is, whichever is shorter.
fn winners(best: &Best) -> Markup {
    let Best { styles, others, figure, last: (last, times), .. } = best;
    let all_but = styles.len() > 3;
    html! {
        @if all_but { "all but " }
        @for (index, style) in (if all_but { others } else { styles }).iter().enumerate() {
            @if index > 0 { ", " }
            span class={ "style is-" (style) } { (style) }
        }
        @if all_but { ", about " } @else { " " } (digits(*figure))
        @if *times >= WORTH_TELLING { br; small { (last) " × " (digits(*times)) } }
    }
}

type Column<T> = (&'static str, fn(&T) -> Option<f64>);

/// All figures of all closed loops, a table for each load.
pub(super) fn closed(run: &Run) -> Vec<Markup> {
    const COLUMNS: [Column<Cell>; 11] = [
        ("photos per s", |cell| cell.figures.downloads_per_s),
        ("p50 ms", |cell| millis(cell.figures.p50_us)),
        ("p90 ms", |cell| millis(cell.figures.p90_us)),
        ("p99 ms", |cell| millis(cell.figures.p99_us)),
        ("p99.9 ms", |cell| millis(cell.figures.p999_us)),
        ("max ms", |cell| millis(cell.figures.max_us)),
        ("CPU µs each", |cell| cell.figures.cpu_us_per_download),
        ("server CPU µs each", |cell| cell.figures.server_cpu_us_per_download),
        ("KiB each in flight", |cell| cell.figures.rss_kib_per_in_flight),
        ("threads", |cell| cell.figures.threads_max),
        ("errors", |cell| cell.errors.map(|errors| errors as f64)),
    ];
    let groups = groups(run.of_mode("closed").chain(run.of_mode("scale")));
    let tables = groups.iter().map(|group| {
        let title = format!(
            "{} in flight, {}: {} downloads, {}",
            group.in_flight,
            load(group.bytes, group.delay_ms),
            group.cells.first().map_or(0, |cell| cell.count),
            rounds(group.cells.iter().map(|cell| cell.rounds.len()).max().unwrap_or_default()),
        );
        of_styles(&title, &COLUMNS, &group.cells, |cell| (&cell.style, cell.failed.as_deref()))
    });
    tables.collect()
}

/// The open loops, a table for each rate.
pub(super) fn open(run: &Run) -> Vec<Markup> {
    const COLUMNS: [Column<Cell>; 8] = [
        ("arrivals per s", |cell| cell.rate_per_s),
        ("p50 ms", |cell| millis(cell.figures.p50_us)),
        ("p99 ms", |cell| millis(cell.figures.p99_us)),
        ("p99.9 ms", |cell| millis(cell.figures.p999_us)),
        ("p99 ms uncorrected", |cell| millis(cell.uncorrected?.p99_us)),
        ("p99.9 ms uncorrected", |cell| millis(cell.uncorrected?.p999_us)),
        ("late", |cell| cell.late.map(|late| late as f64)),
        ("skipped", |cell| cell.skipped.map(|skipped| skipped as f64)),
    ];
    let tables = run.rates().into_iter().map(|(rate, cells)| {
        let saturated: Vec<_> = cells.iter().filter(|cell| cell.saturated == Some(true)).collect();
        html! {
            (of_styles(&format!("{rate}, {}", load(cells[0].bytes, cells[0].delay_ms)), &COLUMNS, &cells, |cell| {
                (&cell.style, cell.failed.as_deref())
            }))
            @if !saturated.is_empty() {
                p.note {
                    "Saturated, so that latencies grow with the time measured: "
                    (saturated.iter().map(|cell| cell.style.as_str()).collect::<Vec<_>>().join(", ")) "."
                }
            }
        }
    });
    tables.collect()
}

/// What one download costs.
pub(super) fn cost(run: &Run) -> Option<Markup> {
    const COLUMNS: [Column<Cell>; 9] = [
        ("user CPU µs", |cell| cell.figures.cpu_user_us_per_download),
        ("system CPU µs", |cell| cell.figures.cpu_system_us_per_download),
        ("voluntary switches", |cell| cell.figures.voluntary_switches_per_download),
        ("involuntary switches", |cell| cell.figures.involuntary_switches_per_download),
        ("allocations", |cell| cell.allocations_per_download),
        ("allocated KiB", |cell| cell.allocated_bytes_per_download.map(|bytes| bytes / 1024.0)),
        ("instructions", |cell| cell.instructions_per_download),
        ("KiB each in flight", |cell| cell.figures.rss_kib_per_in_flight),
        ("threads", |cell| cell.figures.threads_max),
    ];
    let cells: Vec<_> = run.of_mode("cost").collect();
    let first = cells.first()?;
    let title =
        format!("Cost per download: {}, {} in flight", load(first.bytes, first.delay_ms), first.in_flight);
    let why = cells.iter().find_map(|cell| cell.no_instructions.as_deref());
    Some(html! {
        (of_styles(&title, &COLUMNS, &cells, |cell| (&cell.style, cell.failed.as_deref())))
        @if let Some(why) = why { p.note { "No instructions: " (why) } }
    })
}

/// Waiting alone, a table for each number of waits.
pub(super) fn waits(run: &Run) -> Vec<Markup> {
    const COLUMNS: [Column<Wait>; 5] = [
        ("start ms", |wait| wait.start_s.map(|s| s * 1e3)),
        ("finish ms", |wait| wait.finish_s.map(|s| s * 1e3)),
        ("CPU µs each", |wait| wait.cpu_us),
        ("memory each, bytes", |wait| wait.bytes),
        ("threads", |wait| wait.threads.map(|threads| threads as f64)),
    ];
    let tables = run.waits.chunk_by(|one, other| one.count == other.count).map(|waits| {
        let waits: Vec<_> = waits.iter().collect();
        let title = format!("{} waits at once, without a download", waits[0].count);
        of_styles(&title, &COLUMNS, &waits, |wait| (&wait.style, wait.failed.as_deref()))
    });
    tables.collect()
}

/// What tempting mistakes cost.
pub(super) fn pitfalls(run: &Run) -> Option<Markup> {
    let rows = html! {
        tbody {
            @for it in &run.pitfalls {
                tr class={ "is-" (it.style) } {
                    th scope="row" { code { (it.name) } }
                    td { span class={ "style is-" (it.style) } { (it.style) } }
                    td { (it.hurts) }
                    td.number { (digits(it.right)) }
                    td.number { (digits(it.wrong)) }
                    td.number { b { (digits(it.damage.median)) } }
                    td.number { (digits(it.damage.min)) " – " (digits(it.damage.max)) }
                }
            }
        }
    };
    let header = ["pitfall", "style", "hurts", "right way", "wrong way", "times", "of all rounds"];
    (!run.pitfalls.is_empty()).then(|| table("How many times as bad the wrong way is", &header, &rows))
}

fn of_styles<T>(
    title: &str,
    columns: &[Column<T>],
    all: &[&T],
    name: impl Fn(&T) -> (&str, Option<&str>),
) -> Markup {
    let header: Vec<_> = ["style"].into_iter().chain(columns.iter().map(|(name, _)| *name)).collect();
    let rows = html! {
        tbody {
            @for one in all {
                @let (style, failed) = name(one);
                tr class={ "is-" (style) } {
                    th scope="row" { span class={ "style is-" (style) } { (style) } }
                    @match failed {
                        Some(why) => td colspan=(columns.len()) { "not measured: " (why) },
                        None => @for (_, figure) in columns {
                            td.number { (figure(one).map_or("–".into(), figure_text)) }
                        }
                    }
                }
            }
        }
    };
    table(title, &header, &rows)
}

fn figure_text(value: f64) -> String {
    if value.fract() == 0.0 { format!("{value}") } else { digits(value) }
}

fn table(title: &str, header: &[&str], body: &Markup) -> Markup {
    html! {
        div.table tabindex="0" role="region" aria-label=(title) {
            table {
                caption { (title) }
                thead { tr { @for name in header { th scope="col" { (name) } } } }
                (body)
            }
        }
    }
}

fn millis(micros: Option<f64>) -> Option<f64> {
    micros.map(|micros| micros / 1e3)
}

fn rounds(count: usize) -> String {
    if count == 1 { "1 round".into() } else { format!("median of {count} rounds") }
}
