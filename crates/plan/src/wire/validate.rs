//! What a plan must satisfy before a runner may trust it.
//!
//! Tasks read and write memory through pointers, so a runner relies on much that it does not look at: that
//! views stay within their arrays, that every cell a task reads is made by one of its inputs, that no two
//! tasks write the same memory. A plan that was lowered in this process is right by construction. One that
//! arrived as bytes may say anything, and is checked once: here what each array and stage says, in `edges`
//! what each task reads.

use chunkwise_core::{AxisGrid, DType, Grid, Shape, byte_len, checked_len};

use super::{contract, edges, order, scan};
use crate::units::is_flat;
use crate::{
    Array, ArrayId, CombineStage, FusedStage, Plan, ReadStage, ReductionTarget, ReshapeStage, Root,
    SelectionTarget, Stage, Storage, Task, TaskId, Variant,
};

/// The outcome of a check: what is wrong, if something is.
pub(super) type Check = Result<(), String>;

/// Fails with the message unless `ok`.
pub(super) fn ensure(ok: bool, what: impl FnOnce() -> String) -> Check {
    if ok { Ok(()) } else { Err(what()) }
}

/// Checks all of a plan.
pub(super) fn validate(plan: &Plan) -> Check {
    plan.graph.check()?;
    ensure(plan.tasks.len() == plan.graph.len(), || {
        format!("{} tasks in a graph of {}", plan.tasks.len(), plan.graph.len())
    })?;
    for (id, array) in plan.arrays.iter().enumerate() {
        check_array(plan, array).map_err(|what| format!("array {id}: {what}"))?;
    }
    for (number, stage) in plan.stages.iter().enumerate() {
        check_stage(plan, number, stage).map_err(|what| format!("stage {number}: {what}"))?;
    }
    check_tasks(plan)?;
    let makers = makers(plan)?;
    for (id, array) in plan.arrays.iter().enumerate() {
        check_cells(plan, array, makers[id]).map_err(|what| format!("array {id}: {what}"))?;
    }
    check_roots(plan)?;
    let returned = plan.arrays.iter().try_fold(0u64, |bytes, array| {
        let returned = matches!(array.storage, Storage::Computed { returned: true, .. });
        bytes.checked_add(if returned { byte_len(&array.shape, array.dtype).ok()? as u64 } else { 0 })
    });
    let held = returned.and_then(|returned| returned.checked_add(plan.own_bytes()));
    ensure(held == Some(plan.graph.held_throughout()), || {
        format!("it is to hold {} bytes, which are not those that are returned", plan.graph.held_throughout())
    })?;
    edges::check(plan)
}

/// The array of this number, if there is one.
pub(super) fn array(plan: &Plan, id: ArrayId) -> Result<&Array, String> {
    plan.arrays.get(id.0 as usize).ok_or_else(|| format!("there is no array {}", id.0))
}

/// Grid, tasks, slot and whether it is returned, of an array that tasks compute.
pub(super) fn computed(plan: &Plan, id: ArrayId) -> Result<(&Grid, &[TaskId], u32, bool), String> {
    match &array(plan, id)?.storage {
        Storage::Computed { grid, tasks, slot, returned } => Ok((grid, tasks, *slot, *returned)),
        Storage::Memory(_) | Storage::Persisted(..) | Storage::Outside { .. } => {
            Err(format!("array {} is a source", id.0))
        }
    }
}

pub(super) fn check_grid(grid: &Grid) -> Check {
    ensure(grid.ndim() <= 64, || format!("{} axes are more than 64", grid.ndim()))?;
    for (k, axis) in grid.axes().iter().enumerate() {
        let addressable = |end: usize| isize::try_from(end).is_ok();
        let fits = match axis {
            AxisGrid::Regular { len, size } => *size > 0 && len.checked_add(*size).is_some_and(addressable),
            AxisGrid::Explicit(offsets) => {
                offsets.len() > 1
                    && offsets[0] == 0
                    && offsets.is_sorted()
                    && addressable(offsets[offsets.len() - 1])
            }
        };
        ensure(fits, || format!("axis {k} is cut in an impossible way"))?;
    }
    Ok(())
}

