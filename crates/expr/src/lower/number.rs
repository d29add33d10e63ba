//! Numbers the needed tasks depth first, and fills the task graph.

use std::collections::HashMap;

use chunkwise_core::Shape;
use chunkwise_plan::{
    ArrayId, CombineNode, ContractPlace, ContractStage, FusedStage, OrderStage, RegionLike, ReshapeStage,
    ScanRole, Stage, Storage, Task, TaskId,
};
use smallvec::{SmallVec, smallvec};

use super::called;
use super::calls::{CallPlace, Place, arrays};
use super::demand::{Cell, MAX_TASKS, StageDemand, for_units, grid_of};
use super::early::{self, Early};
use super::lists::Lists;
use super::outside;
use super::stages::Build;
use crate::{ExprError, contract};

/// Partial states merged by one task.
const FAN_IN: usize = 16;

/// A task before it has an id.
type Draft = u32;

const UNNUMBERED: TaskId = TaskId::MAX;

struct Drafts {
    /// Number of the first draft of each stage.
    bases: Vec<u32>,
    tasks: Vec<Task>,
    inputs: Lists<Draft>,
    /// What is numbered as soon as its inputs are.
    early: Early,
}

/// Gives every needed task its id and fills stages, arrays and the graph of the plan. Returns the tasks of the roots
/// that are calls.
pub(super) fn number(build: &mut Build, demand: &[StageDemand]) -> Result<Vec<Option<TaskId>>, ExprError> {
    let (drafts, makers) = draft(build, demand)?;
    let order = depth_first(build, demand, &drafts, &makers);
    let mut ids = vec![UNNUMBERED; drafts.tasks.len()];
    let mut inputs: Vec<TaskId> = Vec::new();
    let mut fetched = HashMap::default();
    let called: Vec<u64> = build.plan.stages.iter().map(called::of_stage).collect();
    for draft in order {
        inputs.clear();
        inputs.extend(drafts.inputs.get(draft as usize).iter().map(|&input| ids[input as usize]));
        let task = drafts.tasks[draft as usize];
        let (output, scratch) = bytes(build, task);
        let scratch = scratch + outside::fetched_bytes(build, task, &mut fetched);
        let scratch = scratch + called::of_task(build, task, called[task.stage as usize]);
        ids[draft as usize] = build.plan.graph.push(&inputs, output, scratch);
        build.plan.tasks.push(task);
    }
    build.fetched = fetched;
    for (array, cells) in makers.into_iter().enumerate() {
        let storage = &mut build.plan.arrays[array].storage;
        if let Storage::Computed { tasks, .. } | Storage::Outside { tasks, .. } = storage {
            *tasks = cells
                .into_iter()
                .map(|d| if d == Draft::MAX { Storage::UNUSED } else { ids[d as usize] })
                .collect();
        }
    }
    let task = |place: &Place| match *place {
        Place::Call(stage, unit) => Some(ids[drafts.of((stage, unit)) as usize]),
        Place::Constant(_) | Place::None => None,
    };
    Ok(build.value_roots.iter().map(task).collect())
}

