//! Arrays and stages of a plan, before any task is counted.

use std::collections::{HashMap, HashSet};

use chunkwise_core::{Grid, Shape, Strides, row_major_strides};
use chunkwise_kernels::Op;
use chunkwise_plan::{
    Array, ArrayId, CombineStage, FusedStage, Granularity, GroupTarget, Plan, ReadStage, ReductionTarget,
    RegionLike, SelectionTarget, Sources, Stage, StageInfo, StageOperand, Storage, Variant,
    strided_unit_grid, whole_cell_grid,
};

use super::calls::{self, CallPlace, Calls, Place};
use super::lists::Lists;
use super::outside::{self, Moves, Spilled};
use super::reshape::{reshape_stage, units_for};
use super::writes::{self, Writes};
use super::{Want, order, products, scans};
use crate::fuse::{Analysis, Arrays, Group, Sink, emit, emit_operand};
use crate::graph::{Graph, NodeId};
use crate::groups::Groups;
use crate::hash::BuildFast;
use crate::node::Kind;
use crate::{ExprError, ops};

/// A plan in the making.
pub(super) struct Build {
    pub(super) plan: Plan,
    pub(super) sources: Sources,
    /// What groups and calls make of nodes.
    pub(super) arrays: HashMap<NodeId, ArrayId, BuildFast>,
    /// Sources as they are read. One that is returned or written is made besides.
    pub(super) given: HashMap<NodeId, ArrayId, BuildFast>,
    /// Which stage makes each array; for reductions, the fused stage.
    pub(super) makers: Vec<Option<Maker>>,
    /// Arrays of the graph's roots, as far as they are arrays that are returned.
    pub(super) roots: Vec<ArrayId>,
    /// The roots that are returned as whole arrays.
    returned: HashSet<NodeId, BuildFast>,
    /// What is written to sinks.
    pub(super) writes: Writes,
    /// What reshapes read, and the shape that it gets.
    reshaped: HashMap<NodeId, Shape, BuildFast>,
    /// Where the values of the graph's roots come from, as far as they are values.
    pub(super) value_roots: Vec<Place>,
    /// Where the value of each node comes from; empty until there is one.
    pub(super) values: Vec<Place>,
    /// Per stage of calls, the calls that each reads.
    pub(super) call_inputs: HashMap<u32, Lists<CallPlace>, BuildFast>,
    /// Per read stage over values, the call that makes each chunk, unless it is there.
    pub(super) chunk_calls: HashMap<u32, Vec<Option<CallPlace>>, BuildFast>,
    /// What is kept outside of memory.
    pub(super) moves: Moves,
    /// What is spilled.
    pub(super) spilled: Vec<Spilled>,
    /// Roots whose tiles are kept.
    kept: HashSet<NodeId, BuildFast>,
    /// Per array that is read in place, the elements read by all tasks.
    pub(super) fetched: HashMap<ArrayId, u64, BuildFast>,
    /// What every unit should hold, if the caller says so.
    pub(super) units: Option<Granularity>,
}

/// What makes an array.
#[derive(Clone, Copy, Debug)]
pub(super) enum Maker {
    /// A read stage.
    Read(u32),
    /// A store of a fused stage, a reshape stage, a scan or an order stage.
    Store(u32),
    /// A reduction of a fused stage.
    Reduction { stage: u32, reduction: u32 },
    /// A contraction.
    Contract(u32),
    /// Written to disk: its number among what is spilled.
    Spill(u32),
}

impl Build {
    pub(super) fn array_of(&self, node: NodeId) -> Option<ArrayId> {
        self.arrays.get(&node).copied()
    }

    pub(super) fn add(&mut self, array: Array, maker: Option<Maker>) -> ArrayId {
        self.plan.arrays.push(array);
        self.makers.push(maker);
        ArrayId(self.plan.arrays.len() as u32 - 1)
    }

