//! Checks that every task finds what it reads among the results of its inputs.

use chunkwise_core::Grid;

use super::validate::{Check, array, cell_of, combined, ensure};
use super::{contract, order, scan};
use crate::{
    CombineStage, FusedStage, Plan, ReshapeStage, Stage, Storage, Task, TaskId, Variant, for_cells, for_parts,
};

/// Checks the inputs of all tasks of a plan whose arrays, stages and places are right by themselves.
pub(super) fn check(plan: &Plan) -> Check {
    let mut inputs = Vec::new();
    for (id, &task) in (0..).zip(&plan.tasks) {
        inputs.clear();
        inputs.extend_from_slice(plan.graph.inputs(id));
        inputs.sort_unstable();
        match &plan.stages[task.stage as usize] {
            Stage::Fused(stage) => check_fused(plan, stage, task, &inputs),
            Stage::Combine(stage) => check_combine(plan, stage, id, task, &inputs),
            Stage::Read(_) => Ok(()),
            Stage::Reshape(stage) => check_reshape(plan, stage, task, &inputs),
            Stage::Contract(stage) => contract::check_edges(plan, stage, task, &inputs),
            Stage::Scan(stage) => scan::check_edges(plan, stage, task, &inputs),
            Stage::Order(stage) => order::check_edges(plan, stage, task, &inputs),
            Stage::Call(_) => Err("it is a call, which cannot arrive".to_owned()),
            Stage::Write(stage) => match &array(plan, stage.array)?.storage {
                Storage::Computed { tasks, .. } => {
                    ensure(inputs == [tasks[task.unit as usize]], || "it writes what is not there".to_owned())
                }
                Storage::Memory(_) | Storage::Persisted(..) | Storage::Outside { .. } => Ok(()),
            },
        }
        .map_err(|what| format!("task {id}: {what}"))?;
    }
    Ok(())
}

fn check_fused(plan: &Plan, stage: &FusedStage, task: Task, inputs: &[TaskId]) -> Check {
    let (start, shape) = stage.units.block(&stage.units.coords(task.unit as usize));
    check_box(plan, (&stage.parts, &stage.variants), (&start, &shape), inputs)
}

/// Checks that what some programs read for a box is made by tasks among `inputs`, which are sorted.
pub(super) fn check_box(
    plan: &Plan,
    (parts, variants): (&Grid, &[Variant]),
    (start, shape): (&[usize], &[usize]),
    inputs: &[TaskId],
) -> Check {
    let mut outcome = Ok(());
    for_parts(parts, start, shape, |part, start, shape| {
        if shape.contains(&0) {
            return;
        }
        for binding in &variants[part].inputs {
            let Some((grid, tasks)) = plan.array(binding.array).storage.made() else { continue };
            let (from, extent) = binding.view.source_box(start, shape);
            for_cells(grid, &from, &extent, |cell| {
                let maker = tasks[cell];
                let found = inputs.binary_search(&maker).is_ok();
                if outcome.is_ok() && !(found && made(plan, maker, grid, cell, (&from, &extent))) {
                    outcome =
                        Err(format!("it reads cell {cell} of array {}, which is not made", binding.array.0));
                }
            });
        }
    });
    outcome
}

fn check_reshape(plan: &Plan, stage: &ReshapeStage, task: Task, inputs: &[TaskId]) -> Check {
    let from = array(plan, stage.input)?;
    let Some((grid, tasks)) = from.storage.made() else { return Ok(()) };
    let mut outcome = Ok(());
    stage.for_boxes(&from.shape, task.unit as usize, |start, shape| {
        for_cells(grid, start, shape, |cell| {
            let maker = tasks[cell];
            let found = inputs.binary_search(&maker).is_ok();
            if outcome.is_ok() && !(found && made(plan, maker, grid, cell, (start, shape))) {
                outcome = Err(format!("it reads cell {cell} of array {}, which is not made", stage.input.0));
            }
        });
    });
    outcome
}

/// Whether what a task makes of a cell covers the part of a box that lies in the cell.
fn made(plan: &Plan, maker: TaskId, grid: &Grid, cell: usize, (from, extent): (&[usize], &[usize])) -> bool {
    let task = plan.tasks[maker as usize];
    let Stage::Read(read) = &plan.stages[task.stage as usize] else { return true };
    let (_, first, shape) = &read.boxes[task.unit as usize];
    let (cell_start, cell_shape) = grid.block(&grid.coords(cell));
    (0..first.len()).all(|k| {
        let low = from[k].max(cell_start[k]);
        let high = (from[k] + extent[k]).min(cell_start[k] + cell_shape[k]);
        first[k] <= low && high <= first[k] + shape[k]
    })
}

fn check_combine(plan: &Plan, stage: &CombineStage, id: TaskId, task: Task, inputs: &[TaskId]) -> Check {
    let target = combined(plan, stage).ok_or("its reduction is not there")?;
    let Storage::Computed { grid, tasks, .. } = &array(plan, target.array)?.storage else {
        return Err("its result is a source".to_owned());
    };
    let node = stage.nodes[task.unit as usize];
    ensure(!node.finish || tasks[node.cell as usize] == id, || "its result is another's".to_owned())?;
    ensure(!inputs.is_empty(), || "it merges nothing".to_owned())?;
    for &input in inputs {
        let from = plan.tasks[input as usize];
        let fits = match &plan.stages[from.stage as usize] {
            Stage::Fused(fused) => {
                from.stage == stage.stage && cell_of(fused, target, grid, from) == node.cell as usize
            }
            Stage::Combine(_) => {
                let merged = stage.nodes[from.unit as usize];
                from.stage == task.stage && merged.cell == node.cell && !merged.finish
            }
            Stage::Read(_)
            | Stage::Write(_)
            | Stage::Reshape(_)
            | Stage::Contract(_)
            | Stage::Scan(_)
            | Stage::Order(_)
            | Stage::Call(_) => false,
        };
        ensure(fits, || format!("task {input} is no part of what it merges"))?;
    }
    Ok(())
}
