//! A closed loop of tokio tasks, for those peers that are futures of tokio.

use std::io;

use photo_tests::Feed;
use tokio::runtime::{Builder, Runtime};

use super::drive::record;
use crate::load::samples::Samples;

/// One thread for all, as the contender `tokio` has.
pub(super) fn runtime() -> io::Result<Runtime> {
    Builder::new_current_thread().enable_all().build()
}

/// Keeps `in_flight` of `download` under way, each in a task; they tell how many bytes they have brought.
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
                    let result = download().await;
                    record(&samples, &turn, result);
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