fn check_array(plan: &Plan, array: &Array) -> Check {
    byte_len(&array.shape, array.dtype).map_err(|e| e.to_string())?;
    let grid = match &array.storage {
        Storage::Memory(_) => return Ok(()),
        Storage::Persisted(_, grid) | Storage::Computed { grid, .. } | Storage::Outside { grid, .. } => grid,
    };
    check_grid(grid)?;
    ensure(grid.shape() == array.shape, || {
        format!("shape {:?} in a grid of shape {:?}", array.shape, grid.shape())
    })?;
    if let Storage::Computed { tasks, returned, .. } = &array.storage {
        ensure(tasks.len() == grid.count(), || format!("{} tasks for {} cells", tasks.len(), grid.count()))?;
        for &task in tasks {
            let unused = task == Storage::UNUSED;
            ensure(!unused || !returned, || "it is returned, but not all of it is computed".to_owned())?;
            ensure(unused || (task as usize) < plan.tasks.len(), || format!("there is no task {task}"))?;
        }
    }
    Ok(())
}

fn check_stage(plan: &Plan, number: usize, stage: &Stage) -> Check {
    check_grid(&stage.info().chunks)?;
    match stage {
        Stage::Fused(stage) => check_fused(plan, stage),
        Stage::Combine(stage) => check_combine(plan, number, stage),
        Stage::Read(stage) => check_read(plan, stage),
        Stage::Write(stage) => computed(plan, stage.array).map(|_| ()),
        Stage::Reshape(stage) => check_reshape(plan, stage),
        Stage::Contract(stage) => contract::check(plan, stage),
        Stage::Scan(stage) => scan::check(plan, stage),
        Stage::Order(stage) => order::check(plan, stage),
        Stage::Call(_) => Err("it calls functions, which cannot arrive".to_owned()),
    }
}

fn check_reshape(plan: &Plan, stage: &ReshapeStage) -> Check {
    check_grid(&stage.units)?;
    let (from, to) = (array(plan, stage.input)?, array(plan, stage.array)?);
    let (grid, _, slot, _) = computed(plan, stage.array)?;
    ensure(*grid == stage.units && slot == 0, || format!("it does not match array {}", stage.array.0))?;
    ensure(is_flat(grid), || "its units are no ranges of the row-major order".to_owned())?;
    // Both shapes have been found to be addressable, with their arrays.
    let len = |shape: &[usize]| checked_len(shape).map_err(|e| e.to_string());
    ensure(from.dtype == to.dtype && len(&from.shape)? == len(&to.shape)?, || {
        format!("array {} is no other shape of array {}", stage.array.0, stage.input.0)
    })
}

fn check_fused(plan: &Plan, stage: &FusedStage) -> Check {
    check_grid(&stage.units)?;
    check_grid(&stage.parts)?;
    let space = stage.units.shape();
    checked_len(&space).map_err(|e| e.to_string())?;
    ensure(stage.parts.shape() == space, || "its parts are not those of its space".to_owned())?;
    ensure(stage.variants.len() == stage.parts.count(), || {
        format!("{} programs for {} parts", stage.variants.len(), stage.parts.count())
    })?;
    let mut stores = Vec::new();
    for &store in &stage.stores {
        stores.push(array(plan, store)?.dtype);
    }
    let mut selected = Vec::new();
    for selection in &stage.selections {
        selected.push(array(plan, selection.array)?.dtype);
    }
    for (part, variant) in stage.variants.iter().enumerate() {
        let sinks = (&stores[..], &stage.reductions[..], &selected[..]);
        check_variant(plan, &stage.parts, part, variant, sinks)
            .map_err(|what| format!("program {part}: {what}"))?;
    }
    for (i, &id) in stage.stores.iter().enumerate() {
        let (grid, _, slot, _) = computed(plan, id)?;
        ensure(*grid == stage.units && slot as usize == i, || {
            format!("store {i} does not match array {}", id.0)
        })?;
    }
    for (i, selection) in stage.selections.iter().enumerate() {
        check_selection(plan, stage, i, selection).map_err(|what| format!("selection {i}: {what}"))?;
    }
    for (i, target) in stage.reductions.iter().enumerate() {
        check_reduction(plan, stage, i, target).map_err(|what| format!("reduction {i}: {what}"))?;
    }
    Ok(())
}

