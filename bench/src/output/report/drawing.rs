//! The picture of the README: a plot of the report as a file, once for light pages and once for dark ones.

use std::io;
use std::path::Path;

use super::{palette, pictures};
use crate::record::run::{self, Run};

/// The files in `docs/`, in the order of the palette's colours: light, dark.
pub const FILES: [&str; 2] = ["latency-light.svg", "latency-dark.svg"];

/// Draws latency by percentile at a load that every default run has, from the run in `folder`: the text of each of [`FILES`].
///
/// # Errors
///
/// If a file cannot be read, or the run lacks the load.
pub fn latency(folder: &Path) -> io::Result<[String; 2]> {
    let run = Run::of_file(&folder.join(run::LINES))?;
    let plot =
        run.closed_loop(20, 1024).map(|group| pictures::latency_plot(&group.cells)).transpose()?.flatten();
    let plot = plot.ok_or_else(|| io::Error::other("the run has no figures for the picture"))?;
    let svg = plot.draw().into_string();
    // An image has no page around it, so the colours go into it.
    let (tag, content) = svg.split_at(svg.find('>').map_or(0, |end| end + 1));
    let style =
        |is_dark| format!("svg{{font-size:12px;{}}}\n{}", palette::colors(is_dark), palette::picture());
    Ok([false, true].map(|is_dark| format!("{tag}\n<style>\n{}</style>\n{content}\n", style(is_dark))))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::output::markdown::newest;
    use crate::text::markers::tests::root;

    #[test]
    fn the_pictures_show_the_newest_recorded_figures() {
        let folder = newest(&root().join("bench/results"), "load").unwrap();
        for (file, drawn) in FILES.iter().zip(latency(&folder).unwrap()) {
            let kept = fs::read_to_string(root().join("docs").join(file)).unwrap();
            assert!(kept == drawn, "docs/{file}: cargo run -p photo-bench --bin splice");
        }
    }
}
