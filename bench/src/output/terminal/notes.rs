//! What the figures of a table do not tell.

use crate::clients::entrant::Entrant;
use crate::measure::cell::{BUSY, Bound, Cell, FEW};

/// All there is to say of a table.
pub(super) fn of(cells: &[Cell]) -> impl Iterator<Item = String> {
    cells
        .iter()
        .filter_map(note)
        .chain(connections_note(cells))
        .chain(few_note(cells))
        .chain(server_note(cells))
}

/// Why a row has no figures, or what its errors were.
pub(crate) fn note(cell: &Cell) -> Option<String> {
    let Cell { style, failed, first_error, .. } = cell;
    match (failed, first_error) {
        (Some(reason), _) => Some(format!("  {style}: not measured: {reason}")),
        (None, Some(error)) => Some(format!("  {style}: the first error: {error}")),
        (None, None) => None,
    }
}

fn connections_note(cells: &[Cell]) -> Option<String> {
    let keeps_none = |style: &str| style.parse().is_ok_and(|entrant: Entrant| !entrant.keeps_connections());
    let names: Vec<_> = cells.iter().map(|cell| cell.style).filter(|style| keeps_none(style)).collect();
    (!names.is_empty()).then(|| {
        format!(
            "  more work: a new connection for each download, where others keep theirs: {}",
            names.join(", ")
        )
    })
}

/// The first ones have to be started, and the last ones end one by one: some are always missing.
fn few_note(cells: &[Cell]) -> Option<String> {
    let few = |cell: &Cell| cell.in_flight_share().filter(|share| *share < FEW);
    Some(format!("  fewer in flight than said, on average: {}", shares(cells, few)?))
}

fn server_note(cells: &[Cell]) -> Option<String> {
    let busy = |cell: &Cell| cell.server_share().filter(|_| cell.bound == Some(Bound::Server));
    Some(format!(
        "  server-bound? Its thread was busy for more than {:.0} % of the time with {}",
        BUSY * 100.0,
        shares(cells, busy)?
    ))
}

/// The styles that have such a share; `None` if none has.
fn shares(cells: &[Cell], of: impl Fn(&Cell) -> Option<f64>) -> Option<String> {
    let told = |cell: &Cell| Some(format!("{} {:.0} %", cell.style, of(cell)? * 100.0));
    let all: Vec<_> = cells.iter().filter_map(told).collect();
    (!all.is_empty()).then(|| all.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::cell::tests::cell;

    #[test]
    fn a_busy_server_is_pointed_out() {
        let mut busy = cell("floor", &[1.0]);
        assert!(server_note(std::slice::from_ref(&busy)).is_none());
        busy.median.downloads_per_s = Some(45_000.0);
        busy.bound = Some(Bound::Server);
        assert!(server_note(&[busy]).unwrap().ends_with("floor 90 %"));
    }

    #[test]
    fn whoever_had_fewer_in_flight_is_pointed_out() {
        let mut few = cell("tokio", &[1.0]);
        assert!(few_note(std::slice::from_ref(&few)).is_none());
        few.median.in_flight_mean = Some(32.0);
        assert!(few_note(&[few]).unwrap().ends_with("tokio 50 %"));
    }

    #[cfg(feature = "peers")]
    #[test]
    fn who_keeps_no_connections_is_named() {
        let cells = ["floor", "reqwest", "attohttpc", "ehttp"].map(|name| cell(name, &[1.0]));
        assert!(connections_note(&cells).unwrap().ends_with("theirs: attohttpc, ehttp"));
        assert!(connections_note(&cells[..2]).is_none());
    }
}
