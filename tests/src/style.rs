//! The list of the styles, from which the tests and benches of each are made.

use std::fmt;
use std::str::FromStr;

use photo::{Config, Error};

use crate::{Adapter, Downloader, blocking, callbacks, futures, ureq};

/// The clients that are compared: each style, the futures on each runtime, and ureq.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Style {
    /// Blocking calls, one thread for each download in flight.
    Blocking,
    /// Blocking calls of the library ureq, with no recipe except `many`.
    Ureq,
    /// Callbacks on one event loop in one thread.
    Callbacks,
    /// Futures on tokio's current-thread runtime.
    Tokio,
    /// Futures on tokio's multi-thread runtime, a worker for each core.
    TokioMulti,
    /// Futures on async-std.
    AsyncStd,
    /// Futures on smol's executor, one thread.
    Smol,
}

impl Style {
    /// All clients, in the order of every table.
    pub const ALL: [Self; 7] = [
        Self::Blocking,
        Self::Ureq,
        Self::Callbacks,
        Self::Tokio,
        Self::TokioMulti,
        Self::AsyncStd,
        Self::Smol,
    ];

    /// The clients that the suite holds equal: all except ureq.
    pub const HELD_EQUAL: [Self; 6] =
        [Self::Blocking, Self::Callbacks, Self::Tokio, Self::TokioMulti, Self::AsyncStd, Self::Smol];

    /// The name in tables and options.
    pub fn name(self) -> &'static str {
        match self {
            Self::Blocking => "blocking",
            Self::Ureq => "ureq",
            Self::Callbacks => "callbacks",
            Self::Tokio => "tokio",
            Self::TokioMulti => "tokio-multi",
            Self::AsyncStd => "async-std",
            Self::Smol => "smol",
        }
    }

    /// A fresh client with its runtime.
    pub fn client(self, config: Config) -> Result<Box<dyn Downloader>, Error> {
        match self {
            Self::Ureq => ureq::new(config),
            style => style.adapter(config).map(|adapter| adapter as Box<dyn Downloader>),
        }
    }

    /// A fresh client with its runtime, and the recipes of its style; ureq has none.
    pub fn adapter(self, config: Config) -> Result<Box<dyn Adapter>, Error> {
        match self {
            Self::Blocking => blocking::new(config),
            Self::Ureq => panic!("{self} has no recipes"),
            Self::Callbacks => callbacks::new(config),
            Self::Tokio => futures::tokio(config),
            Self::TokioMulti => futures::tokio_multi(config),
            Self::AsyncStd => futures::async_std(config),
            Self::Smol => futures::smol(config),
        }
    }
}

/// Turns functions of a [`Style`] into tests, one for each style, in a module of its name:
/// `callbacks::a_stalled_server_times_out`. The tests after `+ ureq:` are also for ureq, which is not held equal.
/// Functions after `once:` take no style.
#[macro_export]
macro_rules! suite {
    (once: $( $test:ident ),+ $(,)?) => {
        mod once {
            $(
                #[test]
                fn $test() {
                    $crate::within(super::$test);
                }
            )+
        }
    };
    (+ ureq: $( $test:ident ),+ $(,)?) => {
        $crate::suite!(@ ureq, Ureq, $( $test ),+);
        $crate::suite!($( $test ),+);
    };
    (@ $module:ident, $style:ident, $( $test:ident ),+) => {
        mod $module {
            $(
                #[test]
                fn $test() {
                    $crate::within(|| super::$test($crate::Style::$style));
                }
            )+
        }
    };
    ($( $test:ident ),+ $(,)?) => {
        $crate::suite!(@ blocking, Blocking, $( $test ),+);
        $crate::suite!(@ callbacks, Callbacks, $( $test ),+);
        $crate::suite!(@ tokio, Tokio, $( $test ),+);
        $crate::suite!(@ tokio_multi, TokioMulti, $( $test ),+);
        $crate::suite!(@ async_std, AsyncStd, $( $test ),+);
        $crate::suite!(@ smol, Smol, $( $test ),+);
    };
}

impl fmt::Display for Style {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Style {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        let style = Self::ALL.into_iter().find(|style| style.name() == name);
        style.ok_or_else(|| format!("no style is called {name:?}"))
    }
}
