//! The notes below a table.

use crate::record::cell::{BUSY, Cell, FEW, SHORT_S, TAKEN};
use crate::record::changes::FLOOR;
use crate::record::decision::SLOWER;
use crate::record::group::Group;
use crate::stats::interval::TABLE_ERROR;
use crate::text::format::digits;

/// The notes of one table: what a reader must know before believing its figures.
pub(super) fn of(group: &Group) -> Vec<String> {
    let cells = group.cells.as_slice();
    let mut notes: Vec<_> = cells.iter().filter_map(|cell| note(cell)).collect();
    notes.extend(few_notes(cells));
    notes.extend(delay_note(cells));
    notes.extend(server_note(cells));
    notes.extend(floor_note(group));
    notes.extend(names(cells, "rounds disagree too much to decide anything", |cell| group.is_unsteady(cell)));
    let throttled = "a CPU quota made client or server wait, so this decides nothing";
    notes.extend(names(cells, throttled, |cell| cell.throttled_rounds > 0));
    let taken = |cell: &Cell| Some(cell.taken_share).filter(|share| *share > TAKEN);
    let shares = shares(cells, taken);
    notes
        .extend(shares.map(|it| {
            format!("other programs had part of the client's core, so this decides nothing: {it}")
        }));
    if cells.iter().any(|cell| cell.rounds.len() > 1) {
        notes.extend(interval_notes(group));
    }
    notes
}

/// The levels of the intervals, and the smallest difference that they show.
fn interval_notes(group: &Group) -> Vec<String> {
    let Some(level) = group.level() else {
        return vec!["too few rounds to show a difference".into()];
    };
    let cells = group.cells.as_slice();
    let median = cells.iter().find_map(|cell| cell.interval(|it| Some(it.wall_s)));
    let mut notes: Vec<_> = names(cells, "measured for less than 3 s", |cell| {
        cell.figures.is_some() && cell.measured_s() < SHORT_S
    })
    .into_iter()
    .collect();
    notes.push(format!(
        "±: {:.1} % intervals of medians; × best: {:.2} % intervals, so that at most {:.0} % of tables have a false one",
        median.map_or(f64::NAN, |it| it.level * 100.0),
        level * 100.0,
        TABLE_ERROR * 100.0,
    ));
    notes.extend(resolution(group));
    notes
}

/// The differences that nine of ten such tables show; rows that decide nothing may hide larger ones.
fn resolution(group: &Group) -> Option<String> {
    let [deciding, doubtful] = [false, true].map(|of_doubtful| group.resolution(of_doubtful));
    let note = |(share, style): (f64, &str)| {
        format!(
            "differences in CPU from {:.1} % on show in nine of ten tables, smaller ones may not; the row that needs most \
             is {style}",
            share * 100.0
        )
    };
    match (deciding, doubtful) {
        (Some(deciding), Some((doubtful, _))) if doubtful > deciding.0 => {
            Some(format!("{}; from {:.1} % on in rows that decide nothing", note(deciding), doubtful * 100.0))
        }
        (deciding, doubtful) => deciding.or(doubtful).map(note),
    }
}

/// The cells for which something holds.
fn names(cells: &[&Cell], what: &str, holds: impl Fn(&Cell) -> bool) -> Option<String> {
    let names: Vec<_> = cells.iter().filter(|cell| holds(cell)).map(|cell| cell.style.as_str()).collect();
    (!names.is_empty()).then(|| format!("{what}: {}", names.join(", ")))
}

/// Why a row has no figures, or what its errors were.
pub(super) fn note(cell: &Cell) -> Option<String> {
    let Cell { style, failed, first_error, .. } = cell;
    match (failed, first_error) {
        (Some(reason), _) => Some(not_measured(style, reason)),
        (None, Some(error)) => Some(format!("{style}: the first error: {error}")),
        (None, None) => None,
    }
}

/// Why a row has no figures.
pub(super) fn not_measured(name: &str, reason: &str) -> String {
    format!("{name}: not measured: {reason}")
}

