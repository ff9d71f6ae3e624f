//! The table of decisions: which style to choose, why, and with which figures.

use maud::{Markup, html};

use super::table::boxed;
use crate::record::advice::advice;
use crate::record::cell::Cell;
use crate::record::decision::{Decision, Step, styles};
use crate::record::group::{Group, sorted};
use crate::record::run::Run;
use crate::text::format::digits;

/// A figure that styles are compared by.
struct Merit {
    figure: fn(&Cell) -> Option<f64>,
    more_is_better: bool,
}

const PHOTOS: Merit = Merit { figure: |cell| Some(cell.figures?.downloads_per_s), more_is_better: true };
const P99_MS: Merit = Merit { figure: |cell| Some(cell.p99_us()? * 1e-3), more_is_better: false };
const CPU: Merit = Merit { figure: |cell| Some(cell.figures?.cpu_us_per_download), more_is_better: false };

/// The choice of a style for each load, with the figures behind it.
pub(super) fn choice(run: &Run) -> Option<Markup> {
    let decisions = run.decisions();
    let groups = sorted(run.loops());
    let rows = decisions.iter().map(|decision| decision_rows(decision, &groups));
    let rows: Vec<_> = rows.collect();
    let busy = decisions.iter().map(|decision| (decision.load, decision.busy_server()));
    let busy: Vec<_> = busy.filter(|(_, sentences)| !sentences.is_empty()).collect();
    (!rows.is_empty()).then(|| {
        let table = boxed(
            "Figures are those at the most in flight, and where another style is better, those of the best. Least CPU \
             names each style that is not shown to use more.",
            &["photos", "in flight", "choose", "photos per s", "p99 ms", "CPU µs each", "least CPU"],
            &html! { @for row in rows { (row) } },
        );
        html! { (table) @for (load, sentences) in busy { p.note { (load) ":" (sentences) } } }
    })
}

fn decision_rows(decision: &Decision, groups: &[Group]) -> Markup {
    let Decision { load, steps, .. } = decision;
    html! {
        tbody {
            @for (index, step) in steps.iter().enumerate() {
                @let group = groups.iter().find(|group| {
                    (group.load, group.in_flight) == (*load, step.to_in_flight)
                });
                tr {
                    @if index == 0 { th scope="rowgroup" rowspan=(steps.len()) { (load.to_string()) } }
                    td.number { (step.range(" – ")) }
                    td {
                        strong class={ "style is-" (step.choose) } { (advice(&step.choose)) }
                        br; small { (reason(step)) }
                        @if let Some(why) = group.and_then(|group| too_slow_at_times(step, group)) {
                            br; small { (why) }
                        }
                    }
                    @for merit in [PHOTOS, P99_MS, CPU] { td.number { (chosen(step, group, &merit)) } }
                    td { (step.least_cpu()) }
                }
            }
        }
    }
}

/// "no other shown to keep up", or the number of styles that do.
fn reason(step: &Step) -> String {
    match &*step.keep_up {
        [] => "the fastest, but its p99 may be too long".into(),
        [_] => "no other shown to keep up".into(),
        several => format!("the plainest code of {} styles that keep up", several.len()),
    }
}

impl Merit {
    /// The best style, and its figure.
    fn best<'a>(&self, group: &Group<'a>) -> Option<(f64, &'a str)> {
        let figures = styles(group).into_iter().filter_map(|it| Some(((self.figure)(it)?, &*it.style)));
        figures.reduce(|best, other| {
            let is_better = if self.more_is_better { other.0 > best.0 } else { other.0 < best.0 };
            if is_better { other } else { best }
        })
    }
}

/// The figure of the chosen style, and that of the best style if it is another one.
fn chosen(step: &Step, group: Option<&Group>, merit: &Merit) -> Markup {
    let of_chosen = group.and_then(|group| (merit.figure)(group.cell(&step.choose)?));
    let best = group.and_then(|group| merit.best(group));
    let (Some(chosen), Some((figure, style))) = (of_chosen, best) else { return html! { "–" } };
    html! {
        (digits(chosen))
        @if digits(chosen) != digits(figure) { " " small { "best " (digits(figure)) ", " (style) } }
    }
}

/// The reason why the fastest style is not chosen, where the reason is its p99.
fn too_slow_at_times(step: &Step, group: &Group) -> Option<Markup> {
    let (_, fastest) = PHOTOS.best(group)?;
    let p99 = |style| (P99_MS.figure)(group.cell(style)?);
    let (of_fastest, of_chosen) = (p99(fastest)?, p99(&step.choose)?);
    let is_reason = fastest != step.choose && !step.keep_up.iter().any(|it| it == fastest);
    (is_reason && of_fastest > of_chosen).then(|| {
        html! { (fastest) " is faster, but has a p99 of " (digits(of_fastest)) " ms" }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::sample::{noisy, step};

    #[test]
    fn a_faster_style_with_a_long_tail_is_named_with_its_p99() {
        let closed = [
            noisy("blocking", 64, 20.0, 9000.0),
            noisy("tokio", 64, 80.0, 1000.0),
            noisy("callbacks", 64, 90.0, 1000.0),
        ];
        let step = step(64, 64, &["tokio"]);
        let groups = sorted(closed.iter());
        let why = too_slow_at_times(&step, &groups[0]).map(Markup::into_string);
        assert_eq!(why.as_deref(), Some("blocking is faster, but has a p99 of 9.0 ms"));
        let keeps_up = Step { keep_up: vec!["tokio".into(), "blocking".into()], ..step };
        assert!(too_slow_at_times(&keeps_up, &groups[0]).is_none());
        let reason_of =
            |count: usize| reason(&Step { keep_up: keeps_up.keep_up[..count].into(), ..keeps_up.clone() });
        assert_eq!(reason_of(2), "the plainest code of 2 styles that keep up");
        assert_eq!(reason_of(1), "no other shown to keep up");
        assert_eq!(reason_of(0), "the fastest, but its p99 may be too long");
    }
}
