//! The options of criterion.

use clap::Args;

/// The options of criterion, because `cargo bench -- …` passes them to all benches. Most mean nothing here.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = None)]
#[expect(clippy::struct_excessive_bools, reason = "criterion has as many flags")]
pub(crate) struct Criterions {
    #[arg(long, hide = true)]
    pub(super) bench: bool,
    #[arg(long, hide = true)]
    pub(super) ignored: bool,
    #[arg(long, hide = true)]
    pub(super) profile_time: Option<String>,
    #[arg(long, hide = true)]
    pub(super) load_baseline: Option<String>,
    #[arg(short = 'c', long, alias = "colour", hide = true)]
    color: Option<String>,
    #[arg(short, long, hide = true)]
    verbose: bool,
    #[arg(long, hide = true)]
    quiet: bool,
    #[arg(short, long, hide = true)]
    noplot: bool,
    /// Keep this run under a name, as criterion does
    #[arg(short, long, value_name = "NAME")]
    pub(super) save_baseline: Option<String>,
    #[arg(long, hide = true)]
    discard_baseline: bool,
    /// Compare with the run that was kept under this name
    #[arg(short, long, value_name = "NAME")]
    pub(super) baseline: Option<String>,
    #[arg(long, hide = true)]
    pub(super) baseline_lenient: Option<String>,
    #[arg(long, hide = true)]
    format: Option<String>,
    #[arg(long, hide = true)]
    sample_size: Option<String>,
    #[arg(long, hide = true)]
    warm_up_time: Option<String>,
    #[arg(long, hide = true)]
    measurement_time: Option<String>,
    #[arg(long, hide = true)]
    nresamples: Option<String>,
    #[arg(long, hide = true)]
    noise_threshold: Option<String>,
    #[arg(long, hide = true)]
    confidence_level: Option<String>,
    #[arg(long, hide = true)]
    significance_level: Option<String>,
    #[arg(long, hide = true)]
    plotting_backend: Option<String>,
    #[arg(long, hide = true)]
    output_format: Option<String>,
    #[arg(long, hide = true)]
    nocapture: bool,
    #[arg(long, hide = true)]
    show_output: bool,
    #[arg(long, hide = true)]
    include_ignored: bool,
}
