//! Arrays that are kept outside of memory, because a plan that holds them does not fit.
//!
//! What lies outside is read box by box by the tasks that need it, and no task holds more than its own boxes. A source
//! that any box can be read of stays where it is and is read again by every reader. Whatever else is in the way is
//! spilled: written, when it is computed, to space on disk, in pieces that are as large as both its writers and its
//! readers allow, so that it is written once and read once, however different their blocks are.

use std::collections::HashMap;
use std::sync::Arc;

use chunkwise_core::{AxisGrid, DType, Grid, SpillSpace, View};
use chunkwise_plan::{
    Array, ArrayId, Granularity, RegionLike, Stage, StageInfo, StageOperand, Storage, Task, TaskGraph,
    TaskId, Variant, WriteStage, for_parts, merge_cells, whole_cell_grid,
};

use super::demand::grid_of;
use super::stages::{Build, Maker, SourceArrays};
use crate::graph::{Graph, NodeId};
use crate::hash::BuildFast;
use crate::node::Kind;

/// How a plan comes to fit a memory limit.
pub struct Within<'a> {
    /// The limit, in bytes.
    pub bytes: u64,
    /// Whether a graph fits. If not, the tasks whose results are held when nothing more does.
    pub fits: &'a dyn Fn(&TaskGraph) -> Result<(), Vec<TaskId>>,
    /// Makes space for an array outside of memory. Without it nothing is spilled.
    pub spill: Option<MakeSpace>,
    /// What every unit should hold, if the caller says so: tests want many units of small arrays.
    pub units: Option<Granularity>,
}

/// Makes space outside of memory for an array of this type and shape.
pub type MakeSpace = Arc<dyn Fn(DType, &[usize]) -> Arc<dyn SpillSpace> + Send + Sync>;

/// How a node is kept outside of memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outside {
    /// It is read where it is, as often as it is needed.
    InPlace,
    /// It is spilled.
    Spilled,
}

/// What is kept outside of memory in one attempt at a plan.
#[derive(Clone, Default)]
pub(super) struct Moves {
    pub(super) nodes: HashMap<NodeId, Outside, BuildFast>,
    /// Bytes that may be held, if there is a limit.
    limit: Option<u64>,
    space: Option<MakeSpace>,
}

/// What one task reads of a source that is spilled has at most this part of the memory limit.
const READ_PART: u64 = 16;

/// What one task orders of an array outside of memory has at most so many bytes, and this part of the memory limit.
const ORDERED: (usize, u64) = (16 << 20, 16);

impl Moves {
    pub(super) fn within(within: &Within<'_>) -> Self {
        Moves { nodes: HashMap::default(), limit: Some(within.bytes), space: within.spill.clone() }
    }

    /// The boxes in which a source is read whose cells are read whole. For one that is spilled they are as thick as
    /// memory allows where the cells are thin, so that the pieces that it is cut into are large.
    pub(super) fn reading(&self, id: NodeId, cells: &Grid, dtype: DType, granularity: Granularity) -> Grid {
        let (Some(limit), Some(Outside::Spilled)) = (self.limit, self.nodes.get(&id)) else {
            return whole_cell_grid(cells, granularity);
        };
        let most = (limit / READ_PART) as usize / dtype.size();
        let (shape, mut extent) = (cells.shape(), cells.largest());
        loop {
            let thin = (0..shape.len()).filter(|&k| extent[k] < shape[k]);
            // The axis of which the cells are the smallest part.
            let thinnest = thin.min_by(|&a, &b| (extent[a] * shape[b]).cmp(&(extent[b] * shape[a])));
            let Some(k) = thinnest.filter(|_| 2 * extent.iter().product::<usize>() <= most) else {
                return merge_cells(cells, &extent);
            };
            extent[k] = (2 * extent[k]).min(shape[k]);
        }
    }

    /// Bytes of what one task may order of arrays outside of memory.
    pub(super) fn ordered_bytes(&self) -> usize {
        self.limit.map_or(ORDERED.0, |limit| ORDERED.0.min((limit / ORDERED.1) as usize))
    }
}