/// Checks the program of a part of an iteration space, with what it stores and reduces.
pub(super) fn check_variant(
    plan: &Plan,
    parts: &Grid,
    part: usize,
    variant: &Variant,
    (stores, reductions, selected): (&[DType], &[ReductionTarget], &[DType]),
) -> Check {
    let program = &variant.program;
    program.verify().map_err(|e| e.to_string())?;
    let space = parts.shape();
    let counts_match = program.ndim == space.len()
        && program.inputs.len() == variant.inputs.len()
        && program.coords.len() == variant.coords.len()
        && program.stores.len() == stores.len()
        && program.reductions.len() == reductions.len()
        && program.selections.len() == selected.len();
    ensure(counts_match, || "its axes and operands are not those of its stage".to_owned())?;
    let (origin, extent) = parts.block(&parts.coords(part));
    for (i, (binding, &reg)) in variant.inputs.iter().zip(&program.inputs).enumerate() {
        let array = array(plan, binding.array)?;
        let view = &binding.view;
        let matches = array.dtype == program.dtype(reg)
            && view.shape == space
            && view.source.len() == array.shape.len()
            && view.source.iter().all(|map| map.axis.is_none_or(|axis| axis < space.len()));
        ensure(matches, || format!("input {i} does not match array {}", binding.array.0))?;
        if extent.contains(&0) {
            continue;
        }
        for (k, (map, &len)) in view.source.iter().zip(&array.shape).enumerate() {
            let at = |axis: usize, position: usize| {
                map.start as isize as i128 + map.step as i128 * (position + origin[axis]) as i128
            };
            let within = match map.axis {
                None => map.start < len,
                Some(axis) => [0, extent[axis] - 1].iter().all(|&p| (0..len as i128).contains(&at(axis, p))),
            };
            // Where a unit is cut is found from all of its positions, also those outside of the part.
            let countable = map.axis.is_none_or(|axis| {
                let last = map.start as isize as i128 + map.step as i128 * space[axis] as i128;
                space[axis] == 1 || i64::try_from(last).is_ok()
            });
            ensure(within && countable, || format!("input {i} reaches outside of axis {k} of its array"))?;
        }
    }
    for (i, coord) in variant.coords.iter().enumerate() {
        let (steps, axes) = (coord.steps.len(), space.len());
        ensure(steps == axes, || format!("coordinate {i} has steps along {steps} axes, not {axes}"))?;
    }
    for (i, (&store, &reg)) in stores.iter().zip(&program.stores).enumerate() {
        ensure(store == program.dtype(reg), || format!("store {i} changes its dtype"))?;
    }
    for (i, (target, fed)) in reductions.iter().zip(&program.reductions).enumerate() {
        let same = target.op == fed.op
            && target.axes == fed.axes
            && target.operand == program.dtype(fed.src)
            && target.groups.map(|groups| groups.count) == fed.groups.map(|groups| groups.count);
        ensure(same, || format!("reduction {i} is not that of the stage"))?;
    }
    for (i, (&dtype, selection)) in selected.iter().zip(&program.selections).enumerate() {
        ensure(dtype == program.dtype(selection.src), || format!("selection {i} changes its dtype"))?;
    }
    Ok(())
}

