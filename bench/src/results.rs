//! Recorded results, and the README's part that is made from them.
//!
//! A recorded run is a folder `results/DATE-MACHINE/` with `load.jsonl`, as `--json` wrote it, and `conditions.txt`,
//! which says where the figures come from; or with `pitfalls.jsonl` and `pitfalls.txt`; or with both. No figure in the
//! README is written by hand.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::readme;
use crate::table::digits;

/// Which workloads the README shows: server delay in milliseconds, downloads in flight.
const SHOWN: [(u64, u64); 3] = [(0, 1), (0, 256), (20, 1024)];

/// The README with its figures replaced by those of the run in `folder`.
///
/// # Errors
///
/// If a file cannot be read, a line is no cell, or the README has no place for figures.
pub fn splice(readme: &str, folder: &Path) -> io::Result<String> {
    let cells = fs::read_to_string(folder.join("load.jsonl"))?;
    let cells = cells.lines().map(serde_json::from_str).collect::<Result<Vec<Value>, _>>()?;
    let conditions = fs::read_to_string(folder.join("conditions.txt"))?;
    readme::replace(readme, "figures", &markdown(&cells, &conditions))
}

/// The same with the figures of the pitfalls.
///
/// # Errors
///
/// As [`splice`].
pub fn splice_pitfalls(readme: &str, folder: &Path) -> io::Result<String> {
    let cells = fs::read_to_string(folder.join("pitfalls.jsonl"))?;
    let cells = cells.lines().map(serde_json::from_str).collect::<Result<Vec<Value>, _>>()?;
    let conditions = fs::read_to_string(folder.join("pitfalls.txt"))?;
    readme::replace(readme, "pitfalls", &format!("\n{}\n{}\n\n", damage_table(&cells), quoted(&conditions)))
}

/// The folder of the newest recorded run that has this `file`.
///
/// # Errors
///
/// If there is none.
pub fn newest(results: &Path, file: &str) -> io::Result<PathBuf> {
    let entries = fs::read_dir(results)?.collect::<io::Result<Vec<_>>>()?;
    let folders = entries.into_iter().map(|entry| entry.path()).filter(|path| path.join(file).is_file());
    folders.max().ok_or_else(|| io::Error::other(format!("no {file} in {}", results.display())))
}

fn quoted(conditions: &str) -> String {
    conditions.lines().map(|line| format!("> {line}")).collect::<Vec<_>>().join("\n")
}

fn markdown(cells: &[Value], conditions: &str) -> String {
    let tables = SHOWN.iter().map(|(delay_ms, in_flight)| {
        let of_workload = |cell: &&Value| cell["delay_ms"] == *delay_ms && cell["in_flight"] == *in_flight;
        table(&cells.iter().filter(of_workload).collect::<Vec<_>>(), *delay_ms, *in_flight)
    });
    format!("\n{}\n{}\n\n", tables.collect::<Vec<_>>().join("\n"), quoted(conditions))
}

fn table(cells: &[&Value], delay_ms: u64, in_flight: u64) -> String {
    let delay =
        if delay_ms == 0 { "no server delay".into() } else { format!("{delay_ms} ms of server delay") };
    let kib = cells.iter().find_map(|cell| cell["bytes"].as_u64()).unwrap_or_default() / 1024;
    let floor = cells.iter().find(|cell| cell["style"] == "floor");
    let floor = floor.and_then(|cell| cell["cpu_us_per_download"].as_f64());
    let mut text = format!(
        "**{in_flight} in flight, {delay}, {kib} KiB photos**\n\n\
         | style | downloads/s | p50 ms | p99 ms | p99.9 ms | client CPU, µs each | × floor | KiB per in flight | threads |\n\
         | --- | --: | --: | --: | --: | --: | --: | --: | --: |\n"
    );
    for cell in cells {
        let figure = |name: &str, scale: f64, digits: usize| {
            cell[name].as_f64().map_or("–".into(), |value| format!("{:.digits$}", value * scale))
        };
        let times = cell["cpu_us_per_download"].as_f64().zip(floor);
        let columns = [
            format!("`{}`", cell["style"].as_str().unwrap_or_default()),
            figure("downloads_per_s", 1.0, 0),
            figure("p50_us", 1e-3, 2),
            figure("p99_us", 1e-3, 2),
            figure("p999_us", 1e-3, 2),
            figure("cpu_us_per_download", 1.0, 1),
            times.map_or("–".into(), |(cpu, floor)| format!("{:.2}", cpu / floor)),
            figure("rss_kib_per_in_flight", 1.0, 1),
            figure("threads_max", 1.0, 0),
        ];
        text.extend(["| ", &columns.join(" | "), " |\n"]);
    }
    text
}

fn damage_table(cells: &[Value]) -> String {
    let mut text = "| pitfall | style | what is hurt | right | wrong | damage × | min–max of rounds |\n\
                    | --- | --- | --- | --: | --: | --: | --: |\n"
        .to_owned();
    for cell in cells {
        let word = |name: &str| cell[name].as_str().unwrap_or_default();
        let figure = |value: &Value| value.as_f64().map_or("–".into(), digits);
        let damage = &cell["damage"];
        let columns = [
            format!("[{}](bench/src/pitfalls/{})", word("pitfall"), word("file")),
            format!("`{}`", word("style")),
            word("hurts").into(),
            figure(&cell["right"]),
            figure(&cell["wrong"]),
            figure(&damage["median"]),
            format!("{}–{}", figure(&damage["min"]), figure(&damage["max"])),
        ];
        text.extend(["| ", &columns.join(" | "), " |\n"]);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::readme::tests::{assert_up_to_date, root};

    #[test]
    fn the_readme_shows_the_newest_recorded_figures() {
        let results = root().join("results");
        assert_up_to_date(|readme| splice(readme, &newest(&results, "load.jsonl")?));
        assert_up_to_date(|readme| splice_pitfalls(readme, &newest(&results, "pitfalls.jsonl")?));
    }

    #[test]
    fn a_cell_without_figures_is_shown_without() {
        let failed = serde_json::json!({"style": "blocking", "delay_ms": 0, "in_flight": 1, "bytes": 1024});
        let text = table(&[&failed], 0, 1);
        assert!(text.ends_with("| `blocking` | – | – | – | – | – | – | – | – |\n"), "{text}");
    }
}
