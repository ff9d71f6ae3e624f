//! A child process, addressed line by line, that can neither make its parent wait forever nor outlive it.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::iter;
use std::os::unix::process::CommandExt;
use std::process::{self, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::system::interrupt;
use crate::system::usage::Status;

/// Time for a process to exit after it has closed its output.
const LAST_BREATH: Duration = Duration::from_secs(10);

/// The interval at which a process that waits for its child looks at it, and checks whether it must end.
const LOOK: Duration = Duration::from_millis(20);

/// The time before the first look: a slice of a round may take only 20 ms.
const FIRST_LOOK: Duration = Duration::from_millis(3);

/// Longer lines are split, so that output without an end does not fill the memory.
const LINE: u64 = 1 << 26;

/// A running child process. Dropping it kills it.
#[derive(Debug)]
pub(crate) struct Child {
    process: process::Child,
    /// Standard input, until it is closed.
    stdin: Option<ChildStdin>,
    lines: Receiver<String>,
    complaints: Option<JoinHandle<String>>,
}

impl Child {
    pub(crate) fn start(mut command: Command) -> io::Result<Self> {
        // Ctrl-C in the terminal is for the parent: it ends its children when their turn is over.
        command.process_group(0);
        let mut process =
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
        let stdin = process.stdin.take();
        let mut stdout = BufReader::new(process.stdout.take().expect("stdout is piped"));
        let mut stderr = process.stderr.take().expect("stderr is piped");

        let (sender, lines) = mpsc::channel();
        thread::spawn(move || while line(&mut stdout).is_some_and(|line| sender.send(line).is_ok()) {});
        let complaints = thread::spawn(move || {
            let mut bytes = Vec::new();
            let _ = stderr.read_to_end(&mut bytes);
            String::from_utf8_lossy(&bytes).into_owned()
        });
        Ok(Self { process, stdin, lines, complaints: Some(complaints) })
    }

    pub(crate) fn id(&self) -> u32 {
        self.process.id()
    }

    pub(crate) fn say(&mut self, line: &str) -> io::Result<()> {
        let Some(stdin) = &mut self.stdin else { return Err(io::ErrorKind::BrokenPipe.into()) };
        match stdin.write_all(format!("{line}\n").as_bytes()) {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Err(self.obituary()),
            result => result,
        }
    }

    /// Sends `message` as JSON; returns the line that the process then prints, as JSON too.
    ///
    /// # Errors
    ///
    /// Those of [`hear`](Self::hear), or if the line is another one.
    pub(crate) fn ask<A: DeserializeOwned>(
        &mut self,
        message: &impl Serialize,
        limit: Duration,
    ) -> io::Result<A> {
        self.say(&serde_json::to_string(message)?)?;
        Ok(serde_json::from_str(&self.hear(limit)?)?)
    }

    /// The next line that the process prints.
    ///
    /// # Errors
    ///
    /// If the process ends first, with what it said about it, or if it takes longer than `limit`; it is then killed.
    pub(crate) fn hear(&mut self, limit: Duration) -> io::Result<String> {
        self.hear_while(limit, |_| ())
    }

    /// The same, and the most threads that the process was seen to have.
    pub(crate) fn hear_and_watch(&mut self, limit: Duration) -> io::Result<(String, Option<u64>)> {
        let mut threads = None;
        let look = |pid| threads = threads.max(Status::of(pid).map(|status| status.threads));
        Ok((self.hear_while(limit, look)?, threads))
    }

    fn hear_while(&mut self, limit: Duration, mut look: impl FnMut(u32)) -> io::Result<String> {
        let deadline = Instant::now() + limit;
        for pause in iter::once(FIRST_LOOK).chain(iter::repeat(LOOK)) {
            let left = deadline.saturating_duration_since(Instant::now());
            match self.lines.recv_timeout(left.min(pause)) {
                Ok(line) => return Ok(line),
                Err(RecvTimeoutError::Timeout) if interrupt::came().is_some() => {
                    self.kill();
                    return Err(io::Error::other("interrupted"));
                }
                Err(RecvTimeoutError::Timeout) if left.is_zero() => {
                    self.kill();
                    let why = format!("no answer within {} s", limit.as_secs());
                    return Err(io::Error::new(io::ErrorKind::TimedOut, why));
                }
                Err(RecvTimeoutError::Timeout) => look(self.process.id()),
                Err(RecvTimeoutError::Disconnected) => return Err(self.obituary()),
            }
        }
        unreachable!("the pauses have no end")
    }

    /// Closes its input and waits for its end; returns what it said on its error output.
    ///
    /// # Errors
    ///
    /// If it takes longer than `limit`; it is then killed.
    pub(crate) fn end(mut self, limit: Duration) -> io::Result<String> {
        // Dropping the pipe closes it.
        drop(self.stdin.take());
        self.exited(limit).ok_or(io::ErrorKind::TimedOut)?;
        Ok(self.complaints())
    }

    fn obituary(&mut self) -> io::Error {
        let status = self.exited(LAST_BREATH);
        // A process that it has started and left may hold its error output open.
        self.kill();
        let complaints = self.complaints();
        let status = status.map_or_else(|| "killed".into(), |status| status.to_string());
        io::Error::other(match gist(&complaints) {
            None => format!("the process ended ({status})"),
            Some(gist) => format!("{gist} ({status})"),
        })
    }

    /// The exit status, or `None` if the process had not ended by itself within `limit`, and was killed.
    fn exited(&mut self, limit: Duration) -> Option<ExitStatus> {
        let deadline = Instant::now() + limit;
        loop {
            if let Ok(Some(status)) = self.process.try_wait() {
                return Some(status);
            }
            if Instant::now() >= deadline {
                self.kill();
                return None;
            }
            thread::sleep(Duration::from_millis(5));
        }
    }

    /// All that it has printed on its error output.
    fn complaints(&mut self) -> String {
        self.complaints.take().and_then(|thread| thread.join().ok()).unwrap_or_default()
    }

    fn kill(&mut self) {
        // The process may have ended by itself in the meantime. Processes that it has started are in the same group.
        let _ = killpg(Pid::from_raw(self.process.id().cast_signed()), Signal::SIGKILL);
        let _ = self.process.wait();
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        self.kill();
    }
}

/// The next line, without its end; `None` at the end of the output.
fn line(output: &mut impl BufRead) -> Option<String> {
    let mut line = Vec::new();
    let read = output.take(LINE).read_until(b'\n', &mut line).ok()?;
    line.pop_if(|last| *last == b'\n');
    (read > 0).then(|| String::from_utf8_lossy(&line).into_owned())
}

/// The last message of a process, short enough for a table: for a panic, its text.
fn gist(complaints: &str) -> Option<String> {
    let telling = |line: &&str| {
        !(line.is_empty()
            || line.starts_with("note: ")
            || line.starts_with("thread '") && line.contains("panicked at"))
    };
    let line = complaints.lines().map(str::trim).find(telling)?;
    Some(line.chars().take(200).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONG: Duration = Duration::from_secs(20);

    fn shell(script: &str) -> Child {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        Child::start(command).unwrap()
    }

    #[test]
    fn a_child_that_dies_is_an_error_with_its_last_words() {
        let mut child = shell("echo ready; echo 'out of threads' >&2; exit 3");
        assert_eq!(child.hear(LONG).unwrap(), "ready");
        assert_eq!(child.hear(LONG).unwrap_err().to_string(), "out of threads (exit status: 3)");
        let mut child = shell("kill -9 $$");
        assert!(child.hear(LONG).unwrap_err().to_string().starts_with("the process ended (signal: 9"));
    }

    #[test]
    fn a_child_that_is_let_go_leaves_its_last_words() {
        let mut child = shell("read line; echo ready; cat; echo 'I refs: 12' >&2");
        child.say("go").unwrap();
        assert_eq!(child.hear(LONG).unwrap(), "ready");
        assert_eq!(child.end(LONG).unwrap(), "I refs: 12\n");
    }

    #[test]
    fn a_process_left_behind_does_not_delay_the_error() {
        let started = Instant::now();
        let mut child = shell("sleep 600 >&- & echo 'no luck' >&2; exit 1");
        assert_eq!(child.hear(LONG).unwrap_err().to_string(), "no luck (exit status: 1)");
        assert!(started.elapsed() < LONG, "{:?}", started.elapsed());
    }

    #[test]
    fn output_that_is_no_text_is_read_anyway() {
        let mut child = shell(r"printf 'a\377\n\nb'");
        for line in ["a\u{FFFD}", "", "b"] {
            assert_eq!(child.hear(LONG).unwrap(), line);
        }
    }

    #[test]
    fn a_child_that_hangs_is_killed() {
        let mut child = shell("exec sleep 600");
        let mut looked = 0;
        let error = child.hear_while(Duration::from_secs(2), |_| looked += 1).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
        assert!(looked > 1);
        assert!(child.process.try_wait().unwrap().is_some());
    }

    #[test]
    fn the_gist_of_a_panic_is_its_message() {
        let panic =
            "\nthread 'main' (7) panicked at src/x.rs:1:2:\nfailed to spawn thread\nnote: run with…\n";
        assert_eq!(gist(panic).as_deref(), Some("failed to spawn thread"));
        assert_eq!(gist("\n"), None);
    }
}
