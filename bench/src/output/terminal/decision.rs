//! The table of decisions.

use crate::output::reason::without_choice;
use crate::record::decision::{Decision, Step, advice};
use crate::record::load::Load;
use crate::text::format::size;
use crate::text::grid::{self, UNKNOWN};

type Column<'a> = grid::Column<'a, (&'a Decision, &'a Step)>;

const TITLE: &str = "Which style, when: the plainest that is at most 5 % slower than the best, with a p99 at most twice the shortest";

/// `None` without a decision.
pub(super) fn render(decisions: &[Decision]) -> Option<String> {
    let rows = decisions.iter().flat_map(|decision| decision.steps.iter().map(move |step| (decision, step)));
    let rows: Vec<(&Decision, &Step)> = rows.collect();
    let columns = [
        Column::name("photos", |(decision, _)| photos(&decision.load)),
        Column::figure("delay\nms", |(decision, _)| Some(decision.load.delay_ms?.to_string())),
        Column::figure("\nin flight", |(_, step)| Some(step.range("–"))),
        Column::name("\nchoose", |(_, step)| advice(&step.choose)),
        Column::name("least\nCPU", |(_, step)| step.least_cpu.clone()),
        Column::name("\nkeep up", |(_, step)| step.keep_up.join(", ")),
    ];
    let mut lines = vec![TITLE.to_owned(), grid::terminal(&columns, &rows)];
    lines.extend(decisions.iter().map(|decision| format!("  {decision}{}", without_choice(decision))));
    (!decisions.is_empty()).then(|| lines.join("\n"))
}

fn photos(load: &Load) -> String {
    format!("{}{}{}", load.bytes.map_or(UNKNOWN.into(), size), load.transport, load.on_cores())
}
