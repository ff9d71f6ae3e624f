//! The promises of each recipe, tested on every style, with the faults that matter to it.

mod album;
mod cancel;
mod deadline;
mod many;
mod one;
mod progress;
mod race;
mod retry;
mod save;
mod spawning;
mod stream;
mod thumbnail;
mod work;
