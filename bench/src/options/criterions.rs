//! The options of criterion.

use clap::Args;

/// What criterion understands and this bench has no use for: `cargo bench -- …` says it to both.
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
    #[arg(short, long, hide = true)]
    save_baseline: Option<String>,
    #[arg(long, hide = true)]
    discard_baseline: bool,
    #[arg(short, long, hide = true)]
    baseline: Option<String>,
    #[arg(long, hide = true)]
    baseline_lenient: Option<String>,
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
