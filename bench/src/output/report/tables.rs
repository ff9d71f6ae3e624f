//! The tables of a run. Each scrolls within its own box where the screen is narrow.

use maud::{Markup, html};

use super::verdict::{Best, MERITS};
use crate::output::notes;
use crate::record::cell::Cell;
use crate::record::cost::CostCell;
use crate::record::figures::Figure;
use crate::record::group::sorted;
use crate::record::load::Load;
use crate::record::open::{OpenCell, rates};
use crate::record::run::Run;
use crate::record::waits::{WaitsCell, WaitsFigures, counts};
use crate::stats::latency::Percentiles;
use crate::text::format::digits;
use crate::text::grid::Column;

/// Name the last style only if it is this many times worse.
const WORTH_TELLING: f64 = 1.1;

/// The best style for each figure, under each load.
pub(super) fn best(run: &Run) -> Option<Markup> {
    let groups = sorted(run.closed.iter());
    let rows = groups.iter().filter_map(|group| {
        let best: Vec<_> = MERITS.iter().map(|merit| merit.best(group)).collect();
        best.iter().any(Option::is_some).then(|| {
            html! {
                tr {
                    th scope="row" { (group.load.to_string()) }
                    td.number { (group.in_flight) }
                    @for best in &best {
                        td {
                            @match best {
                                None => "–",
                                Some(best) if best.others.is_empty() => {
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
            "The best style for each figure; several, if their rounds cannot distinguish them. Below, the last style, \
             and the factor by which it is worse.",
            &header,
            &html! { tbody { @for row in rows { (row) } } },
        )
    })
}

/// The tied winners, or "all but" the others, whichever list is shorter.
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

fn column<'a, T>(header: &str, figure: impl Fn(&T) -> Option<f64> + 'a) -> Column<'a, T> {
    Column::figure(header, move |row| figure(row).map(figure_text))
}

/// The figures of all closed loops, a table for each load.
pub(super) fn closed(run: &Run) -> Vec<Markup> {
    let of = |header: &str, figure: Figure| column(header, move |cell: &&Cell| cell.figure(figure));
    let mut columns = vec![of("photos per s", |it| Some(it.downloads_per_s))];
    columns.extend(Percentiles::ALL.iter().map(|percentile| {
        column(&format!("{} ms", percentile.name), |cell: &&Cell| Some(1e-3 * cell.percentile(percentile)?))
    }));
    columns.extend([
        of("CPU µs each", |it| Some(it.cpu_us_per_download)),
        of("server CPU µs each", |it| it.server_cpu_us_per_download),
        of("KiB per download in flight", |it| it.rss_kib_per_in_flight),
        of("threads", |it| Some(it.threads_max? as f64)),
        column("errors", |cell: &&Cell| Some(cell.errors? as f64)),
    ]);
    let tables = sorted(run.loops()).into_iter().map(|group| {
        let title = format!(
            "{} in flight, {}: {} downloads{}",
            group.in_flight,
            group.load,
            group.cells[0].count,
            group.rounds(),
        );
        html! {
            (of_styles(&title, &columns, &group.cells, |cell| (&cell.style, cell.failed.as_deref())))
            @for note in notes::on_figures(&group) { p.note { (note.trim()) } }
        }
    });
    tables.collect()
}

/// The open loops, a table for each rate.
pub(super) fn open(run: &Run) -> Vec<Markup> {
    const UNCORRECTED: [&str; 2] = ["p99", "p99.9"];
    let mut columns = vec![column("arrivals per s", |open: &OpenCell| open.rate_per_s)];
    columns.extend(Percentiles::ALL.iter().map(|percentile| {
        column(&format!("{} ms", percentile.name), |open: &OpenCell| {
            Some(1e-3 * open.cell.percentile(percentile)?)
        })
    }));
    columns.extend(Percentiles::ALL.iter().filter(|it| UNCORRECTED.contains(&it.name)).map(|percentile| {
        column(&format!("{} ms uncorrected", percentile.name), |open: &OpenCell| {
            open.cell.percentile(percentile)?;
            Some(1e-3 * (percentile.of)(&open.uncorrected?)?)
        })
    }));
    columns.push(column("late", |open: &OpenCell| Some(open.late? as f64)));
    columns.push(column("skipped", |open: &OpenCell| Some(open.skipped? as f64)));
    let tables = rates(&run.open).into_iter().map(|cells| {
        let OpenCell { cell, .. } = &cells[0];
        let title = format!("{}, {}", cells[0].rate(), cell.load);
        let saturated = cells.iter().filter(|open| open.saturated == Some(true));
        let saturated: Vec<_> = saturated.map(|open| open.cell.style.as_str()).collect();
        html! {
            (of_styles(&title, &columns, cells, |open| (&open.cell.style, open.cell.failed.as_deref())))
            @if !saturated.is_empty() {
                p.note { "Saturated, so that latencies grow with the time measured: " (saturated.join(", ")) "." }
            }
        }
    });
    tables.collect()
}

/// The cost of one download.
pub(super) fn cost(run: &Run) -> Option<Markup> {
    let of = |header: &str, figure: Figure| {
        column(header, move |cell: &CostCell| cell.figures.as_ref().and_then(figure))
    };
    let columns = [
        of("user CPU µs", |it| Some(it.cpu_user_us_per_download)),
        of("system CPU µs", |it| Some(it.cpu_system_us_per_download)),
        of("voluntary switches", |it| Some(it.voluntary_switches_per_download)),
        of("involuntary switches", |it| Some(it.involuntary_switches_per_download)),
        column("allocations", |cell: &CostCell| cell.allocations_per_download),
        column("allocated KiB", |cell: &CostCell| Some(cell.allocated_bytes_per_download? / 1024.0)),
        column("instructions", |cell: &CostCell| cell.instructions_per_download),
        of("KiB per download in flight", |it| it.rss_kib_per_in_flight),
        of("threads", |it| Some(it.threads_max? as f64)),
    ];
    let CostCell { bytes, delay_ms, in_flight, .. } = run.cost.first()?;
    let title = format!("Cost per download: {}, {in_flight} in flight", Load::plain(*bytes, *delay_ms));
    let why = run.cost.iter().find_map(|cell| cell.no_instructions.as_deref());
    Some(html! {
        (of_styles(&title, &columns, &run.cost, |cell| (&cell.style, cell.failed.as_deref())))
        @if let Some(why) = why { p.note { "No instructions: " (why) } }
    })
}

/// Waiting alone, a table for each number of waits.
pub(super) fn waits(run: &Run) -> Vec<Markup> {
    let of = |header: &str, figure: fn(&WaitsFigures) -> Option<f64>| {
        column(header, move |cell: &WaitsCell| cell.figures.as_ref().and_then(figure))
    };
    let columns = [
        of("start ms", |it| Some(it.start_s * 1e3)),
        of("finish ms", |it| Some(it.finish_s * 1e3)),
        of("CPU µs each", |it| Some(it.cpu_us_per_wait)),
        of("memory each, bytes", |it| it.bytes_per_wait),
        of("threads", |it| Some(it.threads? as f64)),
    ];
    let tables = counts(&run.waits).map(|cells| {
        let title = format!("{} waits at once, without a download", cells[0].count);
        of_styles(&title, &columns, cells, |cell| (&cell.style, cell.failed.as_deref()))
    });
    tables.collect()
}

/// The cost of tempting mistakes.
pub(super) fn pitfalls(run: &Run) -> Option<Markup> {
    let rows = html! {
        tbody {
            @for it in &run.pitfalls {
                tr class={ "is-" (it.style) } {
                    th scope="row" { code { (it.pitfall) } }
                    td { span class={ "style is-" (it.style) } { (it.style) } }
                    td { (it.hurts.name()) }
                    @match (it.right, it.wrong, it.damage) {
                        (Some(right), Some(wrong), Some(damage)) => {
                            td.number { (digits(right)) }
                            td.number { (digits(wrong)) }
                            td.number { b { (digits(damage.median)) } }
                            td.number { (digits(damage.min)) " – " (digits(damage.max)) }
                        }
                        _ => td colspan="4" { "not measured: " (it.failed.as_deref().unwrap_or_default()) }
                    }
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
    rows: &[T],
    name: impl Fn(&T) -> (&str, Option<&str>),
) -> Markup {
    let headers = columns.iter().map(Column::header);
    let header: Vec<_> = ["style"].into_iter().chain(headers).collect();
    let body = html! {
        tbody {
            @for row in rows {
                @let (style, failed) = name(row);
                tr class={ "is-" (style) } {
                    th scope="row" { span class={ "style is-" (style) } { (style) } }
                    @match failed {
                        Some(why) => td colspan=(columns.len()) { "not measured: " (why) },
                        None => @for column in columns {
                            td.number { (column.text(row)) }
                        }
                    }
                }
            }
        }
    };
    table(title, &header, &body)
}

fn figure_text(value: f64) -> String {
    if value.fract() == 0.0 { format!("{value}") } else { digits(value) }
}

/// Most columns of a table that fits on a phone.
const NARROW: usize = 4;

pub(super) fn table(title: &str, header: &[&str], body: &Markup) -> Markup {
    html! {
        div.table.wide[header.len() > NARROW] tabindex="0" role="region" aria-label=(title) {
            table {
                caption { (title) }
                thead { tr { @for name in header { th scope="col" { (name) } } } }
                (body)
            }
        }
    }
}
