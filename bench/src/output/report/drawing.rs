//! The picture of the README: a plot of the report as a file, once for light pages and once for dark ones.

use std::fmt::Write;
use std::io;
use std::path::Path;

use super::palette::{GRID, INK, Look};
use super::pictures;
use crate::record::group::in_order;
use crate::record::load::Load;
use crate::record::run::{self, Run};

/// The load of the picture: server delay in milliseconds, downloads in flight. Every default run has it.
const LOAD: (u64, usize) = (20, 1024);

/// The files in `docs/`, in the order of the palette's colours: light, dark.
pub const FILES: [&str; 2] = ["latency-light.svg", "latency-dark.svg"];

/// Draws latency by percentile, from the run in `folder`: the text of each of [`FILES`].
///
/// # Errors
///
/// If a file cannot be read, or the run lacks the load.
pub fn latency(folder: &Path) -> io::Result<[String; 2]> {
    let run = Run::of_file(&folder.join(run::LINES))?;
    let mut groups = in_order(&run.closed);
    let group = groups.find(|group| (group.load, group.in_flight) == (Load::plain(32 << 10, LOAD.0), LOAD.1));
    let plot = group.map(|group| pictures::latency_plot(&group.cells)).transpose()?.flatten();
    let plot = plot.ok_or_else(|| io::Error::other("the run has no figures for the picture"))?;
    let svg = plot.draw().into_string();
    let looks: Vec<_> = plot.series.iter().map(|series| series.look).collect();
    Ok([0, 1].map(|scheme| with_style(&svg, &css(&looks, scheme))))
}

/// An image has no page around it, so the colours go into it.
fn with_style(svg: &str, css: &str) -> String {
    let at = svg.find('>').map_or(0, |end| end + 1);
    format!("{}\n<style>\n{css}</style>\n{}\n", &svg[..at], &svg[at..])
}

fn css(looks: &[Look], scheme: usize) -> String {
    let (ink, grid) = (INK[scheme], GRID[scheme]);
    let mut css = format!(
        "text {{ font: 12px system-ui, sans-serif; fill: #{ink:06X} }}\n\
         polyline {{ fill: none; stroke-linejoin: round; stroke-linecap: round }}\n\
         .grid {{ stroke: #{grid:06X} }}\n\
         .line, .stroke, .ring {{ stroke-width: 2px }}\n"
    );
    for look in looks {
        let (style, mark, text) = (look.style, look.mark[scheme], look.text[scheme]);
        let _ = writeln!(
            css,
            ".is-{style} :is(polyline, .ring) {{ stroke: #{mark:06X} }} \
             .is-{style} .line {{ stroke-dasharray: {dash} }} \
             .is-{style} :is(circle, polygon) {{ fill: #{mark:06X} }} \
             .is-{style} text {{ fill: #{text:06X} }}",
            dash = look.dash
        );
    }
    css + ".spread { opacity: .45 }\n.ring.ring.ring { fill: none }\n"
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::super::palette::LOOKS;
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

    #[test]
    fn each_scheme_has_its_colours() {
        let [light, dark] = [0, 1].map(|scheme| css(&LOOKS, scheme));
        assert!(light.contains(".is-tokio text { fill: #007555 }"), "{light}");
        assert!(dark.contains(".is-tokio text { fill: #45CFA4 }"), "{dark}");
        assert_eq!(
            with_style("<svg a=\"b\"><g></g></svg>", "x"),
            "<svg a=\"b\">\n<style>\nx</style>\n<g></g></svg>\n"
        );
    }
}