fn check_reduction(plan: &Plan, stage: &FusedStage, i: usize, target: &ReductionTarget) -> Check {
    let (grid, _, slot, _) = computed(plan, target.array)?;
    let dtype = array(plan, target.array)?.dtype;
    ensure(target.op.result(target.operand) == Some(dtype), || "its result has another dtype".to_owned())?;
    let space = stage.units.shape();
    let reduced = |k: &usize| *k < 64 && target.axes & (1 << k) != 0;
    let counted = (0..space.len()).filter(reduced).try_fold(1u64, |n, k| n.checked_mul(space[k] as u64));
    ensure(counted == Some(target.count), || format!("it does not reduce {} elements", target.count))?;
    let partial = (0..space.len()).filter(reduced).any(|k| stage.units.axes()[k].count() > 1);
    ensure(target.partial == partial, || {
        "it is partial where it should not be, or not where it should".into()
    })?;
    let groups_fit = target.groups.is_none_or(|groups| groups.axis || groups.count == 1);
    ensure(
        groups_fit && target.axes.checked_shr(space.len() as u32).is_none_or(|beyond| beyond == 0),
        || "its axes are not those of the stage, or its groups have none".to_owned(),
    )?;
    let expected = target.grid(&stage.units);
    let expected_slot = if partial { 0 } else { stage.stores.len() + i };
    ensure(*grid == expected && slot as usize == expected_slot, || {
        format!("it does not match array {}", target.array.0)
    })?;
    // A state is a few fields of at most 16 bytes for each cell.
    let cells = target.kept(&stage.units.largest(), 1);
    let addressable = checked_len(&cells).is_ok_and(|n| n <= isize::MAX as usize / 256);
    ensure(addressable, || "its states are too large to address".to_owned())
}

/// Checks that the tiles of a selection are as many as the units, and hold at most what those do.
fn check_selection(plan: &Plan, stage: &FusedStage, i: usize, selection: &SelectionTarget) -> Check {
    let (grid, _, slot, returned) = computed(plan, selection.array)?;
    let shape = &array(plan, selection.array)?.shape;
    let expected_slot = stage.stores.len() + stage.reductions.len() + i;
    let rows = !shape.is_empty() && grid.axes()[1..].iter().all(|axis| axis.count() == 1);
    let inner = shape.iter().skip(1).product::<usize>();
    let matches = rows && is_flat(&stage.units) && slot as usize == expected_slot;
    let joined = plan.roots.contains(&Root::Selected(selection.array));
    ensure(matches && returned == joined && grid.count() == stage.units.count(), || {
        format!("it does not match array {}", selection.array.0)
    })?;
    let fits = (0..grid.count()).all(|unit| {
        let (_, extent) = stage.units.block(&stage.units.coords(unit));
        let elements = extent.iter().product::<usize>();
        let rows = grid.axes()[0].bounds(unit).len();
        elements.checked_rem(inner).is_none_or(|rest| rest == 0) && rows.saturating_mul(inner) <= elements
    });
    ensure(fits, || "its tiles hold more than its units".to_owned())
}

fn check_combine(plan: &Plan, number: usize, stage: &CombineStage) -> Check {
    let target = combined(plan, stage)
        .filter(|target| (stage.stage as usize) < number && target.partial)
        .ok_or("it merges a reduction that is not there, or not partial")?;
    let (grid, ..) = computed(plan, target.array)?;
    let cell = stage.nodes.iter().find(|node| node.cell as usize >= grid.count());
    cell.map_or(Ok(()), |node| Err(format!("there is no cell {}", node.cell)))
}

/// The reduction whose partial states a stage merges.
pub(super) fn combined<'p>(plan: &'p Plan, stage: &CombineStage) -> Option<&'p ReductionTarget> {
    match plan.stages.get(stage.stage as usize)? {
        Stage::Fused(fused) => fused.reductions.get(stage.reduction as usize),
        Stage::Combine(_)
        | Stage::Read(_)
        | Stage::Write(_)
        | Stage::Reshape(_)
        | Stage::Contract(_)
        | Stage::Scan(_)
        | Stage::Order(_)
        | Stage::Call(_) => None,
    }
}

