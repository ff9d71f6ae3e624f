//! The share of the processor that the control group of this process may use, and whether it had to wait for it.

use std::fs;
use std::path::{Path, PathBuf};

/// The cores that the group may use, such as 1.5; the least of those of all groups around it. `None` without a quota.
pub(crate) fn cores(root: &Path) -> Option<f64> {
    folders(root).iter().filter_map(|folder| quota(folder)).reduce(f64::min)
}

/// The number of times that the group, or one around it, had used up its quota and had to wait. `None` if that is not
/// counted.
pub(crate) fn throttled(root: &Path) -> Option<u64> {
    let count = |folder: &PathBuf| {
        let text = fs::read_to_string(folder.join("cpu.stat")).ok()?;
        text.lines().find_map(|line| line.strip_prefix("nr_throttled ")?.trim().parse::<u64>().ok())
    };
    folders(root).iter().filter_map(count).reduce(|one, other| one + other)
}

/// The folders of the group and of all groups around it, in both versions of control groups.
fn folders(root: &Path) -> Vec<PathBuf> {
    let groups = fs::read_to_string(root.join("proc/self/cgroup")).unwrap_or_default();
    let of_line = |line: &str| {
        let (_, rest) = line.split_once(':')?;
        let (controllers, group) = rest.split_once(':')?;
        let mounts: &[&str] = match controllers {
            "" => &["sys/fs/cgroup", "sys/fs/cgroup/unified"],
            _ if controllers.split(',').any(|one| one == "cpu") => {
                &["sys/fs/cgroup/cpu", "sys/fs/cgroup/cpu,cpuacct"]
            }
            _ => return None,
        };
        let mount = mounts.iter().map(|mount| root.join(mount)).find(|mount| mount.is_dir())?;
        let group = Path::new(group.trim_start_matches('/')).to_owned();
        Some(group.ancestors().map(|group| mount.join(group)).collect::<Vec<_>>())
    };
    groups.lines().filter_map(of_line).flatten().collect()
}

/// The second version has the quota and the period in one file, the first one in two; -1 and `max` set no limit.
fn quota(folder: &Path) -> Option<f64> {
    let read = |file: &str| fs::read_to_string(folder.join(file)).ok();
    let text = read("cpu.max").or_else(|| Some(read("cpu.cfs_quota_us")? + &read("cpu.cfs_period_us")?))?;
    let (quota, period) = text.trim().split_once(char::is_whitespace)?;
    let (quota, period) = (quota.parse::<f64>().ok()?, period.parse::<f64>().ok()?);
    (quota > 0.0 && period > 0.0).then(|| quota / period)
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;

    use super::*;

    fn files(files: &[(&str, &str)]) -> TempDir {
        let root = TempDir::new().unwrap();
        for (path, text) in files {
            let path = root.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        root
    }

    #[test]
    fn the_least_quota_around_counts() {
        let root = files(&[
            ("proc/self/cgroup", "0::/outer/inner\n"),
            ("sys/fs/cgroup/outer/cpu.max", "150000 100000\n"),
            ("sys/fs/cgroup/outer/inner/cpu.max", "max 100000\n"),
            ("sys/fs/cgroup/outer/cpu.stat", "usage_usec 7\nnr_periods 3\nnr_throttled 2\n"),
            ("sys/fs/cgroup/outer/inner/cpu.stat", "nr_throttled 1\n"),
        ]);
        assert_eq!(cores(root.path()), Some(1.5));
        assert_eq!(throttled(root.path()), Some(3));
    }

    #[test]
    fn the_first_version_has_other_files() {
        let root = files(&[
            ("proc/self/cgroup", "8:pids:/other\n1:cpu,cpuacct:/group\n0::/\n"),
            ("sys/fs/cgroup/cpu,cpuacct/group/cpu.cfs_quota_us", "50000\n"),
            ("sys/fs/cgroup/cpu,cpuacct/group/cpu.cfs_period_us", "100000\n"),
            ("sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us", "-1\n"),
            ("sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us", "100000\n"),
        ]);
        assert_eq!(cores(root.path()), Some(0.5));
        assert_eq!(throttled(root.path()), None);
    }

    #[test]
    fn a_machine_without_groups_has_no_quota() {
        assert_eq!((cores("/nowhere".as_ref()), throttled("/nowhere".as_ref())), (None, None));
    }
}
