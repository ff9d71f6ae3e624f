//! The table of decisions.

use crate::measure::scale::decision::{Decision, advice};
use crate::text::format::size;
use crate::text::grid::plain;

pub(crate) fn render(decisions: &[Decision]) -> String {
    let header = ["photos", "delay\nms", "\nin flight", "\nchoose", "least\nCPU", "\nkeep up"];
    let rows = decisions.iter().flat_map(|Decision { bytes, delay_ms, steps, .. }| {
        steps.iter().map(|step| {
            vec![
                size(*bytes),
                delay_ms.to_string(),
                range(step.from_in_flight, step.to_in_flight),
                advice(step.choose),
                step.least_cpu.to_owned(),
                step.keep_up.join(", "),
            ]
        })
    });
    let mut lines = vec![
        "Which style, when: the plainest that brings as many photos per second as the best, with no worse a tail"
            .to_owned(),
        plain(header.map(str::to_owned).into(), rows),
    ];
    lines.extend(decisions.iter().map(|decision| format!("  {decision}")));
    lines.join("\n")
}

fn range(from: usize, to: usize) -> String {
    if from == to { from.to_string() } else { format!("{from}–{to}") }
}
