//! The clients of the load bench: the floor, every style, and the peers.

use std::fmt;
use std::io;
use std::str::FromStr;

use photo::Config;
use photo_tests::Style;

use crate::clients::floor::Floor;
use crate::clients::foreign::{Foreign, NODE};
use crate::clients::peers::{self, Peer};
use crate::clients::per_core::PerCore;
use crate::load::client::LoadClient;
use crate::load::workload::Mode;
use crate::record::load::{Load, Transport};
use crate::system::cpu_set::CpuSet;

/// A row of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Subject {
    Floor,
    Style(Style),
    /// A style of one thread, with a thread for each core.
    PerCore(Style),
    Peer(Peer),
    Foreign(Foreign),
}

/// The styles of one thread that are also measured with a thread for each core.
const PER_CORE: [Style; 2] = [Style::Callbacks, Style::Smol];

impl Subject {
    /// The floor and the styles, in the order of the table.
    pub(crate) fn default_ones() -> Vec<Self> {
        [Self::Floor].into_iter().chain(Style::ALL.map(Self::Style)).collect()
    }

    /// All subjects, in the order of the table.
    pub(crate) fn all() -> Vec<Self> {
        let per_core = PER_CORE.map(Self::PerCore);
        let peers = Peer::all().map(Self::Peer).chain(NODE.map(Self::Foreign));
        Self::default_ones().into_iter().chain(per_core).chain(peers).collect()
    }

    /// Whether it is measured in a run in which no subjects are named.
    pub(crate) fn is_default_in(self, mode: Mode) -> bool {
        match self {
            Self::Peer(_) | Self::Foreign(_) => peers::ARE_WANTED && mode == Mode::Closed,
            Self::Floor | Self::Style(_) | Self::PerCore(_) => self.can_be_in(mode),
        }
    }

    /// Whether it can be measured if it is named.
    pub(crate) fn can_be_in(self, mode: Mode) -> bool {
        match self {
            Self::Peer(peer) => mode != Mode::Open || peer.has_open_loop(),
            Self::PerCore(_) => mode == Mode::Closed,
            // Only the closed loops are in the protocol.
            Self::Foreign(_) => matches!(mode, Mode::Closed | Mode::Scale),
            // A library for downloads has no other waits.
            Self::Style(Style::Ureq) => mode != Mode::Waits,
            Self::Floor | Self::Style(_) => true,
        }
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Floor => "floor",
            Self::Style(style) => style.name(),
            Self::PerCore(Style::Callbacks) => "callbacks-multi",
            Self::PerCore(Style::Smol) => "smol-multi",
            Self::PerCore(style) => unreachable!("{style} is not among PER_CORE"),
            Self::Peer(peer) => peer.name(),
            Self::Foreign(foreign) => foreign.name,
        }
    }

    /// The style that it is, if it is one.
    pub(crate) fn style(self) -> Option<Style> {
        match self {
            Self::Style(style) => Some(style),
            Self::Floor | Self::PerCore(_) | Self::Peer(_) | Self::Foreign(_) => None,
        }
    }

    /// The program in another language that it is, if it is one.
    pub(crate) fn foreign(self) -> Option<Foreign> {
        match self {
            Self::Foreign(foreign) => Some(foreign),
            Self::Floor | Self::Style(_) | Self::PerCore(_) | Self::Peer(_) => None,
        }
    }

    /// Whether it is a way of waiting: the floor and the peers are not.
    #[cfg(test)]
    pub(crate) fn is_style(self) -> bool {
        matches!(self, Self::Style(_) | Self::PerCore(_))
    }

    /// Threads that it starts to have so many downloads in flight, as far as they are many.
    pub(crate) fn threads(self, in_flight: usize) -> usize {
        match self {
            Self::Style(Style::Blocking | Style::Ureq) => in_flight + 1,
            Self::Peer(peer) => peer.threads(in_flight),
            // The threads of a program in another language are not known beforehand.
            Self::Style(_) | Self::PerCore(_) | Self::Floor | Self::Foreign(_) => 1,
        }
    }

    /// Whether it takes part in groups of this load. The floor, the peers and other languages have http over kept
    /// connections and one core only. On several cores, a style of one thread is replaced by one with a thread for each core.
    pub(crate) fn can_take(self, load: &Load) -> bool {
        const OF_SEVERAL_THREADS: [Style; 3] = [Style::Blocking, Style::TokioMulti, Style::AsyncStd];
        let several = load.client_cores > 1;
        match self {
            Self::Floor | Self::Peer(_) | Self::Foreign(_) => {
                !several && load.transport == Transport::default()
            }
            Self::Style(style) => !several || OF_SEVERAL_THREADS.contains(&style),
            Self::PerCore(_) => several,
        }
    }

    /// A client for so many downloads in flight. A peer has a configuration like this one.
    pub(crate) fn client(self, in_flight: usize, config: Config) -> io::Result<Box<dyn LoadClient>> {
        Ok(match self {
            Self::Floor => Box::new(Floor::new(config).map_err(io::Error::other)?),
            Self::Style(style) => Box::new(style.client(config).map_err(io::Error::other)?),
            Self::PerCore(style) => Box::new(PerCore::new(style, &config, cores())?),
            Self::Peer(peer) => peer.client(in_flight)?,
            Self::Foreign(_) => return Err(io::Error::other("is a program in another language")),
        })
    }
}

/// The cores of this process.
fn cores() -> usize {
    CpuSet::allowed().cores().count().max(1)
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Subject {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        Self::all().into_iter().find(|subject| subject.name() == name).ok_or_else(|| {
            let known: Vec<_> = Self::all().into_iter().map(Self::name).collect();
            format!("there is no such style; there are {}", known.join(", "))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_understood() {
        for subject in Subject::all() {
            assert_eq!(subject.name().parse(), Ok(subject));
        }
        let refusal = "coroutines".parse::<Subject>().unwrap_err();
        assert!(refusal.contains(
            "floor, blocking, ureq, callbacks, tokio, tokio-multi, async-std, smol, callbacks-multi, smol-multi, \
             ureq-per-thread"
        ));
    }

    #[test]
    fn only_blocking_needs_a_thread_for_each_download() {
        for subject in Subject::all() {
            let many = ["blocking", "ureq", "ureq-per-thread"].contains(&subject.name());
            assert_eq!(subject.threads(100) > 100, many, "{subject}");
        }
    }
}