fn check_read(plan: &Plan, stage: &ReadStage) -> Check {
    let (grid, _, slot, returned) = computed(plan, stage.array)?;
    ensure(!stage.closure, || format!("`{}` is a function, which cannot arrive", stage.info.label))?;
    ensure(slot == 0 && !returned, || format!("it does not match array {}", stage.array.0))?;
    for (cell, start, shape) in &stage.boxes {
        ensure((*cell as usize) < grid.count(), || format!("there is no cell {cell}"))?;
        let (first, extent) = grid.block(&grid.coords(*cell as usize));
        let within = start.len() == first.len()
            && shape.len() == first.len()
            && (0..first.len()).all(|k| {
                let end = start[k].checked_add(shape[k]);
                start[k] >= first[k] && end.is_some_and(|end| end <= first[k] + extent[k])
            });
        ensure(within, || format!("it reads outside of cell {cell}"))?;
    }
    Ok(())
}

/// Checks that every task has a place in its stage, and no place two tasks.
fn check_tasks(plan: &Plan) -> Check {
    let units = |stage: &Stage| match stage {
        Stage::Fused(stage) => stage.units.count(),
        Stage::Combine(stage) => stage.nodes.len(),
        Stage::Read(stage) => stage.boxes.len(),
        Stage::Write(stage) => computed(plan, stage.array).map_or(0, |(grid, ..)| grid.count()),
        Stage::Reshape(stage) => stage.units.count(),
        Stage::Contract(stage) => stage.units(),
        Stage::Scan(stage) => stage.units(),
        Stage::Order(stage) => stage.units.count(),
        Stage::Call(stage) => stage.calls.len(),
    };
    for (id, task) in plan.tasks.iter().enumerate() {
        let stage = plan.stages.get(task.stage as usize);
        let skipped = |stage: Option<&Stage>| match stage {
            Some(Stage::Contract(stage)) => stage.place(task.unit as usize).is_none(),
            Some(Stage::Scan(stage)) => stage.place(task.unit as usize).is_none(),
            _ => false,
        };
        let there = (task.unit as usize) < stage.map_or(0, units) && !skipped(stage);
        ensure(there, || {
            format!("task {id} is unit {} of stage {}, which there is not", task.unit, task.stage)
        })?;
    }
    let mut places: Vec<(u32, u32)> = plan.tasks.iter().map(|task| (task.stage, task.unit)).collect();
    places.sort_unstable();
    let twice = places.windows(2).find(|pair| pair[0] == pair[1]);
    twice.map_or(Ok(()), |pair| Err(format!("unit {} of stage {} is two tasks", pair[0].1, pair[0].0)))
}

/// What computes an array.
#[derive(Clone, Copy, PartialEq)]
enum Maker {
    Read(u32),
    Store(u32),
    Reduction { stage: u32, reduction: u32 },
    Contract(u32),
}

/// What computes each array, which at most one stage does.
fn makers(plan: &Plan) -> Result<Vec<Option<Maker>>, String> {
    let mut makers = vec![None; plan.arrays.len()];
    let mut make = |array: ArrayId, maker: Maker| {
        let other = makers[array.0 as usize].replace(maker);
        ensure(other.is_none(), || format!("array {} is computed twice", array.0))
    };
    for (number, stage) in (0u32..).zip(&plan.stages) {
        match stage {
            Stage::Fused(stage) => {
                for &array in &stage.stores {
                    make(array, Maker::Store(number))?;
                }
                for selection in &stage.selections {
                    make(selection.array, Maker::Store(number))?;
                }
                for (reduction, target) in (0u32..).zip(&stage.reductions) {
                    make(target.array, Maker::Reduction { stage: number, reduction })?;
                }
            }
            Stage::Read(stage) => make(stage.array, Maker::Read(number))?,
            Stage::Reshape(stage) => make(stage.array, Maker::Store(number))?,
            Stage::Contract(stage) => make(stage.array, Maker::Contract(number))?,
            // The first units are those that scan the cells.
            Stage::Scan(stage) => make(stage.array, Maker::Store(number))?,
            Stage::Order(stage) => make(stage.array, Maker::Store(number))?,
            Stage::Combine(_) | Stage::Write(_) | Stage::Call(_) => {}
        }
    }
    Ok(makers)
}

