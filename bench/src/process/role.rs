//! Child processes: this executable, re-run with a role as its first argument.
//!
//! Benches need a server that does not share their process, and clients that do not inherit each other's heap and
//! threads. `cargo bench` builds one program for each bench, so that program plays all the parts.

use std::env;
use std::io::{self, BufRead, Write};
use std::os::unix::process::CommandExt;
use std::process::Command;
use std::time::Duration;

use clap::ValueEnum;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::system::child::Child;
use crate::system::cpu_set::CpuSet;

const FLAG: &str = "photo-bench-role=";

/// The variable with the command that a foreign worker becomes.
const COMMAND: &str = "PHOTO_BENCH_COMMAND";

/// The role of a process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Role {
    /// Serves the photos.
    Server,
    /// Downloads them, as one style.
    Worker,
    /// Runs one of the two ways of a pitfall.
    PitfallWorker,
    /// Waits, as one style.
    IdleWorker,
    /// Becomes a worker in another language.
    ForeignWorker,
}

impl Role {
    /// Starts this program once more, in this role and on these cores.
    pub(crate) fn start(self, cores: &CpuSet) -> io::Result<Child> {
        self.start_by(Command::new(env::current_exe()?), cores)
    }

    /// The same, by a command that ends with a program of the bench.
    pub(crate) fn start_by(self, mut command: Command, cores: &CpuSet) -> io::Result<Child> {
        let role = self.to_possible_value().expect("no role is skipped");
        command.arg(format!("{FLAG}{}", role.get_name())).arg(cores.to_string());
        Child::start(command)
    }

    /// Starts this program on these cores, to become `command`.
    pub(crate) fn start_command(command: &str, cores: &CpuSet) -> io::Result<Child> {
        let mut program = Command::new(env::current_exe()?);
        program.env(COMMAND, command);
        Self::ForeignWorker.start_by(program, cores)
    }

    /// Starts a process for one job; returns its answer.
    pub(crate) fn job<A: DeserializeOwned>(
        self,
        cores: &CpuSet,
        job: &impl Serialize,
        limit: Duration,
    ) -> io::Result<A> {
        self.start(cores)?.ask(job, limit)
    }
}

/// Becomes the program of a worker in another language: it keeps the cores, the pipes and the process id.
///
/// # Errors
///
/// If there is no shell.
pub(crate) fn become_foreign() -> io::Result<()> {
    let command = env::var(COMMAND).map_err(io::Error::other)?;
    Err(Command::new("sh").arg("-c").arg(format!("exec {command}")).env_remove(COMMAND).exec())
}

/// The role and the cores that a process was started with; `None` of what the user started.
pub(crate) fn parse(args: &[String]) -> Option<(Role, CpuSet)> {
    let [role, cores] = args else { return None };
    let name = role.strip_prefix(FLAG)?;
    Some((Role::from_str(name, false).ok()?, cores.parse().ok()?))
}

/// The next order to this process, in JSON.
///
/// # Errors
///
/// If the line to the parent has ended, or the order is another one.
pub(crate) fn order<T: DeserializeOwned>(
    orders: &mut impl Iterator<Item = io::Result<String>>,
) -> io::Result<T> {
    let order = orders.next().unwrap_or_else(|| Err(io::ErrorKind::UnexpectedEof.into()))?;
    Ok(serde_json::from_str(&order)?)
}

/// Answers an order.
pub(crate) fn answer(answer: &impl Serialize) -> io::Result<()> {
    writeln!(io::stdout(), "{}", serde_json::to_string(answer)?)
}

/// The other end of a process that [does one job](Role::job).
pub(crate) fn answer_one<J: DeserializeOwned, A: Serialize>(
    work: impl FnOnce(J) -> io::Result<A>,
) -> io::Result<()> {
    answer(&work(order(&mut io::stdin().lock().lines())?)?)
}

#[cfg(test)]
mod tests {
    use std::str::FromStr;

    use super::*;

    fn parse_words(words: &str) -> Option<(Role, CpuSet)> {
        parse(&words.split(' ').map(str::to_owned).collect::<Vec<_>>())
    }

    #[test]
    fn each_role_is_known_by_its_first_argument() {
        let both = CpuSet::from_str("0,1").unwrap();
        assert_eq!(parse_words("photo-bench-role=idle-worker 0,1"), Some((Role::IdleWorker, both)));
        assert_eq!(parse_words("photo-bench-role=server "), Some((Role::Server, CpuSet::default())));
    }

    #[test]
    fn arguments_of_users_and_cargo_are_not_roles() {
        for words in ["--bench", "--bench latency", "photo-bench-role=cook 0", "photo-bench-role=server"] {
            assert_eq!(parse_words(words), None, "{words}");
        }
    }
}
