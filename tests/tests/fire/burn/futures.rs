//! Tasks that await downloads, and drop them.

use std::future::Future;
use std::pin::{Pin, pin};
use std::time::Instant;

use futures::future::{self, Either, join_all};
use photo::Config;
use photo_futures::Client;
use photo_futures::runtime::{AsyncStd, Runtime, Smol, Tokio};
use photo_tests::Style;

use super::Fire;
use crate::deck::Deck;
use crate::ledger::Ledger;

const TASKS: usize = 24;

type Task = Pin<Box<dyn Future<Output = ()> + Send>>;

pub(crate) fn burn(fire: &Fire<'_>, style: Style, deck: Deck) {
    match style {
        Style::Tokio => {
            let mut runtime = tokio::runtime::Builder::new_current_thread();
            runtime.enable_io().enable_time().build().unwrap().block_on(join_all(tasks(fire, Tokio, deck)));
        }
        Style::TokioMulti => {
            let mut runtime = tokio::runtime::Builder::new_multi_thread();
            runtime.enable_io().enable_time().build().unwrap().block_on(async {
                let tasks = tasks(fire, Tokio, deck).into_iter().map(tokio::spawn);
                join_all(tasks).await.into_iter().for_each(|ended| ended.unwrap());
            });
        }
        Style::AsyncStd => {
            let tasks = tasks(fire, AsyncStd, deck).into_iter().map(async_std::task::spawn);
            async_std::task::block_on(join_all(tasks));
        }
        Style::Smol => {
            let executor = smol::Executor::new();
            let tasks = tasks(fire, Smol, deck).into_iter().map(|task| executor.spawn(task));
            smol::block_on(executor.run(join_all(tasks)));
        }
        Style::Blocking | Style::Ureq | Style::Callbacks => unreachable!("no futures"),
    }
}

fn tasks<R: Runtime>(fire: &Fire<'_>, runtime: R, mut deck: Deck) -> Vec<Task> {
    let shared = Client::new(runtime, fire.config.clone()).unwrap();
    let task = |_| {
        let (ledger, config, until) = (fire.ledger.clone(), fire.config.clone(), fire.until);
        Box::pin(download(ledger, config, until, shared.clone(), deck.fork())) as Task
    };
    (0..TASKS).map(task).collect()
}

async fn download<R: Runtime>(
    ledger: Ledger,
    config: Config,
    until: Instant,
    shared: Client<R>,
    mut deck: Deck,
) {
    let mut client = shared.clone();
    while Instant::now() < until {
        let drawn = deck.draw();
        let pending = ledger.begin(&format!("{drawn:?}"));
        let cancelling = pending.cancelling();
        let runtime = client.runtime().clone();
        let download = async {
            let pending = pending; // dropped with the future
            let result = client.download(&drawn.url).await;
            pending.end(&result);
            result
        };
        match drawn.cancel_after {
            None => drawn.assert_whole(&download.await),
            Some(after) => {
                let download = Box::pin(download);
                match future::select(download, pin!(runtime.sleep(after))).await {
                    Either::Left((result, _)) => drawn.assert_whole(&result),
                    Either::Right(((), download)) => {
                        cancelling.now();
                        drop(download);
                    }
                }
            }
        }
        match deck.random.u8(..8) {
            0 => client = Client::new(runtime, config.clone()).unwrap(),
            1 => client = shared.clone(),
            _ => {}
        }
    }
}
