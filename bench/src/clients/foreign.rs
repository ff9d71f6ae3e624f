//! Clients in another language: programs that speak the protocol of `bench/peers/README.md`.

use std::process::Command;
use std::sync::OnceLock;

/// A program that downloads, and its name in the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Foreign {
    pub(crate) name: &'static str,
    /// A simple command of the shell.
    pub(crate) command: &'static str,
    needs_node: bool,
}

/// The program of the seed in its own language, with callbacks and with await.
pub(crate) const NODE: [Foreign; 2] = [
    node("node-callbacks", concat!("node '", env!("CARGO_MANIFEST_DIR"), "/peers/node/callbacks.mjs'")),
    node("node-await", concat!("node '", env!("CARGO_MANIFEST_DIR"), "/peers/node/await.mjs'")),
];

const fn node(name: &'static str, command: &'static str) -> Foreign {
    Foreign { name, command, needs_node: true }
}

impl Foreign {
    /// From `NAME=COMMAND`. The text is kept until the process ends.
    ///
    /// # Errors
    ///
    /// If it has another form.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let is_name = |name: &str| {
            !name.is_empty()
                && name.chars().all(|one| one.is_ascii_lowercase() || one.is_ascii_digit() || one == '-')
        };
        match text.split_once('=') {
            Some((name, _)) if !is_name(name) => {
                Err(format!("{name:?} is no name: use small letters, digits and hyphens"))
            }
            Some((name, command)) if !command.trim().is_empty() => Ok(Self {
                name: name.to_owned().leak(),
                command: command.trim().to_owned().leak(),
                needs_node: false,
            }),
            _ => Err("use NAME=COMMAND".into()),
        }
    }

    /// # Errors
    ///
    /// If this machine lacks what the program needs.
    pub(crate) fn check(self) -> Result<(), String> {
        static NODE_IS_THERE: OnceLock<bool> = OnceLock::new();
        if !self.needs_node || *NODE_IS_THERE.get_or_init(node_is_there) {
            Ok(())
        } else {
            Err("needs Node 20 or later on the path".into())
        }
    }
}

fn node_is_there() -> bool {
    let Ok(output) = Command::new("node").arg("--version").output() else { return false };
    major(&String::from_utf8_lossy(&output.stdout)).is_some_and(|major| major >= 20)
}

/// The major version in `v20.1.2`.
fn major(version: &str) -> Option<u32> {
    version.trim().strip_prefix('v')?.split('.').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_worker_is_a_name_and_a_command() {
        let worker = Foreign::parse("py-3= python3 worker.py --url=x ").unwrap();
        assert_eq!((worker.name, worker.command), ("py-3", "python3 worker.py --url=x"));
        assert_eq!(worker.check(), Ok(()));
        for (text, why) in
            [("python3", "NAME="), ("x= ", "NAME="), ("=y", "is no name"), ("a b=y", "is no name")]
        {
            assert!(Foreign::parse(text).unwrap_err().contains(why), "{text}");
        }
    }

    #[test]
    fn the_version_of_node_is_understood() {
        assert_eq!(major("v20.20.2\n"), Some(20));
        assert_eq!(major("node: not found"), None);
    }
}
