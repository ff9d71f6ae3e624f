//! The commands: what `cargo bench` starts.

pub mod criterion_fixture;
pub mod entry;
mod head;
mod kept;
pub mod load;
pub mod pitfalls;
mod plan;
mod smoke;
