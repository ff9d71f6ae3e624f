//! Everything once, to show that each cell works, and that a report can be made of it; nothing is measured.

use std::io;
use std::path::Path;
use std::process::ExitCode;

use serde::Serialize;

use crate::cli::plan::Program;
use crate::measure::cell::Cell;
use crate::measure::cost;
use crate::measure::cost::cell::CostCell;
use crate::measure::open::cell::OpenCell;
use crate::measure::trial::Trial;
use crate::measure::waits;
use crate::measure::waits::cell::WaitsCell;
use crate::options::Options;
use crate::output::report;
use crate::system::affinity::Split;
use crate::system::machine::RunLine;

pub(crate) fn run(options: &Options, program: &Program, counting_worker: &Path) -> io::Result<ExitCode> {
    let split = Split::of_this_process();
    let mut rehearsal = Rehearsal { lines: Vec::new(), all_work: true };
    rehearsal.line(&RunLine::new(&split, 0, options.rounds(), options.common.quick))?;

    for group in program.closed.iter().chain(&program.scale) {
        for entrant in &group.entrants {
            let workload = &group.workload;
            println!("Testing {}", workload.id(*entrant));
            let cell = Cell::new(workload, *entrant, vec![Trial::run(workload, *entrant, &split)]);
            rehearsal.end(cell.failed.as_ref().or(cell.first_error.as_ref()), &cell)?;
        }
    }
    for group in &program.open {
        let workload = group.rehearsal();
        for entrant in &group.entrants {
            println!("Testing {}", group.id(*entrant));
            let trial = Trial::run(&workload, *entrant, &split).map(|trial| (workload.clone(), trial));
            let cell = OpenCell::new(group, *entrant, vec![trial]);
            rehearsal.end(cell.cell.failed.as_ref().or(cell.cell.first_error.as_ref()), &cell)?;
        }
    }
    for entrant in &program.cost {
        println!("Testing {}", cost::id(*entrant));
        let cell = CostCell::measure(&program.cost_workload, *entrant, false, counting_worker, &split);
        rehearsal.end(cell.failed.as_ref(), &cell)?;
    }
    for group in &program.waits {
        for contender in &group.contenders {
            println!("Testing {}", waits::id(group.count, *contender));
            let cell = WaitsCell::measure(group.count, *contender, &split.client);
            rehearsal.end(cell.failed.as_ref(), &cell)?;
        }
    }

    // That of a real run stays.
    let folder = options.common.report.clone();
    let folder = folder.unwrap_or_else(|| report::folder().with_file_name("photo-report-test"));
    report::write_lines(&folder, &rehearsal.lines)?;
    Ok(if rehearsal.all_work { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// What became of it so far.
struct Rehearsal {
    lines: Vec<String>,
    all_work: bool,
}

impl Rehearsal {
    fn end(&mut self, failure: Option<&String>, cell: &impl Serialize) -> io::Result<()> {
        match failure {
            None => println!("Success\n"),
            Some(failure) => println!("FAILED: {failure}\n"),
        }
        self.all_work &= failure.is_none();
        self.line(cell)
    }

    fn line(&mut self, line: &impl Serialize) -> io::Result<()> {
        self.lines.push(serde_json::to_string(line)?);
        Ok(())
    }
}
