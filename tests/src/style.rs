//! The list of the styles, from which the tests and benches of each are made.

use std::fmt;
use std::str::FromStr;

use photo::{Config, Error};

use crate::{Adapter, Downloader, blocking, callbacks, futures, ureq};

/// Makes [`Style`] and [`suite!`](crate::suite) from the list. A style in the list is in every test and bench.
///
/// `$d` is a dollar sign, which a macro needs to make another one.
macro_rules! styles {
    (
        $d:tt
        $( #[$first_doc:meta] )* $first:ident = $first_name:literal in $first_module:ident: $first_new:expr;
        $( #[$unequal_doc:meta] )* unequal $unequal:ident = $unequal_name:literal in $unequal_module:ident: $unequal_new:expr;
        $( $( #[$doc:meta] )* $style:ident = $name:literal in $module:ident: $new:expr; )+
    ) => {
        /// The clients that are compared: each style, the futures on each runtime, and ureq.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Style {
            $( #[$first_doc] )* $first,
            $( #[$unequal_doc] )* $unequal,
            $( $( #[$doc] )* $style, )+
        }

        impl Style {
            /// All clients, in the order of every table.
            pub const ALL: [Self; 2 + [$( $name ),+].len()] =
                [Self::$first, Self::$unequal, $( Self::$style ),+];

            /// The clients that the suite holds equal: all except ureq.
            pub const HELD_EQUAL: [Self; 1 + [$( $name ),+].len()] = [Self::$first, $( Self::$style ),+];

            /// The name in tables and options.
            pub fn name(self) -> &'static str {
                match self {
                    Self::$first => $first_name,
                    Self::$unequal => $unequal_name,
                    $( Self::$style => $name, )+
                }
            }

            /// A fresh client with its runtime.
            pub fn client(self, config: Config) -> Result<Box<dyn Downloader>, Error> {
                match self {
                    Self::$unequal => $unequal_new(config),
                    style => style.adapter(config).map(|adapter| adapter as Box<dyn Downloader>),
                }
            }

            /// A fresh client with its runtime, and the recipes of its style.
            pub fn adapter(self, config: Config) -> Result<Box<dyn Adapter>, Error> {
                match self {
                    Self::$first => $first_new(config),
                    Self::$unequal => panic!("{self} has no recipes"),
                    $( Self::$style => $new(config), )+
                }
            }
        }

        /// Turns functions of a [`Style`](crate::Style) into tests, one for each style, in a module of its name:
        /// `callbacks::a_stalled_server_times_out`. The tests after `+ ureq:` are also for ureq, which is not held
        /// equal. Functions after `once:` take no style.
        #[macro_export]
        macro_rules! suite {
            (@ $d module:ident, $d style:ident, [$d ( $d test:ident )+]) => {
                mod $d module {
                    $d (
                        #[test]
                        fn $d test() {
                            $d crate::within(|| super::$d test($d crate::Style::$d style));
                        }
                    )+
                }
            };
            (once: $d ( $d test:ident ),+ $d (,)?) => {
                mod once {
                    $d (
                        #[test]
                        fn $d test() {
                            $d crate::within(super::$d test);
                        }
                    )+
                }
            };
            (+ ureq: $d ( $d test:ident ),+ $d (,)?) => {
                $d crate::suite!(@ $unequal_module, $unequal, [$d ( $d test )+]);
                $d crate::suite!($d ( $d test ),+);
            };
            ($d ( $d test:ident ),+ $d (,)?) => {
                $d crate::suite!(@ $first_module, $first, [$d ( $d test )+]);
                $( $d crate::suite!(@ $module, $style, [$d ( $d test )+]); )+
            };
        }
    };
}

styles! { $
    /// Blocking calls, one thread for each download in flight.
    Blocking = "blocking" in blocking: blocking::new;
    /// Blocking calls of the library ureq, with no recipe except `many`.
    unequal Ureq = "ureq" in ureq: ureq::new;
    /// Callbacks on one event loop in one thread.
    Callbacks = "callbacks" in callbacks: callbacks::new;
    /// Futures on tokio's current-thread runtime.
    Tokio = "tokio" in tokio: futures::tokio;
    /// Futures on tokio's multi-thread runtime, a worker for each core.
    TokioMulti = "tokio-multi" in tokio_multi: futures::tokio_multi;
    /// Futures on async-std.
    AsyncStd = "async-std" in async_std: futures::async_std;
    /// Futures on smol's executor, one thread.
    Smol = "smol" in smol: futures::smol;
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