/// Lists every needed task, and for each computed array the task of each cell.
fn draft(build: &mut Build, demand: &[StageDemand]) -> Result<(Drafts, Vec<Vec<Draft>>), ExprError> {
    let units = demand.iter().map(|stage| stage.needed.len()).sum();
    let mut drafts = Drafts {
        bases: Vec::with_capacity(demand.len()),
        tasks: Vec::with_capacity(units),
        inputs: Lists::with_capacity(units),
        early: Early::default(),
    };
    let mut makers: Vec<Vec<Draft>> = build
        .plan
        .arrays
        .iter()
        .map(|array| match &array.storage {
            Storage::Computed { grid, .. } => vec![Draft::MAX; grid.count()],
            Storage::Memory(_) | Storage::Persisted(..) | Storage::Outside { .. } => Vec::new(),
        })
        .collect();
    // Of one alone, each is numbered right after what it writes anyway.
    let several_writes = build.writes.stages.len() + build.spilled.len() > 1;
    for number in 0..build.plan.stages.len() {
        let base = drafts.tasks.len();
        drafts.bases.push(base as u32);
        let stage = number as u32;
        match &build.plan.stages[number] {
            Stage::Read(read) => {
                for (unit, (cell, _, _)) in read.boxes.iter().enumerate() {
                    makers[read.array.0 as usize][*cell as usize] = drafts.tasks.len() as Draft;
                    let made = build.chunk_calls.get(&stage).and_then(|made| made[*cell as usize]);
                    let inputs = made.map(|call| drafts.of(call));
                    drafts.push(Task { stage, unit: unit as u32 }, inputs);
                }
            }
            Stage::Fused(fused) => {
                let copies = several_writes && build.writes.copies.contains(&stage);
                // Units that are not needed are drafted too, so that unit and draft differ by the base; they
                // are never numbered.
                for (unit, needed) in demand[number].needed.iter().enumerate() {
                    let draft = drafts.tasks.len() as Draft;
                    let inputs = demand[number].reads[unit].iter().map(|&cell| maker(&makers, cell));
                    let inputs = dedup(inputs.collect());
                    if *needed && copies {
                        drafts.early.add(draft, &inputs);
                    }
                    drafts.push(Task { stage, unit: unit as u32 }, inputs);
                    if *needed {
                        place(fused, unit, draft, build, &mut makers);
                    }
                }
            }
            Stage::Reshape(ReshapeStage { array, .. }) | Stage::Order(OrderStage { array, .. }) => {
                for (unit, needed) in demand[number].needed.iter().enumerate() {
                    let draft = drafts.tasks.len() as Draft;
                    let inputs = demand[number].reads[unit].iter().map(|&cell| maker(&makers, cell));
                    let inputs = dedup(inputs.collect());
                    drafts.push(Task { stage, unit: unit as u32 }, inputs);
                    if *needed {
                        makers[array.0 as usize][unit] = draft;
                    }
                }
            }
            Stage::Contract(contract) => {
                let mut made: Vec<(usize, Draft)> = Vec::new();
                for (unit, needed) in demand[number].needed.iter().enumerate() {
                    let draft = drafts.tasks.len() as Draft;
                    let reads = demand[number].reads[unit].iter().map(|&cell| maker(&makers, cell));
                    let mut inputs = dedup(reads.collect());
                    if let Some(place) = contract.place(unit).filter(|_| *needed) {
                        // First, so that its panels are added before this one's are made.
                        inputs.insert_many(0, place.previous.map(|previous| base as u32 + previous));
                        if unit + 1 == contract.units_of(place.cell).end {
                            made.push((place.cell, draft));
                        }
                    }
                    drafts.push(Task { stage, unit: unit as u32 }, inputs);
                }
                made.into_iter().for_each(|(cell, draft)| makers[contract.array.0 as usize][cell] = draft);
            }
            Stage::Scan(scan) => {
                for (unit, needed) in demand[number].needed.iter().enumerate() {
                    let draft = drafts.tasks.len() as Draft;
                    let reads = demand[number].reads[unit].iter().map(|&cell| maker(&makers, cell));
                    let mut inputs = dedup(reads.collect());
                    if let Some(place) = scan.place(unit).filter(|_| *needed) {
                        // First, so that a cell is scanned soon after the one before it.
                        inputs.insert_many(0, scan.reads(&place).into_iter().map(|unit| base as u32 + unit));
                        if place.role == ScanRole::Scan {
                            makers[scan.array.0 as usize][place.cell] = draft;
                        }
                    }
                    drafts.push(Task { stage, unit: unit as u32 }, inputs);
                }
            }
            Stage::Call(call_stage) => {
                let reads = &build.call_inputs[&stage];
                let mut inputs: Vec<Draft> = Vec::new();
                for (unit, call) in call_stage.calls.iter().enumerate() {
                    inputs.clear();
                    // Those that are not needed are drafted for the same reason, and need no inputs.
                    if demand[number].needed[unit] {
                        inputs.extend(reads.get(unit).iter().map(|&read| drafts.of(read)));
                        let mut cells: SmallVec<[Draft; 2]> = SmallVec::new();
                        for array in arrays(call) {
                            cells.extend_from_slice(&makers[array.0 as usize]);
                        }
                        inputs.extend(dedup(cells));
                    }
                    drafts.push(Task { stage, unit: unit as u32 }, inputs.iter().copied());
                }
            }
            Stage::Write(write) => {
                for (unit, &tile) in makers[write.array.0 as usize].iter().enumerate() {
                    let task = Task { stage, unit: unit as u32 };
                    let inputs = demand[number].needed[unit].then_some(tile);
                    if several_writes {
                        let draft = drafts.tasks.len() as Draft;
                        inputs.iter().for_each(|&tile| drafts.early.add(draft, &[tile]));
                    }
                    drafts.push(task, inputs);
                }
                // Those who read what is spilled wait for those who write it.
                if let Some(spilled) = build.spilled.iter().find(|spilled| spilled.stage == stage) {
                    let needed = (0u32..).zip(&demand[number].needed);
                    makers[spilled.to.0 as usize] = needed
                        .map(|(unit, needed)| if *needed { base as u32 + unit } else { Draft::MAX })
                        .collect();
                }
            }
            Stage::Combine(combine) => {
                let (fused, reduction) = (combine.stage, combine.reduction);
                let nodes = combine_trees(build, demand, &mut drafts, &mut makers, (stage, fused, reduction));
                if let Stage::Combine(combine) = &mut build.plan.stages[number] {
                    combine.nodes = nodes;
                }
            }
        }
        if drafts.tasks.len() > MAX_TASKS {
            return Err(ExprError::TooManyTasks);
        }
    }
    Ok((drafts, makers))
}