/// Reading a source in place may read each of its elements so often, on average, before it is spilled instead: that
/// costs about as much as reading and writing it once more.
const MOST_READS: u64 = 3;

/// Pieces of spilled arrays have at most so many bytes: a piece is read and checked as a whole.
const PIECE: usize = 1 << 20;

/// An array that is spilled.
pub(super) struct Spilled {
    /// As it is made.
    pub(super) from: ArrayId,
    /// As it is read.
    pub(super) to: ArrayId,
    /// The stage that writes it.
    pub(super) stage: u32,
    space: Arc<dyn SpillSpace>,
}

impl Build {
    /// Spills what is to be, as far as it is made by now.
    pub(super) fn spill_made(&mut self, graph: &Graph) {
        if self.moves.nodes.is_empty() {
            return;
        }
        let is_new = |id: NodeId| {
            let source = graph.node(id).kind.is_source();
            let made = if source { &self.given } else { &self.arrays };
            let is_outside =
                |array: ArrayId| matches!(self.plan.array(array).storage, Storage::Outside { .. });
            made.get(&id).copied().filter(|&array| !is_outside(array))
        };
        let to_spill = self.moves.nodes.iter().filter(|(_, how)| **how == Outside::Spilled);
        let mut made: Vec<(NodeId, ArrayId)> =
            to_spill.filter_map(|(&id, _)| Some((id, is_new(id)?))).collect();
        made.sort_unstable_by_key(|(id, _)| *id);
        for (id, from) in made {
            self.spill(graph, id, from);
        }
    }

    /// Has an array written to disk, where all later readers of the node read it.
    fn spill(&mut self, graph: &Graph, id: NodeId, from: ArrayId) {
        let node = graph.node(id);
        let make = self.moves.space.as_ref().expect("arrays are spilled where there is space");
        let space = make(node.dtype, &node.meta.shape);
        let grid = grid_of(self, from).clone();
        let info = StageInfo {
            label: format!("spill {}", node.kind.name()),
            origin: node.location.into(),
            chunks: (*node.meta.grid).clone(),
        };
        let sink = self.sources.sinks.len() as u32;
        self.sources.sinks.push(space.clone());
        let source = self.sources.regions.len() as u32;
        self.sources.regions.push(RegionLike::Region(space.clone()));
        let stage = self.plan.stages.len() as u32;
        self.plan.stages.push(Stage::Write(WriteStage { info, array: from, sink }));
        let Array { dtype, ref shape, .. } = *self.plan.array(from);
        let shape = shape.clone();
        let storage = Storage::Outside { source, grid, tasks: Vec::new() };
        let to = self.add(Array { dtype, shape, storage }, Some(Maker::Spill(self.spilled.len() as u32)));
        self.spilled.push(Spilled { from, to, stage, space });
        let read = if node.kind.is_source() { &mut self.given } else { &mut self.arrays };
        read.insert(id, to);
    }

    /// Cuts what is spilled into pieces that suit those who write it and those who read it first.
    pub(super) fn divide_spilled(&self) {
        for spilled in &self.spilled {
            let mut pieces = grid_of(self, spilled.from).clone();
            if let Some(read) = self.first_reading(spilled.to) {
                pieces = pieces.refine(&read);
            }
            spilled.space.divide(spill_pieces(&pieces, self.plan.array(spilled.to).dtype));
        }
    }

    /// The boxes that the units of an array's first reader read of it.
    fn first_reading(&self, array: ArrayId) -> Option<Grid> {
        let shape = &self.plan.array(array).shape;
        let of = |operand: &StageOperand, units: &Grid| {
            let inputs = operand.variants.iter().flat_map(|variant| &variant.inputs);
            let input = inputs.into_iter().find(|input| input.array == array)?;
            Some(image(units, &input.view, shape))
        };
        self.plan.stages.iter().find_map(|stage| match stage {
            Stage::Fused(fused) => {
                let inputs = fused.variants.iter().flat_map(|variant| &variant.inputs);
                let input = inputs.into_iter().find(|input| input.array == array)?;
                Some(image(&fused.units, &input.view, shape))
            }
            Stage::Scan(scan) => of(&scan.operand, &scan.cells),
            Stage::Order(order) => of(&order.elements, &order.units),
            Stage::Contract(_)
            | Stage::Reshape(_)
            | Stage::Combine(_)
            | Stage::Read(_)
            | Stage::Write(_)
            | Stage::Call(_) => None,
        })
    }
}

