//! Which tasks are needed, and what each reads.
//!
//! Going from the last stage to the first, the units that some reader needs ask for the cells that they read.
//! Cells that nobody asks for get no task.

use chunkwise_core::{Grid, Shape};
use chunkwise_plan::{
    ArrayId, CallStage, ContractStage, FusedStage, ReshapeStage, ScanStage, Stage, Storage, Variant,
    WriteStage, for_cells, for_parts,
};
use smallvec::SmallVec;

use super::calls::{Place, arrays};
use super::stages::{Build, Maker};
use crate::ExprError;

/// A cell of a computed array.
pub(super) type Cell = (ArrayId, u32);

/// What the units of one stage need.
#[derive(Clone, Default)]
pub(super) struct StageDemand {
    /// Per unit of a fused or reshape stage, cell of a read stage, or call: whether it is needed.
    pub(super) needed: Vec<bool>,
    /// Per unit of a fused or reshape stage: the cells that it reads.
    pub(super) reads: Vec<SmallVec<[Cell; 2]>>,
    /// Read stages: the box needed of each cell, as first and past-the-end positions.
    boxes: Vec<Option<(Shape, Shape)>>,
}

/// More tasks than this are refused: numbering them would take gigabytes, and an array that needs them far more.
pub(super) const MAX_TASKS: usize = 1 << 26;

/// Finds the needed units of every stage; fills the boxes of read stages.
pub(super) fn collect(build: &mut Build) -> Result<Vec<StageDemand>, ExprError> {
    let mut demand: Vec<StageDemand> = Vec::with_capacity(build.plan.stages.len());
    for stage in &build.plan.stages {
        let units = match stage {
            Stage::Fused(fused) => fused.units.count(),
            Stage::Read(read) => grid_of(build, read.array).count(),
            Stage::Reshape(reshape) => reshape.units.count(),
            Stage::Contract(contract) => contract.units(),
            Stage::Scan(scan) => scan.units(),
            Stage::Order(order) => order.units.count(),
            Stage::Call(stage) => stage.calls.len(),
            Stage::Write(write) => grid_of(build, write.array).count(),
            Stage::Combine(_) => 0,
        };
        if units > MAX_TASKS {
            return Err(ExprError::TooManyTasks);
        }
        demand.push(StageDemand { needed: vec![false; units], ..StageDemand::default() });
    }
    for &place in &build.value_roots {
        if let Place::Call(stage, unit) = place {
            demand[stage as usize].needed[unit as usize] = true;
        }
    }
    for write in &build.writes.stages {
        demand[write.stage as usize].needed.clone_from(&write.needed);
    }
    for number in (0..build.plan.stages.len()).rev() {
        match &build.plan.stages[number] {
            Stage::Fused(fused) => {
                if is_returned(build, fused) {
                    demand[number].needed.fill(true);
                }
                let programs = (&fused.parts, &fused.variants[..]);
                let reads = collect_reads(build, &fused.units, programs, &mut demand, number);
                demand[number].reads = reads;
            }
            Stage::Reshape(reshape) => {
                if build.roots.contains(&reshape.array) {
                    demand[number].needed.fill(true);
                }
                let reads = collect_reshape_reads(build, reshape, &mut demand, number);
                demand[number].reads = reads;
            }
            Stage::Contract(contract) => {
                if build.roots.contains(&contract.array) {
                    let needed = &mut demand[number].needed;
                    (0..needed.len()).for_each(|unit| needed[unit] = contract.place(unit).is_some());
                }
                let reads = collect_products(build, contract, &mut demand, number);
                demand[number].reads = reads;
            }
            Stage::Scan(scan) => {
                if build.roots.contains(&scan.array) {
                    demand[number].needed[..scan.cells.count()].fill(true);
                }
                let reads = collect_scan(build, scan, &mut demand, number);
                demand[number].reads = reads;
            }
            Stage::Order(order) => {
                if build.roots.contains(&order.array) {
                    demand[number].needed.fill(true);
                }
                let elements = &order.elements;
                let programs = (&elements.parts, &elements.variants[..]);
                demand[number].reads = collect_reads(build, &order.units, programs, &mut demand, number);
            }
            Stage::Call(stage) => collect_calls(build, stage, &mut demand, number),
            Stage::Read(_) => {
                for (chunk, made) in build.chunk_calls.get(&(number as u32)).into_iter().flatten().enumerate()
                {
                    if let Some((stage, unit)) = *made
                        && demand[number].needed[chunk]
                    {
                        demand[stage as usize].needed[unit as usize] = true;
                    }
                }
            }
            Stage::Write(write) => collect_written(build, write, &mut demand, number),
            Stage::Combine(_) => {}
        }
    }
    for (number, demand) in demand.iter_mut().enumerate() {
        if let Stage::Read(read) = &mut build.plan.stages[number] {
            let boxes = std::mem::take(&mut demand.boxes);
            for (cell, needed) in boxes.into_iter().enumerate() {
                if let Some((start, end)) = needed {
                    let shape = start.iter().zip(&end).map(|(s, e)| e - s).collect();
                    read.boxes.push((cell as u32, start, shape));
                }
            }
        }
    }
    Ok(demand)
}

