//! Clients in another language: programs that speak the protocol of `bench/peers/README.md`.

/// A program that downloads, and its name in the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Foreign {
    pub(crate) name: &'static str,
    /// A simple command of the shell.
    pub(crate) command: &'static str,
}

/// The program of the seed in its own language, with callbacks and with await.
pub(crate) const NODE: [Foreign; 2] = [
    Foreign {
        name: "node-callbacks",
        command: concat!("node '", env!("CARGO_MANIFEST_DIR"), "/peers/node/callbacks.mjs'"),
    },
    Foreign {
        name: "node-await",
        command: concat!("node '", env!("CARGO_MANIFEST_DIR"), "/peers/node/await.mjs'"),
    },
];

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
            Some((name, command)) if !command.trim().is_empty() => {
                Ok(Self { name: name.to_owned().leak(), command: command.trim().to_owned().leak() })
            }
            _ => Err("use NAME=COMMAND".into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_worker_is_a_name_and_a_command() {
        let worker = Foreign::parse("py-3= python3 worker.py --url=x ").unwrap();
        assert_eq!((worker.name, worker.command), ("py-3", "python3 worker.py --url=x"));
        for (text, why) in
            [("python3", "NAME="), ("x= ", "NAME="), ("=y", "is no name"), ("a b=y", "is no name")]
        {
            assert!(Foreign::parse(text).unwrap_err().contains(why), "{text}");
        }
    }
}