/// The boundaries in a source of what the units of an iteration space read through a view.
fn image(units: &Grid, view: &View, source: &[usize]) -> Grid {
    Grid::new(view.source.iter().zip(source).map(|(map, &len)| {
        let Some(axis) = map.axis.filter(|_| map.step != 0) else { return AxisGrid::whole(len) };
        let axis = &units.axes()[axis];
        if (map.start, map.step) == (0, 1) && axis.len() == len {
            return axis.clone();
        }
        let bounds = (1..axis.count()).map(|unit| {
            let first = axis.bounds(unit).start as isize;
            // Going backwards, a unit begins below the end of the one before.
            map.start.wrapping_add_signed(map.step * first) + usize::from(map.step < 0)
        });
        let mut offsets: Vec<usize> = bounds.filter(|&at| at < len).chain([0, len]).collect();
        offsets.sort_unstable();
        offsets.dedup();
        AxisGrid::from_offsets(offsets)
    }))
}

/// The pieces in which an array of these chunks is spilled: chunks, or parts of them.
pub fn spill_pieces(chunks: &Grid, dtype: DType) -> Grid {
    bounded(chunks, PIECE / dtype.size())
}

/// A grid whose cells have at most so many elements: cells of another one, or parts of them.
fn bounded(cells: &Grid, most: usize) -> Grid {
    let mut extent = cells.largest();
    let product = |extent: &[usize]| extent.iter().fold(1usize, |n, &k| n.saturating_mul(k));
    for k in 0..extent.len() {
        let now = product(&extent);
        if now <= most {
            break;
        }
        extent[k] = extent[k].div_ceil(now.div_ceil(most)).max(1);
    }
    let cut = |(axis, &extent): (&AxisGrid, &usize)| {
        if axis.largest() <= extent {
            return axis.clone();
        }
        let mut offsets = vec![0];
        for bounds in (0..axis.count()).map(|i| axis.bounds(i)) {
            offsets.extend(bounds.clone().step_by(extent).skip(1));
            offsets.push(bounds.end);
        }
        AxisGrid::from_offsets(offsets)
    };
    Grid::new(cells.axes().iter().zip(&extent).map(cut))
}

/// A source of which boxes are read in place.
pub(super) fn in_place(arrays: &mut SourceArrays<'_>, id: NodeId) -> Option<Storage> {
    let Kind::Region(source) = &arrays.graph.node(id).kind else { return None };
    if arrays.build.moves.nodes.get(&id) != Some(&Outside::InPlace) {
        return None;
    }
    let number = arrays.build.sources.regions.len() as u32;
    arrays.build.sources.regions.push(RegionLike::Region(source.clone()));
    let grid = source.grid().unwrap_or_else(|| Grid::whole(source.shape()));
    Some(Storage::Outside { source: number, grid, tasks: Vec::new() })
}

/// The units that read whole cells of a source whose cells cost as much to read in part, if a program reads one. They are
/// the same wherever the source is read, as what is reduced along them must not depend on memory.
pub(super) fn cells_read(build: &Build, variants: &[Variant], space: &Grid) -> Option<Grid> {
    let mut inputs = variants.iter().flat_map(|variant| &variant.inputs);
    inputs.find_map(|input| {
        let array = build.plan.array(input.array);
        let read_by = |array: ArrayId| match build.makers[array.0 as usize] {
            Some(Maker::Read(stage)) => match &build.plan.stages[stage as usize] {
                Stage::Read(read) => Some(read.source),
                _ => None,
            },
            _ => None,
        };
        let source = match (&array.storage, build.makers[input.array.0 as usize]) {
            (Storage::Outside { source, .. }, None) => *source,
            (_, Some(Maker::Spill(number))) => read_by(build.spilled[number as usize].from)?,
            _ => read_by(input.array)?,
        };
        let RegionLike::Region(source) = &build.sources.regions[source as usize] else { return None };
        Some(input.view.grid(&source.grid()?, space))
    })
}