impl Drafts {
    /// The draft of a call.
    fn of(&self, (stage, unit): CallPlace) -> Draft {
        self.bases[stage as usize] + unit
    }

    fn push(&mut self, task: Task, inputs: impl IntoIterator<Item = Draft>) {
        self.tasks.push(task);
        self.inputs.push(inputs);
    }
}

fn maker(makers: &[Vec<Draft>], (array, cell): Cell) -> Draft {
    makers[array.0 as usize][cell as usize]
}

/// Keeps the first of each; a task may make several of the cells that another reads.
fn dedup(mut inputs: SmallVec<[Draft; 2]>) -> SmallVec<[Draft; 2]> {
    inputs.sort_unstable();
    inputs.dedup();
    inputs
}

/// Notes a unit as the maker of its cells.
fn place(fused: &FusedStage, unit: usize, draft: Draft, build: &Build, makers: &mut [Vec<Draft>]) {
    for array in fused.stores.iter().chain(fused.selections.iter().map(|selection| &selection.array)) {
        makers[array.0 as usize][unit] = draft;
    }
    for target in fused.reductions.iter().filter(|r| !r.partial) {
        let coords = target.kept(&fused.units.coords(unit), 0);
        let cell = grid_of(build, target.array).index(&coords);
        makers[target.array.0 as usize][cell] = draft;
    }
}

/// Drafts the merging trees of one reduction: groups of neighbours first, so that few states wait at a time.
fn combine_trees(
    build: &Build,
    demand: &[StageDemand],
    drafts: &mut Drafts,
    makers: &mut [Vec<Draft>],
    (stage, fused, reduction): (u32, u32, u32),
) -> Vec<CombineNode> {
    let Stage::Fused(fused_stage) = &build.plan.stages[fused as usize] else {
        unreachable!("a combine stage follows a fused one")
    };
    let array = fused_stage.reductions[reduction as usize].array;
    let detached = early::is_detached(build, fused, reduction);
    let mut nodes = Vec::new();
    for (cell, maker) in makers[array.0 as usize].iter_mut().enumerate() {
        let mut level: Vec<Draft> = Vec::new();
        let mut needed = true;
        for_units(build, fused, reduction, cell, |unit| {
            needed &= demand[fused as usize].needed[unit];
            level.push(drafts.bases[fused as usize] + unit as u32);
        });
        if !needed {
            continue;
        }
        let mut merge = |group: SmallVec<[Draft; 2]>, finish| {
            let draft = drafts.tasks.len() as Draft;
            if detached {
                drafts.early.add(draft, &group);
            }
            drafts.push(Task { stage, unit: nodes.len() as u32 }, group);
            nodes.push(CombineNode { cell: cell as u32, finish });
            draft
        };
        if detached {
            level.iter_mut().for_each(|unit| *unit = merge(smallvec![*unit], false));
        }
        while level.len() > 1 {
            let finish = level.len() <= FAN_IN;
            level = level
                .chunks(FAN_IN)
                .map(|group| match group {
                    [alone] => *alone,
                    _ => merge(group.into(), finish),
                })
                .collect();
        }
        *maker = level[0];
    }
    nodes
}

