//! The topology of a processor: the logical cores that share a physical one, a package or a kind.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::system::cpu_set::CpuSet;

/// The folder in which Linux describes its processors.
pub(crate) const LINUX: &str = "/sys/devices/system/cpu";

/// The cores that a process may use, one logical core for each physical one, all of the same package and the fastest kind
/// where there are at least two such.
///
/// So a hyper-thread takes no time from its sibling, no side has faster cores than the other, and none has farther
/// memory. A single physical core offers its logical ones.
pub(crate) fn usable(root: &Path, allowed: &[usize]) -> Vec<usize> {
    let cores: Vec<_> = allowed.iter().map(|cpu| Core::read(root, *cpu)).collect();
    let mut first_of_each: BTreeMap<usize, &Core> = BTreeMap::new();
    for core in &cores {
        first_of_each.entry(core.physical).or_insert(core);
    }
    let physical: Vec<_> = first_of_each.into_values().collect();
    if physical.len() < 2 {
        return allowed.to_vec();
    }
    let mut of_a_kind: BTreeMap<(Reverse<u64>, usize), Vec<usize>> = BTreeMap::new();
    for core in &physical {
        of_a_kind.entry((Reverse(core.speed), core.package)).or_default().push(core.cpu);
    }
    let mut several = of_a_kind.into_values().filter(|cpus| cpus.len() >= 2);
    several.next().unwrap_or_else(|| physical.iter().map(|core| core.cpu).collect())
}

/// Those of the cores that share no physical one with `taken`, if there are any.
pub(crate) fn apart_from(root: &Path, taken: &[usize], cores: &[usize]) -> Vec<usize> {
    let physical = |cpu: &usize| Core::read(root, *cpu).physical;
    let shared: Vec<_> = taken.iter().map(physical).collect();
    let apart: Vec<_> = cores.iter().copied().filter(|cpu| !shared.contains(&physical(cpu))).collect();
    if apart.is_empty() { cores.to_vec() } else { apart }
}

/// A logical core.
struct Core {
    cpu: usize,
    /// The least of the logical cores that share its physical one.
    physical: usize,
    package: usize,
    /// Larger for a faster kind of core, whatever the unit.
    speed: u64,
}

impl Core {
    /// Reads the files of a core; if one is missing, the core counts as a physical one like all others.
    fn read(root: &Path, cpu: usize) -> Self {
        let text = |file: &str| fs::read_to_string(root.join(format!("cpu{cpu}/{file}"))).ok();
        let number = |file: &str| text(file)?.trim().parse::<u64>().ok();
        let siblings =
            text("topology/thread_siblings_list").and_then(|list| list.trim().parse::<CpuSet>().ok());
        Self {
            cpu,
            physical: siblings.and_then(|list| list.cores().min()).unwrap_or(cpu),
            package: number("topology/physical_package_id").map_or(0, |id| usize::try_from(id).unwrap_or(0)),
            speed: number("cpu_capacity").or_else(|| number("cpufreq/cpuinfo_max_freq")).unwrap_or(0),
        }
    }
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;

    use super::*;

    /// A folder as Linux has it, with these siblings, packages and capacities.
    fn machine(cores: &[(&str, usize, u64)]) -> TempDir {
        let root = TempDir::new().unwrap();
        for (cpu, (siblings, package, capacity)) in cores.iter().enumerate() {
            let folder = root.path().join(format!("cpu{cpu}"));
            fs::create_dir_all(folder.join("topology")).unwrap();
            fs::write(folder.join("topology/thread_siblings_list"), format!("{siblings}\n")).unwrap();
            fs::write(folder.join("topology/physical_package_id"), format!("{package}\n")).unwrap();
            fs::write(folder.join("cpu_capacity"), format!("{capacity}\n")).unwrap();
        }
        root
    }

    #[test]
    fn the_usable_cores_are_equal_and_take_nothing_from_each_other() {
        let alike =
            |siblings: &[&'static str]| siblings.iter().map(|one| (*one, 0, 1024)).collect::<Vec<_>>();
        let (side_by_side, half_apart) =
            (alike(&["0-1", "0-1", "2-3", "2-3"]), alike(&["0,2", "1,3", "0,2", "1,3"]));
        let two_kinds = [[("", 0, 400); 8], [("", 0, 1024); 8]].concat();
        let two_packages = [("0", 0, 1), ("1", 1, 1), ("2", 0, 1), ("3", 1, 1)];
        for (cores, allowed, expected, why) in [
            (alike(&["0"]), vec![0], vec![0], "one core"),
            (alike(&["0", "1"]), vec![0, 1], vec![0, 1], "two cores"),
            (alike(&["0-1", "0-1"]), vec![0, 1], vec![0, 1], "one physical core has to do"),
            (side_by_side, vec![0, 1, 2, 3], vec![0, 2], "siblings are left out"),
            (half_apart.clone(), vec![0, 1, 2, 3], vec![0, 1], "however they are numbered"),
            (half_apart.clone(), vec![2, 3], vec![2, 3], "a set of cores is respected"),
            (half_apart, vec![1, 3], vec![1, 3], "as are two siblings in it"),
            (two_kinds.clone(), (0..16).collect(), (8..16).collect(), "the fastest kind is taken"),
            (two_kinds.clone(), vec![0, 1, 9], vec![0, 1], "two of one kind before one of each"),
            (two_kinds, vec![0, 9], vec![0, 9], "two kinds have to do"),
            (two_packages.to_vec(), vec![0, 1, 2, 3], vec![0, 2], "one package is enough"),
        ] {
            assert_eq!(usable(machine(&cores).path(), &allowed), expected, "{why}");
        }
        assert_eq!(usable("/nowhere".as_ref(), &[4, 5, 6]), [4, 5, 6], "missing files are no harm");
    }

    #[test]
    fn the_siblings_of_a_taken_core_are_taken() {
        let half_apart = ["0,2", "1,3", "0,2", "1,3"].map(|siblings| (siblings, 0, 1024));
        let root = machine(&half_apart);
        assert_eq!(apart_from(root.path(), &[0], &[1, 2, 3]), [1, 3]);
        assert_eq!(apart_from(root.path(), &[0, 1], &[2, 3]), [2, 3], "nothing else is left");
        assert_eq!(apart_from(root.path(), &[], &[0, 1, 2, 3]), [0, 1, 2, 3]);
    }
}
