//! The styles that use one core by themselves, on all cores of the client.
//!
//! They are built on the public face of the style crates, in the way that the documentation of each advises. blocking,
//! ureq, tokio-multi and async-std use all cores anyway.

mod callbacks;
mod smol;

use std::io;
use std::num::NonZero;
use std::thread;

use photo::Config;

use crate::load::client::LoadClient;

/// A style on all cores.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Multi {
    /// A thread for each core, each with its own client and event loop.
    Callbacks,
    /// One client and one executor, run by a thread for each core.
    Smol,
}

impl Multi {
    /// All of them, in the order of the table.
    pub(crate) const ALL: [Self; 2] = [Self::Callbacks, Self::Smol];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Callbacks => "callbacks-multi",
            Self::Smol => "smol-multi",
        }
    }

    /// A client on the cores that this process may use.
    pub(crate) fn client(self, config: Config) -> io::Result<Box<dyn LoadClient>> {
        let cores = thread::available_parallelism().unwrap_or(NonZero::<usize>::MIN);
        match self {
            Self::Callbacks => Ok(Box::new(callbacks::Loops::start(config, cores)?)),
            Self::Smol => Ok(Box::new(smol::Threads::start(config, cores)?)),
        }
    }
}

#[cfg(test)]
mod tests {
    use photo_server::PhotoServer;

    use super::*;
    use crate::load::client::config;
    use crate::load::samples::Samples;

    #[test]
    fn all_cores_share_a_load_and_keep_its_connections() {
        let cores = NonZero::new(3).unwrap();
        let clients: [Box<dyn LoadClient>; 2] = [
            Box::new(callbacks::Loops::start(config(7), cores).unwrap()),
            Box::new(smol::Threads::start(config(7), cores).unwrap()),
        ];
        for mut client in clients {
            let server = PhotoServer::start().unwrap();
            for (path, count) in [("/photo?bytes=5000&delay_ms=9000&gather=7", 7), ("/photo?bytes=5000", 50)]
            {
                let samples = Samples::new(count);
                client.closed_loop(&server.url(path), 7, &samples).unwrap();
                let sample = samples.sample();
                assert!(sample.errors.is_empty(), "{:?}", sample.errors);
                assert_eq!(sample.bytes, count as u64 * 5000);
            }
            let counters = server.counters();
            assert_eq!((counters.connections, counters.max_open_requests), (7, 7));
        }
    }
}