pub(super) fn grid_of(build: &Build, array: ArrayId) -> &Grid {
    match &build.plan.array(array).storage {
        Storage::Computed { grid, .. } | Storage::Outside { grid, .. } => grid,
        Storage::Memory(_) | Storage::Persisted(..) => unreachable!("only computed arrays are asked for"),
    }
}

/// Whether everything that a stage computes is wanted: its arrays are returned, or they are roots.
fn is_returned(build: &Build, stage: &FusedStage) -> bool {
    let selected = stage.selections.iter().map(|selection| &selection.array);
    let arrays = stage.stores.iter().chain(stage.reductions.iter().map(|r| &r.array)).chain(selected);
    arrays.into_iter().any(|&array| build.roots.contains(&array))
}

/// Marks what the needed tiles of a write stage are made by.
fn collect_written(build: &Build, write: &WriteStage, demand: &mut [StageDemand], number: usize) {
    let maker = build.makers[write.array.0 as usize].expect("what is written is computed");
    let grid = grid_of(build, write.array);
    for cell in 0..grid.count() {
        if demand[number].needed[cell] {
            let (start, shape) = grid.block(&grid.coords(cell));
            ask(build, demand, maker, write.array, cell, (&start, &shape));
        }
    }
}

/// Marks what the needed calls of a stage read: calls, and all cells of arrays.
fn collect_calls(build: &Build, stage: &CallStage, demand: &mut [StageDemand], number: usize) {
    let inputs = &build.call_inputs[&(number as u32)];
    for (unit, call) in stage.calls.iter().enumerate().rev() {
        if !demand[number].needed[unit] {
            continue;
        }
        for &(stage, unit) in inputs.get(unit) {
            demand[stage as usize].needed[unit as usize] = true;
        }
        for array in arrays(call) {
            // What is outside of memory is read there.
            let Some(maker) = build.makers[array.0 as usize] else { continue };
            let grid = grid_of(build, array);
            for cell in 0..grid.count() {
                let (start, shape) = grid.block(&grid.coords(cell));
                ask(build, demand, maker, array, cell, (&start, &shape));
            }
        }
    }
}

fn collect_reads(
    build: &Build,
    units: &Grid,
    (parts, variants): (&Grid, &[Variant]),
    demand: &mut [StageDemand],
    number: usize,
) -> Vec<SmallVec<[Cell; 2]>> {
    let reads_tasks =
        variants.iter().flat_map(|v| &v.inputs).any(|i| build.makers[i.array.0 as usize].is_some());
    if !reads_tasks {
        return vec![SmallVec::new(); units.count()];
    }
    (0..units.count())
        .map(|unit| {
            let mut reads: SmallVec<[Cell; 2]> = SmallVec::new();
            if demand[number].needed[unit] {
                let (start, shape) = units.block(&units.coords(unit));
                read_box(build, (parts, variants), (&start, &shape), demand, &mut reads);
                reads.sort_unstable_by_key(|(array, cell)| (array.0, *cell));
                reads.dedup();
            }
            reads
        })
        .collect()
}

