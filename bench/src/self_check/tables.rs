//! Whole tables of one style under several names, measured as every table of the closed loops is.
//!
//! Each table has one style twice, and three times more with some CPU work added to each round. The two equal rows must
//! not differ by any figure. A table states its resolution: nine of ten larger burdens must be found, and each that is three
//! times as large.

use std::collections::BTreeMap;
use std::io;

use super::finding::Finding;
use crate::clients::subject::Subject;
use crate::load::workload::{Source, Workload};
use crate::measure::{closed, pilot, round};
use crate::options::RoundLength;
use crate::record::cell::Cell;
use crate::record::figures::Figure;
use crate::stats::interval::{PairedRatio, error_in_table};
use crate::stats::rounds::Rounds;
use crate::system::placement::CorePlacement;
use crate::text::out::say;
use crate::text::progress::Progress;

/// The number of tables, and of those that may show a false difference.
const TABLES: usize = 20;
const MOST_FALSE: usize = 1;

/// Rounds, as in a run.
const ROUNDS: u32 = 21;

/// The loads of the tables: delay in milliseconds, in flight. In this order, ureq has no table with 1024 in flight:
/// seconds pass until the first download of each of its threads has ended, and that table took a third of a pass.
const LOADS: [(u64, usize); 6] = [(0, 16), (20, 256), (0, 256), (20, 16), (0, 1024), (20, 1024)];
const BYTES: u64 = 32 << 10;

/// The added work, in hundredths, in every other table.
const BURDENS: [[u32; 3]; 2] = [[3, 12, 48], [6, 24, 96]];

/// The figures that rows are compared by.
const FIGURES: [(&str, Figure); 4] = [
    ("CPU", |it| Some(it.cpu_us_per_download)),
    ("wall time", |it| Some(it.wall_s)),
    ("p99", |it| Some(it.latency.p99_us)),
    ("memory", |it| it.rss_kib_per_in_flight),
];

/// The result of one table.
#[derive(Clone)]
struct Table {
    title: String,
    /// The figures by which the equal rows differ.
    false_differences: Vec<String>,
    /// The CPU of the equal rows, compared; `None` if a figure is 0.
    equal: Option<PairedRatio>,
    /// Whether each burden is found, by its hundredths.
    found: Vec<(u32, bool)>,
}

pub(super) fn check(
    tables: Option<u32>,
    seed: u64,
    burden: f64,
    placement: &CorePlacement,
) -> io::Result<Vec<Finding>> {
    let styles: Vec<_> = Subject::default_ones().into_iter().filter(|one| one.style().is_some()).collect();
    let count = tables.map_or(TABLES, |tables| tables as usize);
    let mut all = Vec::new();
    for index in 0..count {
        let (delay_ms, in_flight) = LOADS[index % LOADS.len()];
        let workload = Workload::closed(Source::Embedded { bytes: BYTES, delay_ms }, in_flight, 0);
        let subject = styles[index % styles.len()];
        // Equal rows that are not equal are all that such a table is for.
        let burdens = if burden > 0.0 { &[] } else { BURDENS[index % 2].as_slice() };
        let table = table(&workload, subject, burden, burdens, seed + index as u64, placement)?;
        say!("    {}", table.line());
        all.push(table);
    }
    Ok(vec![equal_rows(&all), resolved(&all), resolved_three_times(&all)])
}

fn table(
    workload: &Workload,
    subject: Subject,
    burden_of_equal: f64,
    burdens: &[u32],
    seed: u64,
    placement: &CorePlacement,
) -> io::Result<Table> {
    let workload = Workload {
        count: pilot::count(workload, &[subject], RoundLength::OF_SELF_CHECK, placement)?,
        ..workload.clone()
    };
    let with_burden = |burden_percent| (Workload { burden_percent, ..workload.clone() }, subject);
    let rows: Vec<_> = [0.0, burden_of_equal]
        .into_iter()
        .chain(burdens.iter().copied().map(f64::from))
        .map(with_burden)
        .collect();
    let progress = Progress::new(ROUNDS as usize);
    let mut trials = Rounds { count: ROUNDS, seed }.interleave(1, |mut turn| {
        progress.begin(&workload.id(subject));
        let trials = round::measure(&rows, &mut turn.random, placement);
        progress.end(1);
        trials
    });
    progress.finish();
    let cells: Vec<_> = rows
        .iter()
        .zip(trials.remove(0))
        .map(|((workload, _), trials)| closed::cell(workload, subject, trials))
        .collect();
    if cells.is_empty() {
        return Err(io::ErrorKind::Interrupted.into());
    }
    if let Some(reason) = cells.iter().find_map(|cell| cell.failed.as_ref().or(cell.first_error.as_ref())) {
        return Err(io::Error::other(format!("{}: {reason}", workload.id(subject))));
    }
    Ok(Table::of(workload.id(subject), &cells, burdens))
}

impl Table {
    /// The table of these cells: the style, the style again, and then with each burden.
    fn of(title: String, cells: &[Cell], burdens: &[u32]) -> Self {
        // The level of a comparison is that in a table of all styles.
        let error = error_in_table(Subject::default_ones().len());
        let [base, again, burdened @ ..] = cells else { unreachable!("there are two equal rows") };
        let compare = |cell: &Cell, figure| cell.ratio(base, figure, error);
        let differs = |(_, figure): &&(&str, Figure)| compare(again, *figure).is_some_and(|it| it.differs());
        let (_, cpu) = FIGURES[0];
        let is_found = |cell| compare(cell, cpu).is_some_and(|ratio| ratio.low > 1.0);
        let found = burdens.iter().zip(burdened).map(|(burden, cell)| (*burden, is_found(cell)));
        Self {
            title,
            false_differences: FIGURES.iter().filter(differs).map(|(name, _)| (*name).to_owned()).collect(),
            equal: compare(again, cpu),
            found: found.collect(),
        }
    }

