//! Writes the programs of a group.

use std::collections::HashMap;
use std::sync::Arc;

use chunkwise_core::{AxisGrid, Grid, Scalar, Shape, View};
use chunkwise_kernels::{Program, ProgramError, Reduction, Reg};
use chunkwise_plan::{ArrayId, CoordBinding, InputBinding, Variant};
use smallvec::SmallVec;

use super::analyse::{Group, Sink, part_view, reaches_part, scalar_view};
use crate::graph::{Graph, NodeId};
use crate::hash::BuildFast;
use crate::node::Kind;

/// The arrays that nodes live in while the plan runs.
pub(crate) trait Arrays {
    /// The array of a source or of a kept node.
    fn array(&mut self, node: NodeId) -> ArrayId;
}

/// The parts of a group's iteration space, and the program of each part, in row-major order.
pub(crate) fn emit(
    graph: &Graph,
    group: &Group,
    kept: &[bool],
    arrays: &mut dyn Arrays,
) -> Result<(Grid, Vec<Variant>), ProgramError> {
    let parts = parts(graph, group, kept);
    let variants = (0..parts.count())
        .map(|i| {
            let (origin, _) = parts.block(&parts.coords(i));
            let mut emitter = Emitter::new(graph, group, kept, arrays, origin);
            emitter.run(group)?;
            Ok(emitter.variant)
        })
        .collect::<Result<_, _>>()?;
    Ok((parts, variants))
}

/// The parts of an operand of a contraction or of an order statistic, and the program that computes or loads each part.
pub(crate) fn emit_operand(
    graph: &Graph,
    operand: Sink,
    kept: &[bool],
    arrays: &mut dyn Arrays,
) -> Result<(Grid, Vec<Variant>), ProgramError> {
    let space = graph.node(operand.value).meta.clone();
    emit(graph, &Group { space, sinks: vec![operand], level: 0 }, kept, arrays)
}

/// A node under a view, by number.
type Value = (NodeId, u32);

/// Views by number, so that they compare fast.
#[derive(Default)]
struct Views {
    ids: HashMap<Arc<View>, u32, BuildFast>,
    all: Vec<Arc<View>>,
}

impl Views {
    fn intern(&mut self, view: View) -> u32 {
        if let Some(&id) = self.ids.get(&view) {
            return id;
        }
        let view = Arc::new(view);
        self.all.push(view.clone());
        self.ids.insert(view, self.all.len() as u32 - 1);
        self.all.len() as u32 - 1
    }
}

/// Cuts the space where a concatenation passes from one part to the next.
fn parts(graph: &Graph, group: &Group, kept: &[bool]) -> Grid {
    let whole = Grid::whole(&group.space.shape);
    if !graph.nodes.iter().any(|node| matches!(node.kind, Kind::Concatenate { .. })) {
        return whole;
    }
    let mut offsets: Vec<Vec<usize>> = group.space.shape.iter().map(|&n| vec![0, n]).collect();
    let mut views = Views::default();
    let mut seen: HashMap<Value, (), BuildFast> = HashMap::default();
    let identity = views.intern(View::identity(&group.space.shape));
    let mut stack: Vec<(Value, bool)> =
        group.sinks.iter().map(|s| ((s.value, identity), s.for_itself())).collect();
    stack.extend(group.sinks.iter().filter_map(|s| Some(((s.by?, identity), false))));
    while let Some((value, for_itself)) = stack.pop() {
        let (id, view) = value;
        let node = graph.node(id);
        if (kept[id as usize] && !for_itself) || seen.insert(value, ()).is_some() {
            continue;
        }
        let view = views.all[view as usize].clone();
        if let Kind::Concatenate { axis } = node.kind {
            let map = view.source[axis];
            let mut begin = 0usize;
            for &input in &node.inputs {
                let len = graph.node(input).meta.shape[axis];
                if let Some(i) = map.axis {
                    // First position whose coordinate lies past the boundary, for either direction.
                    let (start, boundary) = (map.start as isize, begin as isize);
                    let position = if map.step > 0 {
                        (boundary - start + map.step - 1).div_euclid(map.step)
                    } else {
                        (start - boundary).div_euclid(-map.step) + 1
                    };
                    if position > 0 && position < group.space.shape[i] as isize {
                        offsets[i].push(position as usize);
                    }
                }
                if reaches_part(&view, axis, begin, len) {
                    stack.push(((input, views.intern(part_view(&view, axis, begin))), false));
                }
                begin += len;
            }
            continue;
        }
        for input in inputs(graph, id, &view, &mut views) {
            stack.push((input, false));
        }
    }
    Grid::new(offsets.into_iter().map(|mut offsets| {
        offsets.sort_unstable();
        offsets.dedup();
        AxisGrid::from_offsets(offsets)
    }))
}