fn collect_reshape_reads(
    build: &Build,
    stage: &ReshapeStage,
    demand: &mut [StageDemand],
    number: usize,
) -> Vec<SmallVec<[Cell; 2]>> {
    let units = stage.units.count();
    let Some(maker) = build.makers[stage.input.0 as usize] else { return vec![SmallVec::new(); units] };
    let (grid, shape) = (grid_of(build, stage.input), &build.plan.array(stage.input).shape);
    (0..units)
        .map(|unit| {
            let mut reads: SmallVec<[Cell; 2]> = SmallVec::new();
            if demand[number].needed[unit] {
                stage.for_boxes(shape, unit, |from, extent| {
                    for_cells(grid, from, extent, |cell| {
                        ask(build, demand, maker, stage.input, cell, (from, extent));
                        reads.push((stage.input, cell as u32));
                    });
                });
                reads.sort_unstable_by_key(|(array, cell)| (array.0, *cell));
                reads.dedup();
            }
            reads
        })
        .collect()
}

/// What the panels of each unit of a contraction read.
fn collect_products(
    build: &Build,
    stage: &ContractStage,
    demand: &mut [StageDemand],
    number: usize,
) -> Vec<SmallVec<[Cell; 2]>> {
    let reads_tasks =
        stage.variants().flat_map(|v| &v.inputs).any(|i| build.makers[i.array.0 as usize].is_some());
    if !reads_tasks {
        return vec![SmallVec::new(); stage.units()];
    }
    (0..stage.units())
        .map(|unit| {
            let mut reads: SmallVec<[Cell; 2]> = SmallVec::new();
            let place = stage.place(unit).filter(|place| {
                demand[number].needed[unit] && !place.shape.contains(&0) && !stage.panels.shape().contains(&0)
            });
            if let Some(place) = place {
                for panel in place.panels.clone() {
                    let boxes = stage.operand_boxes(&place, panel);
                    for (operand, (start, shape)) in stage.operands().into_iter().zip(&boxes) {
                        let programs = (&operand.parts, &operand.variants[..]);
                        read_box(build, programs, (start, shape), demand, &mut reads);
                    }
                }
                reads.sort_unstable_by_key(|(array, cell)| (array.0, *cell));
                reads.dedup();
            }
            reads
        })
        .collect()
}

/// Marks the units that the needed cells of a scan depend on, and lists what each unit reads.
fn collect_scan(
    build: &Build,
    stage: &ScanStage,
    demand: &mut [StageDemand],
    number: usize,
) -> Vec<SmallVec<[Cell; 2]>> {
    let mut stack: Vec<u32> = (0..stage.cells.count() as u32).collect();
    stack.retain(|&cell| demand[number].needed[cell as usize]);
    while let Some(place) = stack.pop().and_then(|unit| stage.place(unit as usize)) {
        for unit in stage.reads(&place) {
            if !std::mem::replace(&mut demand[number].needed[unit as usize], true) {
                stack.push(unit);
            }
        }
    }
    let mut inputs = stage.operand.variants.iter().flat_map(|variant| &variant.inputs);
    if inputs.all(|input| build.makers[input.array.0 as usize].is_none()) {
        return vec![SmallVec::new(); stage.units()];
    }
    (0..stage.units())
        .map(|unit| {
            let mut reads: SmallVec<[Cell; 2]> = SmallVec::new();
            let place = stage.place(unit).filter(|place| {
                demand[number].needed[unit] && stage.evaluates(place) && !place.shape.contains(&0)
            });
            if let Some(place) = place {
                let programs = (&stage.operand.parts, &stage.operand.variants[..]);
                read_box(build, programs, (&place.start, &place.shape), demand, &mut reads);
                reads.sort_unstable_by_key(|(array, cell)| (array.0, *cell));
                reads.dedup();
            }
            reads
        })
        .collect()
}