/// The drafts that the roots need, each after its inputs, one root's cell after the other.
fn depth_first(build: &Build, demand: &[StageDemand], drafts: &Drafts, makers: &[Vec<Draft>]) -> Vec<Draft> {
    let mut order = Vec::with_capacity(drafts.tasks.len());
    let mut early = drafts.early.clone();
    let mut state = vec![false; drafts.tasks.len()];
    let mut ordered = vec![false; build.plan.stages.len()];
    // Each with whether its inputs were put on the stack after it.
    let mut stack: Vec<(Draft, bool)> = Vec::new();
    let writes = build.writes.stages.iter().map(|write| {
        let base = drafts.bases[write.stage as usize];
        (0u32..).zip(&write.needed).filter(|(_, needed)| **needed).map(move |(tile, _)| base + tile)
    });
    let writes: Vec<Draft> = writes.flatten().collect();
    let cells = build.roots.iter().map(|array| &makers[array.0 as usize][..]);
    // What is written is reached through its writes, so that each tile is written as soon as it is there.
    let values = build.value_roots.iter().filter_map(|place| match *place {
        Place::Call(stage, unit) => Some(drafts.of((stage, unit))),
        Place::Constant(_) | Place::None => None,
    });
    let values: Vec<Draft> = values.collect();
    for roots in std::iter::once(&writes[..]).chain(cells).chain(std::iter::once(&values[..])) {
        for &root in roots {
            stack.push((root, false));
            while let Some((draft, asked)) = stack.pop() {
                if asked {
                    early.number(draft, &mut order, &mut state);
                    continue;
                }
                if state[draft as usize] {
                    continue;
                }
                let stage = drafts.tasks[draft as usize].stage as usize;
                if let Stage::Contract(contract) = &build.plan.stages[stage]
                    && contract.chained
                    && !std::mem::replace(&mut ordered[stage], true)
                {
                    let base = drafts.bases[stage];
                    stack.push((draft, false));
                    let units = by_panels(contract, &demand[stage].needed).into_iter().rev();
                    stack.extend(units.map(|unit| (base + unit, false)));
                    continue;
                }
                state[draft as usize] = true;
                let inputs = drafts.inputs.get(draft as usize);
                if inputs.is_empty() {
                    early.number(draft, &mut order, &mut state);
                } else {
                    stack.push((draft, true));
                    stack.extend(inputs.iter().rev().map(|&input| (input, false)));
                }
            }
        }
    }
    order
}

/// The needed units of a contraction whose panels are tasks, panel by panel: each is multiplied into all cells of
/// the result while it is there.
fn by_panels(stage: &ContractStage, needed: &[bool]) -> Vec<u32> {
    let places = (0u32..).zip(needed).filter(|(_, needed)| **needed);
    let place = |unit: u32| Some((stage.place(unit as usize)?, unit));
    let mut places: Vec<_> = places.filter_map(|(unit, _)| place(unit)).collect();
    places.sort_by_key(|(place, unit)| (place.partial, place.panels.start, *unit));
    places.into_iter().map(|(_, unit)| unit).collect()
}

