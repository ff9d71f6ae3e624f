//! The photo server as a process of its own.
fn main() {}
