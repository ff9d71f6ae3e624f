//! Everything once, to show that each cell works, and that a report can be made of it; nothing is measured.

use std::io;
use std::path::Path;
use std::process::ExitCode;

use photo_tests::Style;

use crate::cli::head::head;
use crate::cli::plan::RunPlan;
use crate::clients::subject::Subject;
use crate::measure::trial::Trial;
use crate::measure::{closed, cost, open, waits};
use crate::options::Options;
use crate::output::report;
use crate::record::Record;
use crate::record::cost::CostCell;
use crate::record::run::Run;
use crate::system::placement::CorePlacement;
use crate::text::out::say;

pub(crate) fn run(
    options: &Options,
    plan: &RunPlan,
    counting_worker: &Path,
    placement: &CorePlacement,
) -> io::Result<ExitCode> {
    let mut smoke = Smoke { records: Vec::new(), all_work: true };
    smoke.records.push(Record::Run(head(placement, 0, options.rounds(), options.common.quick)));

    for group in plan.closed.iter().chain(&plan.scale) {
        for subject in &group.subjects {
            let workload = &group.workload;
            say!("Testing {}", workload.id(*subject));
            let cell = closed::cell(workload, *subject, vec![Trial::run(workload, *subject, placement)]);
            let failure = cell.failed.clone().or(cell.first_error.clone());
            smoke.end(failure.as_deref(), Record::Closed(cell));
        }
    }
    for group in &plan.open {
        let workload = group.smoke();
        for subject in &group.subjects {
            say!("Testing {}", group.id(*subject));
            let trial = Trial::run(&workload, *subject, placement).map(|trial| (workload.clone(), trial));
            let open = open::cell(group, *subject, vec![trial]);
            let failure = open.cell.failed.clone().or(open.cell.first_error.clone());
            smoke.end(failure.as_deref(), Record::Open(open));
        }
    }
    for subject in &plan.cost {
        say!("Testing {}", cost::id(*subject));
        let cell = cost::measure(&plan.cost_workload, *subject, true, counting_worker, placement);
        let failure = cell.failed.clone().or_else(|| too_many_instructions(*subject, &cell));
        smoke.end(failure.as_deref(), Record::Cost(cell));
    }
    for group in &plan.waits {
        for style in &group.styles {
            say!("Testing {}", waits::id(group.count, *style));
            let cell = waits::measure(group.count, *style, &placement.client);
            smoke.end(cell.failed.clone().as_deref(), Record::Waits(cell));
        }
    }

    // The report of a real run stays.
    let folder = options.common.report.clone();
    let folder = folder.unwrap_or_else(|| report::folder().with_file_name("photo-report-test"));
    let run = Run::of(&smoke.records)?;
    say!("report: {}", report::write(&folder, &[run])?.display());
    Ok(if smoke.all_work { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The instructions that a download of 1 KiB may cost: those counted when this was written, and a quarter more.
/// Runs of the same code differ by up to 6 %, since the kernel decides how many downloads a wakeup serves.
fn too_many_instructions(subject: Subject, cell: &CostCell) -> Option<String> {
    let Some(count) = cell.instructions_per_download else {
        say!("instructions: {}", cell.no_instructions.as_deref().unwrap_or("not counted"));
        return None;
    };
    say!("instructions: {count:.0}");
    let most = match subject {
        Subject::Style(Style::Blocking) => 11_100.0,
        Subject::Style(Style::Callbacks) => 12_900.0,
        Subject::Style(Style::Tokio) => 14_100.0,
        Subject::Style(Style::AsyncStd) => 15_600.0,
        Subject::Style(Style::TokioMulti | Style::Smol) => 14_800.0,
        _ => return None,
    };
    (count > most).then(|| format!("{count:.0} instructions for each download, {most} allowed"))
}

/// The state of the smoke test.
struct Smoke {
    records: Vec<Record>,
    all_work: bool,
}

impl Smoke {
    fn end(&mut self, failure: Option<&str>, record: Record) {
        match failure {
            None => say!("Success\n"),
            Some(failure) => say!("FAILED: {failure}\n"),
        }
        self.all_work &= failure.is_none();
        self.records.push(record);
    }
}
