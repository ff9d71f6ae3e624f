use super::*;

pub(crate) fn workload() -> Workload {
    Workload::closed(Source::Embedded { bytes: 32_768, delay_ms: 20 }, 64, 3840)
}

pub(crate) fn trial(cpu_us_per_download: f64) -> Trial {
    let figures = Figures {
        wall_s: 1.25,
        downloads_per_s: 3072.0,
        in_flight_mean: 62.0,
        cpu_us_per_download,
        cpu_user_us_per_download: 1.0,
        cpu_system_us_per_download: cpu_us_per_download - 1.0,
        voluntary_switches_per_download: 0.5,
        involuntary_switches_per_download: 0.0,
        server_cpu_us_per_download: Some(20.0),
        p50_us: 20_100.0,
        p90_us: 20_200.0,
        p99_us: 20_300.0,
        p999_us: 21_000.0,
        max_us: 22_000.0,
        rss_kib_per_in_flight: Some(2.5),
        threads_max: Some(1),
    };
    Trial {
        bytes: 32_768,
        errors: 0,
        first_error: None,
        figures,
        latencies: Latencies::none(),
        paced: None,
        allocations: None,
        served: None,
    }
}

pub(crate) fn cell(entrant: &str, cpu: &[f64]) -> Cell {
    let trials = cpu.iter().map(|cpu| Ok(trial(*cpu))).collect();
    Cell::new(&workload(), entrant.parse().unwrap(), trials)
}

pub(crate) fn failed(entrant: &str, reason: &str) -> Cell {
    let trials = vec![Ok(trial(1.0)), Err(io::Error::other(reason.to_owned()))];
    Cell::new(&workload(), entrant.parse().unwrap(), trials)
}

#[test]
fn the_median_stands_beside_its_rounds() {
    let cell = cell("tokio", &[30.0, 10.0, 20.0]);
    assert_eq!(cell.median.cpu_us_per_download, Some(20.0));
    assert_eq!(cell.rounds.len(), 3);
    assert!((cell.server_share().unwrap() - 0.06144).abs() < 1e-9);
}

#[test]
fn a_busy_server_makes_the_cell_its_own() {
    assert_eq!(cell("tokio", &[100.0]).bound, Some(Bound::Waiting));
    assert_eq!(cell("tokio", &[300.0]).bound, Some(Bound::Client));
    let mut busy = trial(300.0);
    busy.figures.server_cpu_us_per_download = Some(250.0);
    let busy = Cell::new(&workload(), "tokio".parse().unwrap(), vec![Ok(busy)]);
    assert_eq!(busy.bound, Some(Bound::Server));
}

const FIELDS: [&str; 27] = [
    "style",
    "mode",
    "bytes",
    "delay_ms",
    "in_flight",
    "count",
    "errors",
    "wall_s",
    "downloads_per_s",
    "in_flight_mean",
    "cpu_us_per_download",
    "cpu_user_us_per_download",
    "cpu_system_us_per_download",
    "voluntary_switches_per_download",
    "involuntary_switches_per_download",
    "server_cpu_us_per_download",
    "p50_us",
    "p90_us",
    "p99_us",
    "p999_us",
    "max_us",
    "rss_kib_per_in_flight",
    "threads_max",
    "bound",
    "cpu_vs_best",
    "histogram",
    "rounds",
];

#[test]
fn a_line_of_json_has_these_fields_in_this_order() {
    let json = serde_json::to_string(&cell("tokio", &[12.0])).unwrap();
    let places: Vec<_> = FIELDS.map(|field| json.find(&format!("\"{field}\":")).unwrap()).into();
    assert!(places.is_sorted());
    assert!(
        json.starts_with(r#"{"style":"tokio","mode":"closed","bytes":32768,"delay_ms":20,"in_flight":64,"#)
    );
    let value: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(value.as_object().unwrap().len(), FIELDS.len());
}

#[test]
fn a_failed_cell_says_why_and_has_no_figures() {
    let cell = failed("blocking", "needs 9999 threads, pid_max allows 100");
    let value = serde_json::to_value(&cell).unwrap();
    assert_eq!(value["failed"], "needs 9999 threads, pid_max allows 100");
    for field in &FIELDS[6..26] {
        assert!(value[field].is_null(), "{field}");
    }
    assert_eq!(value["rounds"], serde_json::json!([]));
}
