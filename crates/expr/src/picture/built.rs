//! Pictures of an expression as it was built.

use chunkwise_core::Shape;
use chunkwise_plan::for_cells;

use super::names::{chunks, family, is_function_of_position, is_number, name, tuple};
use super::{Drawn, MOST_EDGES, MOST_NODES, PictureGraph, PictureNode, PictureStage, check};
use crate::ExprError;
use crate::graph::{Graph, GraphNode, NodeId};
use crate::node::{Kind, MetaRef};

/// Layers beyond this many are folded where the same operation is repeated, as in a loop of `x = &x + 1.0`.
const FOLDED_BEYOND: usize = 200;

/// An expression whose equal nodes are merged.
pub(super) struct Built {
    graph: Graph,
    /// Which nodes are drawn.
    drawn: Vec<bool>,
    roots: Vec<bool>,
}

impl Built {
    pub(super) fn new(graph: Graph) -> Built {
        let mut roots = vec![false; graph.len()];
        for &root in &graph.roots {
            roots[root as usize] = true;
        }
        // Numbers are never drawn, and coordinates only where something else than a function of them reads them.
        let mut drawn: Vec<bool> = graph.nodes.iter().map(|node| !is_number(node)).collect();
        for (id, node) in graph.nodes.iter().enumerate() {
            drawn[id] &= !matches!(node.kind, Kind::Coord(_));
        }
        for node in graph.nodes.iter().filter(|node| !is_function_of_position(&graph, node)) {
            for &input in &node.inputs {
                drawn[input as usize] |= matches!(graph.node(input).kind, Kind::Coord(_));
            }
        }
        for (drawn, &root) in drawn.iter_mut().zip(&roots) {
            *drawn |= root;
        }
        Built { graph, drawn, roots }
    }

    fn drawn(&self) -> impl Iterator<Item = (usize, &GraphNode)> {
        self.graph.nodes.iter().enumerate().filter(|(id, _)| self.drawn[*id])
    }

    fn counts(&self) -> (u64, u64) {
        self.drawn().fold((0, 0), |(layers, tasks), (_, node)| {
            (layers + 1, tasks.saturating_add(node.meta.grid.count() as u64))
        })
    }

    fn picture(&self, nodes: Vec<PictureNode>, edges: Vec<(u32, u32)>, blocks: bool) -> PictureGraph {
        let (layers, tasks) = self.counts();
        PictureGraph { nodes, edges, stage: PictureStage::Built, blocks, layers, tasks }
    }

    /// A box without details.
    fn node(&self, id: usize) -> PictureNode {
        let node = &self.graph.nodes[id];
        let (name, note) = name(&self.graph, node);
        let family = family(&self.graph, node);
        let mut notes: Vec<String> = note.into_iter().collect();
        notes.push(format!("built at {}", node.location));
        let is_source = node.inputs.iter().all(|&input| !self.drawn[input as usize]);
        PictureNode { name, family, is_source, is_root: self.roots[id], details: Vec::new(), notes }
    }

    /// For each node, the first of the chain of equal operations that it is folded into.
    fn fold(&self) -> Vec<NodeId> {
        let mut readers = vec![0u32; self.graph.len()];
        for node in &self.graph.nodes {
            for &input in &node.inputs {
                readers[input as usize] += 1;
            }
        }
        let mut first: Vec<NodeId> = (0..self.graph.len() as NodeId).collect();
        for (id, node) in self.drawn() {
            let mut inputs = node.inputs.iter().filter(|&&input| self.drawn[input as usize]);
            let (Some(&input), None) = (inputs.next(), inputs.next()) else { continue };
            let before = self.graph.node(input);
            let alike = before.kind.name() == node.kind.name()
                && before.inputs.len() == node.inputs.len()
                && before.dtype == node.dtype
                && MetaRef::same(&before.meta, &node.meta);
            if alike && readers[input as usize] == 1 && !self.roots[input as usize] {
                first[id] = first[input as usize];
            }
        }
        first
    }
}

