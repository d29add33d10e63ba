//! Checks scans that arrive.

use chunkwise_core::checked_len;

use super::edges::check_box;
use super::validate::{Check, array, check_grid, check_variant, computed, ensure};
use crate::{Plan, ScanStage, Task, TaskId};

/// Checks what a scan says of itself.
pub(super) fn check(plan: &Plan, stage: &ScanStage) -> Check {
    check_grid(&stage.cells)?;
    check_grid(&stage.operand.parts)?;
    ensure(stage.axis < stage.cells.ndim(), || format!("it has no axis {}", stage.axis))?;
    let (dtype, (grid, _, slot, _)) = (array(plan, stage.array)?.dtype, computed(plan, stage.array)?);
    ensure(*grid == stage.cells && slot == 0, || format!("it does not match array {}", stage.array.0))?;
    ensure(stage.op.is_defined(dtype), || format!("{} of {dtype} is not defined", stage.op.name()))?;
    ensure(!(stage.totals && stage.op.is_in_order(dtype)), || {
        format!("{} of {dtype} has no totals", stage.op.name())
    })?;
    // Every position of a grid without elements is one of none, so units are no more than three for each element.
    ensure(u32::try_from(stage.units()).is_ok(), || "it has more units than can be numbered".to_owned())?;
    // A state is a few numbers of at most 32 bytes.
    let largest = stage.cells.largest();
    ensure(checked_len(&largest).is_ok_and(|n| n <= isize::MAX as usize / 64), || {
        "its states are too large to address".to_owned()
    })?;
    let operand = &stage.operand;
    let fits =
        operand.parts.shape() == stage.cells.shape() && operand.variants.len() == operand.parts.count();
    ensure(fits, || "its parts are not those of its space".to_owned())?;
    for (part, variant) in operand.variants.iter().enumerate() {
        check_variant(plan, &operand.parts, part, variant, (&[dtype], &[], &[]))?;
    }
    Ok(())
}

/// Checks that a task finds what other cells pass on, and what it reads, among the results of its inputs.
pub(super) fn check_edges(plan: &Plan, stage: &ScanStage, task: Task, inputs: &[TaskId]) -> Check {
    let Some(place) = stage.place(task.unit as usize) else {
        return Err("it does not exist".to_owned());
    };
    for unit in stage.reads(&place) {
        let found = inputs.iter().any(|&input| plan.tasks[input as usize] == Task { unit, ..task });
        ensure(found, || "what comes before its cell is not made".to_owned())?;
    }
    if !stage.evaluates(&place) || place.shape.contains(&0) {
        return Ok(());
    }
    let operand = &stage.operand;
    check_box(plan, (&operand.parts, &operand.variants), (&place.start, &place.shape), inputs)
}
