//! What the users' closures hold that a task calls.
//!
//! A task runs on one thread, and the closures in its programs one after the other, tile by tile. So it holds what the
//! largest one holds, however many it calls and however many chunks it is about.

use chunkwise_core::Grid;
use chunkwise_kernels::Op;
use chunkwise_plan::{Stage, Task, Variant};

use super::stages::Build;

/// The most bytes that a closure in the programs of a stage holds during a call.
pub(super) fn of_stage(stage: &Stage) -> u64 {
    let of = |variants: &[Variant]| {
        let instructions = variants.iter().flat_map(|variant| &variant.program.instrs);
        let closures = instructions.filter_map(|instruction| match &instruction.op {
            Op::Closure(closure) => Some(closure.scratch_bytes),
            _ => None,
        });
        closures.max().unwrap_or(0)
    };
    match stage {
        Stage::Fused(fused) => of(&fused.variants),
        Stage::Order(order) => of(&order.elements.variants),
        Stage::Scan(scan) => of(&scan.operand.variants),
        Stage::Contract(contract) => of(&contract.left.variants).max(of(&contract.right.variants)),
        Stage::Combine(_) | Stage::Read(_) | Stage::Write(_) | Stage::Reshape(_) | Stage::Call(_) => 0,
    }
}

/// Bytes that the closures hold which a task runs: those of its stage, if the task runs its programs at all.
pub(super) fn of_task(build: &Build, task: Task, of_stage: u64) -> u64 {
    if of_stage == 0 {
        return 0;
    }
    let unit = task.unit as usize;
    let is_empty = |units: &Grid| units.block(&units.coords(unit)).1.contains(&0);
    let runs = match &build.plan.stages[task.stage as usize] {
        Stage::Fused(fused) => !is_empty(&fused.units),
        Stage::Order(order) => !is_empty(&order.units),
        Stage::Scan(scan) => {
            let place = scan.place(unit).expect("tasks are places");
            scan.evaluates(&place) && !place.shape.contains(&0)
        }
        Stage::Contract(contract) => {
            let place = contract.place(unit).expect("tasks are places");
            !place.shape.contains(&0) && !contract.panels.shape().contains(&0)
        }
        Stage::Combine(_) | Stage::Read(_) | Stage::Write(_) | Stage::Reshape(_) | Stage::Call(_) => false,
    };
    if runs { of_stage } else { 0 }
}
