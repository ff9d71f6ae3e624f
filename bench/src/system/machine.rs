//! Where the figures come from.

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::process::Command;
use std::thread;
use std::time::{SystemTime, UNIX_EPOCH};

use serde::Serialize;

use crate::system::affinity::Split;

/// The libraries whose ways of waiting are measured, and what all of them share.
const LIBRARIES: [&str; 7] = ["async-std", "mio", "rustls", "smol", "tokio", "ureq", "ureq-proto"];

/// The first line of JSON: where, when and how it was measured.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct RunLine {
    pub(crate) mode: &'static str,
    /// Seconds since 1970, UTC.
    pub(crate) at_unix_s: u64,
    /// Processor, cores, system and compiler, in one line.
    pub(crate) machine: String,
    /// Cores of the client, by their numbers; empty where nothing is pinned.
    pub(crate) client_cores: String,
    pub(crate) server_cores: String,
    /// Of the working copy, as `git describe --always --dirty` tells it; `None` outside of one.
    pub(crate) commit: Option<String>,
    /// The order of the cells and all arrivals come from it.
    pub(crate) seed: u64,
    /// Of the closed loops; the other parts may have fewer.
    pub(crate) rounds: u32,
    pub(crate) quick: bool,
    /// Of the libraries that are measured.
    pub(crate) versions: BTreeMap<&'static str, &'static str>,
}

impl RunLine {
    pub(crate) fn new(split: &Split, seed: u64, rounds: u32, quick: bool) -> Self {
        let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Self {
            mode: "run",
            at_unix_s: since_1970.as_secs(),
            machine: describe(split),
            client_cores: split.client.to_string(),
            server_cores: split.server.to_string(),
            commit: first_line(Command::new("git").args(["describe", "--always", "--dirty"])),
            seed,
            rounds,
            quick,
            versions: versions(include_str!("../../../Cargo.lock")),
        }
    }
}

/// Processor, cores, system and compiler in one line, as far as they can be found out.
pub(crate) fn describe(split: &Split) -> String {
    let cores = thread::available_parallelism().map_or("? cores".into(), |n| match n.get() {
        1 => "1 core".to_owned(),
        n => format!("{n} cores"),
    });
    let placed = if split.is_apart() {
        format!("server on {}, client on {}", split.server, split.client)
    } else {
        "shared by server and client".into()
    };
    let compiler = first_line(Command::new("rustc").arg("-V"));
    let parts = [processor(), Some(format!("{cores} ({placed})")), Some(system()), compiler];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

fn processor() -> Option<String> {
    if cfg!(target_os = "macos") {
        return first_line(Command::new("sysctl").args(["-n", "machdep.cpu.brand_string"]));
    }
    let text = fs::read_to_string("/proc/cpuinfo").ok()?;
    field(&text, "model name", ':')
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

/// What a lock file has of [`LIBRARIES`].
fn versions(lock: &'static str) -> BTreeMap<&'static str, &'static str> {
    let packages = lock.split("[[package]]").filter_map(|package| {
        let mut lines = package.lines();
        let mut value = |name| lines.find_map(|line| line.strip_prefix(name)?.strip_suffix('"'));
        Some((value("name = \"")?, value("version = \"")?))
    });
    packages.filter(|(name, _)| LIBRARIES.contains(name)).collect()
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
        let versions = versions(include_str!("../../../Cargo.lock"));
        assert!(versions.keys().eq(LIBRARIES.iter()), "{versions:?}");
        assert!(versions.values().all(|version| version.split('.').count() == 3), "{versions:?}");
    }

    #[test]
    fn the_description_is_one_line() {
        let line = describe(&Split::of_this_process());
        assert!(line.contains("core") && !line.contains('\n'), "{line}");
    }
}
