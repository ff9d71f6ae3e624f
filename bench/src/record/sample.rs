//! Records for tests.

use super::cell::Cell;
use super::decision::Step;
use super::figures::Figures;
use super::load::Load;
use super::open::OpenCell;
use crate::stats::latency::Percentiles;

/// The figures of a round that differ in the CPU only.
pub(crate) fn figures(cpu_us_per_download: f64) -> Figures {
    Figures {
        wall_s: 1.25,
        downloads_per_s: 3072.0,
        in_flight_mean: 62.0,
        cpu_us_per_download,
        cpu_user_us_per_download: 1.0,
        cpu_system_us_per_download: cpu_us_per_download - 1.0,
        voluntary_switches_per_download: 0.5,
        involuntary_switches_per_download: 0.0,
        server_cpu_us_per_download: Some(20.0),
        latency: Percentiles::each(|percentile| match percentile.name {
            "p50" => 20_100.0,
            "p90" => 20_200.0,
            "p99" => 20_300.0,
            "p99.9" => 21_000.0,
            _ => 22_000.0,
        }),
        rss_kib_per_in_flight: Some(2.5),
        threads_max: Some(1),
    }
}

/// A cell with a round for each CPU figure.
pub(crate) fn cell(style: &str, cpu: &[f64]) -> Cell {
    of_rounds(style, 64, cpu.iter().map(|cpu| figures(*cpu)).collect())
}

/// A cell of 21 rounds, whose figures differ by a tenth to both sides.
pub(crate) fn noisy(style: &str, in_flight: usize, cpu: f64, p99_us: f64) -> Cell {
    let round = |noise: f64| Figures {
        wall_s: 1.0 / noise,
        downloads_per_s: 1000.0 * noise,
        latency: Percentiles::each(|percentile| match percentile.name {
            "p99" => p99_us * noise,
            "p99.9" => p99_us * 2.0 * noise,
            "max" => p99_us * 3.0 * noise,
            _ => p99_us / 2.0 * noise,
        }),
        rss_kib_per_in_flight: Some(cpu / 10.0 * noise),
        threads_max: Some(if style == "blocking" { in_flight as u64 } else { 1 }),
        ..figures(cpu * noise)
    };
    of_rounds(style, in_flight, [0.9, 1.0, 1.1].repeat(7).into_iter().map(round).collect())
}

/// Cells of which no style keeps up: this one is twice as fast as two others, with a p99 nine times as long.
pub(crate) fn fast_with_a_long_tail(fastest: &str, in_flight: usize) -> Vec<Cell> {
    let cell = |style: &&str| {
        let (wall, p99_us) = if *style == fastest { (1.0, 9000.0) } else { (2.0, 1000.0) };
        let cell = noisy(style, in_flight, 10.0, p99_us);
        let rounds = cell.rounds.iter().map(|round| Figures { wall_s: round.wall_s * wall, ..*round });
        of_rounds(style, in_flight, rounds.collect())
    };
    ["blocking", "callbacks", "tokio"].iter().map(cell).collect()
}

/// A cell that could not run.
pub(crate) fn failed(style: &str, reason: &str) -> Cell {
    Cell { failed: Some(reason.into()), errors: None, ..of_rounds(style, 64, Vec::new()) }
}

/// A cell of these rounds.
pub(crate) fn of_rounds(style: &str, in_flight: usize, rounds: Vec<Figures>) -> Cell {
    Cell {
        style: style.into(),
        load: Load::plain(32_768, 20),
        url: None,
        in_flight,
        processes: 1,
        count: 3840,
        errors: Some(0),
        figures: Figures::median(&rounds),
        bound: None,
        lacks_latencies: false,
        cpu_vs_best: None,
        server_loops: 1,
        throttled_rounds: 0,
        taken_share: 0.0,
        histogram: None,
        rounds,
        failed: None,
        first_error: None,
    }
}

/// The cell at a rate for all styles, at which it was saturated.
pub(crate) fn open(cell: Cell) -> OpenCell {
    let uncorrected = Some(Percentiles { p50_us: 1000.0, ..Percentiles::default() });
    let (rate_per_s, late, skipped) = (Some(200.0), Some(123), Some(7));
    OpenCell { cell, rate_per_s, share_percent: None, uncorrected, late, skipped, saturated: Some(true) }
}

/// A step with these styles that keep up, the first of which is chosen.
pub(crate) fn step(from_in_flight: usize, to_in_flight: usize, keep_up: &[&str]) -> Step {
    Step {
        from_in_flight,
        to_in_flight,
        choose: keep_up[0].into(),
        keep_up: keep_up.iter().map(ToString::to_string).collect(),
        least_cpu: "callbacks".into(),
        like_least_cpu: Vec::new(),
        busy_server: None,
    }
}
