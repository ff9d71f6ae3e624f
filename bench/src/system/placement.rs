//! The cores of the server and of its clients.

use std::path::Path;

use crate::system::cpu_set::CpuSet;
use crate::system::topology::{self, apart_from, usable};

/// The cores of each process. The cores of both sides are empty where nothing is pinned.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct CorePlacement {
    /// The cores of the server and the watching process.
    pub(crate) server: CpuSet,
    /// The core of the clients: one, so that all are equal.
    pub(crate) client: CpuSet,
    /// The cores of clients that can use more; the first is the one above.
    pub(crate) all_clients: CpuSet,
}

impl CorePlacement {
    /// The given cores for each side; where they are not given, half of the [`usable`] ones that this process may use.
    ///
    /// # Errors
    ///
    /// If this process may not use a given core.
    pub(crate) fn new(server: Option<&CpuSet>, client: Option<&CpuSet>) -> Result<Self, String> {
        Self::among(&CpuSet::allowed().0, Path::new(topology::LINUX), server, client)
    }

    /// The placement of a run that names no cores.
    pub(crate) fn of_this_process() -> Self {
        Self::new(None, None).unwrap_or_default()
    }

    fn among(
        allowed: &[usize],
        root: &Path,
        server: Option<&CpuSet>,
        client: Option<&CpuSet>,
    ) -> Result<Self, String> {
        let given = [("--server-cores", server), ("--client-cores", client)];
        let mut taken = Vec::new();
        for (option, cores) in given {
            let cores = cores.map_or_else(Vec::new, |cores| cores.0.clone());
            if let Some(core) = cores.iter().find(|core| !allowed.contains(core)) {
                let allowed = CpuSet(allowed.to_vec());
                return Err(format!("{option}: core {core} is not among those of this process: {allowed}"));
            }
            taken.extend(cores);
        }
        let free: Vec<_> = allowed.iter().copied().filter(|core| !taken.contains(core)).collect();
        let mut free = usable(root, &apart_from(root, &taken, &free));
        Ok(match (server, client) {
            (Some(server), Some(client)) => Self::of(server.clone(), client.clone()),
            _ if free.is_empty() => Self::default(),
            (Some(server), None) => Self::of(server.clone(), CpuSet(free)),
            (None, Some(client)) => Self::of(CpuSet(free), client.clone()),
            (None, None) if free.len() < 2 => Self::default(),
            (None, None) => {
                let client = free.split_off(free.len() / 2);
                Self::of(CpuSet(free), CpuSet(client))
            }
        })
    }

    /// The one core of the clients is one that the server does not have, if there is such a core.
    fn of(server: CpuSet, mut all_clients: CpuSet) -> Self {
        all_clients.0.sort_by_key(|core| (server.0.contains(core), *core));
        Self { server, client: all_clients.first(1), all_clients }
    }

    /// The cores of a client on so many.
    pub(crate) fn client_cores(&self, client_cores: usize) -> CpuSet {
        self.all_clients.first(client_cores.max(1))
    }

    /// The cores of a server for clients on so many cores. One client core is left to the client, if the server has
    /// another one.
    pub(crate) fn server_cores(&self, client_cores: usize) -> CpuSet {
        let others: Vec<_> = self.server.cores().filter(|core| !self.client.0.contains(core)).collect();
        if client_cores > 1 || others.is_empty() { self.server.clone() } else { CpuSet(others) }
    }

    /// The event loops of a server for clients on so many cores: as many, as far as it has cores for them.
    pub(crate) fn server_loops(&self, client_cores: usize) -> usize {
        client_cores.min(self.server.0.len()).max(1)
    }

    /// Whether the two sides take no time from each other.
    pub(crate) fn is_apart(&self) -> bool {
        !self.server.0.is_empty() && !self.server.0.iter().any(|core| self.all_clients.0.contains(core))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(allowed: &[usize], server: Option<&str>, client: Option<&str>) -> Result<[String; 2], String> {
        let [server, client] = [server, client].map(|cores| cores.map(|cores| cores.parse().unwrap()));
        let placed = CorePlacement::among(allowed, "/nowhere".as_ref(), server.as_ref(), client.as_ref())?;
        assert_eq!(placed.client, placed.all_clients.first(1));
        Ok([placed.server.to_string(), placed.all_clients.to_string()])
    }

    #[test]
    fn one_client_core_is_left_to_the_client_if_the_server_has_another() {
        let cores = |server: &str, client: &str, client_cores| {
            let placed = CorePlacement::of(server.parse().unwrap(), client.parse().unwrap());
            [placed.server_cores(client_cores).to_string(), placed.client.to_string()]
        };
        assert_eq!(cores("0,1", "0,1", 1), ["1", "0"]);
        assert_eq!(cores("0,1", "0,1", 2), ["0,1", "0"]);
        assert_eq!(cores("0", "0,1", 1), ["0", "1"]);
        assert_eq!(cores("0", "0", 1), ["0", "0"]);
        assert_eq!(cores("", "", 1), ["", ""]);
    }

    #[test]
    fn the_two_sides_share_no_core_unless_options_say_so() {
        assert_eq!(place(&[0, 1, 2, 3], None, None).unwrap(), ["0,1", "2,3"]);
        assert_eq!(place(&[0, 1, 2, 3], Some("3"), None).unwrap(), ["3", "0,1,2"]);
        assert_eq!(place(&[0, 1, 2, 3], None, Some("0-2")).unwrap(), ["3", "0,1,2"]);
        assert_eq!(place(&[0, 1], Some("0,1"), Some("0,1")).unwrap(), ["0,1", "0,1"]);
        assert_eq!(place(&[5], None, None).unwrap(), ["", ""]);
        assert_eq!(place(&[5], Some("5"), None).unwrap(), ["", ""], "nothing is left for the client");
        let here = CorePlacement::of_this_process();
        assert!(here.is_apart() || here == CorePlacement::default());
    }

    #[test]
    fn a_core_of_others_is_refused() {
        let refusal = place(&[0, 1], None, Some("1-2")).unwrap_err();
        assert_eq!(refusal, "--client-cores: core 2 is not among those of this process: 0,1");
    }
}
