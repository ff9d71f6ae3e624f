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
        let steps = self.steps.iter().filter(|step| step.keep_up.len() == 1);
        let sentence = |step: &Step| {
            format!(" Only {} is shown to keep up with {} in flight.", step.choose, step.range(" to "))
        };
        steps.map(sentence).collect()
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