/// Checks that the tasks of an array's cells are those that compute them.
fn check_cells(plan: &Plan, array: &Array, maker: Option<Maker>) -> Check {
    if let Storage::Outside { grid, tasks, .. } = &array.storage {
        ensure(tasks.is_empty() || tasks.len() == grid.count(), || {
            "its cells are not all accounted for".to_owned()
        })?;
        for (cell, &id) in tasks.iter().enumerate().filter(|(_, id)| **id != Storage::UNUSED) {
            let writer =
                plan.tasks.get(id as usize).map(|task| (&plan.stages[task.stage as usize], task.unit));
            let writes = match writer {
                Some((Stage::Write(write), unit)) => {
                    unit as usize == cell && computed(plan, write.array)?.0 == grid
                }
                _ => false,
            };
            ensure(writes, || format!("task {id} does not write cell {cell}"))?;
        }
        return Ok(());
    }
    let Storage::Computed { grid, tasks, returned, .. } = &array.storage else { return Ok(()) };
    let by_program = matches!(maker, Some(Maker::Store(_) | Maker::Reduction { .. } | Maker::Contract(_)));
    ensure(!returned || by_program, || "it is returned, but no program computes it".to_owned())?;
    for (cell, &id) in tasks.iter().enumerate().filter(|(_, id)| **id != Storage::UNUSED) {
        let task = plan.tasks[id as usize];
        let computes = match (maker, &plan.stages[task.stage as usize]) {
            (Some(Maker::Store(stage)), _) => task == Task { stage, unit: cell as u32 },
            (Some(Maker::Read(stage)), Stage::Read(read)) => {
                task.stage == stage && read.boxes[task.unit as usize].0 as usize == cell
            }
            (Some(Maker::Contract(stage)), Stage::Contract(contract)) => {
                task.stage == stage && task.unit as usize + 1 == contract.units_of(cell).end
            }
            (Some(Maker::Reduction { stage, reduction }), Stage::Fused(fused)) => {
                let target = &fused.reductions.get(reduction as usize);
                task.stage == stage
                    && target.is_some_and(|t| !t.partial && cell_of(fused, t, grid, task) == cell)
            }
            (Some(Maker::Reduction { stage, reduction }), Stage::Combine(combine)) => {
                let node = combine.nodes[task.unit as usize];
                (combine.stage, combine.reduction) == (stage, reduction)
                    && (node.cell as usize, node.finish) == (cell, true)
            }
            _ => false,
        };
        ensure(computes, || format!("task {id} does not compute cell {cell}"))?;
    }
    Ok(())
}

/// The cell of a reduction's result that a unit reduces to.
pub(super) fn cell_of(stage: &FusedStage, target: &ReductionTarget, result: &Grid, task: Task) -> usize {
    let unit = stage.units.coords(task.unit as usize);
    let cell: Shape = target.kept(&unit, 0);
    result.index(&cell)
}

/// Checks that every root can be handed back as it is asked for.
fn check_roots(plan: &Plan) -> Check {
    let mut kept: &[TaskId] = plan.graph.kept();
    let selected = plan.selected_arrays();
    for root in &plan.roots {
        match *root {
            Root::Array(id) | Root::Selected(id) => {
                let (.., returned) = computed(plan, id)?;
                ensure(returned, || format!("array {} is wanted, but not returned", id.0))?;
                let as_it_is = selected.contains(&id) == matches!(root, Root::Selected(_));
                ensure(as_it_is, || format!("array {} is not of the length that is wanted", id.0))?;
            }
            Root::Tiles(id) => {
                let (_, tasks, _, returned) = computed(plan, id)?;
                let rest = kept.strip_prefix(tasks);
                kept = rest.ok_or_else(|| format!("the tiles of array {} are not kept", id.0))?;
                ensure(!returned && !tasks.contains(&Storage::UNUSED), || {
                    format!("array {} does not consist of tiles", id.0)
                })?;
            }
            Root::Written(id) => {
                computed(plan, id)?;
            }
            Root::Value(_) | Root::Constant(_) => {
                return Err("a root is a delayed value, which cannot arrive".to_owned());
            }
        }
    }
    ensure(kept.is_empty(), || "more is kept than is wanted".to_owned())
}
