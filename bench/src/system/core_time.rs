//! The time of the client's cores that went to others.
//!
//! A client with more threads gets more of a core for which it competes, so a busy machine favours it.

use std::fs;

use super::cpu_set::CpuSet;

/// The ticks of `/proc/stat` in a second, on every architecture of Linux.
const TICKS_PER_S: f64 = 100.0;

/// The seconds that some cores have spent since the machine started.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct CoreTime {
    /// In the code of programs. The kernel's time is left out, because systems count interrupts in different ways.
    pub(crate) user_s: f64,
    /// In other virtual machines, while this one had work to do.
    pub(crate) stolen_s: f64,
}

/// The share of so many cores in so much time; 0 if fewer than ten ticks are taken, which chance may do.
///
/// It contains what the report of a worker takes after the measured window, a few hundredths.
pub(crate) fn share(taken_s: f64, cores: usize, all_s: f64) -> f64 {
    if taken_s < 10.0 / TICKS_PER_S { 0.0 } else { taken_s / cores as f64 / all_s }
}

impl CoreTime {
    /// The time of these cores; `None` where the system does not report it, or if no cores are named.
    pub(crate) fn of(cores: &CpuSet) -> Option<Self> {
        parse(&fs::read_to_string("/proc/stat").ok()?, cores)
    }

    /// The seconds since `before` that the cores spent, but not on a client with so much user time.
    pub(crate) fn taken_since(self, before: Self, client_user_s: f64) -> f64 {
        self.user_s - before.user_s - client_user_s + self.stolen_s - before.stolen_s
    }
}

fn parse(stat: &str, cores: &CpuSet) -> Option<CoreTime> {
    let time = |core: usize| {
        let name = format!("cpu{core}");
        let line = stat.lines().find_map(|line| line.strip_prefix(&name)?.strip_prefix(' '))?;
        let ticks: Vec<f64> = line.split_whitespace().map_while(|field| field.parse().ok()).collect();
        let [user, nice, _, _, _, _, _, stolen, ..] = ticks.as_slice() else { return None };
        Some(CoreTime { user_s: (user + nice) / TICKS_PER_S, stolen_s: stolen / TICKS_PER_S })
    };
    cores.cores().map(time).reduce(|all, one| {
        let (all, one) = (all?, one?);
        Some(CoreTime { user_s: all.user_s + one.user_s, stolen_s: all.stolen_s + one.stolen_s })
    })?
}

#[cfg(test)]
mod tests {
    use super::*;

    const STAT: &str = "cpu  900 0 0 0 0 0 0 0 0 0\n\
                        cpu1 100 50 7 7 7 7 7 30 0 0\n\
                        cpu11 200 0 7 7 7 7 7 0 0 0\n\
                        intr 5\n";

    #[test]
    fn the_cores_of_the_client_count() {
        let of = |cores: &str| parse(STAT, &cores.parse().unwrap());
        assert_eq!(of("1"), Some(CoreTime { user_s: 1.5, stolen_s: 0.3 }));
        assert_eq!(of("1,11"), Some(CoreTime { user_s: 3.5, stolen_s: 0.3 }));
        assert_eq!((of("2"), of("1,2"), parse(STAT, &CpuSet::default())), (None, None, None));
    }

    #[test]
    fn others_have_what_the_client_has_not() {
        let [before, after] = [1.0, 3.0].map(|user_s| CoreTime { user_s, stolen_s: user_s / 10.0 });
        assert!((after.taken_since(before, 1.5) - 0.7).abs() < 1e-9);
    }

    #[test]
    fn a_few_ticks_are_no_share() {
        assert!((share(0.5, 2, 1.0) - 0.25).abs() < 1e-9);
        assert!(share(0.09, 1, 0.001).abs() < 1e-9 && share(-1.0, 1, 1.0).abs() < 1e-9);
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn this_machine_reports_it() {
        let cores = CpuSet::allowed();
        assert!(CoreTime::of(&cores).is_some_and(|time| time.user_s > 0.0));
    }
}
