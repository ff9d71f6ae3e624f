//! The answer at the top of the README: five bullets, generated from a recorded run and the sources of the recipes.
//!
//! The advice is that of `Decision`. Every other sentence is a list of figures, so no
//! recording can make it false.

use std::io;
use std::path::Path;

use crate::code_cost::{Cost, PROGRAM, STYLES};
use crate::record::advice::advice;
use crate::record::cell::Cell;
use crate::record::decision::{Step, step};
use crate::record::figures::Figure;
use crate::record::group::Group;
use crate::record::load::delay;
use crate::record::run::{self, Run};
use crate::text::format::{digits, size};
use crate::text::markers;

/// The size of the photos.
const BYTES: u64 = 32 << 10;

/// The loads of the bullets about one, some and many: server delay in milliseconds, downloads in flight. Every default
/// run has them.
const ONE: Point = (0, 1);
const SOME: Point = (20, 64);
const MANY: Point = (20, 1024);

type Point = (u64, usize);

/// Above this ratio of its ends, the interval of a median is shown.
const WIDE: f64 = 1.25;

/// The styles in the bullets, besides the chosen one. The tables have all of them.
const SHOWN: [&str; 3] = ["blocking", "callbacks", "tokio"];

/// Replaces the bullets of the README by those of the run in `folder`.
///
/// # Errors
///
/// If a file cannot be read, the run lacks a load, or the README has no place for the answer.
pub fn splice(readme: &str, folder: &Path, costs: &[Cost]) -> io::Result<String> {
    let run = Run::of_file(&folder.join(run::LINES))?;
    let answer =
        bullets(&run, costs).ok_or_else(|| io::Error::other("the run has no figures for the answer"))?;
    markers::replace(readme, "answer", &format!("\n{answer}\n"))
}

fn bullets(run: &Run, costs: &[Cost]) -> Option<String> {
    let [one, some, many] =
        &[ONE, SOME, MANY].map(|(delay_ms, in_flight)| run.closed_loop(delay_ms, in_flight));
    let (one, some, many) = (one.as_ref()?, some.as_ref()?, many.as_ref()?);
    let speed: Figure = |it| Some(it.downloads_per_s);
    Some(format!(
        "For {} photos, on the machine below:\n\n\
         - **One at a time: {}.** Photos per second without server delay: {}.\n\
         - **{} at once: {}.** Photos per second, of at most {} with a server delay of {}: {}.\n\
         - **{} at once: {}.** Photos per second, of at most {}: {}. Their p99 in milliseconds: {}.\n\
         - **CPU and memory, {} at once.** Client CPU for each photo, in µs: {}. Resident memory for each download in \
         flight, in KiB: {}. Blocking has {} threads; each also has a kernel stack, which is not counted.\n\
         - **Code.** Lines of all eleven recipes: {}.\n",
        size(BYTES),
        chosen(one),
        listed(one, speed, 1.0)?,
        SOME.1,
        chosen(some),
        most(some)?,
        delay(SOME.0),
        listed(some, speed, 1.0)?,
        MANY.1,
        chosen(many),
        most(many)?,
        listed(many, speed, 1.0)?,
        listed_if(many, |cell| cell.knows("p99"), |it| Some(it.latency.p99_us), 1e-3)?,
        MANY.1,
        listed(many, |it| Some(it.cpu_us_per_download), 1.0)?,
        listed(many, |it| it.rss_kib_per_in_flight, 1.0)?,
        many.cell("blocking")?.figures?.threads_max?,
        lines(costs),
    ))
}

/// The advice for the load of this group.
fn chosen(group: &Group) -> String {
    match step(group) {
        Err(why) => format!("no advice, because {why}"),
        Ok(Step { choose, keep_up, .. }) => {
            let why = match &*keep_up {
                [] => "the fastest, but its p99 may be too long",
                [_] => "the only style shown to keep up",
                _ => "the plainest code shown to keep up",
            };
            format!("{}, {why}", advice(&choose))
        }
    }
}

/// The photos per second that the delay of this group allows.
fn most(group: &Group) -> Option<String> {
    group.cells.first()?.most_per_s().map(digits)
}

