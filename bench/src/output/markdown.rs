//! Recorded results, and the README's part that is made from them.
//!
//! A recorded run is a folder `results/DATE-MACHINE/` with `load.jsonl`, as `--json` wrote it, and `conditions.txt`,
//! which says where the figures come from; with `pitfalls.jsonl` and `pitfalls.txt`; with `price.jsonl` and `price.txt`;
//! or with some of them. No figure in the README is written by hand.
//!
//! # The format
//!
//! One JSON object a line; `mode` says what it is about. Fields may be added, so unknown ones are to be ignored. The end
//! of a name is its unit: `_s` seconds, `_ms` milliseconds, `_us` microseconds, `_kib` 1024 bytes. A figure that is not
//! known is null; a line without figures has `failed`, the reason.
//!
//! **`run`**, the first line: `at_unix_s`, `machine` (processor, cores, system, compiler), `client_cores` and
//! `server_cores` (their numbers, separated by commas), `commit` (as git describes it), `seed`, `rounds`, `quick`, `versions` (of the
//! libraries, by their names).
//!
//! **`closed`** and **`scale`**: a style with a fixed number of downloads in flight.
//!
//! | field | what it is |
//! | --- | --- |
//! | `style` | the row: `floor`, a style, or `ureq` |
//! | `bytes`, `delay_ms` | of each photo: its size, and how long the server takes |
//! | `in_flight`, `count` | downloads at once; downloads in each round |
//! | `errors` | of all rounds together |
//! | `wall_s` | from the first download's start to the last one's end; here and below: the median of all rounds |
//! | `downloads_per_s` | photos in that time |
//! | `in_flight_mean` | how many were under way, on average: each for as long as its latency |
//! | `cpu_us_per_download` | of the whole client; `cpu_user_…` and `cpu_system_…` are its parts |
//! | `voluntary_switches_per_download` | how often a thread gave its core away; `involuntary_…`: had to |
//! | `server_cpu_us_per_download` | of the server's thread |
//! | `p50_us`, `p90_us`, `p99_us`, `p999_us`, `max_us` | latency, from start to photo |
//! | `rss_kib_per_in_flight` | the client's peak, above what it was before its first download |
//! | `threads_max` | the most that were seen; of all rounds, the most |
//! | `bound` | who was busy for more than 70 % of the time: `server` (whoever else), `client`, or `waiting`: neither |
//! | `cpu_vs_best` | `style`: the one of this group that uses least CPU; `ratio`, `low`, `high`: how many times as much this one uses, and the 95 % interval; `different`: whether the interval tells them apart |
//! | `histogram` | latencies of all rounds, in nanoseconds: HDR histogram, V2 format, compressed, Base64 |
//! | `rounds` | an array of objects with those figures of each round |
//!
//! **`open`**: a style at a fixed rate of arrivals. All of the above, where `count` is arrivals in each round,
//! `in_flight` the most at once, and latencies count from when a download should have started; and
//!
//! | field | what it is |
//! | --- | --- |
//! | `rate_per_s` | arrivals per second, on average |
//! | `share_percent` | the same as a share of what the style reached in the closed loop; null if it is the same for all |
//! | `uncorrected` | `p50_us` … `max_us` from when downloads did start |
//! | `late`, `skipped` | arrivals that started more than 10 ms after their time, and those that never did |
//! | `saturated` | whether one was skipped or one in ten was late: latencies then grow with the time measured |
//!
//! **`cost`**: what a download costs. `style`, `bytes`, `delay_ms`, `in_flight`, `count` and the figures of one round as
//! above, and `allocations_per_download`, `allocated_bytes_per_download`, `instructions_per_download` (of the client,
//! without the kernel's; `no_instructions` says why not).
//!
//! **`waits`**: waiting alone. `style`, `count` (waits at once), `start_s` (until all were pending), `finish_s` (from when
//! all should have ended until the last had), `cpu_us_per_wait`, `bytes_per_wait` (resident memory), `threads`.
//!
//! **`decision`**: which style to choose, for photos of `bytes` and a delay of `delay_ms`. `steps`, in ascending order:
//! from `from_in_flight` to `to_in_flight` at once, `choose` this style; `keep_up` are all that were as fast, `least_cpu` the
//! one that used least.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::measure::scale::decision::advice;
use crate::text::format::{digits, size};
use crate::text::markers;

/// Which workloads the README shows: server delay in milliseconds, downloads in flight.
const SHOWN: [(u64, u64); 3] = [(0, 1), (0, 256), (20, 1024)];

/// The places in the README.
const FIGURES: &str = "figures";
const DECISIONS: &str = "decisions";
const PITFALLS: &str = "pitfalls";
const PRICE: &str = "price";

/// The README with its figures replaced by those of the run in `folder`.
///
/// # Errors
///
/// If a file cannot be read, a line is no cell, or the README has no place for figures.
pub fn splice(readme: &str, folder: &Path) -> io::Result<String> {
    let (cells, conditions) = (lines(&folder.join("load.jsonl"))?, quoted(&folder.join("conditions.txt"))?);
    let readme = markers::replace(readme, FIGURES, &format!("\n{}\n{conditions}\n\n", figures(&cells)))?;
    markers::replace(&readme, DECISIONS, &decisions(&cells))
}

/// The same with the figures of the pitfalls.
///
/// # Errors
///
/// As [`splice`].
pub fn splice_pitfalls(readme: &str, folder: &Path) -> io::Result<String> {
    let (cells, conditions) = (lines(&folder.join("pitfalls.jsonl"))?, quoted(&folder.join("pitfalls.txt"))?);
    markers::replace(readme, PITFALLS, &format!("\n{}\n{conditions}\n\n", damage_table(&cells)))
}

