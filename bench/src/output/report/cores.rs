//! Photos per second against the cores of the client.

use maud::Markup;

use super::axis::Axis;
use super::palette::Look;
use super::pictures::{against, point};
use crate::record::cell::Cell;
use crate::record::group::{Group, sorted};
use crate::record::load::Load;
use crate::record::run::Run;

/// A picture for each load that was measured on one core and on several.
pub(super) fn pictures(run: &Run) -> Vec<Markup> {
    let groups = sorted(run.loops());
    let on_several = groups.iter().filter(|group| cores(group) > 1);
    let picture = |group: &Group| {
        let key = key(group);
        let same_load: Vec<_> = groups.iter().filter(|other| self::key(other) == key).collect();
        picture(&same_load)
    };
    on_several.filter_map(picture).collect()
}

/// The load on one core.
fn key(group: &Group) -> (Load, usize) {
    (Load { client_cores: 0, ..group.load }, group.in_flight)
}

fn cores(group: &Group) -> usize {
    group.load.client_cores.max(1)
}

fn picture(groups: &[&Group]) -> Option<Markup> {
    let x = Axis::of_steps("client cores", groups.iter().map(|group| cores(group) as u64))?;
    let (load, in_flight) = key(groups[0]);
    let of_style = |look: Look| {
        let uses_all = groups.iter().any(|it| cores(it) > 1 && it.cell(look.style).is_some());
        let of_group = |group: &&Group| {
            point(on_these_cores(group, look.style)?, cores(group), |it| Some(it.downloads_per_s))
        };
        groups.iter().copied().filter(|_| uses_all).filter_map(|group| of_group(&group)).collect()
    };
    against(&format!("{in_flight} in flight"), &load.to_string(), x, "photos per second", of_style)
}

/// On one core, a style that has a loop for each core is the style with one loop.
fn on_these_cores<'a>(group: &Group<'a>, style: &str) -> Option<&'a Cell> {
    let with_one_loop = || group.cell(style.strip_suffix("-multi")?);
    group.cell(style).or_else(|| with_one_loop().filter(|_| cores(group) == 1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::sample::noisy;

    #[test]
    fn styles_on_several_cores_have_a_line_from_one_core() {
        let one = ["floor", "blocking", "callbacks", "smol"].map(|style| noisy(style, 64, 10.0, 1000.0));
        let two = ["blocking", "callbacks-multi"].map(|style| {
            let mut cell = noisy(style, 64, 10.0, 1000.0);
            cell.load.client_cores = 2;
            cell
        });
        let mut run = Run { closed: one.into_iter().chain(two).collect(), ..Run::default() };
        let [picture] = &pictures(&run)[..] else { panic!("one picture") };
        let text = picture.0.as_str();
        assert!(text.contains("64 in flight") && text.contains("client cores (log scale)"), "{text}");
        assert!(text.contains("A line each for blocking, callbacks-multi."), "{text}");
        run.closed.truncate(4);
        assert!(pictures(&run).is_empty());
    }
}
