//! Decisions in words.

use std::fmt;

use super::decision::{Decision, Step};

impl Decision {
    /// The answer in a sentence or two: "Up to 64 at once, block. From 1024, await on tokio."
    pub(crate) fn answer(&self) -> String {
        let is_same = |one: &Step, next: &Step| {
            one.choose == next.choose && !self.is_undecided_between(one.to_in_flight, next.from_in_flight)
        };
        let choices: Vec<_> = self.steps.chunk_by(is_same).collect();
        let sentence = |(index, steps): (usize, &&[Step])| {
            let (from, to) = (steps[0].from_in_flight, steps[steps.len() - 1].to_in_flight);
            let next = choices.get(index + 1).map_or(usize::MAX, |steps| steps[0].from_in_flight);
            let advice = advice(&steps[0].choose);
            // A number that decides nothing is in no range.
            let is_least = index == 0 && choices.len() > 1 && !self.is_undecided_between(0, from);
            let is_open = index > 0 && !self.is_undecided_between(to, next);
            match from {
                1 if to == 1 => format!("One at a time, {advice}."),
                _ if is_open => format!("From {from}, {advice}."),
                _ if from == to => format!("{from} at once: {advice}."),
                _ if is_least => format!("Up to {to} at once, {advice}."),
                _ => format!("From {from} to {to} at once, {advice}."),
            }
        };
        let mut sentences: Vec<_> = choices.iter().enumerate().map(sentence).collect();
        if !self.undecided.is_empty() {
            let numbers: Vec<_> = self.undecided.iter().map(ToString::to_string).collect();
            sentences.push(format!("Undecided: {} at once.", numbers.join(", ")));
        }
        sentences.join(" ")
    }

    /// The steps without a choice: "Only callbacks is shown to keep up with 2048 in flight."
    pub(crate) fn without_choice(&self) -> String {
        let sentence = |step: &Step| {
            let (style, number) = (&step.choose, step.range(" to "));
            match &*step.keep_up {
                [] => format!(
                    " No style is shown to keep up with {number} in flight: {style} is the fastest, but its p99 may be too long."
                ),
                [_] => format!(" Only {style} is shown to keep up with {number} in flight."),
                _ => String::new(),
            }
        };
        self.steps.iter().map(sentence).collect()
    }

    /// The steps in which the fastest style may have waited for the server.
    pub(crate) fn busy_server(&self) -> String {
        let sentence = |step: &Step| {
            let (share, number) = (step.busy_server? * 100.0, step.range(" to "));
            let up_to = if step.from_in_flight == step.to_in_flight { "" } else { "up to " };
            Some(format!(
                " With {number} in flight, the server was busy for {up_to}{share:.0} % of the time: the best may lead \
                 by more."
            ))
        };
        self.steps.iter().filter_map(sentence).collect()
    }
}

impl Step {
    /// The numbers in flight, joined by `to` if they differ.
    pub(crate) fn range(&self, to: &str) -> String {
        let Self { from_in_flight: from, to_in_flight: most, .. } = self;
        if from == most { from.to_string() } else { format!("{from}{to}{most}") }
    }

    /// All styles that are not shown to use more CPU than the one that uses the least.
    pub(crate) fn least_cpu(&self) -> String {
        [&self.least_cpu].into_iter().chain(&self.like_least_cpu).cloned().collect::<Vec<_>>().join(", ")
    }
}

impl fmt::Display for Decision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}{}{}", self.load, self.answer(), self.without_choice(), self.busy_server())
    }
}

/// The choice in words.
pub(crate) fn advice(style: &str) -> String {
    match style {
        "blocking" => "block".into(),
        "ureq" => "block with ureq".into(),
        "callbacks" => "call back".into(),
        "callbacks-multi" => "call back in a loop for each core".into(),
        runtime => format!("await on {runtime}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::cell::{Cell, PLAINEST};
    use crate::record::decision::decide;
    use crate::record::group::sorted;
    use crate::record::load::Load;
    use crate::record::sample::{fast_with_a_long_tail, noisy, step};

    #[test]
    fn a_load_that_no_style_keeps_up_with_is_named() {
        let decisions = decide(&sorted(fast_with_a_long_tail("tokio", 64).iter()));
        assert_eq!(
            decisions[0].to_string(),
            "32 KiB photos, 20 ± 10 ms delay: 64 at once: await on tokio. No style is shown to keep up with 64 in flight: \
             tokio is the fastest, but its p99 may be too long."
        );
    }

    #[test]
    fn a_server_that_may_have_held_back_the_fastest_style_is_named() {
        let answer = |servers: [f64; 2]| {
            let of_load = |in_flight, server_us| {
                ["blocking", "tokio"].map(|style| {
                    let mut cell = noisy(style, in_flight, 10.0, 1000.0);
                    cell.figures.as_mut().unwrap().server_cpu_us_per_download = Some(server_us);
                    Cell { bound: cell.busy_side(), load: Load::plain(1, 0), ..cell }
                })
            };
            let cells = [of_load(16, servers[0]), of_load(64, servers[1])];
            decide(&sorted(cells.iter().flatten()))[0].busy_server()
        };
        assert_eq!(answer([100.0, 200.0]), "");
        let busy = " With 16 to 64 in flight, the server was busy for up to 91 % of the time: the best may lead by more.";
        assert_eq!([answer([870.0, 910.0]), answer([910.0, 20.0])], [busy, busy]);
    }

    #[test]
    fn a_number_that_decides_nothing_is_in_no_range() {
        let answer = |steps: &[(usize, usize, &str)], undecided: &[usize]| {
            let steps = steps.iter().map(|(from, to, style)| step(*from, *to, &[*style])).collect();
            Decision { load: Load::plain(1, 0), steps, undecided: undecided.into() }.answer()
        };
        let (few, many) = ((1, 16, "blocking"), (256, 1024, "blocking"));
        assert_eq!(answer(&[few, many], &[]), "From 1 to 1024 at once, block.");
        let gap = "From 256, block. Undecided: 32, 64 at once.";
        assert_eq!(answer(&[few, many], &[32, 64]), format!("Up to 16 at once, block. {gap}"));
        assert_eq!(answer(&[many], &[1, 64]), "From 256 to 1024 at once, block. Undecided: 1, 64 at once.");
        let three = [few, (64, 64, "tokio"), (1024, 1024, "callbacks")];
        assert_eq!(
            answer(&three, &[256, 8192]),
            "Up to 16 at once, block. 64 at once: await on tokio. 1024 at once: call back. Undecided: 256, 8192 at once."
        );
        assert_eq!(
            answer(&three, &[]),
            "Up to 16 at once, block. From 64, await on tokio. From 1024, call back."
        );
    }
    #[test]
    fn each_style_waits_in_its_own_way() {
        let all = PLAINEST.map(advice);
        assert_eq!(all[..3], ["block", "block with ureq", "await on tokio"]);
        assert_eq!(all[7..], ["call back", "call back in a loop for each core"]);
    }
}
