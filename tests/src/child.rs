//! A child process, for a test that uses up or counts resources of a process.

use std::fmt::Write as _;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::Command;

use photo::Config;

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
pub fn in_a_child_by(mut command: Command, test: &str, style: Style, site: &Site) -> String {
    let mut sent = format!("{style} {} {} ", site.url(""), site.tls_url(""));
    site.root_certificate().iter().for_each(|byte| write!(sent, "{byte:02x}").expect("a string takes it"));
    let output = command
        .args([test, "--exact", "--ignored", "--nocapture"])
        .env(VARIABLE, sent)
        .output()
        .expect("a process can be started");
    let (said, complained) =
        (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{style}: {}\n{said}{complained}", output.status);
    assert!(said.contains("1 passed"), "there is no ignored test {test}:\n{said}");
    said.into_owned()
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

    /// The default configuration, with the server's certificate trusted.
    pub fn config(&self) -> Config {
        Config::default().root_certificate(&*self.root)
    }

    /// The URL of a path, by http.
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.http)
    }

    /// The URL of a path, by https.
    pub fn tls_url(&self, path: &str) -> String {
        format!("{}{path}", self.https)
    }

    /// The number of open connections of the server, without one that asks for its counters.
    pub fn open_connections(&self) -> u64 {
        let host = self.http.trim_start_matches("http://");
        let mut server = TcpStream::connect(host).expect("the server is there");
        let request = format!("GET /counters HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
        server.write_all(request.as_bytes()).expect("it listens");
        let mut reply = String::new();
        server.read_to_string(&mut reply).expect("it answers");
        let (_, value) = reply.split_once("\"open_connections\":").expect("the counters");
        let digits = value.split(|c: char| !c.is_ascii_digit()).next().unwrap_or_default();
        digits.parse().expect("a number")
    }
}