impl Drawn for Built {
    fn blocks(&self, most_nodes: usize, most_edges: usize) -> Result<PictureGraph, ExprError> {
        check("blocks", self.counts().1, most_nodes)?;
        let mut bases = vec![0u32; self.graph.len()];
        let (mut nodes, mut edges) = (Vec::new(), Vec::new());
        for (id, node) in self.drawn() {
            bases[id] = nodes.len() as u32;
            let mut template = self.node(id);
            if !node.kind.is_value() {
                template.notes.insert(0, format!("of {} {}", tuple(&node.meta.shape), node.dtype));
            }
            let grid = &node.meta.grid;
            for block in 0..grid.count() {
                let coords = grid.coords(block);
                let (start, shape) = grid.block(&coords);
                let mut reads = Vec::new();
                let mut concatenated = 0;
                for (position, &input) in node.inputs.iter().enumerate() {
                    let read = self.graph.node(input);
                    if self.drawn[input as usize] && !is_function_of_position(&self.graph, node) {
                        let base = bases[input as usize];
                        for_blocks_read(
                            node,
                            (position, read),
                            concatenated,
                            (block, &start, &shape),
                            |cell| {
                                reads.push(base + cell as u32);
                            },
                        );
                    }
                    if let Kind::Concatenate { axis } = node.kind {
                        concatenated += read.meta.shape[axis];
                    }
                }
                reads.sort_unstable();
                reads.dedup();
                edges.extend(reads.into_iter().map(|read| (read, nodes.len() as u32)));
                check("arrows", edges.len() as u64, most_edges)?;
                let mut drawn = template.clone();
                if grid.count() > 1 {
                    drawn.details.push(tuple(&coords));
                    drawn.notes.insert(0, format!("block {} of shape {}", tuple(&coords), tuple(&shape)));
                }
                nodes.push(drawn);
            }
        }
        Ok(self.picture(nodes, edges, true))
    }

    fn layers(&self) -> Result<PictureGraph, ExprError> {
        let first = if self.counts().0 > FOLDED_BEYOND as u64 {
            self.fold()
        } else {
            (0..self.graph.len() as NodeId).collect()
        };
        let count = self.drawn().filter(|(id, _)| first[*id] == *id as NodeId).count();
        check("layers", count as u64, MOST_NODES)?;
        let mut numbers = vec![0u32; self.graph.len()];
        let mut repeats: Vec<u64> = Vec::new();
        let (mut nodes, mut edges): (Vec<PictureNode>, Vec<(u32, u32)>) = (Vec::new(), Vec::new());
        for (id, node) in self.drawn() {
            let group = first[id] as usize;
            if group != id {
                numbers[id] = numbers[group];
                repeats[numbers[id] as usize] += 1;
                nodes[numbers[id] as usize].is_root |= self.roots[id];
                continue;
            }
            numbers[id] = nodes.len() as u32;
            let reads = node.inputs.iter().filter(|&&input| self.drawn[input as usize]);
            let mut reads: Vec<u32> = match is_function_of_position(&self.graph, node) {
                true => Vec::new(),
                false => reads.map(|&input| numbers[input as usize]).collect(),
            };
            reads.sort_unstable();
            reads.dedup();
            edges.extend(reads.into_iter().map(|read| (read, nodes.len() as u32)));
            check("arrows", edges.len() as u64, MOST_EDGES)?;
            let mut drawn = self.node(id);
            let array = [
                format!("{} {}", tuple(&node.meta.shape), node.dtype),
                chunks(node.meta.grid.count() as u64, &node.meta.grid.largest()),
            ];
            drawn.details = if node.kind.is_value() { Vec::new() } else { array.into() };
            nodes.push(drawn);
            repeats.push(1);
        }
        for (id, node) in self.drawn() {
            let repeats = repeats[numbers[id] as usize];
            if repeats > 1 && first[id] as usize == id {
                nodes[numbers[id] as usize].name = format!("{} × {repeats}", node.kind.name());
            }
        }
        Ok(self.picture(nodes, edges, false))
    }
}

