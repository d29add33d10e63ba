//! Checks order stages that arrive.

use chunkwise_core::{DType, byte_len, checked_len};

use super::edges::check_box;
use super::validate::{Check, array, check_grid, check_variant, computed, ensure};
use crate::{OrderStage, Plan, Task, TaskId};

/// Checks what a stage says of itself.
pub(super) fn check(plan: &Plan, stage: &OrderStage) -> Check {
    check_grid(&stage.units)?;
    check_grid(&stage.elements.parts)?;
    let space = stage.units.shape();
    checked_len(&space).map_err(|e| e.to_string())?;
    let axes_exist = stage.axes.checked_shr(space.len() as u32).is_none_or(|beyond| beyond == 0);
    let whole = |k: usize| stage.axes & (1 << k) == 0 || stage.units.axes()[k].count() == 1;
    ensure(axes_exist && (0..space.len()).all(whole), || "its units do not have whole lanes".to_owned())?;
    let place_fits = match stage.place {
        None => stage.results() == 1,
        Some(place) => place as usize <= stage.kept_axes(),
    };
    let (_, len) = stage.lanes(&space);
    let masked_fits = !stage.masked || stage.op.takes_mask();
    let has_value = stage.masked || len > 0 || !stage.op.needs_elements(stage.operand);
    ensure(place_fits && masked_fits && has_value && stage.op.is_valid(), || {
        format!("`{}` does not give what it should", stage.op.name())
    })?;
    let (result, (grid, _, slot, _)) = (array(plan, stage.array)?, computed(plan, stage.array)?);
    let dtype = stage.op.result(stage.operand);
    ensure(dtype == Some(result.dtype) && *grid == stage.result_grid() && slot == 0, || {
        format!("it does not match array {}", stage.array.0)
    })?;
    // A position among lanes takes 16 bytes at most.
    byte_len(&stage.units.largest(), DType::C64).map_err(|e| e.to_string())?;
    let elements = &stage.elements;
    ensure(elements.parts.shape() == space && elements.variants.len() == elements.parts.count(), || {
        "its parts are not those of its space".to_owned()
    })?;
    let stores = [stage.operand, DType::Bool];
    let stores = &stores[..1 + usize::from(stage.masked)];
    for (part, variant) in elements.variants.iter().enumerate() {
        check_variant(plan, &elements.parts, part, variant, (stores, &[], &[]))
            .map_err(|what| format!("program {part}: {what}"))?;
    }
    Ok(())
}

/// Checks that a task finds what it reads among the results of its inputs.
pub(super) fn check_edges(plan: &Plan, stage: &OrderStage, task: Task, inputs: &[TaskId]) -> Check {
    let (start, shape) = stage.units.block(&stage.units.coords(task.unit as usize));
    check_box(plan, (&stage.elements.parts, &stage.elements.variants), (&start, &shape), inputs)
}
