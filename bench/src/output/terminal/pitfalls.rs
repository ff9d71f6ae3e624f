//! What the wrong ways cost, in the terminal.

use comfy_table::{CellAlignment, Table};

use crate::measure::pitfalls::cell::{Cell, Damage};
use crate::pitfalls::Pitfall;
use crate::text::format::digits;
use crate::text::grid::STYLE;

/// The columns from here on are figures.
const FIRST_FIGURE: usize = 3;

/// The column of the spread, which one round has not.
const SPREAD: usize = 6;

/// The table, at most 120 columns wide, and beneath it why, and what to do instead.
pub(crate) fn render(rounds: u32, cells: &[Cell]) -> String {
    let shown = |mut fields: Vec<String>| {
        if rounds == 1 {
            fields.remove(SPREAD);
        }
        fields
    };
    let mut table = Table::new();
    table.load_style(STYLE).set_header(shown(header()));
    for (index, cell) in cells.iter().enumerate() {
        let first = index == 0 || cells[index - 1].pitfall.name != cell.pitfall.name;
        table.add_row(shown(row(cell, first)));
    }
    for (index, column) in table.column_iter_mut().enumerate() {
        column.set_padding((u16::from(index > 0) * 2, 0));
        if index >= FIRST_FIGURE {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    let rounds = if rounds == 1 { "1 round".into() } else { format!("median of {rounds} rounds") };
    let mut lines = vec![
        format!("Pitfalls: what the tempting wrong way costs, {rounds}; p99: of the innocent downloads"),
        table.trim_fmt(),
    ];
    let mut last = "";
    for Pitfall { name, why, recipe, .. } in cells.iter().map(|cell| cell.pitfall) {
        if *name != last {
            lines.push(format!("  {name}: {why} → recipe {recipe}"));
        }
        last = name;
    }
    lines.extend(cells.iter().filter_map(note));
    lines.push(
        "  Both ways can be read in bench/src/pitfalls, the recipes in src/recipes of each style.".into(),
    );
    lines.join("\n")
}

/// Why a row has no figures, or that its damage did not always show.
fn note(cell: &Cell) -> Option<String> {
    let id = format!("{}/{}", cell.pitfall.name, cell.style);
    match (&cell.failed, cell.harmless_rounds()) {
        (Some(reason), _) => Some(format!("  {id}: not measured: {reason}")),
        (None, 0) => None,
        (None, rounds) => Some(format!("  {id}: no damage in {rounds} of {} rounds", cell.rounds.len())),
    }
}

fn header() -> Vec<String> {
    [
        "\npitfall",
        "\nstyle",
        "what\nis hurt",
        "\nright",
        "\nwrong",
        "damage\n×",
        "min–max\nof rounds",
        "CPU\n×",
        "connections\nright, wrong",
    ]
    .map(str::to_owned)
    .into()
}

fn row(cell: &Cell, first: bool) -> Vec<String> {
    let hurts = cell.pitfall.hurts;
    let Damage { median, min, max } = cell.damage();
    let cpu = cell.wrong(|trial| trial.cpu_ms) / cell.right(|trial| trial.cpu_ms);
    let [right, wrong] =
        [cell.right(|trial| trial.connections as f64), cell.wrong(|trial| trial.connections as f64)];
    let shown = |figure: String| if cell.failed.is_none() { figure } else { "–".into() };
    vec![
        if first { cell.pitfall.name.to_owned() } else { String::new() },
        cell.style.name().to_owned(),
        hurts.name().to_owned(),
        shown(digits(cell.right(|trial| hurts.figure(trial)))),
        shown(digits(cell.wrong(|trial| hurts.figure(trial)))),
        shown(digits(median)),
        shown(format!("{}–{}", digits(min), digits(max))),
        shown(digits(cpu)),
        shown(format!("{right:.0}, {wrong:.0}")),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::pitfalls::cell::tests::{cell, trial};
    use crate::pitfalls;

    #[test]
    fn figures_stand_in_a_row_and_the_reason_beneath() {
        let pitfall = &pitfalls::ALL[0];
        let cells =
            [cell(pitfall, vec![(trial(100.0, 8), trial(450.0, 8)), (trial(100.0, 8), trial(500.0, 8))])];
        let text = render(2, &cells);
        let row = text.lines().find(|line| line.starts_with(pitfall.name)).unwrap();
        let figures: Vec<_> = row.split_whitespace().skip(2).collect();
        assert_eq!(figures, ["p99,", "ms", "10.0", "47.5", "4.8", "4.5–5.0", "4.8", "3,", "3"], "{text}");
        assert!(text.contains(pitfall.why) && !text.contains("no damage"), "{text}");
    }

    #[test]
    fn no_damage_is_said_so() {
        let cells = [cell(&pitfalls::ALL[0], vec![(trial(100.0, 8), trial(99.0, 8))])];
        assert!(render(1, &cells).contains("no damage in 1 of 1 rounds"));
    }

    #[test]
    fn what_could_not_be_measured_is_shown_with_its_reason() {
        let mut cell = cell(&pitfalls::ALL[0], vec![]);
        cell.failed = Some("no threads".into());
        let text = render(3, &[cell]);
        assert!(
            text.contains("cpu-on-the-loop/tokio: not measured: no threads") && text.contains('–'),
            "{text}"
        );
        assert!(!text.contains("NaN"), "{text}");
    }

    #[test]
    fn it_fits_into_120_columns() {
        let rounds = || vec![(trial(1.0, 8), trial(123_456.7, 8)); 2];
        let cells: Vec<_> = pitfalls::ALL.iter().map(|pitfall| cell(pitfall, rounds())).collect();
        let text = render(2, &cells);
        assert!(text.lines().all(|line| line.chars().count() <= 120), "{text}");
    }
}
