//! All intended differences between the styles.

/// An item that one style has and the others lack.
pub(crate) struct Difference {
    /// The crate.
    pub(crate) style: &'static str,
    /// A file, all files of a folder (with `/` at the end), or a public item.
    pub(crate) what: &'static str,
    /// The reason.
    pub(crate) why: &'static str,
}

impl Difference {
    /// Whether this is about `what` in `style`.
    pub(crate) fn is(&self, style: &str, what: &str) -> bool {
        let in_folder = self.what.ends_with('/') && what.starts_with(self.what);
        self.style == style && (self.what == what || in_folder)
    }
}

const fn only(style: &'static str, what: &'static str, why: &'static str) -> Difference {
    Difference { style, what, why }
}

const BLOCKING: &str = "photo-blocking";
const CALLBACKS: &str = "photo-callbacks";
const FUTURES: &str = "photo-futures";

const TOKEN: &str = "a blocked thread can only be stopped by another one, with a token that both have";
const TIMED: &str = "a blocked thread looks at no clock, so each read and write carries its deadline";
const LIBRARY: &str = "the package ureq blocks; its twins among the libraries are peers of the benchmark";
const HANDLE: &str = "a download that has been started must have a name to be cancelled by";
const STEPS: &str = "a chain of callbacks has no future to be dropped, so a token stops it between two steps";
const DONE: &str = "work reports its result by a callback, and the type of that must have a name";
const LOOP: &str = "the event loop is this style's own, with what an async runtime would bring";
const RUNTIME: &str = "the futures leave it to the user who polls them";

pub(crate) const DIFFERENCES: &[Difference] = &[
    only(BLOCKING, "src/cancel.rs", TOKEN),
    only(BLOCKING, "use cancel::CancelToken", TOKEN),
    only(BLOCKING, "Client::sleep", TOKEN),
    only(BLOCKING, "Client::cancellable", TOKEN),
    only(BLOCKING, "CancelToken::wait", TOKEN),
    only(CALLBACKS, "src/cancel.rs", STEPS),
    only(CALLBACKS, "use cancel::CancelToken", STEPS),
    only(CALLBACKS, "Client::cancellable", STEPS),
    only(CALLBACKS, "Client::is_cancelled", STEPS),
    only(CALLBACKS, "type Done", DONE),
    only(CALLBACKS, "use stream::Done", DONE),
    only(BLOCKING, "src/connection/", TIMED),
    only(BLOCKING, "src/ureq.rs", LIBRARY),
    only(BLOCKING, "examples/ureq.rs", LIBRARY),
    only(BLOCKING, "mod ureq", LIBRARY),
    only(CALLBACKS, "src/reactor.rs", LOOP),
    only(CALLBACKS, "src/offload.rs", LOOP),
    only(CALLBACKS, "src/timers.rs", LOOP),
    only(CALLBACKS, "src/download/", "the state that is on the stack elsewhere is kept by hand here"),
    only(CALLBACKS, "src/client/", HANDLE),
    only(CALLBACKS, "examples/embed.rs", LOOP),
    only(CALLBACKS, "Client::defer", LOOP),
    only(CALLBACKS, "Client::after", LOOP),
    only(CALLBACKS, "Client::offload", LOOP),
    only(CALLBACKS, "Client::cancel_all", LOOP),
    only(CALLBACKS, "Client::remote", LOOP),
    only(CALLBACKS, "Client::run", LOOP),
    only(CALLBACKS, "Client::turn", LOOP),
    only(CALLBACKS, "Client::next_timeout", LOOP),
    only(CALLBACKS, "use client::Remote", LOOP),
    only(CALLBACKS, "use remote::Remote", LOOP),
    only(CALLBACKS, "use client::Download", HANDLE),
    only(CALLBACKS, "use handles::Download", HANDLE),
    only(CALLBACKS, "use client::Timer", HANDLE),
    only(CALLBACKS, "use handles::Timer", HANDLE),
    only(FUTURES, "src/runtime/", RUNTIME),
    only(FUTURES, "mod runtime", RUNTIME),
    only(FUTURES, "Client::runtime", RUNTIME),
];