    /// Whether tasks compute the node straight into the array that is returned.
    pub(super) fn is_returned(&self, node: NodeId) -> bool {
        self.returned.contains(&node)
    }

    /// Whether the node's tiles are kept for the caller.
    pub(super) fn is_kept(&self, node: NodeId) -> bool {
        self.kept.contains(&node)
    }

    /// The array of a node as its tasks make it, and not as it is spilled.
    pub(super) fn made(&self, node: NodeId) -> Option<ArrayId> {
        let array = self.array_of(node)?;
        Some(self.spilled.iter().find(|spilled| spilled.to == array).map_or(array, |spilled| spilled.from))
    }

    /// The array that will be added next.
    pub(super) fn next(&self) -> ArrayId {
        ArrayId(self.plan.arrays.len() as u32)
    }

    /// Adds the array of a node.
    pub(super) fn add_node(&mut self, node: NodeId, array: Array, maker: Maker) {
        let array = self.add(array, Some(maker));
        self.arrays.insert(node, array);
    }
}

/// Finds or makes the arrays of sources while programs are written.
pub(super) struct SourceArrays<'a> {
    pub(super) graph: &'a Graph,
    pub(super) build: &'a mut Build,
}

impl Arrays for SourceArrays<'_> {
    fn array(&mut self, id: NodeId) -> ArrayId {
        let node = self.graph.node(id);
        let known = if node.kind.is_given() { &self.build.given } else { &self.build.arrays };
        if let Some(&array) = known.get(&id) {
            return array;
        }
        if let Kind::FromValues(see) = node.kind {
            let (constants, made) = calls::chunks(self.graph, id, self.build);
            self.build.sources.regions.push(RegionLike::Values(see, constants));
            self.build.chunk_calls.insert(self.build.plan.stages.len() as u32, made);
        }
        if let Some(storage) = outside::in_place(self, id) {
            let array =
                self.build.add(Array { dtype: node.dtype, shape: node.meta.shape.clone(), storage }, None);
            self.build.given.insert(id, array);
            return array;
        }
        let sources = &mut self.build.sources;
        let (storage, read) = match &node.kind {
            Kind::Memory(block) => {
                sources.blocks.push(block.clone());
                (Storage::Memory(sources.blocks.len() as u32 - 1), None)
            }
            Kind::Persisted(tiles) => {
                sources.tiles.push(tiles.clone());
                (Storage::Persisted(sources.tiles.len() as u32 - 1, tiles.grid.clone()), None)
            }
            Kind::Region(source) => {
                sources.regions.push(RegionLike::Region(source.clone()));
                let granularity = self.build.units.unwrap_or(Granularity::Cost(0));
                let grid = match source.grid() {
                    Some(cells) => self.build.moves.reading(id, &cells, node.dtype, granularity),
                    None => units_for(&node.meta.grid, self.build.reshaped.get(&id), granularity),
                };
                (computed(grid, 0, false), Some((source.name(), false)))
            }
            Kind::Blocks { name, function, scratch_bytes } => {
                sources.regions.push(RegionLike::Blocks(function.clone(), *scratch_bytes));
                (computed((*node.meta.grid).clone(), 0, false), Some(((*name).to_owned(), true)))
            }
            Kind::FromValues(_) => {
                let name = node.kind.name().to_owned();
                (computed((*node.meta.grid).clone(), 0, false), Some((name, true)))
            }
            _ => unreachable!("kept nodes got their arrays with their stages"),
        };
        let source = sources.regions.len().wrapping_sub(1) as u32;
        let array = Array { dtype: node.dtype, shape: node.meta.shape.clone(), storage };
        let maker = read.is_some().then_some(Maker::Read(self.build.plan.stages.len() as u32));
        let id_of_array = self.build.add(array, maker);
        if let Some((label, closure)) = read {
            self.build.plan.stages.push(Stage::Read(ReadStage {
                info: StageInfo { label, origin: node.location.into(), chunks: (*node.meta.grid).clone() },
                source,
                array: id_of_array,
                boxes: Vec::new(),
                closure,
            }));
        }
        self.build.given.insert(id, id_of_array);
        self.build.spill_made(self.graph);
        self.build.given[&id]
    }
}