/// Downloads may wait for a thread or a task instead of the server, or last longer than a slice, so that few have a
/// latency. Workers in other languages have no lead.
fn few_notes(cells: &[&Cell]) -> impl Iterator<Item = String> {
    let few = |cell: &Cell| cell.in_flight_share().filter(|share| *share < FEW);
    let lacking = shares(cells, |cell| few(cell).filter(|_| cell.lacks_latencies));
    let others = shares(cells, |cell| few(cell).filter(|_| !cell.lacks_latencies));
    let what = "fewer in flight than requested";
    let lacking = lacking.map(|it| format!("{what}, or for longer than a slice, so only p50 is known: {it}"));
    lacking.into_iter().chain(others.map(|it| format!("{what}, at start and end: {it}")))
}

fn server_note(cells: &[&Cell]) -> Option<String> {
    let busy = |cell: &Cell| cell.server_share().filter(|_| cell.is_server_bound());
    let threads = match cells.iter().map(|cell| cell.server_loops).max()? {
        1 => "thread was".to_owned(),
        loops => format!("{loops} threads were"),
    };
    Some(format!(
        "server-bound? Its {threads} busy for over {:.0} %, and more than the client: {}",
        BUSY * 100.0,
        shares(cells, busy)?
    ))
}

fn delay_note(cells: &[&Cell]) -> Option<String> {
    let most = cells.iter().find(|cell| cell.is_delay_bound())?.most_per_s()?;
    Some(format!("the delay allows at most {} photos per s, which some nearly reach", digits(most)))
}

/// Names the clients that are faster than `floor`. Its code does the least, so the server makes the difference.
fn floor_note(group: &Group) -> Option<String> {
    let floor = group.cell(FLOOR)?;
    let is_faster = |cell: &Cell| {
        let ratio = group.ratio(cell, floor, |it| Some(it.wall_s)).filter(|_| cell.style != FLOOR);
        ratio.is_some_and(|ratio| ratio.high < 1.0 / (1.0 + SLOWER))
    };
    let what = format!("over {:.0} % faster than floor, so the server held floor back", SLOWER * 100.0);
    names(&group.cells, &what, is_faster)
}

