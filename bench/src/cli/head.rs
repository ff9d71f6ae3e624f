//! The head that every run writes first.

use std::time::{SystemTime, UNIX_EPOCH};

use crate::record::run::Head;
use crate::system::machine;
use crate::system::placement::CorePlacement;

/// Where, when and how this run is measured.
pub(super) fn head(placement: &CorePlacement, seed: u64, rounds: u32, quick: bool) -> Head {
    let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Head {
        at_unix_s: since_1970.as_secs(),
        machine: machine::describe(placement),
        client_cores: placement.all_clients.to_string(),
        server_cores: placement.server.to_string(),
        commit: machine::commit(),
        seed,
        rounds,
        quick,
        complete: true,
        full: false,
        versions: machine::versions(),
    }
}
