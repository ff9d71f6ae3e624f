//! What people really write, on the public face alone: copy them out.

mod many;
mod one;

pub use many::many;
pub use one::one;