/// The styles that have such a share; `None` without any.
fn shares(cells: &[&Cell], of: impl Fn(&Cell) -> Option<f64>) -> Option<String> {
    let share = |cell: &&Cell| Some(format!("{} {:.0} %", cell.style, of(cell)? * 100.0));
    let all: Vec<_> = cells.iter().filter_map(share).collect();
    (!all.is_empty()).then(|| all.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::cell::{Bound, Comparison};
    use crate::record::figures::Figures;
    use crate::record::load::Load;
    use crate::record::sample::{cell, figures, of_rounds};
    use crate::stats::interval::PairedRatio;

    #[test]
    fn rows_that_decide_nothing_have_a_resolution_of_their_own() {
        let versus = |cell: Cell, high| {
            let ratio = Some(PairedRatio { ratio: 1.05, low: 1.0, high });
            let versus = Comparison { style: "callbacks".into(), ratio, different: false };
            Cell { cpu_vs_best: Some(versus), ..cell }
        };
        let steady = versus(cell("tokio", &[1.0; 21]), 1.1);
        let sharing = Cell { taken_share: 0.5, ..versus(cell("smol", &[1.0; 21]), 1.5) };
        let note = |cells: &[&Cell]| resolution(&Group::of(cells.to_vec())).unwrap();
        assert_eq!(
            note(&[&steady, &sharing]),
            "differences in CPU from 12.1 % on show in nine of ten tables, smaller ones may not; the row that needs most \
             is tokio; from 62.7 % on in rows that decide nothing"
        );
        assert!(note(&[&steady]).contains("from 12.1 %") && note(&[&sharing]).contains("from 62.7 %"));
    }

    #[test]
    fn a_busy_server_is_pointed_out() {
        let mut busy = cell("floor", &[1.0]);
        busy.load.delay_ms = Some(0);
        assert!(server_note(&[&busy]).is_none());
        busy.figures.as_mut().unwrap().downloads_per_s = 45_000.0;
        busy.bound = Some(Bound::Server);
        assert!(server_note(&[&busy]).unwrap().ends_with("floor 90 %"));
        busy.server_loops = 2;
        let note = server_note(&[&busy]).unwrap();
        assert!(note.contains("Its 2 threads were") && note.ends_with("floor 45 %"), "{note}");
    }

    #[test]
    fn a_delay_that_limits_the_photos_per_second_is_pointed_out_instead() {
        let mut busy = Cell { bound: Some(Bound::Server), ..cell("smol", &[1.0]) };
        assert!(server_note(&[&busy]).is_none());
        assert!(delay_note(&[&busy]).unwrap().contains("at most 3200 photos per s"));
        busy.figures.as_mut().unwrap().downloads_per_s = 2800.0;
        assert!(server_note(&[&busy]).is_some() && delay_note(&[&busy]).is_none());
    }

    #[test]
    fn a_client_that_is_faster_than_floor_shows_the_server() {
        let of_wall = |style, wall_s| {
            let round = |noise: f64| Figures { wall_s: wall_s * noise, ..figures(9.0) };
            of_rounds(style, 16, [0.99, 1.0, 1.01].repeat(7).into_iter().map(round).collect())
        };
        let note = |wall_s| {
            let cells = [of_wall(FLOOR, 1.0), of_wall("smol", wall_s), of_wall("tokio", 1.5)];
            floor_note(&Group::of(cells.iter().collect()))
        };
        assert!(note(0.9).unwrap().ends_with("held floor back: smol"));
        assert_eq!([note(0.97), note(1.2)], [None, None]);
    }

    #[test]
    fn a_client_with_fewer_in_flight_is_pointed_out() {
        let mut few = cell("tokio", &[1.0]);
        let note = |cell: &Cell| few_notes(&[cell]).next();
        assert_eq!(note(&few), None);
        few.figures = Some(Figures { in_flight_mean: 32.0, ..figures(1.0) });
        assert!(note(&few).unwrap().ends_with("at start and end: tokio 50 %"));
        few.lacks_latencies = true;
        assert!(note(&few).unwrap().ends_with("only p50 is known: tokio 50 %"));
    }

    #[test]
    fn unsteady_and_short_cells_are_named() {
        let steady = cell("smol", &[1.0; 21]);
        let unsteady = cell("tokio", &[1.0, 2.0, 3.0].repeat(7));
        let few = cell("ureq", &[1.0; 5]);
        let notes = |cells: &[&Cell]| of(&Group::of(cells.to_vec())).join("\n");
        let text = notes(&[&steady, &unsteady]); // two are too few to tell a busy machine by
        assert!(text.contains("decide anything: tokio") && text.contains("97.3 % intervals"), "{text}");
        assert!(!text.contains("less than 3 s"), "{text}");
        let short = Cell { rounds: vec![figures(1.0); 2], ..few.clone() };
        assert!(notes(&[&few, &short]).contains("too few rounds"));
        let alone = Cell { load: Load::plain(1, 0), ..cell("tokio", &[1.0]) };
        assert!(notes(&[&alone]).is_empty());
    }

    #[test]
    fn a_client_that_had_to_wait_for_its_core_is_named_and_decides_nothing() {
        let throttled = Cell { throttled_rounds: 1, ..cell("smol", &[1.0; 21]) };
        let sharing = Cell { taken_share: 0.384, ..cell("smol", &[1.0; 21]) };
        for (waiting, note) in [(throttled, "decides nothing: smol"), (sharing, "decides nothing: smol 38 %")]
        {
            let cells = [waiting, cell("tokio", &[2.0; 21])];
            let group = Group::of(cells.iter().collect());
            assert!(of(&group).iter().any(|line| line.ends_with(note)), "{note}");
            assert!(group.is_doubtful(&cells[0]) && !group.is_unsteady(&cells[0]));
            assert!(!group.is_doubtful(&cells[1]));
        }
    }
}
