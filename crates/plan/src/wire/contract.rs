//! Checks contractions that arrive.

use chunkwise_core::{AxisGrid, DType, checked_len};

use super::edges::check_box;
use super::validate::{Check, array, check_grid, check_variant, computed, ensure};
use crate::{ContractStage, Plan, Stage, Task, TaskId};

/// Checks what a contraction says of itself.
pub(super) fn check(plan: &Plan, stage: &ContractStage) -> Check {
    check_grid(&stage.cells)?;
    check_grid(&stage.panels)?;
    let axes = &stage.axes;
    let fits = stage.cells.ndim() == axes.result_ndim()
        && stage.panels.ndim() == axes.summed
        && axes.left_ndim().max(axes.right_ndim()) <= 64;
    ensure(fits, || "its axes are not those of its result".to_owned())?;
    let (array_of, (grid, _, slot, _)) = (array(plan, stage.array)?, computed(plan, stage.array)?);
    ensure(stage.partials != Some(0), || "it has no partial results".to_owned())?;
    // A partial axis that no array could have is not built.
    let result = stage.partials.is_none_or(|n| array_of.shape.first() == Some(&(n as usize)));
    ensure(result && *grid == stage.result_grid() && slot == 0, || {
        format!("it does not match array {}", stage.array.0)
    })?;
    let cells = stage.cells.count().checked_mul(stage.partials.unwrap_or(1) as usize);
    let units = cells.and_then(|n| n.checked_mul(stage.panels.count()));
    ensure(units.is_some_and(|n| u32::try_from(n).is_ok()), || {
        "it has more units than can be numbered".to_owned()
    })?;
    let (rows, cols) = stage.cells.axes()[axes.batch..].split_at(axes.rows);
    ensure(first_axes_cut(rows) && first_axes_cut(cols), || "its cells are no matrices".to_owned())?;
    for (side, (operand, shape)) in stage.operands().into_iter().zip(stage.operand_shapes()).enumerate() {
        let check = || {
            check_grid(&operand.parts)?;
            checked_len(&shape).map_err(|e| e.to_string())?;
            let panels = operand.parts.shape() == shape && operand.variants.len() == operand.parts.count();
            ensure(panels, || "its parts are not those of its space".to_owned())?;
            let dtype: [DType; 1] = [array_of.dtype];
            for (part, variant) in operand.variants.iter().enumerate() {
                check_variant(plan, &operand.parts, part, variant, (&dtype, &[], &[]))?;
            }
            Ok(())
        };
        check().map_err(|what: String| format!("operand {side}: {what}"))?;
    }
    Ok(())
}

/// Whether every axis before one that is cut is cut to single positions.
fn first_axes_cut(axes: &[AxisGrid]) -> bool {
    let last = axes.iter().rposition(|axis| axis.count() > 1).unwrap_or(0);
    axes[..last.min(axes.len())].iter().all(|axis| axis.largest() <= 1)
}

/// Checks that a task finds the cell that it adds to, and what it reads, among the results of its inputs.
pub(super) fn check_edges(plan: &Plan, stage: &ContractStage, task: Task, inputs: &[TaskId]) -> Check {
    let Some(place) = stage.place(task.unit as usize) else {
        return Err("it does not exist".to_owned());
    };
    if let Some(unit) = place.previous {
        let found = inputs.iter().any(|&input| plan.tasks[input as usize] == Task { unit, ..task });
        ensure(found, || "the cell that it adds to is not made".to_owned())?;
    }
    debug_assert!(matches!(plan.stages[task.stage as usize], Stage::Contract(_)));
    if place.shape.contains(&0) {
        return Ok(());
    }
    for panel in place.panels.clone() {
        for (operand, (start, shape)) in stage.operands().into_iter().zip(stage.operand_boxes(&place, panel))
        {
            check_box(plan, (&operand.parts, &operand.variants), (&start, &shape), inputs)?;
        }
    }
    Ok(())
}