/// What to move outside next, given the tasks whose results are in the way: all that the stage makes which holds most.
pub(super) fn next_moves(
    build: &Build,
    graph: &Graph,
    held: &[TaskId],
    can_spill: bool,
) -> Vec<(NodeId, Outside)> {
    let mut bytes: HashMap<u32, u64, BuildFast> = HashMap::default();
    for &task in held {
        let stage = build.plan.tasks[task as usize].stage;
        *bytes.entry(stage).or_default() += build.plan.graph.output_bytes(task);
    }
    let mut stages: Vec<(u64, u32)> = bytes.into_iter().map(|(stage, bytes)| (bytes, stage)).collect();
    stages.sort_unstable_by_key(|&(bytes, stage)| (std::cmp::Reverse(bytes), stage));
    let movable = |id: NodeId| {
        let node = graph.node(id);
        if build.moves.nodes.contains_key(&id) || build.is_returned(id) || build.is_kept(id) {
            return None;
        }
        match node.kind {
            Kind::Region(_) => Some((id, Outside::InPlace)),
            _ if can_spill => Some((id, Outside::Spilled)),
            _ => None,
        }
    };
    let of_stage = |stage: u32| {
        // Sources that are returned or written are made from what is given.
        let made = build.arrays.iter().filter(|(id, _)| !graph.node(**id).kind.is_source());
        let made = made.chain(&build.given).filter(|(_, array)| match build.makers[array.0 as usize] {
            Some(Maker::Read(by) | Maker::Store(by) | Maker::Contract(by)) => by == stage,
            Some(Maker::Reduction { stage: by, .. }) => by == stage,
            Some(Maker::Spill(_)) | None => false,
        });
        let mut moves: Vec<_> = made.filter_map(|(&id, _)| movable(id)).collect();
        moves.sort_unstable_by_key(|(id, _)| *id);
        moves
    };
    stages.into_iter().map(|(_, stage)| of_stage(stage)).find(|moves| !moves.is_empty()).unwrap_or_default()
}

/// The sources that are read in place so often that spilling them costs less.
pub(super) fn read_too_often(build: &Build) -> Vec<NodeId> {
    let of = |(&id, _): (&NodeId, &Outside)| {
        let array = *build.given.get(&id)?;
        let read = build.fetched.get(&array).copied()?;
        let once = build.plan.array(array).shape.iter().product::<usize>() as u64;
        (read > MOST_READS.saturating_mul(once)).then_some(id)
    };
    let in_place = build.moves.nodes.iter().filter(|(_, how)| **how == Outside::InPlace);
    in_place.filter_map(of).collect()
}

/// An array that a plan keeps outside of memory.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct OutsideLine {
    /// The operation whose result it is, or the source.
    pub label: String,
    /// Bytes written to disk: all of it, if it is spilled, and none if it is read where it is.
    pub written: u64,
    /// Bytes that all tasks together read of it, the cells of a source counted whole.
    pub read: u64,
}

/// What a plan keeps outside of memory, in the order of the expression.
pub(super) fn lines(build: &Build, graph: &Graph) -> Vec<OutsideLine> {
    let mut moved: Vec<(NodeId, Outside)> = build.moves.nodes.iter().map(|(&id, &how)| (id, how)).collect();
    moved.sort_unstable_by_key(|(id, _)| *id);
    let line = |(id, how): (NodeId, Outside)| {
        let node = graph.node(id);
        let array = *if node.kind.is_source() { build.given.get(&id)? } else { build.arrays.get(&id)? };
        let size = node.dtype.size() as u64;
        let label = match &node.kind {
            Kind::Region(source) => source.name(),
            kind => kind.name().to_owned(),
        };
        let all = size * node.meta.shape.iter().product::<usize>() as u64;
        let written = if how == Outside::Spilled { all } else { 0 };
        let read = size * build.fetched.get(&array).copied().unwrap_or(0);
        Some(OutsideLine { label, written, read })
    };
    moved.into_iter().filter_map(line).collect()
}

