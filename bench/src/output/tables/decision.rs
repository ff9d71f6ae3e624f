//! The table of decisions.

use crate::record::advice::advice;
use crate::record::decision::{Decision, Step};
use crate::record::load::Load;
use crate::text::format::size;
use crate::text::grid::{self, Table, UNKNOWN};

type Column<'a> = grid::Column<'a, (&'a Decision, &'a Step)>;

const TITLE: &str = "Which style, when: the plainest that is at most 5 % slower than the best, with a p99 at most twice the shortest";

const LEAST_CPU: &str =
    "least CPU: at the most in flight of the row, with each style that is not shown to use more";

/// `None` without a decision.
pub(crate) fn decisions(decisions: &[Decision]) -> Option<Table> {
    let rows = decisions.iter().flat_map(|decision| decision.steps.iter().map(move |step| (decision, step)));
    let rows: Vec<(&Decision, &Step)> = rows.collect();
    let columns = [
        Column::name("photos", |(decision, _)| photos(&decision.load)),
        Column::figure("delay\nms", |(decision, _)| Some(decision.load.delay_ms?.to_string())),
        Column::figure("\nin flight", |(_, step)| Some(step.range("–"))),
        Column::name("\nchoose", |(_, step)| advice(&step.choose)),
        Column::name("least\nCPU", |(_, step)| step.least_cpu()),
        Column::name("\nkeep up", |(_, step)| match &*step.keep_up {
            [] => "no style".into(),
            styles => styles.join(", "),
        }),
    ];
    let notes = [LEAST_CPU.to_owned()].into_iter().chain(decisions.iter().map(Decision::to_string));
    (!decisions.is_empty()).then(|| Table::new(TITLE, &columns, &rows).with_notes(notes))
}

fn photos(load: &Load) -> String {
    format!("{}{}{}", load.bytes.map_or(UNKNOWN.into(), size), load.transport, load.on_cores())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::sample::step;

    #[test]
    fn a_decision_has_a_row_for_each_step() {
        let without = Step { keep_up: Vec::new(), ..step(8192, 8192, &["smol"]) };
        let alike = Step { like_least_cpu: vec!["tokio".into()], ..step(1, 64, &["blocking"]) };
        let steps = vec![alike, step(1024, 1024, &["tokio"]), without];
        let table =
            decisions(&[Decision { load: Load::plain(32768, 20), steps, undecided: Vec::new() }]).unwrap();
        let rows = [
            ["32 KiB", "20", "1–64", "block", "callbacks, tokio", "blocking"],
            ["32 KiB", "20", "1024", "await on tokio", "callbacks", "tokio"],
            ["32 KiB", "20", "8192", "await on smol", "callbacks", "no style"],
        ];
        assert_eq!(table.rows, rows);
    }
}
