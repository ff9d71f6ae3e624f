//! The table of decisions: which style to choose, why, and with which figures.

use maud::{Markup, html};

use super::table::boxed;
use super::verdict::{MERITS, Merit};
use crate::output::reason::reason;
use crate::record::decision::{Decision, Step, advice};
use crate::record::group::{Group, sorted};
use crate::record::run::Run;
use crate::text::format::digits;

/// The choice of a style for each load, with the figures behind it.
pub(super) fn choice(run: &Run) -> Option<Markup> {
    let decisions = run.decisions();
    let groups = sorted(run.loops());
    let rows = decisions.iter().map(|decision| decision_rows(decision, &groups));
    let rows: Vec<_> = rows.collect();
    (!rows.is_empty()).then(|| {
        boxed(
            "Which style to choose. Figures are those at the most in flight, and where another style is better, those \
             of the best.",
            &["photos", "in flight", "choose", "photos per s", "p99 ms", "CPU µs each", "least CPU"],
            &html! { @for row in rows { (row) } },
        )
    })
}

fn decision_rows(decision: &Decision, groups: &[Group]) -> Markup {
    let Decision { load, steps } = decision;
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
                    @for merit in &MERITS[..3] { td.number { (chosen(step, group, merit)) } }
                    td { (step.least_cpu) }
                }
            }
        }
    }
}

/// The figure of the chosen style, and that of the best style if it is another one.
fn chosen(step: &Step, group: Option<&Group>, merit: &Merit) -> Markup {
    let of_chosen = group.and_then(|group| merit.of(group.cell(&step.choose)?));
    let best = group.and_then(|group| merit.best(group));
    let (Some(chosen), Some(best)) = (of_chosen, best) else { return html! { "–" } };
    html! {
        (digits(chosen))
        @if digits(chosen) != digits(best.figure) {
            " " small { "best " (digits(best.figure)) ", " (best.styles[0]) }
        }
    }
}

/// The reason why the fastest style is not chosen, where the reason is its p99.
fn too_slow_at_times(step: &Step, group: &Group) -> Option<Markup> {
    let fastest = MERITS[0].best(group)?.styles[0];
    let p99 = |style| MERITS[1].of(group.cell(style)?);
    let (of_fastest, of_chosen) = (p99(fastest)?, p99(&step.choose)?);
    let is_reason = fastest != step.choose && !step.keep_up.iter().any(|it| it == fastest);
    (is_reason && of_fastest > of_chosen).then(|| {
        html! { (fastest) " is faster, but has a p99 of " (digits(of_fastest)) " ms" }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::sample::noisy;

    #[test]
    fn a_faster_style_with_a_long_tail_is_named_with_its_p99() {
        let closed = [
            noisy("blocking", 64, 20.0, 9000.0),
            noisy("tokio", 64, 80.0, 1000.0),
            noisy("callbacks", 64, 90.0, 1000.0),
        ];
        let step = Step {
            from_in_flight: 64,
            to_in_flight: 64,
            choose: "tokio".into(),
            keep_up: vec!["tokio".into()],
            least_cpu: "blocking".into(),
        };
        let groups = sorted(closed.iter());
        let fastest = MERITS[0].best(&groups[0]).unwrap().styles[0];
        let why = too_slow_at_times(&step, &groups[0]).map(Markup::into_string);
        assert_eq!(
            (fastest, why.as_deref()),
            ("blocking", Some("blocking is faster, but has a p99 of 9.0 ms"))
        );
        let keeps_up = Step { keep_up: vec!["tokio".into(), "blocking".into()], ..step };
        assert!(too_slow_at_times(&keeps_up, &groups[0]).is_none());
    }
}