/// The same with what a style costs by itself.
///
/// # Errors
///
/// As [`splice`].
pub fn splice_price(readme: &str, folder: &Path) -> io::Result<String> {
    let (cells, conditions) = (lines(&folder.join("price.jsonl"))?, quoted(&folder.join("price.txt"))?);
    markers::replace(readme, PRICE, &format!("\n{}\n{conditions}\n\n", price_table(&cells)))
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

fn lines(path: &Path) -> io::Result<Vec<Value>> {
    Ok(fs::read_to_string(path)?.lines().map(serde_json::from_str).collect::<Result<_, _>>()?)
}

fn quoted(path: &Path) -> io::Result<String> {
    Ok(fs::read_to_string(path)?.lines().map(|line| format!("> {line}")).collect::<Vec<_>>().join("\n"))
}

fn figures(cells: &[Value]) -> String {
    let tables = SHOWN.iter().map(|(delay_ms, in_flight)| {
        let of_workload = |cell: &&Value| {
            cell["mode"] == "closed" && cell["delay_ms"] == *delay_ms && cell["in_flight"] == *in_flight
        };
        table(&cells.iter().filter(of_workload).collect::<Vec<_>>(), *delay_ms, *in_flight)
    });
    tables.collect::<Vec<_>>().join("\n")
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

/// In instructions, which hardly differ from run to run: those of callbacks are one.
fn price_table(cells: &[Value]) -> String {
    let cells: Vec<_> = cells.iter().filter(|cell| cell["mode"] == "cost").collect();
    let instructions = |cell: &Value| cell["instructions_per_download"].as_f64();
    let callbacks =
        cells.iter().find(|cell| cell["style"] == "callbacks").and_then(|cell| instructions(cell));
    let mut text = "| style | instructions | × callbacks | allocations | allocated KiB | thread switches |\n\
                    | --- | --: | --: | --: | --: | --: |\n"
        .to_owned();
    for cell in cells {
        let shown = |value: Option<f64>, digits: usize| {
            value.map_or("–".into(), |value| format!("{value:.digits$}"))
        };
        let figure = |name: &str| cell[name].as_f64();
        let switches = ["voluntary_switches_per_download", "involuntary_switches_per_download"].map(figure);
        let columns = [
            format!("`{}`", cell["style"].as_str().unwrap_or_default()),
            shown(instructions(cell), 0),
            shown(instructions(cell).zip(callbacks).map(|(this, callbacks)| this / callbacks), 2),
            shown(figure("allocations_per_download"), 1),
            shown(figure("allocated_bytes_per_download").map(|bytes| bytes / 1024.0), 1),
            shown(switches.into_iter().sum(), 2),
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

/// Nothing, if the run has decided nothing.
fn decisions(lines: &[Value]) -> String {
    let decisions: Vec<_> = lines.iter().filter(|line| line["mode"] == "decision").collect();
    if decisions.is_empty() {
        return String::new();
    }
    let mut text = "\n\
        Computed from the same run: of the styles that bring as many photos per second as the best one, and whose tail\n\
        is not much worse, the one with the plainest code.\n\
        \n\
        | photos | server delay | in flight | choose | least CPU | keep up |\n\
        | --: | --: | --: | --- | --- | --- |\n"
        .to_owned();
    for decision in decisions {
        let photos = size(decision["bytes"].as_u64().unwrap_or_default());
        for step in decision["steps"].as_array().into_iter().flatten() {
            let (from, to) = (&step["from_in_flight"], &step["to_in_flight"]);
            let code = |style: &Value| format!("`{}`", style.as_str().unwrap_or_default());
            let keep_up: Vec<_> = step["keep_up"].as_array().into_iter().flatten().map(code).collect();
            let columns = [
                photos.clone(),
                format!("{} ms", decision["delay_ms"]),
                if from == to { from.to_string() } else { format!("{from} to {to}") },
                advice(step["choose"].as_str().unwrap_or_default()),
                code(&step["least_cpu"]),
                keep_up.join(", "),
            ];
            text.extend(["| ", &columns.join(" | "), " |\n"]);
        }
    }
    text.push('\n');
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::markers::tests::{assert_up_to_date, root};

    #[test]
    fn the_readme_shows_the_newest_recorded_figures() {
        let results = root().join("results");
        assert_up_to_date(|readme| splice(readme, &newest(&results, "load.jsonl")?));
        assert_up_to_date(|readme| splice_pitfalls(readme, &newest(&results, "pitfalls.jsonl")?));
        assert_up_to_date(|readme| splice_price(readme, &newest(&results, "price.jsonl")?));
    }

    #[test]
    fn a_cell_without_figures_is_shown_without() {
        let failed = serde_json::json!({"style": "blocking", "delay_ms": 0, "in_flight": 1, "bytes": 1024});
        let text = table(&[&failed], 0, 1);
        assert!(text.ends_with("| `blocking` | – | – | – | – | – | – | – | – |\n"), "{text}");
    }

    #[test]
    fn a_decision_has_a_row_for_each_step() {
        let step = |from, to, choose: &str| {
            serde_json::json!({"from_in_flight": from, "to_in_flight": to, "choose": choose, "keep_up": [choose],
                "least_cpu": "callbacks"})
        };
        let steps = [step(1, 64, "blocking"), step(1024, 1024, "tokio")];
        let decision =
            serde_json::json!({"mode": "decision", "bytes": 32768, "delay_ms": 20, "steps": steps});
        let text = decisions(&[serde_json::json!({"mode": "closed"}), decision]);
        assert!(text.contains("| 32 KiB | 20 ms | 1 to 64 | block | `callbacks` | `blocking` |\n"), "{text}");
        assert!(
            text.contains("| 32 KiB | 20 ms | 1024 | await on tokio | `callbacks` | `tokio` |\n"),
            "{text}"
        );
    }
}
