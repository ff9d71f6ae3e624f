//! smol on several cores: one executor that a thread for each core runs.

use std::io;
use std::num::NonZero;
use std::sync::Arc;
use std::thread;

use photo::Config;
use photo_futures::{Client, runtime::Smol};
use photo_tests::Feed;
use smol::Executor;
use smol::channel::{self, Sender};
use smol::future::{or, yield_now};

use crate::load::client::LoadClient;
use crate::load::samples::Samples;

/// A client and its executor. The thread that has the load is one of those that run it; the others end when this is
/// dropped.
pub(super) struct Threads {
    client: Client<Smol>,
    executor: Arc<Executor<'static>>,
    _running: Sender<()>,
}

impl Threads {
    pub(super) fn start(config: Config, cores: NonZero<usize>) -> io::Result<Self> {
        let client = Client::new(Smol, config).map_err(io::Error::other)?;
        let executor = Arc::new(Executor::new());
        let (running, ended) = channel::bounded::<()>(1);
        for _ in 1..cores.get() {
            let (executor, ended) = (Arc::clone(&executor), ended.clone());
            let work = move || {
                let end = async {
                    let _ = ended.recv().await;
                };
                smol::block_on(or(end, run(&executor)));
            };
            thread::Builder::new().name("executor".into()).spawn(work)?;
        }
        Ok(Self { client, executor, _running: running })
    }
}

impl LoadClient for Threads {
    fn closed_loop(&mut self, url: &str, in_flight: usize, samples: &Samples) -> io::Result<()> {
        let task = |_| {
            let (client, url, samples) = (self.client.clone(), url.to_owned(), samples.clone());
            self.executor.spawn(async move {
                let mut next = samples.first();
                while let Some(turn) = next {
                    samples.done(&turn, client.download(&url).await);
                    next = samples.next();
                }
            })
        };
        let tasks: Vec<_> = (0..in_flight).map(task).collect();
        let all = async {
            for task in tasks {
                task.await;
            }
        };
        smol::block_on(or(all, run(&self.executor)));
        Ok(())
    }
}

/// Runs tasks, and returns to the reactor after each few: see [`Smol`].
async fn run(executor: &Executor<'_>) {
    loop {
        for _ in 0..16 {
            executor.tick().await;
        }
        yield_now().await;
    }
}
