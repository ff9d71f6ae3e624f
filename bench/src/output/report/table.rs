//! Tables as HTML. Each scrolls within its own box where the screen is narrow.

use maud::{Markup, html};

use super::verdict::{Best, MERITS};
use crate::record::group::sorted;
use crate::record::run::Run;
use crate::text::format::digits;
use crate::text::grid::{Header, Kind, Table};

/// Most columns of a table that fits on a phone.
const NARROW: usize = 4;

/// Name the last style only if it is this many times worse.
const WORTH_TELLING: f64 = 1.1;

/// A table and its notes. The filter of the page hides the rows of a style.
pub(super) fn table(Table { title, headers, rows, notes }: &Table) -> Markup {
    let names: Vec<_> = headers.iter().map(Header::text).collect();
    let of_style = headers.iter().position(|header| header.kind == Kind::Style);
    let cell = |index: usize, text: &str| match headers[index].kind {
        Kind::Figure => html! { td.number { (text) } },
        Kind::Style => html! { td { (style(text)) } },
        Kind::Name => html! { td { (text) } },
    };
    let body = html! { tbody { @for row in rows {
        tr class=[of_style.map(|index| format!("is-{}", row[index]))] {
            th scope="row" { @if of_style == Some(0) { (style(&row[0])) } @else { (row[0]) } }
            @for (index, text) in row.iter().enumerate().skip(1) { (cell(index, text)) }
        }
    } } };
    html! {
        (boxed(title, &names, &body))
        @for note in notes { p.note { (note) } }
    }
}

/// A table with this body.
pub(super) fn boxed<S: AsRef<str>>(title: &str, header: &[S], body: &Markup) -> Markup {
    html! {
        div.table.wide[header.len() > NARROW] tabindex="0" role="region" aria-label=(title) {
            table {
                caption { (title) }
                thead { tr { @for name in header { th scope="col" { (name.as_ref()) } } } }
                (body)
            }
        }
    }
}

/// The name of a style, with its colour.
pub(super) fn style(name: &str) -> Markup {
    html! { span class={ "style is-" (name) } { (name) } }
}

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
    (!rows.is_empty()).then(|| {
        boxed(
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
        @for (index, name) in (if all_but { others } else { styles }).iter().enumerate() {
            @if index > 0 { ", " }
            (style(name))
        }
        @if all_but { ", about " } @else { " " } (digits(*figure))
        @if *times >= WORTH_TELLING { br; small { (last) " × " (digits(*times)) } }
    }
}
