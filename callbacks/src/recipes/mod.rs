//! Recipes: code that users write, on the public items alone. Copy them.

mod album;
mod cancel;
mod deadline;
mod many;
mod one;
mod progress;
mod race;
mod retry;
mod save;
mod stream;
mod thumbnail;

pub use album::album;
pub use cancel::cancel;
pub use deadline::deadline;
pub use many::many;
pub use one::one;
pub use progress::progress;
pub use race::race;
pub use retry::retry;
pub use save::save;
pub use stream::{Done, stream};
pub use thumbnail::thumbnail;