    fn line(&self) -> String {
        let equal = match &self.equal {
            None => "no interval".into(),
            Some(ratio) => format!(
                "{:.3} × the CPU, {:.3} to {:.3}, resolution {:.1} %",
                ratio.ratio,
                ratio.low,
                ratio.high,
                ratio.resolution() * 100.0
            ),
        };
        let different = match self.false_differences.as_slice() {
            [] => "no difference".into(),
            names => format!("FALSE DIFFERENCE: {}", names.join(", ")),
        };
        let found = self
            .found
            .iter()
            .map(|(burden, found)| format!("+{burden} % {}", if *found { "found" } else { "not found" }));
        format!("{:<24} {equal}: {different}; {}", self.title, found.collect::<Vec<_>>().join(", "))
    }
}

fn equal_rows(tables: &[Table]) -> Finding {
    let (all, wanted) = (tables.len(), tables.len().saturating_sub(MOST_FALSE).max(1));
    let equal = tables.iter().filter(|table| table.false_differences.is_empty()).count();
    Finding {
        claim: format!(
            "(a) a style against itself: no difference in {equal} of {all} tables (at least {wanted})"
        ),
        holds: equal >= wanted,
        figures: Vec::new(),
    }
}

/// Nine of ten burdens above the resolution of their tables must be found.
fn resolved(tables: &[Table]) -> Finding {
    let mut tries: BTreeMap<u32, (usize, usize)> = BTreeMap::new();
    for (burden, is_found) in tables.iter().flat_map(|table| &table.found) {
        let (found, all) = tries.entry(*burden).or_default();
        *found += usize::from(*is_found);
        *all += 1;
    }
    let line = |(burden, (found, all))| format!("+{burden} % CPU: found in {found} of {all} tables");
    let (found, all) = found_above(tables, 1.0);
    Finding {
        claim: format!(
            "(b) {found} of {all} burdens above the resolution of their table are found (nine of ten)"
        ),
        holds: all > 0 && found * 10 >= all * 9,
        figures: tries.into_iter().map(line).collect(),
    }
}

/// All burdens above three times the resolution must be found.
fn resolved_three_times(tables: &[Table]) -> Finding {
    let (found, all) = found_above(tables, 3.0);
    Finding {
        claim: format!("(b) {found} of {all} burdens above three times the resolution are found (all)"),
        holds: all > 0 && found == all,
        figures: Vec::new(),
    }
}

/// The burdens that are found, and all, of those that are at least so many times the resolution of their table.
fn found_above(tables: &[Table], times: f64) -> (usize, usize) {
    let of_table = |table: &Table| {
        let least = table.equal.map_or(f64::INFINITY, |equal| equal.resolution() * 100.0 * times);
        let above = table.found.iter().filter(|(burden, _)| f64::from(*burden) >= least);
        above.fold((0, 0), |(found, all), (_, is_found)| (found + usize::from(*is_found), all + 1))
    };
    tables.iter().map(of_table).fold((0, 0), |one, other| (one.0 + other.0, one.1 + other.1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::sample::cell;

    fn table_of(cpu: [f64; 5]) -> Table {
        // The noise of the second row is not that of the others.
        let noise = |row: usize| if row == 1 { [1.01, 1.0, 0.99] } else { [0.99, 1.0, 1.01] };
        let row = |row| cell("tokio", &noise(row).map(|noise| cpu[row] * noise).repeat(7));
        let cells = [0, 1, 2, 3, 4].map(row);
        Table::of("load/0ms/16/tokio".into(), &cells, &BURDENS[0])
    }

    #[test]
    fn a_difference_between_equal_rows_fails_the_check() {
        let (equal, false_one) = (|| table_of([10.0; 5]), table_of([10.0, 10.5, 10.0, 10.0, 10.0]));
        assert_eq!(false_one.false_differences, ["CPU"]);
        assert!(false_one.line().contains("FALSE DIFFERENCE: CPU"));
        assert!(equal_rows(&[equal(), equal()]).holds && !equal_rows(&[false_one]).holds);
    }

    #[test]
    fn burdens_above_the_resolution_must_be_found() {
        // Their resolution is some 4 %.
        let found = vec![table_of([10.0, 10.0, 10.0, 11.2, 14.8]); 9];
        assert!(resolved(&found).holds && resolved_three_times(&found).holds);
        assert!(resolved(&found).claim.contains("18 of 18"), "{}", resolved(&found).claim);
        let lost = [table_of([10.0, 10.0, 10.0, 11.2, 10.0])];
        assert!(!resolved(&lost).holds && !resolved_three_times(&lost).holds);
        assert_eq!(resolved(&lost).figures[2], "+48 % CPU: found in 0 of 1 tables");
        assert!(!resolved(&[]).holds, "nothing is shown");
        let small_one_lost = || table_of([10.0, 10.0, 10.0, 10.0, 14.8]);
        assert!(!resolved(&[small_one_lost()]).holds && resolved_three_times(&[small_one_lost()]).holds);
        let one_of_twenty = [found.as_slice(), &[small_one_lost()]].concat();
        assert!(resolved(&one_of_twenty).holds, "{}", resolved(&one_of_twenty).claim);
    }
}
