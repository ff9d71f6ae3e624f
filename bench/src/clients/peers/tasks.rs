//! A closed loop of tokio tasks, for those peers that are futures of tokio.

use std::io;

use photo_tests::Feed;
use tokio::runtime::{Builder, Runtime};

use crate::load::samples::Samples;

/// A runtime with one thread, like that of the style `tokio`.
pub(super) fn runtime() -> io::Result<Runtime> {
    Builder::new_current_thread().enable_all().build()
}

/// Keeps `in_flight` calls of `download` running, each in a task; they return their number of bytes.
pub(super) fn in_tasks<F>(
    runtime: &Runtime,
    in_flight: usize,
    samples: &Samples,
    download: impl Fn() -> F + Clone + Send + 'static,
) -> io::Result<()>
where
    F: Future<Output = io::Result<usize>> + Send,
{
    runtime.block_on(async {
        let task = |_| {
            let (samples, download) = (samples.clone(), download.clone());
            tokio::spawn(async move {
                let mut next = samples.first();
                while let Some(turn) = next {
                    samples.record(&turn, download().await);
                    next = samples.next();
                }
            })
        };
        let tasks: Vec<_> = (0..in_flight).map(task).collect();
        for task in tasks {
            task.await?;
        }
        Ok(())
    })
}