pub(super) fn computed(grid: Grid, slot: u32, returned: bool) -> Storage {
    Storage::Computed { grid, tasks: Vec::new(), slot, returned }
}

/// Stages for every group, with the read stages before the first that needs them.
pub(super) fn build(
    graph: &Graph,
    analysis: &Analysis,
    wants: &[Want],
    units: Option<Granularity>,
    moves: &Moves,
) -> Result<Build, ExprError> {
    let reshapes = graph.nodes.iter().filter(|node| matches!(node.kind, Kind::Reshape));
    let whole = graph.roots.iter().zip(wants).filter(|(_, want)| matches!(want, Want::Array));
    let tiles = graph.roots.iter().zip(wants).filter(|(_, want)| matches!(want, Want::Tiles));
    let mut build = Build {
        returned: whole.map(|(&root, _)| root).collect(),
        kept: tiles.map(|(&root, _)| root).collect(),
        moves: moves.clone(),
        spilled: Vec::new(),
        fetched: HashMap::default(),
        writes: Writes::new(graph, wants),
        plan: Plan { graph: chunkwise_plan::TaskGraph::new(), ..Plan::default() },
        sources: Sources::default(),
        arrays: HashMap::default(),
        given: HashMap::default(),
        makers: Vec::new(),
        roots: Vec::new(),
        reshaped: reshapes.map(|node| (node.inputs[0], node.meta.shape.clone())).collect(),
        value_roots: Vec::new(),
        values: Vec::new(),
        call_inputs: HashMap::default(),
        chunk_calls: HashMap::default(),
        units,
    };
    let Analysis { groups, kept, levels } = analysis;
    let mut calls = Calls::new(graph, levels);
    for group in groups {
        build.spill_made(graph);
        calls.up_to(group.level, graph, &mut build);
        if let [Sink { value, reduce: None, operand_of: None, by: None }] = group.sinks[..]
            && matches!(graph.node(value).kind, Kind::Reshape)
        {
            reshape_stage(graph, &mut build, value);
            continue;
        }
        if let Some(id) = group.sinks[0].operand_of {
            match graph.node(id).kind {
                Kind::Scan { .. } => scans::add(&mut build, graph, (group, id), kept)?,
                Kind::Order { .. } => order::add(&mut build, graph, (group, id), kept)?,
                _ => products::add(&mut build, graph, (group, id), kept)?,
            }
            continue;
        }
        let emitted = emit(graph, group, kept, &mut SourceArrays { graph, build: &mut build });
        let (parts, variants) =
            emitted.map_err(|source| ExprError::Program { stage: label(graph, group), source })?;
        let granularity = units.unwrap_or_else(|| Granularity::Cost(cost(&variants)));
        let in_place = group.sinks.iter().all(|sink| sink.reduce.is_some() || build.is_returned(sink.value));
        let selection = |id: NodeId| match &graph.node(id).kind {
            Kind::Selection(selection) => Some(selection),
            _ => None,
        };
        let selected = group.sinks.iter().find_map(|sink| selection(sink.reduce?));
        let strides = in_place.then(|| memory_strides(&build, group, &variants)).flatten();
        let written = build.writes.cells_of(group);
        let read = outside::cells_read(&build, &variants, &group.space.grid);
        let written = written.or(read.as_ref());
        let units = match (selected, written, strides) {
            (Some(selection), ..) => selection.units(&group.space.shape),
            (None, Some(cells), _) => whole_cell_grid(cells, granularity),
            (None, None, Some(operands)) => strided_unit_grid(&group.space.shape, &operands, granularity),
            (None, None, None) => {
                let mut stored = group.sinks.iter().filter(|sink| sink.reduce.is_none());
                let reshaped = stored.find_map(|sink| build.reshaped.get(&sink.value));
                units_for(&group.space.grid, reshaped, granularity)
            }
        };
        let number = build.plan.stages.len() as u32;
        let stores: Vec<NodeId> =
            group.sinks.iter().filter(|s| s.reduce.is_none()).map(|s| s.value).collect();
        let (selections, reductions): (Vec<NodeId>, Vec<NodeId>) =
            group.sinks.iter().filter_map(|s| s.reduce).partition(|&id| selection(id).is_some());
        let mut stage = FusedStage {
            info: info(graph, group),
            units,
            parts,
            variants,
            stores: Vec::new(),
            reductions: Vec::new(),
            selections: Vec::new(),
        };
        for (slot, &id) in stores.iter().enumerate() {
            let node = graph.node(id);
            let storage = computed(stage.units.clone(), slot as u32, build.is_returned(id));
            let array = Array { dtype: node.dtype, shape: node.meta.shape.clone(), storage };
            let array = build.add(array, Some(Maker::Store(number)));
            build.arrays.insert(id, array);
            stage.stores.push(array);
        }
        for (i, &id) in reductions.iter().enumerate() {
            let node = graph.node(id);
            let (op, axes, keep, groups) = match node.kind {
                Kind::Reduce { op, axes, keep } => (op, axes, keep, None),
                Kind::Grouped { op, axes, groups: Groups { count, axis }, of_nothing } => {
                    (op, axes, false, Some(GroupTarget { count, axis, of_nothing }))
                }
                _ => unreachable!("a reduction's node"),
            };
            let reduced = |k: &usize| axes & (1 << k) != 0;
            let shape = &group.space.shape;
            let partial = (0..shape.len()).filter(reduced).any(|k| stage.units.axes()[k].count() > 1);
            let mut target = ReductionTarget {
                op,
                operand: graph.node(node.inputs[0]).dtype,
                axes,
                keep,
                count: (0..shape.len()).filter(reduced).map(|k| shape[k] as u64).product(),
                partial,
                array: ArrayId(0),
                groups,
            };
            let slot = if partial { 0 } else { (stores.len() + i) as u32 };
            let array = Array {
                dtype: node.dtype,
                shape: node.meta.shape.clone(),
                storage: computed(target.grid(&stage.units), slot, build.is_returned(id)),
            };
            let maker = Maker::Reduction { stage: number, reduction: i as u32 };
            target.array = build.add(array, Some(maker));
            build.arrays.insert(id, target.array);
            stage.reductions.push(target);
        }
        for (i, &id) in selections.iter().enumerate() {
            let node = graph.node(id);
            let slot = (stores.len() + reductions.len() + i) as u32;
            let storage = computed((*node.meta.grid).clone(), slot, build.is_returned(id));
            let array = Array { dtype: node.dtype, shape: node.meta.shape.clone(), storage };
            let array = build.add(array, Some(Maker::Store(number)));
            build.arrays.insert(id, array);
            let counted = selection(id).is_some_and(|selection| selection.unknown.is_none());
            stage.selections.push(SelectionTarget { array, counted });
        }
        // Programs list stores and reductions in the order of the sinks, which is the order kept here.
        let infos = stage.info.clone();
        let partial: Vec<u32> =
            (0u32..).zip(&stage.reductions).filter(|(_, r)| r.partial).map(|(i, _)| i).collect();
        build.plan.stages.push(Stage::Fused(stage));
        for reduction in partial {
            let node = graph.node(reductions[reduction as usize]);
            let chunks = (*node.meta.grid).clone();
            let label = format!("combine {}", node.kind.name());
            let info = StageInfo { label, origin: infos.origin.clone(), chunks };
            let nodes = Vec::new();
            build.plan.stages.push(Stage::Combine(CombineStage { info, stage: number, reduction, nodes }));
        }
    }
    build.spill_made(graph);
    calls.up_to(u32::MAX, graph, &mut build);
    writes::add(&mut build, graph, wants);
    let returned = graph.roots.iter().zip(wants).filter(|(_, want)| !matches!(want, Want::Written(_)));
    build.roots = returned.filter_map(|(root, _)| build.made(*root)).collect();
    for &root in &graph.roots {
        let place = calls::value(graph, root, &mut build);
        build.value_roots.push(place);
    }
    Ok(build)
}