/// Asks for the cells that some programs read in a box, and lists them.
fn read_box(
    build: &Build,
    (parts, variants): (&Grid, &[Variant]),
    (start, shape): (&[usize], &[usize]),
    demand: &mut [StageDemand],
    reads: &mut SmallVec<[Cell; 2]>,
) {
    for_parts(parts, start, shape, |part, start, shape| {
        for input in &variants[part].inputs {
            let Some(maker) = build.makers[input.array.0 as usize] else { continue };
            let grid = grid_of(build, input.array);
            let (from, extent) = input.view.source_box(start, shape);
            for_cells(grid, &from, &extent, |cell| {
                ask(build, demand, maker, input.array, cell, (&from, &extent));
                reads.push((input.array, cell as u32));
            });
        }
    });
}

/// Marks the units that make a cell as needed, and notes which box of a read cell is.
fn ask(
    build: &Build,
    demand: &mut [StageDemand],
    maker: Maker,
    array: ArrayId,
    cell: usize,
    (from, extent): (&[usize], &[usize]),
) {
    match maker {
        Maker::Store(stage) => demand[stage as usize].needed[cell] = true,
        Maker::Spill(number) => {
            demand[build.spilled[number as usize].stage as usize].needed[cell] = true;
        }
        Maker::Contract(stage) => {
            let Stage::Contract(contract) = &build.plan.stages[stage as usize] else {
                unreachable!("made by a contraction")
            };
            demand[stage as usize].needed[contract.units_of(cell)].fill(true);
        }
        Maker::Reduction { stage, reduction } => {
            for_units(build, stage, reduction, cell, |unit| demand[stage as usize].needed[unit] = true);
        }
        Maker::Read(stage) => {
            let demand = &mut demand[stage as usize];
            demand.needed[cell] = true;
            demand.boxes.resize(demand.needed.len(), None);
            let grid = grid_of(build, array);
            let (start, shape) = grid.block(&grid.coords(cell));
            let Stage::Read(read) = &build.plan.stages[stage as usize] else {
                unreachable!("made by a read stage")
            };
            let slot = &mut demand.boxes[cell];
            for k in 0..start.len() {
                let end = start[k] + shape[k];
                // A function makes whole chunks.
                let (low, high) = if read.closure {
                    (start[k], end)
                } else {
                    (from[k].max(start[k]), (from[k] + extent[k]).min(end))
                };
                let (lows, highs) = slot.get_or_insert_with(|| {
                    (start.iter().map(|_| usize::MAX).collect(), start.iter().map(|_| 0).collect())
                });
                lows[k] = lows[k].min(low);
                highs[k] = highs[k].max(high);
            }
            if start.is_empty() {
                *slot = Some((Shape::new(), Shape::new()));
            }
        }
    }
}

/// Calls `f` with every unit of a fused stage that a cell of a reduction's result is made from, in order.
pub(super) fn for_units(build: &Build, stage: u32, reduction: u32, cell: usize, mut f: impl FnMut(usize)) {
    let Stage::Fused(fused) = &build.plan.stages[stage as usize] else {
        unreachable!("reduced by a fused stage")
    };
    let target = &fused.reductions[reduction as usize];
    let grid = grid_of(build, target.array);
    let result = grid.coords(cell);
    let counts = fused.units.counts();
    let mut coords: Shape = counts.iter().map(|_| 0).collect();
    let mut m = usize::from(target.groups.is_some_and(|groups| groups.axis));
    for k in 0..counts.len() {
        let reduced = target.axes & (1 << k) != 0;
        if !reduced {
            coords[k] = result[m];
        }
        m += usize::from(!reduced || target.keep);
    }
    debug_assert_eq!(target.kept(&coords, 0)[..], result[..]);
    loop {
        f(fused.units.index(&coords));
        let mut k = counts.len();
        loop {
            if k == 0 {
                return;
            }
            k -= 1;
            if target.axes & (1 << k) == 0 {
                continue;
            }
            coords[k] += 1;
            if coords[k] < counts[k] {
                break;
            }
            coords[k] = 0;
        }
    }
}
