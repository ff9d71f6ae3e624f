//! Everyone against the best.

use crate::clients::entrant::Entrant;
use crate::measure::cell::{Cell, Versus};
use crate::stats::interval::{LEVEL, Ratio};

/// Holds the CPU of everyone in a group against that of the style that uses least; `floor` is no style.
pub(crate) fn compare_cpu(cells: &mut [Cell]) {
    let cpu = |cell: &Cell| cell.rounds.iter().map(|round| round.cpu_us_per_download).collect::<Vec<_>>();
    let styles = cells.iter().filter(|cell| Entrant::is_style(cell.style));
    let used = styles.filter_map(|cell| Some((cell.median.cpu_us_per_download?, cell)));
    let Some((_, best)) = used.min_by(|(one, _), (other, _)| one.total_cmp(other)) else { return };
    let (style, base) = (best.style, cpu(best));
    for cell in cells {
        cell.cpu_vs_best = Ratio::paired(&cpu(cell), &base, LEVEL).map(|ratio| Versus {
            style,
            ratio,
            different: base.len() > 1 && ratio.differs(0.0),
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::cell::tests::{cell, failed};

    #[test]
    fn who_is_compared_with_the_best_is_no_different_where_rounds_disagree() {
        let mut cells = [
            cell("floor", &[5.0, 5.0, 5.0]),
            cell("tokio", &[20.0, 22.0, 21.0]),
            cell("smol", &[21.0, 21.0, 22.0]),
            cell("blocking", &[40.0, 46.0, 43.0]),
            failed("callbacks", "no reason"),
        ];
        compare_cpu(&mut cells);
        let different: Vec<_> =
            cells.iter().map(|cell| cell.cpu_vs_best.map(|it| (it.style, it.different))).collect();
        let against = |different| Some(("tokio", different));
        assert_eq!(different, [against(true), against(false), against(false), against(true), None]);
    }
}