/// The strides over the iteration space of what a group reads and returns, if all of it lies in memory as a whole.
fn memory_strides(build: &Build, group: &Group, variants: &[Variant]) -> Option<Vec<Strides>> {
    let origin: Shape = group.space.shape.iter().map(|_| 0).collect();
    let mut operands = Vec::new();
    for input in variants.iter().flat_map(|variant| &variant.inputs) {
        let Storage::Memory(block) = build.plan.array(input.array).storage else { return None };
        operands.push(input.view.strides(build.sources.blocks[block as usize].strides(), &origin).0);
    }
    if group.sinks.iter().any(|sink| sink.reduce.is_none()) {
        operands.push(row_major_strides(&group.space.shape));
    }
    Some(operands)
}

/// The programs of an operand that a stage reads, which is a sink of the group.
pub(super) fn operand(
    build: &mut Build,
    graph: &Graph,
    (group, sink): (&Group, Sink),
    kept: &[bool],
) -> Result<StageOperand, ExprError> {
    let emitted = emit_operand(graph, sink, kept, &mut SourceArrays { graph, build });
    let (parts, variants) =
        emitted.map_err(|source| ExprError::Program { stage: label(graph, group), source })?;
    Ok(StageOperand { parts, variants })
}

/// Cost of an element of the most expensive variant, in additions.
pub(super) fn cost(variants: &[Variant]) -> u32 {
    let cost = |v: &Variant| v.program.instrs.iter().fold(0u32, |c, i| c.saturating_add(ops::cost(&i.op)));
    variants.iter().map(cost).max().unwrap_or(0)
}