/// Bytes of what a task reads of arrays outside of memory, and what reading it takes besides. Adds the elements that are
/// read, cells of their sources counted whole, to those of each array.
pub(super) fn fetched_bytes(build: &Build, task: Task, read: &mut HashMap<ArrayId, u64, BuildFast>) -> u64 {
    if build.moves.nodes.is_empty() {
        return 0;
    }
    let mut of_box = |array: ArrayId, start: &[usize], shape: &[usize]| {
        let Array { dtype, ref storage, .. } = *build.plan.array(array);
        let Storage::Outside { source, .. } = *storage else { return 0 };
        let RegionLike::Region(source) = &build.sources.regions[source as usize] else { return 0 };
        let elements = shape.iter().product::<usize>() as u64;
        let spilled = build.makers[array.0 as usize].is_some();
        let cells = source.grid().filter(|_| !spilled);
        *read.entry(array).or_default() += cells.map_or(elements, |cells| whole(&cells, start, shape));
        elements * dtype.size() as u64 + source.scratch_bytes(shape)
    };
    let mut of_programs = |(parts, variants): (&Grid, &[Variant]), start: &[usize], shape: &[usize]| {
        let mut bytes = 0;
        if !shape.contains(&0) {
            for_parts(parts, start, shape, |part, start, shape| {
                for input in &variants[part].inputs {
                    let (start, shape) = input.view.source_box(start, shape);
                    bytes += of_box(input.array, &start, &shape);
                }
            });
        }
        bytes
    };
    let unit = task.unit as usize;
    match &build.plan.stages[task.stage as usize] {
        Stage::Fused(fused) => {
            let (start, shape) = fused.units.block(&fused.units.coords(unit));
            of_programs((&fused.parts, &fused.variants), &start, &shape)
        }
        Stage::Order(order) => {
            let (start, shape) = order.units.block(&order.units.coords(unit));
            of_programs((&order.elements.parts, &order.elements.variants), &start, &shape)
        }
        Stage::Scan(scan) => {
            let place = scan.place(unit).expect("tasks are places");
            if !scan.evaluates(&place) {
                return 0;
            }
            of_programs((&scan.operand.parts, &scan.operand.variants), &place.start, &place.shape)
        }
        Stage::Contract(contract) => {
            let place = contract.place(unit).expect("tasks are places");
            if place.shape.contains(&0) || contract.panels.shape().contains(&0) {
                return 0;
            }
            let of_panel = |panel| {
                let boxes = contract.operand_boxes(&place, panel);
                let sides = contract.operands().into_iter().zip(&boxes);
                sides
                    .map(|(operand, (start, shape))| {
                        of_programs((&operand.parts, &operand.variants), start, shape)
                    })
                    .sum()
            };
            place.panels.clone().map(of_panel).max().unwrap_or(0)
        }
        Stage::Reshape(reshape) => {
            let mut bytes = 0;
            let from = &build.plan.array(reshape.input).shape;
            reshape.for_boxes(from, unit, |start, shape| bytes += of_box(reshape.input, start, shape));
            bytes
        }
        Stage::Combine(_) | Stage::Read(_) | Stage::Write(_) | Stage::Call(_) => 0,
    }
}

/// Elements of the cells that a box reaches into.
fn whole(cells: &Grid, start: &[usize], shape: &[usize]) -> u64 {
    let axes = cells.axes().iter().zip(start.iter().zip(shape));
    let along = axes.map(|(axis, (&start, &len))| {
        if len == 0 {
            0
        } else {
            axis.bounds(axis.find(start + len - 1)).end - axis.bounds(axis.find(start)).start
        }
    });
    along.product::<usize>() as u64
}