/// What a node under a view reads, for all kinds but concatenations, which depend on the position.
fn inputs(graph: &Graph, id: NodeId, view: &View, views: &mut Views) -> SmallVec<[Value; 3]> {
    let node = graph.node(id);
    match &node.kind {
        Kind::Elementwise(_) => {
            let same = views.intern(view.clone());
            let operand = |&input: &NodeId| {
                let scalar = graph.node(input).meta.shape.is_empty() && !node.meta.shape.is_empty();
                (input, if scalar { views.intern(scalar_view(view)) } else { same })
            };
            node.inputs.iter().map(operand).collect()
        }
        Kind::View(inner) => SmallVec::from_iter([(node.inputs[0], views.intern(inner.then(view)))]),
        Kind::Rechunk => SmallVec::from_iter([(node.inputs[0], views.intern(view.clone()))]),
        _ => SmallVec::new(),
    }
}

struct Emitter<'a> {
    graph: &'a Graph,
    kept: &'a [bool],
    arrays: &'a mut dyn Arrays,
    /// First position of the part.
    origin: Shape,
    views: Views,
    regs: HashMap<Value, Reg, BuildFast>,
    constants: HashMap<Scalar, Reg, BuildFast>,
    coords: HashMap<CoordBinding, Reg, BuildFast>,
    variant: Variant,
}

impl<'a> Emitter<'a> {
    fn new(
        graph: &'a Graph,
        group: &Group,
        kept: &'a [bool],
        arrays: &'a mut dyn Arrays,
        origin: Shape,
    ) -> Self {
        let program = Program::new(group.space.shape.len());
        Emitter {
            graph,
            kept,
            arrays,
            origin,
            views: Views::default(),
            regs: HashMap::default(),
            constants: HashMap::default(),
            coords: HashMap::default(),
            variant: Variant { program, inputs: Vec::new(), coords: Vec::new() },
        }
    }

    fn run(&mut self, group: &Group) -> Result<(), ProgramError> {
        let identity = self.views.intern(View::identity(&group.space.shape));
        for sink in &group.sinks {
            let src = self.evaluate((sink.value, identity), sink.for_itself())?;
            match sink.reduce.map(|id| &self.graph.node(id).kind) {
                Some(&Kind::Reduce { op, axes, .. }) => {
                    self.variant.program.reductions.push(Reduction { op, src, axes, groups: None });
                }
                Some(&Kind::Grouped { op, axes, groups, .. }) => {
                    let by = self.evaluate((sink.by.expect("groups are told"), identity), false)?;
                    let groups = Some(chunkwise_kernels::Groups { by, count: groups.count });
                    self.variant.program.reductions.push(Reduction { op, src, axes, groups });
                }
                Some(Kind::Selection(_)) => {
                    let mask = self.evaluate((sink.by.expect("a selection has a mask"), identity), false)?;
                    self.variant.program.selections.push(chunkwise_kernels::Selection { src, mask });
                }
                _ => {
                    self.variant.program.stores.push(src);
                    if let Some(by) = sink.by {
                        let mask = self.evaluate((by, identity), false)?;
                        self.variant.program.stores.push(mask);
                    }
                }
            }
        }
        Ok(())
    }

