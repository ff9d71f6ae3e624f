//! Tables as HTML. Each scrolls within its own box where the screen is narrow.

use maud::{Markup, html};

use crate::text::grid::{Header, Kind, Table};

/// Most columns of a table that fits on a phone.
const NARROW: usize = 4;

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