/// Bytes of a task's result, and of what it needs besides while it runs.
fn bytes(build: &Build, task: Task) -> (u64, u64) {
    let len = |shape: &[usize]| shape.iter().product::<usize>() as u64;
    let own = |array: ArrayId, shape: &[usize]| {
        let array = build.plan.array(array);
        match array.storage {
            Storage::Computed { returned: true, .. } => 0,
            _ => len(shape) * array.dtype.size() as u64,
        }
    };
    match &build.plan.stages[task.stage as usize] {
        Stage::Reshape(reshape) => {
            let (_, shape) = reshape.units.block(&reshape.units.coords(task.unit as usize));
            (own(reshape.array, &shape), scratch_bytes(1))
        }
        Stage::Call(stage) => (stage.calls[task.unit as usize].bytes, 0),
        Stage::Read(read) => {
            let (_, _, shape) = &read.boxes[task.unit as usize];
            let scratch = match &build.sources.regions[read.source as usize] {
                RegionLike::Region(source) => source.scratch_bytes(shape),
                RegionLike::Blocks(_, scratch) => *scratch,
                RegionLike::Values(..) => 0,
            };
            (len(shape) * build.plan.array(read.array).dtype.size() as u64, scratch)
        }
        Stage::Write(write) => {
            let grid = grid_of(build, write.array);
            let (_, shape) = grid.block(&grid.coords(task.unit as usize));
            (0, build.sources.sinks[write.sink as usize].scratch_bytes(&shape))
        }
        Stage::Combine(combine) => {
            let Stage::Fused(fused) = &build.plan.stages[combine.stage as usize] else {
                unreachable!("a combine stage follows a fused one")
            };
            let target = &fused.reductions[combine.reduction as usize];
            let grid = grid_of(build, target.array);
            let node = combine.nodes[task.unit as usize];
            let (_, shape) = grid.block(&grid.coords(node.cell as usize));
            let state = target.state_bytes(len(&shape) as usize) as u64;
            if node.finish { (own(target.array, &shape), state) } else { (state, 0) }
        }
        Stage::Order(order) => {
            let (_, shape) = order.units.block(&order.units.coords(task.unit as usize));
            let programs = order.elements.variants.iter().map(|v| scratch_bytes(v.program.regs.len()));
            let scratch = order.scratch_bytes(&shape, build.plan.array(order.array).dtype);
            let results = own(order.array, &order.of_results(&shape, order.results()));
            (results, scratch + programs.max().unwrap_or(0))
        }
        Stage::Contract(contract) => {
            let place = contract.place(task.unit as usize).expect("tasks are places");
            (own(contract.array, &place.shape), contract_scratch(build, contract, &place))
        }
        Stage::Scan(scan) => {
            let place = scan.place(task.unit as usize).expect("tasks are places");
            let dtype = build.plan.array(scan.array).dtype;
            let states = scan.op.state_bytes(dtype, len(&place.lanes(scan.axis)) as usize) as u64;
            let elements = if scan.holds_elements(&place) { own(scan.array, &place.shape) } else { 0 };
            let (kept, scratch) = if scan.passes_on(&place) { (states, 0) } else { (0, states) };
            let registers = scan.operand.variants.iter().map(|v| scratch_bytes(v.program.regs.len())).max();
            let piece = if scan.evaluates(&place) { place.piece_bytes(scan.axis, dtype) } else { 0 };
            (elements + kept, scratch + piece + registers.unwrap_or(0))
        }
        Stage::Fused(fused) => {
            let (_, shape) = fused.units.block(&fused.units.coords(task.unit as usize));
            let mut output: u64 = fused.stores.iter().map(|&array| own(array, &shape)).sum();
            output += (fused.selections.iter())
                .map(|selection| len(&shape) * build.plan.array(selection.array).dtype.size() as u64)
                .sum::<u64>();
            let mut scratch =
                fused.variants.iter().map(|v| scratch_bytes(v.program.regs.len())).max().unwrap_or(0);
            for target in &fused.reductions {
                let kept: Shape = target.kept(&shape, 1);
                let state = target.state_bytes(len(&kept) as usize) as u64;
                if target.partial {
                    output += state;
                } else {
                    output += own(target.array, &kept);
                    scratch += state;
                }
            }
            (output, scratch)
        }
    }
}

/// What a task of a contraction needs for the panels that it computes, their programs, and packing.
fn contract_scratch(build: &Build, stage: &ContractStage, place: &ContractPlace) -> u64 {
    let dtype = build.plan.array(stage.array).dtype;
    let panels = stage.largest_panels(place);
    let mut scratch = 0;
    for (operand, panel) in stage.operands().into_iter().zip(&panels) {
        let in_memory = operand.direct().is_some_and(|input| {
            matches!(build.plan.array(input.array).storage, Storage::Memory(_)) && stage.axes.is_single()
        });
        if !in_memory {
            let programs = operand.variants.iter().map(|v| scratch_bytes(v.program.regs.len()));
            scratch += contract::bytes(panel, dtype) + programs.max().unwrap_or(0);
        }
    }
    scratch + stage.packing_bytes(place, dtype)
}

/// An upper bound of what a program's registers need: those alive at once, and a tile of each.
fn scratch_bytes(regs: usize) -> u64 {
    const TILE_BYTES: u64 = 8 << 10;
    const MOST_ALIVE: usize = 64;
    regs.min(MOST_ALIVE) as u64 * TILE_BYTES
}
