//! A child process, for a test that uses up or counts resources of a process.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::{Command, Output};

use photo::Config;

use crate::site::config;
use crate::{Site, Style};

/// The variable by which the child finds its parent.
const VARIABLE: &str = "PHOTO_TESTS_CHILD";

/// Runs an otherwise ignored test of this binary in a child process. There, [`Remote::of_parent`] returns `style`
/// and `site`; the site stays in this process.
#[track_caller]
pub fn in_a_child(test: &str, style: Style, site: &Site) {
    print!("{}", in_a_child_by(Command::new(this_program()), test, style, site));
}

/// Runs a test as [`in_a_child`] does, by another command that runs [`this_program`]; returns its output.
#[track_caller]
pub fn in_a_child_by(command: Command, test: &str, style: Style, site: &Site) -> String {
    let output = child(command, test, style, site);
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{style}: {}\n{printed}{errors}", output.status);
    assert!(printed.contains("1 passed"), "there is no ignored test {test}:\n{printed}");
    printed
}

/// Runs a test as [`in_a_child_by`] does, whether it passes or not.
pub fn child(mut command: Command, test: &str, style: Style, site: &Site) -> Output {
    let mut sent = format!("{style} {} {} ", site.url(""), site.tls_url(""));
    site.root_certificate().iter().for_each(|byte| write!(sent, "{byte:02x}").expect("a string takes it"));
    command.args([test, "--exact", "--ignored", "--nocapture"]).env(VARIABLE, sent);
    command.output().expect("a process can be started")
}

/// Whether `program`, which a test needs, can be run; prints a note if not.
pub fn is_installed(program: &str) -> bool {
    let is_installed = Command::new(program).arg("--version").output().is_ok();
    if !is_installed {
        println!("skipped: {program} is not installed");
    }
    is_installed
}

/// The path of the running test binary.
pub fn this_program() -> PathBuf {
    std::env::current_exe().expect("it runs")
}

/// The parent's site, as its child sees it.
#[derive(Clone, Debug)]
pub struct Remote {
    /// The style under test.
    pub style: Style,
    http: String,
    https: String,
    root: Vec<u8>,
}

impl Remote {
    /// The site and the style that the parent passed on.
    pub fn of_parent() -> Self {
        let sent = std::env::var(VARIABLE).expect("run by another test");
        let sent: Vec<_> = sent.split(' ').collect();
        let [style, http, https, root] = sent[..] else { panic!("{sent:?}") };
        let byte = |at| u8::from_str_radix(&root[at..at + 2], 16).expect("hexadecimal digits");
        Self {
            style: style.parse().expect("a style"),
            http: http.into(),
            https: https.into(),
            root: (0..root.len()).step_by(2).map(byte).collect(),
        }
    }

    /// The configuration of [`Site::config`].
    pub fn config(&self) -> Config {
        config(&self.root)
    }

    /// The URL of a path, by http.
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.http)
    }

    /// The URL of a path, by https.
    pub fn tls_url(&self, path: &str) -> String {
        format!("{}{path}", self.https)
    }
}
