//! Everything once, to show that each cell works; nothing is measured.

use std::path::Path;
use std::process::ExitCode;

use crate::cores::Split;
use crate::cost::{self, CostCell};
use crate::program::Program;
use crate::trial::Trial;
use crate::waits::{self, WaitsCell};

pub(crate) fn run(program: &Program, counting_worker: &Path) -> ExitCode {
    let split = Split::of_this_process();
    let failure = |trial: std::io::Result<Trial>| match trial {
        Ok(trial) => trial.first_error,
        Err(error) => Some(error.to_string()),
    };
    let mut all_work = true;
    let mut test = |id: &str, cell: &dyn Fn() -> Option<String>| {
        println!("Testing {id}");
        match cell() {
            None => println!("Success\n"),
            Some(failure) => {
                println!("FAILED: {failure}\n");
                all_work = false;
            }
        }
    };
    let mut closed = |group: &crate::plan::Group| {
        for entrant in &group.entrants {
            let workload = &group.workload;
            test(&workload.id(*entrant), &|| failure(Trial::run(workload, *entrant, &split)));
        }
    };
    program.closed.iter().for_each(&mut closed);
    program.scale.iter().for_each(&mut closed);
    for group in &program.open {
        let workload = group.rehearsal();
        for entrant in &group.entrants {
            test(&group.id(*entrant), &|| failure(Trial::run(&workload, *entrant, &split)));
        }
    }
    for entrant in &program.cost {
        let measure = || CostCell::measure(&program.cost_workload, *entrant, false, counting_worker, &split);
        test(&cost::id(*entrant), &|| measure().failed);
    }
    for group in &program.waits {
        for contender in &group.contenders {
            let measure = || WaitsCell::measure(group.count, *contender, &split.client);
            test(&waits::id(group.count, *contender), &|| measure().failed);
        }
    }
    if all_work { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
