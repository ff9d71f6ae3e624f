//! The best styles of a load, by each of four merits.

use crate::record::cell::Cell;
use crate::record::decision::styles;
use crate::record::figures::Figure;
use crate::record::group::Group;

/// A figure that styles are compared by.
pub(super) struct Merit {
    pub(super) name: &'static str,
    pub(super) unit: &'static str,
    figure: Figure,
    /// Multiplies the figure to have it in `unit`.
    scale: f64,
    more_is_better: bool,
}

/// The figures that the page compares the styles by.
pub(super) const MERITS: [Merit; 4] = [
    Merit {
        name: "most photos",
        unit: "per s",
        figure: |it| Some(it.downloads_per_s),
        scale: 1.0,
        more_is_better: true,
    },
    Merit {
        name: "shortest p99",
        unit: "ms",
        figure: |it| Some(it.latency.p99_us),
        scale: 1e-3,
        more_is_better: false,
    },
    Merit {
        name: "least CPU",
        unit: "µs each",
        figure: |it| Some(it.cpu_us_per_download),
        scale: 1.0,
        more_is_better: false,
    },
    Merit {
        name: "least memory",
        unit: "KiB each",
        figure: |it| it.rss_kib_per_in_flight,
        scale: 1.0,
        more_is_better: false,
    },
];

/// The best styles by one merit.
#[derive(Debug, PartialEq)]
pub(super) struct Best<'a> {
    /// The best style, and those that the rounds cannot distinguish from it.
    pub(super) styles: Vec<&'a str>,
    /// The other styles.
    pub(super) others: Vec<&'a str>,
    pub(super) figure: f64,
    /// The last style, and how many times as far off it is.
    pub(super) last: (&'a str, f64),
}

impl Merit {
    /// The figure of a cell, in `unit`.
    pub(super) fn of(&self, cell: &Cell) -> Option<f64> {
        cell.figure(self.figure).map(|figure| figure * self.scale)
    }

    /// The best styles of a group; `None` unless there are styles to compare.
    pub(super) fn best<'a>(&self, group: &Group<'a>) -> Option<Best<'a>> {
        let known =
            styles(group).into_iter().filter_map(|cell| Some((self.of(cell).filter(|it| *it > 0.0)?, cell)));
        let mut ranked: Vec<_> = known.collect();
        ranked.sort_by(
            |(one, _), (other, _)| {
                if self.more_is_better { other.total_cmp(one) } else { one.total_cmp(other) }
            },
        );
        let [(figure, best), .., (worst, last)] = ranked.as_slice() else { return None };
        let (same, others): (Vec<_>, Vec<_>) =
            ranked.iter().map(|(_, cell)| *cell).partition(|cell| !group.differs(cell, best, self.figure));
        let names = |cells: Vec<&'a Cell>| cells.into_iter().map(|cell| cell.style.as_str()).collect();
        let times = if self.more_is_better { figure / worst } else { worst / figure };
        Some(Best { styles: names(same), others: names(others), figure: *figure, last: (&last.style, times) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::group::in_order;
    use crate::record::sample::{cell, noisy};

    #[test]
    fn styles_that_the_rounds_do_not_tell_apart_are_no_different() {
        let cells = [
            cell("floor", &[1.0, 1.0, 1.0].repeat(7)),
            cell("smol", &[22.0, 20.0, 19.0].repeat(7)),
            cell("tokio", &[20.0, 21.0, 19.0].repeat(7)),
            cell("blocking", &[80.0, 88.0, 76.0].repeat(7)),
        ];
        let group = in_order(&cells).next().unwrap();
        let least_cpu = MERITS[2].best(&group).unwrap();
        assert_eq!((least_cpu.styles, least_cpu.others), (vec!["tokio", "smol"], vec!["blocking"]));
        assert!((least_cpu.figure - 20.0).abs() < 1e-9);
        assert_eq!(least_cpu.last, ("blocking", 4.0));
        let shortest = MERITS[1].best(&group).unwrap();
        assert!(shortest.others.is_empty() && (shortest.figure - 20.3).abs() < 1e-9);
    }

    #[test]
    fn one_style_is_not_compared() {
        let cells = [noisy("floor", 1, 1.0, 1.0), noisy("tokio", 1, 1.0, 1.0)];
        assert_eq!(MERITS[0].best(&in_order(&cells).next().unwrap()), None);
    }
}
