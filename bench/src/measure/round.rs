//! One round of a group: fresh processes for every client, which then take turns, slice by slice.
//!
//! The machine is faster in one second than in the next. Between two slices of a client, all others have one, so such
//! a change reaches all of them alike.

use std::io;
use std::thread;

use crate::clients::subject::Subject;
use crate::load::workload::Workload;
use crate::measure::trial::{Slices, Trial};
use crate::process::worker::Worker;
use crate::stats::rounds::shuffled;
use crate::system::interrupt;
use crate::system::placement::CorePlacement;

/// Connections of all clients that are open at once; beyond that, clients follow one another.
const MOST_CONNECTIONS: usize = 1 << 15;

/// Measures each client once, in an order drawn from `random`; the loads differ in their burdens at most. `None` if a
/// signal has ended the run.
pub(crate) fn measure(
    clients: &[(Workload, Subject)],
    random: &mut fastrand::Rng,
    placement: &CorePlacement,
) -> Option<Vec<io::Result<Trial>>> {
    let in_flight = clients.iter().map(|(workload, _)| workload.in_flight).max()?;
    let mut trials: Vec<_> = clients.iter().map(|_| None).collect();
    // The runtimes of other languages close connections that are idle while others have their turn.
    let (alone, together): (Vec<_>, Vec<_>) =
        shuffled(random, clients.len()).into_iter().partition(|index| clients[*index].1.foreign().is_some());
    for together in together.chunks((MOST_CONNECTIONS / in_flight).max(1)).chain(alone.chunks(1)) {
        let mut running = start(clients, together, placement);
        for _ in 0..clients[0].0.slices() {
            for index in shuffled(random, running.len()) {
                if interrupt::came().is_some() {
                    return None;
                }
                if let Ok(slices) = &mut running[index] {
                    slices.go();
                }
            }
        }
        for (index, slices) in together.iter().zip(running) {
            trials[*index] = Some(slices.and_then(Slices::trial));
        }
    }
    // A signal also reaches the children, which then fail.
    if interrupt::came().is_some() { None } else { trials.into_iter().collect() }
}

/// Starts the processes of these clients at the same time, because each waits for others.
fn start(
    clients: &[(Workload, Subject)],
    together: &[usize],
    placement: &CorePlacement,
) -> Vec<io::Result<Slices>> {
    let start = |index: usize| {
        let (workload, subject) = &clients[index];
        let cores = placement.client_cores(workload.client_cores);
        Slices::start(workload, *subject, placement, || Worker::process(*subject, &cores))
    };
    thread::scope(|scope| {
        let starting: Vec<_> = together.iter().map(|index| scope.spawn(|| start(*index))).collect();
        starting.into_iter().map(|one| one.join().expect("a start does not panic")).collect()
    })
}
