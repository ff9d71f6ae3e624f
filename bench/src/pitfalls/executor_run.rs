//! `smol::block_on(executor.run(..))` around many small downloads.
//!
//! It is the example in smol's documentation. But `run` polls up to 200 tasks before it returns to the reactor. When
//! that takes more than 50 µs, the helper thread of async-io takes the reactor. After that, the two threads pass it
//! back and forth, at the price of context switches. Drive the executor with `tick`, and yield after every few.

use std::future::Future;

use photo_futures::runtime::Smol;
use photo_tests::Style;
use smol::future::{or, yield_now};
use smol::{Executor, block_on};

use super::fixture::Fixture;
use super::pitfall::{Pitfall, Variants, Work};
use crate::record::pitfall::Metric;

pub(super) const PITFALL: Pitfall = Pitfall {
    name: "executor-run",
    file: "executor_run.rs",
    why: "`run` keeps away from the reactor for 200 polls, and a second thread takes it over",
    recipe: "many",
    hurts: Metric::Time,
    work: Work::of("/photo?bytes=1024", 20_000),
    styles: &[(Style::Smol, Variants { right, wrong })],
};

/// Enough tasks for a turn of the executor to take long.
const IN_FLIGHT: usize = 256;

fn right(fixture: &Fixture) {
    let executor = Executor::new();
    let run = async {
        loop {
            for _ in 0..16 {
                executor.tick().await;
            }
            yield_now().await;
        }
    };
    block_on(or(all(&executor, fixture), run));
}

fn wrong(fixture: &Fixture) {
    let executor = Executor::new();
    block_on(executor.run(all(&executor, fixture)));
}

/// Downloads all photos, each chain of them in a task.
fn all<'a>(executor: &Executor<'a>, fixture: &'a Fixture) -> impl Future<Output = ()> {
    let client = fixture.async_client(Smol);
    let chain = |urls: &'a [String]| {
        let client = client.clone();
        executor.spawn(async move {
            for url in urls {
                fixture.tally.keep(&client.download(url).await);
            }
        })
    };
    let chains: Vec<_> = fixture.urls.chunks(fixture.urls.len().div_ceil(IN_FLIGHT)).map(chain).collect();
    async {
        for chain in chains {
            chain.await;
        }
    }
}
