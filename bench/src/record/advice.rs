//! Decisions in words.

use std::fmt;

use super::decision::{Decision, Step};

impl Decision {
    /// The answer in a sentence or two: "Up to 64 at once, block. From 1024, await on tokio."
    pub(crate) fn answer(&self) -> String {
        let choices: Vec<_> = self.steps.chunk_by(|one, next| one.choose == next.choose).collect();
        let sentence = |(index, steps): (usize, &&[Step])| {
            let (from, to) = (steps[0].from_in_flight, steps[steps.len() - 1].to_in_flight);
            let advice = advice(&steps[0].choose);
            match (index, choices.len()) {
                (0, _) if from == to && to == 1 => format!("One at a time, {advice}."),
                (0, _) if from == to => format!("{from} at once: {advice}."),
                (0, 1) => format!("From {from} to {to} at once, {advice}."),
                (0, _) => format!("Up to {to} at once, {advice}."),
                _ => format!("From {from}, {advice}."),
            }
        };
        choices.iter().enumerate().map(sentence).collect::<Vec<_>>().join(" ")
    }

    /// The steps without a choice: "Only callbacks is shown to keep up with 2048 in flight."
    pub(crate) fn without_choice(&self) -> String {
        let sentence = |step: &Step| {
            let (style, number) = (&step.choose, step.range(" to "));
            match &*step.keep_up {
                [] => format!(
                    " No style is shown to keep up with {number} in flight: {style} is the fastest, but its p99 is long."
                ),
                [_] => format!(" Only {style} is shown to keep up with {number} in flight."),
                _ => String::new(),
            }
        };
        self.steps.iter().map(sentence).collect()
    }
}

impl Step {
    /// The numbers in flight, joined by `to` if they differ.
    pub(crate) fn range(&self, to: &str) -> String {
        let Self { from_in_flight: from, to_in_flight: most, .. } = self;
        if from == most { from.to_string() } else { format!("{from}{to}{most}") }
    }
}

impl fmt::Display for Decision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}{}", self.load, self.answer(), self.without_choice())
    }
}

/// The choice in words.
pub(crate) fn advice(style: &str) -> String {
    match style {
        "blocking" => "block".into(),
        "callbacks" => "call back".into(),
        "callbacks-multi" => "call back in a loop for each core".into(),
        runtime => format!("await on {runtime}"),
    }
}

#[cfg(test)]
mod tests {
    use crate::record::decision::decide;
    use crate::record::group::sorted;
    use crate::record::sample::fast_with_a_long_tail;

    #[test]
    fn a_load_that_no_style_keeps_up_with_is_named() {
        let decisions = decide(&sorted(fast_with_a_long_tail("tokio", 64).iter()));
        assert_eq!(
            decisions[0].to_string(),
            "32 KiB photos, 20 ms delay: 64 at once: await on tokio. No style is shown to keep up with 64 in flight: \
             tokio is the fastest, but its p99 is long."
        );
    }
}
