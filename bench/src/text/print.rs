//! Lines for the user that survive a closed pipe.

use std::fmt::Display;
use std::io::{self, Write};

/// Prints a line. A reader may leave early, as `head` does; `println!` would then panic, and lose the run.
pub fn line(text: impl Display) {
    let _ = writeln!(io::stdout(), "{text}");
}

/// Prints a line to standard error, in the same way.
pub fn note(text: impl Display) {
    let _ = writeln!(io::stderr(), "{text}");
}
