//! Whether the load bench measures what it claims to: it is compared with what is known beforehand.
//!
//! Tables must show no difference between a style and itself, and must show CPU work that was added. Latencies that the
//! server was given must be recovered. A server that may be the bottleneck must be named. All clients must have done the
//! same work.

mod finding;
mod known;
mod tables;
mod truth;
mod work;

use std::io;
use std::process::ExitCode;
use std::time::Instant;

use crate::options::Options;
use crate::system::machine;
use crate::system::placement::CorePlacement;
use crate::text::out::say;
use finding::Finding;

type Check<'a> = &'a dyn Fn() -> io::Result<Vec<Finding>>;

/// Does all checks, prints each figure, and fails if one of them does not hold.
pub(crate) fn run(options: &Options, placement: &CorePlacement) -> ExitCode {
    let seed = options.common.seed.unwrap_or_else(|| fastrand::u64(..1 << 32));
    say!("{}\nself-check by --seed {seed}", machine::describe(placement));
    placement.server.pin_this_process();

    let checks: [(&str, Check); 3] = [
        ("work", &|| work::check(placement)),
        ("tables", &|| tables::check(options.common.rounds, seed, options.burden, placement)),
        ("truth", &|| truth::check(seed, placement)),
    ];
    let mut failed = 0;
    for (_, check) in checks.into_iter().filter(|(name, _)| options.common.selects(name)) {
        let started = Instant::now();
        let findings = check().unwrap_or_else(|error| {
            let claim = format!("it can be checked at all: {error}");
            vec![Finding { claim, holds: false, figures: Vec::new() }]
        });
        for Finding { claim, holds, figures } in findings {
            say!("\n{} {claim}", if holds { "ok    " } else { "FAILED" });
            for line in figures {
                say!("    {line}");
            }
            failed += usize::from(!holds);
        }
        say!("    ({:.0} s)", started.elapsed().as_secs_f64());
    }
    if failed == 0 {
        say!("\nAll of it holds.");
        ExitCode::SUCCESS
    } else {
        say!("\nIt cannot be believed: {failed} failed.");
        ExitCode::FAILURE
    }
}