pub(super) fn info(graph: &Graph, group: &Group) -> StageInfo {
    let last = group.sinks.last().expect("a group has sinks");
    let origin = graph.node(last.reduce.or(last.operand_of).unwrap_or(last.value)).location.into();
    StageInfo { label: label(graph, group), origin, chunks: (*group.space.grid).clone() }
}

/// What a group computes, as in `sub, powi, mul, add, mean`: the last few operations before each sink.
pub(super) fn label(graph: &Graph, group: &Group) -> String {
    const SHOWN: usize = 6;
    let mut names: Vec<&str> = Vec::new();
    for sink in &group.sinks {
        if let Some(fed) = sink.reduce.or(sink.operand_of) {
            names.push(graph.node(fed).kind.name());
        }
    }
    let mut queue: Vec<NodeId> = group.sinks.iter().map(|s| s.value).collect();
    let mut at = 0;
    let mut seen: HashSet<NodeId, BuildFast> = queue.iter().copied().collect();
    while at < queue.len() && names.len() < SHOWN {
        let node = graph.node(queue[at]);
        at += 1;
        match &node.kind {
            Kind::Elementwise(Op::Copy) => {}
            Kind::Elementwise(_) | Kind::Concatenate { .. } => names.push(node.kind.name()),
            _ => {}
        }
        let ends = matches!(
            node.kind,
            Kind::Reduce { .. }
                | Kind::Reshape
                | Kind::Contract { .. }
                | Kind::Scan { .. }
                | Kind::Order { .. }
        );
        if !ends && !node.kind.is_source() {
            queue.extend(node.inputs.iter().filter(|&&input| seen.insert(input)));
        }
    }
    names.reverse();
    names.dedup();
    if names.is_empty() {
        return "copy".to_owned();
    }
    if at < queue.len() && names.len() >= SHOWN {
        return format!(".., {}", names.join(", "));
    }
    names.join(", ")
}