/// Calls `f` with every block of an input, given with its position, that a block of a node reads. `before` is the length of what a
/// concatenation puts before this input.
fn for_blocks_read(
    node: &GraphNode,
    (position, input): (usize, &GraphNode),
    before: usize,
    (block, start, shape): (usize, &[usize], &[usize]),
    mut f: impl FnMut(usize),
) {
    // Blocks without elements belong together too, though nothing of them is read.
    match node.kind {
        Kind::Elementwise(_) if MetaRef::same(&node.meta, &input.meta) => return f(block),
        Kind::Concatenate { .. } | Kind::FromValues(_) => {}
        _ if input.meta.grid.count() == 1 => return f(0),
        _ => {}
    }
    let (from, extent): (Shape, Shape) = match &node.kind {
        Kind::Elementwise(_) | Kind::Rechunk => {
            if input.meta.shape.is_empty() {
                Default::default()
            } else {
                (start.into(), shape.into())
            }
        }
        Kind::Reduce { axes, keep, .. } => {
            let mut result = 0;
            (0..input.meta.shape.len())
                .map(|k| {
                    let reduced = axes & (1 << k) != 0;
                    let read =
                        if reduced { (0, input.meta.shape[k]) } else { (start[result], shape[result]) };
                    result += usize::from(!reduced || *keep);
                    read
                })
                .unzip()
        }
        Kind::Order { axes, place, .. } => {
            let mut result = 0;
            (0..input.meta.shape.len())
                .map(|k| {
                    if axes & (1 << k) != 0 {
                        return (0, input.meta.shape[k]);
                    }
                    result += usize::from(*place == Some(result as u32));
                    result += 1;
                    (start[result - 1], shape[result - 1])
                })
                .unzip()
        }
        Kind::Grouped { axes, groups, .. } => {
            let mut result = usize::from(groups.axis);
            (0..input.meta.shape.len())
                .map(|k| {
                    if axes & (1 << k) != 0 {
                        return (0, input.meta.shape[k]);
                    }
                    result += 1;
                    (start[result - 1], shape[result - 1])
                })
                .unzip()
        }
        Kind::Selection(selection) => {
            let units = selection.units(&input.meta.shape);
            units.block(&units.coords(block))
        }
        Kind::Contract { axes, partials, .. } => {
            let skipped = usize::from(partials.is_some());
            let summed = if position == 0 { axes.left_summed() } else { axes.right_summed() };
            let lengths = &input.meta.shape[summed];
            let none: Shape = lengths.iter().map(|_| 0).collect();
            let (start, shape) = (&start[skipped..], &shape[skipped..]);
            if position == 0 {
                (axes.left_of(start, &none), axes.left_of(shape, lengths))
            } else {
                (axes.right_of(start, &none), axes.right_of(shape, lengths))
            }
        }
        Kind::Scan { axis, .. } => {
            // Everything up to and including the block.
            let (mut from, mut extent): (Shape, Shape) = (start.into(), shape.into());
            extent[*axis] += std::mem::take(&mut from[*axis]);
            (from, extent)
        }
        Kind::Reshape => {
            // The rows of the input between the block's first element and its last.
            let flat = |at: &dyn Fn(usize) -> usize| {
                node.meta.shape.iter().enumerate().fold(0, |flat, (k, &n)| flat * n + at(k))
            };
            let (first, last) = (flat(&|k| start[k]), flat(&|k| (start[k] + shape[k]).saturating_sub(1)));
            let inner = input.meta.shape.iter().skip(1).product::<usize>().max(1);
            let (mut from, mut extent): (Shape, Shape) =
                (input.meta.shape.iter().map(|_| 0).collect(), input.meta.shape.clone());
            if let (Some(from), Some(extent)) = (from.first_mut(), extent.first_mut()) {
                let end = (last / inner + 1).min(*extent);
                *from = (first / inner).min(end);
                *extent = end - *from;
            }
            (from, extent)
        }
        Kind::Call(_) => (input.meta.shape.iter().map(|_| 0).collect(), input.meta.shape.clone()),
        // Each block is one input.
        Kind::FromValues(_) => {
            if position == block {
                f(0);
            }
            return;
        }
        Kind::View(view) => view.source_box(start, shape),
        Kind::Concatenate { axis } => {
            let (mut from, mut extent): (Shape, Shape) = (start.into(), shape.into());
            let first = start[*axis].max(before);
            let end = (start[*axis] + shape[*axis]).min(before + input.meta.shape[*axis]);
            from[*axis] = first.saturating_sub(before);
            extent[*axis] = end.saturating_sub(first);
            (from, extent)
        }
        // Sources read nothing.
        Kind::Fill(_)
        | Kind::Coord(_)
        | Kind::Memory(_)
        | Kind::Persisted(_)
        | Kind::Region(_)
        | Kind::Blocks { .. }
        | Kind::Value { .. } => return,
    };
    for_cells(&input.meta.grid, &from, &extent, f);
}
