//! The progress of the run: a bar on a terminal, a line for each group elsewhere.

use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

use super::out::note;

pub(crate) struct Progress {
    bar: ProgressBar,
    started: Instant,
}

impl Progress {
    pub(crate) fn new(cells: usize) -> Self {
        let style = ProgressStyle::with_template("{bar:30} {pos}/{len} {elapsed} (about {eta} left)  {msg}");
        // Drawn only between cells, so that it costs nothing while something is measured.
        let bar = ProgressBar::new(cells as u64).with_style(style.expect("the template is good"));
        Self { bar, started: Instant::now() }
    }

    pub(crate) fn begin(&self, id: &str) {
        self.bar.set_message(id.to_owned());
        self.bar.tick();
    }

    pub(crate) fn end(&self, cells: usize) {
        self.bar.inc(cells as u64);
    }

    /// Reports that all subjects have done the work of this group once more.
    pub(crate) fn end_of_group(&self, id: &str, round: u32, rounds: u32) {
        if self.bar.is_hidden() {
            let seconds = self.started.elapsed().as_secs();
            let (done, all) = (self.bar.position(), self.bar.length().unwrap_or_default());
            note!("{id}: round {round} of {rounds} done; {done} of {all} cells after {seconds} s");
        }
    }

    /// Takes the bar away; returns how long it all took.
    pub(crate) fn finish(self) -> Duration {
        self.bar.finish_and_clear();
        self.started.elapsed()
    }
}