    /// The register of a value, after the instructions that compute it. `for_itself`: compute the node even if
    /// others load it.
    fn evaluate(&mut self, value: Value, for_itself: bool) -> Result<Reg, ProgramError> {
        let mut stack: Vec<(Value, bool, bool)> = vec![(value, for_itself, false)];
        while let Some((value, for_itself, ready)) = stack.pop() {
            if !ready && self.regs.contains_key(&value) {
                continue;
            }
            let (id, view) = value;
            let node = self.graph.node(id);
            let loaded = node.kind.is_source() || (self.kept[id as usize] && !for_itself);
            if loaded {
                let reg = self.load(id, view);
                self.regs.insert(value, reg);
                continue;
            }
            let inputs = self.inputs(id, view);
            if !ready {
                stack.push((value, for_itself, true));
                stack.extend(inputs.iter().rev().map(|&input| (input, false, false)));
                continue;
            }
            let src: SmallVec<[Reg; 3]> = inputs.iter().map(|input| self.regs[input]).collect();
            let reg = match &node.kind {
                Kind::Elementwise(op) => self.variant.program.push(op.clone(), &src)?,
                // Views, rechunks and concatenations are the register of what they look at.
                _ => src[0],
            };
            self.regs.insert(value, reg);
        }
        Ok(self.regs[&value])
    }

    fn inputs(&mut self, id: NodeId, view: u32) -> SmallVec<[Value; 3]> {
        let node = self.graph.node(id);
        // The common case first: operands under the same view.
        if matches!(node.kind, Kind::Elementwise(_))
            && (node.meta.shape.is_empty()
                || node.inputs.iter().all(|&i| !self.graph.node(i).meta.shape.is_empty()))
        {
            return node.inputs.iter().map(|&input| (input, view)).collect();
        }
        let full = self.views.all[view as usize].clone();
        let Kind::Concatenate { axis } = node.kind else {
            return inputs(self.graph, id, &full, &mut self.views);
        };
        let map = full.source[axis];
        let moved = map.axis.map_or(0, |i| map.step * self.origin[i] as isize);
        let position = map.start.wrapping_add_signed(moved);
        let mut begin = 0;
        for &input in &node.inputs {
            let len = self.graph.node(input).meta.shape[axis];
            if (begin..begin + len).contains(&position) {
                return SmallVec::from_iter([(input, self.views.intern(part_view(&full, axis, begin)))]);
            }
            begin += len;
        }
        // An empty space: any part will do.
        SmallVec::from_iter([(node.inputs[0], view)])
    }

    fn load(&mut self, id: NodeId, view: u32) -> Reg {
        let node = self.graph.node(id);
        let program = &mut self.variant.program;
        match node.kind {
            Kind::Fill(value) => *self.constants.entry(value).or_insert_with(|| program.constant(value)),
            Kind::Coord(ref steps) => {
                let binding = coord_binding(steps, &self.views.all[view as usize]);
                let bindings = &mut self.variant.coords;
                *self.coords.entry(binding).or_insert_with_key(|binding| {
                    bindings.push(binding.clone());
                    program.coord()
                })
            }
            _ => {
                let array = self.arrays.array(id);
                let view = (*self.views.all[view as usize]).clone();
                self.variant.inputs.push(InputBinding { array, view });
                self.variant.program.input(node.dtype)
            }
        }
    }
}

/// What is linear in the position stays so under a view: these steps, along the axes that the view gives them.
fn coord_binding(steps: &[i64], view: &View) -> CoordBinding {
    let mut binding = CoordBinding { start: 0, steps: SmallVec::from_elem(0, view.shape.len()) };
    for (map, &step) in view.source.iter().zip(steps) {
        binding.start = binding.start.wrapping_add(step.wrapping_mul(map.start as i64));
        if let Some(axis) = map.axis {
            let moved = step.wrapping_mul(map.step as i64);
            binding.steps[axis] = binding.steps[axis].wrapping_add(moved);
        }
    }
    binding
}
