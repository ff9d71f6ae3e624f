//! The machine on which the figures were measured.

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::num::NonZero;
use std::process::Command;
use std::thread;

use crate::system::cpu_set::CpuSet;
use crate::system::placement::CorePlacement;
use crate::system::{quota, topology};

/// The libraries whose ways of waiting are measured, and what all of them share.
const LIBRARIES: [&str; 6] = ["async-std", "mio", "rustls", "smol", "tokio", "ureq"];

/// Processor, cores, quota, load, system and compiler in one line, as far as they can be found out.
pub(crate) fn describe(placement: &CorePlacement) -> String {
    // `available_parallelism` takes a quota for a smaller number of cores.
    let cores = match CpuSet::allowed().cores().count() {
        0 => thread::available_parallelism().map_or(1, NonZero::get),
        count => count,
    };
    let cores = format!("{cores} core{}", if cores == 1 { "" } else { "s" });
    let shared = if placement.is_apart() { "" } else { "; they share cores" };
    let placed = match placement.client.cores().next() {
        None => "shared by server and client".into(),
        Some(_) => format!("server on {}, client on {}{shared}", placement.server, placement.all_clients),
    };
    let quota = quota::cores("/".as_ref()).map(|cores| format!("CPU quota of {cores} cores"));
    let compiler = first_line(Command::new("rustc").arg("-V"));
    let cores = Some(format!("{cores} ({placed})"));
    let parts = [processor(), cores, quota, governor(placement), load(), Some(system()), compiler];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

fn processor() -> Option<String> {
    if cfg!(target_os = "macos") {
        return first_line(Command::new("sysctl").args(["-n", "machdep.cpu.brand_string"]));
    }
    let text = fs::read_to_string("/proc/cpuinfo").ok()?;
    field(&text, "model name", ':')
}

/// The frequency governor of the client's first core. Most virtual machines have none.
fn governor(placement: &CorePlacement) -> Option<String> {
    let core = placement.client.cores().next()?;
    let path = format!("{}/cpu{core}/cpufreq/scaling_governor", topology::LINUX);
    Some(format!("governor {}", fs::read_to_string(path).ok()?.trim()))
}

/// The load of the machine before the run: a run on a busy machine is noisy.
fn load() -> Option<String> {
    let text = fs::read_to_string("/proc/loadavg").ok()?;
    Some(format!("load average {}", text.split_whitespace().next()?))
}

fn system() -> String {
    let release = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    let name = fs::read_to_string("/etc/os-release").ok().and_then(|text| field(&text, "PRETTY_NAME", '='));
    let kernel = format!("{} {}", env::consts::OS, release.trim());
    match name {
        Some(name) => format!("{name} ({})", kernel.trim()),
        None => kernel.trim().to_owned(),
    }
}

/// The working copy that this program was started in, by git; `None` outside of one.
pub(crate) fn commit() -> Option<String> {
    first_line(Command::new("git").args(["describe", "--always", "--dirty"]))
}

/// The versions of [`LIBRARIES`] that were built.
pub(crate) fn versions() -> BTreeMap<String, String> {
    let lock = include_str!("../../../Cargo.lock");
    let packages = lock.split("[[package]]").filter_map(|package| {
        let mut lines = package.lines();
        let mut value = |name| lines.find_map(|line| line.strip_prefix(name)?.strip_suffix('"'));
        Some((value("name = \"")?, value("version = \"")?))
    });
    let known = packages.filter(|(name, _)| LIBRARIES.contains(name));
    known.map(|(name, version)| (name.to_owned(), version.to_owned())).collect()
}

/// The value of the first line `name: value`.
fn field(text: &str, name: &str, separator: char) -> Option<String> {
    let mut fields = text.lines().filter_map(|line| line.split_once(separator));
    let (_, value) = fields.find(|(key, _)| key.trim() == name)?;
    Some(value.trim().trim_matches('"').to_owned())
}

fn first_line(command: &mut Command) -> Option<String> {
    let output = command.output().ok().filter(|output| output.status.success())?;
    String::from_utf8(output.stdout).ok()?.lines().next().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_found_by_name() {
        assert_eq!(field("a\t: 1\nmodel name\t: Z 80\n", "model name", ':').as_deref(), Some("Z 80"));
        assert_eq!(field("NAME=x\nPRETTY_NAME=\"y z\"\n", "PRETTY_NAME", '=').as_deref(), Some("y z"));
        assert_eq!(field("", "model name", ':'), None);
    }

    #[test]
    fn the_versions_are_those_that_were_built() {
        let versions = versions();
        assert!(versions.keys().eq(LIBRARIES), "{versions:?}");
        assert!(versions.values().all(|version| version.split('.').count() == 3), "{versions:?}");
    }

    #[test]
    fn the_description_is_one_line() {
        let line = describe(&CorePlacement::of_this_process());
        assert!(line.contains("core") && !line.contains('\n'), "{line}");
    }
}
