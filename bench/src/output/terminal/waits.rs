//! The table of waiting alone.

use crate::measure::waits::cell::{WaitsCell, WaitsOutcome};
use crate::text::format::digits;
use crate::text::grid::plain;

pub(crate) fn render(count: usize, cells: &[WaitsCell]) -> String {
    let header = ["style", "start\nms", "finish\nms", "CPU\nµs each", "bytes\neach", "\nthreads"];
    let mut lines = vec![
        format!("{count} waits at once, without a download"),
        plain(header.map(str::to_owned).into(), cells.iter().map(row)),
    ];
    lines.extend(
        cells
            .iter()
            .filter_map(|cell| Some(format!("  {}: not measured: {}", cell.style, cell.failed.as_ref()?))),
    );
    lines.join("\n")
}

fn row(cell: &WaitsCell) -> Vec<String> {
    let of = |figure: fn(&WaitsOutcome) -> Option<f64>| {
        cell.measured.as_ref().and_then(figure).map_or("–".into(), digits)
    };
    vec![
        cell.style.to_owned(),
        of(|it| Some(it.start_s * 1e3)),
        of(|it| Some(it.finish_s * 1e3)),
        of(|it| Some(it.cpu_us_per_wait)),
        of(|it| it.bytes_per_wait),
        cell.measured.and_then(|it| it.threads).map_or("–".into(), |threads| threads.to_string()),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_could_not_wait_has_no_figures_but_a_reason() {
        let measured = WaitsOutcome {
            start_s: 0.0123,
            finish_s: 0.002,
            cpu_us_per_wait: 1.5,
            bytes_per_wait: Some(240.0),
            threads: Some(1),
        };
        let cell = |style, measured, failed| WaitsCell { style, mode: "waits", count: 9, measured, failed };
        let cells =
            [cell("tokio", Some(measured), None), cell("blocking", None, Some("too few threads".into()))];
        let text = render(9, &cells);
        let row = |name| text.lines().find(|line: &&str| line.starts_with(name)).unwrap();
        assert_eq!(
            row("tokio").split_whitespace().collect::<Vec<_>>(),
            ["tokio", "12.3", "2.0", "1.5", "240", "1"]
        );
        assert_eq!(row("blocking").split_whitespace().last(), Some("–"));
        assert!(text.ends_with("  blocking: not measured: too few threads"));
    }
}
