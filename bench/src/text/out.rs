//! Standard output and standard error, whose reader may have left.

use std::fmt::Arguments;
use std::io::{self, Write};

/// Prints a line, as `println!` does. If the reader has closed the pipe, the line is dropped, and the run goes on: its
/// results are kept in files.
macro_rules! say {
    ($($arg:tt)*) => { $crate::text::out::line(format_args!($($arg)*)) };
}

/// The same for standard error, as `eprintln!`.
macro_rules! note {
    ($($arg:tt)*) => { $crate::text::out::note_line(format_args!($($arg)*)) };
}

pub(crate) use {note, say};

/// Prints one line; see [`say!`].
pub(crate) fn line(text: Arguments<'_>) {
    let _ = writeln!(io::stdout(), "{text}");
}

/// Prints one line to standard error; see `note!`.
pub fn note_line(text: Arguments<'_>) {
    let _ = writeln!(io::stderr(), "{text}");
}

/// Prints a text that has its own line ends. A reader that has closed the pipe misses it.
pub fn print(text: &str) {
    let mut stdout = io::stdout();
    let _ = stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush());
}