/// Writes, for example, "`blocking` 12 (9.0 to 15), `callbacks` 35, `tokio` 31": a median that is not known well has its
/// interval.
fn listed(group: &Group, figure: Figure, scale: f64) -> Option<String> {
    listed_if(group, |_| true, figure, scale)
}

/// Writes the same list, with "unknown" for each cell whose figure is not known.
fn listed_if(group: &Group, is_known: fn(&Cell) -> bool, figure: Figure, scale: f64) -> Option<String> {
    let of = |style: &str| {
        let cell: &Cell = group.cell(style)?;
        if !is_known(cell) {
            return Some(format!("`{style}` unknown"));
        }
        let wide = cell.interval(figure).filter(|it| it.high > it.low * WIDE);
        let wide = wide.map(|it| format!(" ({} to {})", digits(it.low * scale), digits(it.high * scale)));
        Some(format!("`{style}` {}{}", digits(cell.figure(figure)? * scale), wide.unwrap_or_default()))
    };
    let chosen = step(group).ok().map(|step| step.choose).filter(|style| !SHOWN.contains(&&**style));
    let shown = SHOWN.into_iter().chain(chosen.as_deref());
    Some(shown.map(of).collect::<Option<Vec<_>>>()?.join(", "))
}

/// Lines of all recipes together in each style.
fn lines(costs: &[Cost]) -> String {
    let of = |style: &&str| {
        let recipes = costs.iter().filter(|cost| cost.style == *style && cost.recipe != PROGRAM);
        let name = if *style == "futures-impl" { "async/await" } else { style };
        format!("{name} {}", recipes.map(|cost| cost.lines).sum::<usize>())
    };
    STYLES.iter().map(of).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::code_cost::count;
    use crate::output::markdown::newest;
    use crate::record::load::Load;
    use crate::record::sample::{fast_with_a_long_tail, noisy, of_rounds};
    use crate::text::markers::tests::{assert_up_to_date, root};

    #[test]
    fn the_readme_has_the_newest_answer() {
        let folder = newest(&root().join("bench/results"), "load").unwrap();
        let costs = count(&root()).unwrap();
        assert_up_to_date("README.md", |readme| splice(readme, &folder, &costs));
    }

    #[test]
    fn advice_follows_from_the_run() {
        let [one, some] = [ONE, SOME].map(|at| cells(at, |_| 1000.0));
        let many = cells(MANY, |style| if style == "callbacks" { 1000.0 } else { 9000.0 });
        let few = many.iter().map(|cell| Cell {
            load: cell.load,
            ..of_rounds(&cell.style, cell.in_flight, cell.rounds[..5].to_vec())
        });
        let answer = |many: &[Cell]| {
            let closed = [one.as_slice(), &some, many].concat();
            bullets(&Run { closed, ..Run::default() }, &[]).unwrap()
        };
        let decided = answer(&many);
        for advice in [
            "One at a time: block, the plainest code shown to keep up.",
            "1024 at once: call back, the only style shown to keep up.",
        ] {
            assert!(decided.contains(advice), "{decided}");
        }
        let mut other = many.clone();
        other.push(Cell { style: "smol".into(), ..many[1].clone() });
        let chosen = answer(&other);
        assert!(
            chosen.contains("await on smol, the plainest code shown to keep up")
                && chosen.contains("`smol` 1000")
        );
        other[0].lacks_latencies = true;
        assert!(answer(&other).contains("Their p99 in milliseconds: `blocking` unknown, `callbacks` 1.0"));
        let fastest = answer(&fast_with_a_long_tail("blocking", MANY.1));
        assert!(
            fastest.contains("1024 at once: block, the fastest, but its p99 may be too long."),
            "{fastest}"
        );
        let undecided = answer(&few.collect::<Vec<_>>());
        let why = "1024 at once: no advice, because 5 rounds are too few: a decision needs 9.";
        assert!(undecided.contains(why), "{undecided}");
        assert_eq!(bullets(&Run::default(), &[]), None);
    }

    /// A cell of each style, all equally fast, with this p99.
    fn cells((delay_ms, in_flight): Point, p99_us: impl Fn(&str) -> f64) -> Vec<Cell> {
        let load = Load::plain(BYTES, delay_ms);
        let cell = |style| Cell { load, ..noisy(style, in_flight, 10.0, p99_us(style)) };
        SHOWN.map(cell).into()
    }
}
