//! The reason for a choice, in words.

use crate::record::decision::{Decision, Step};

/// "only callbacks is shown to keep up", or the number of styles that do.
pub(super) fn reason(step: &Step) -> String {
    match &*step.keep_up {
        [] => "the fastest, but its p99 is long".into(),
        [only] => format!("only {only} is shown to keep up"),
        several => format!("the plainest code of {} styles that keep up", several.len()),
    }
}

/// The steps of a decision where there is no choice: "Only callbacks is shown to keep up with 2048 in flight."
pub(super) fn without_choice(decision: &Decision) -> String {
    let steps = decision.steps.iter().filter(|step| step.keep_up.len() == 1);
    let sentence = |step: &Step| {
        format!(" Only {} is shown to keep up with {} in flight.", step.choose, step.range(" to "))
    };
    steps.map(sentence).collect::<Vec<_>>().concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::load::Load;

    fn step(in_flight: usize, keep_up: &[&str]) -> Step {
        Step {
            from_in_flight: in_flight,
            to_in_flight: in_flight,
            choose: "tokio".into(),
            keep_up: keep_up.iter().map(|style| (*style).to_owned()).collect(),
            least_cpu: "callbacks".into(),
        }
    }

    #[test]
    fn plain_code_is_no_reason_where_only_one_style_keeps_up() {
        assert_eq!(reason(&step(1, &["tokio", "smol"])), "the plainest code of 2 styles that keep up");
        assert_eq!(reason(&step(1, &["tokio"])), "only tokio is shown to keep up");
        assert_eq!(reason(&step(1, &[])), "the fastest, but its p99 is long");
        let steps = vec![step(1, &["tokio", "smol"]), step(64, &["tokio"])];
        let decision = Decision { load: Load::default(), steps };
        assert_eq!(without_choice(&decision), " Only tokio is shown to keep up with 64 in flight.");
    }
}
