//! Child processes: this executable, re-run with a role as its first argument.
//!
//! Benches need a server that does not share their process, and clients that do not inherit each other's heap and
//! threads. `cargo bench` builds one program for each bench, so that program plays all the parts.

use std::env;
use std::io::{self, BufRead, Write};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::system::child::Child;
use crate::system::cpu_set::CpuSet;

const FLAG: &str = "photo-bench-role=";

/// The variable with the command that a foreign worker becomes.
const COMMAND: &str = "PHOTO_BENCH_COMMAND";

/// The role of a process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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
    const ALL: [Self; 5] =
        [Self::Server, Self::Worker, Self::IdleWorker, Self::PitfallWorker, Self::ForeignWorker];

    fn name(self) -> &'static str {
        match self {
            Self::Server => "server",
            Self::Worker => "worker",
            Self::PitfallWorker => "pitfall-worker",
            Self::IdleWorker => "idle-worker",
            Self::ForeignWorker => "foreign-worker",
        }
    }

    /// Starts this program once more, in this role and on these cores.
    pub(crate) fn start(self, cores: &CpuSet) -> io::Result<Child> {
        self.start_program(&env::current_exe()?, cores)
    }

    /// The same, of another program that plays its role first.
    pub(crate) fn start_program(self, program: &Path, cores: &CpuSet) -> io::Result<Child> {
        Child::start(self.arguments(Command::new(program), cores))
    }

    /// The same, of this program run by `command`.
    pub(crate) fn start_under(self, mut command: Command, cores: &CpuSet) -> io::Result<Child> {
        command.arg(env::current_exe()?);
        Child::start(self.arguments(command, cores))
    }

    /// Starts this program on these cores, to become `command`.
    pub(crate) fn start_command(command: &str, cores: &CpuSet) -> io::Result<Child> {
        let mut program = Command::new(env::current_exe()?);
        program.env(COMMAND, command);
        Child::start(Self::ForeignWorker.arguments(program, cores))
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

    fn arguments(self, mut command: Command, cores: &CpuSet) -> Command {
        command.arg(format!("{FLAG}{}", self.name())).arg(cores.to_string());
        command
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
    let role = Role::ALL.into_iter().find(|role| role.name() == name)?;
    Some((role, cores.parse().ok()?))
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
    use super::*;

    fn parse_words(words: &str) -> Option<(Role, CpuSet)> {
        parse(&words.split(' ').map(str::to_owned).collect::<Vec<_>>())
    }

    #[test]
    fn each_role_is_known_by_its_first_argument() {
        for role in Role::ALL {
            let words = format!("{FLAG}{} 0,1", role.name());
            assert_eq!(parse_words(&words), Some((role, "0,1".parse().unwrap())));
        }
        assert_eq!(parse_words("photo-bench-role=server "), Some((Role::Server, CpuSet::default())));
    }

    #[test]
    fn arguments_of_users_and_cargo_are_not_roles() {
        for words in ["--bench", "--bench latency", "photo-bench-role=cook 0", "photo-bench-role=server"] {
            assert_eq!(parse_words(words), None, "{words}");
        }
    }
}
