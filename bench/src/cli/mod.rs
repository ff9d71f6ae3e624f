//! The commands: what `cargo bench` starts.

pub mod criterion_fixture;
pub mod entry;
mod head;
pub mod load;
pub mod pitfalls;
mod plan;
mod smoke;
