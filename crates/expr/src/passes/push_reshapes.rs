//! Moves reshapes towards the sources, where most of them cost nothing.
//!
//! Going from the roots down as [`push_views`](super::push_views) does: a node that all readers want in one other
//! shape computes that shape and asks its inputs for it, if they can give it without being copied, or if there is one
//! copy either way. Arrays in memory lie in most shapes already, numbers in all; views of whole axes are views of
//! reshaped sources; reshapes of reshapes merge. What is left is copied by a stage of its own.

use std::sync::Arc;

use chunkwise_core::{ReshapedView, Shape, reshaped_grid, unit_axes_view};
use smallvec::{SmallVec, smallvec};

use super::reshape_rules::{Facts, Seen, looked_at, per_element};
use crate::graph::{Graph, GraphNode, NodeId};
use crate::node::{Kind, MetaRef};

/// What readers want of a node.
#[derive(Clone)]
enum Wanted {
    Nothing,
    /// Its own shape.
    Whole,
    /// Its elements in the shape, and best in the chunks, of this.
    Shaped(MetaRef),
}

impl Wanted {
    fn merge(self, other: Wanted) -> Wanted {
        match (self, other) {
            (Wanted::Nothing, wanted) | (wanted, Wanted::Nothing) => wanted,
            (Wanted::Shaped(a), Wanted::Shaped(b)) if a.shape == b.shape => Wanted::Shaped(a),
            _ => Wanted::Whole,
        }
    }
}

/// A node as it computes what is wanted: what it becomes, and what it wants of which inputs.
struct Rewrite {
    /// `None`: it becomes its only input.
    kind: Option<Kind>,
    inputs: SmallVec<[(NodeId, Wanted); 2]>,
}

pub(super) fn run(graph: Graph) -> Graph {
    let facts = Facts::new(&graph);
    let wanted = collect(&graph, &facts);
    let mut out = Graph::with_capacity(graph.len());
    let mut ids: Vec<NodeId> = Vec::with_capacity(graph.len());
    for (id, settled) in wanted.iter().enumerate() {
        ids.push(match settled {
            Wanted::Nothing => NodeId::MAX,
            _ => rebuild(&graph, id as NodeId, &facts, &wanted, &ids, &mut out),
        });
    }
    out.roots = graph.roots.iter().map(|&root| ids[root as usize]).collect();
    out
}

/// What is wanted of each node, settled.
fn collect(graph: &Graph, facts: &Facts) -> Vec<Wanted> {
    let mut wanted = vec![Wanted::Nothing; graph.len()];
    for &root in &graph.roots {
        wanted[root as usize] = Wanted::Whole;
    }
    for id in (0..graph.len() as NodeId).rev() {
        if matches!(wanted[id as usize], Wanted::Nothing) {
            continue;
        }
        let rewritten = rewrite(graph, id, facts, &wanted[id as usize]).unwrap_or_else(|| {
            wanted[id as usize] = Wanted::Whole;
            whole(graph, id, facts)
        });
        for (input, more) in rewritten.inputs {
            let slot = &mut wanted[input as usize];
            *slot = std::mem::replace(slot, Wanted::Nothing).merge(more);
        }
    }
    wanted
}

/// Follows what only changes shape or chunks to what it is of, and says what is wanted of that.
fn through(graph: &Graph, id: NodeId, facts: &Facts, meta: &MetaRef) -> (NodeId, Wanted) {
    let id = facts.base(id);
    if graph.node(id).meta.shape == meta.shape {
        (id, Wanted::Whole)
    } else {
        (id, Wanted::Shaped(meta.clone()))
    }
}

/// A node in its own shape.
fn whole(graph: &Graph, id: NodeId, facts: &Facts) -> Rewrite {
    let node = graph.node(id);
    if let Kind::Reshape = node.kind {
        return Rewrite { kind: None, inputs: smallvec![through(graph, node.inputs[0], facts, &node.meta)] };
    }
    let inputs = node.inputs.iter().map(|&input| (input, Wanted::Whole)).collect();
    Rewrite { kind: Some(node.kind.clone()), inputs }
}

/// How a node computes what is wanted of it; `None` if it must be computed in its own shape.
fn rewrite(graph: &Graph, id: NodeId, facts: &Facts, wanted: &Wanted) -> Option<Rewrite> {
    let node = graph.node(id);
    let meta = match wanted {
        Wanted::Shaped(meta) => meta,
        Wanted::Whole | Wanted::Nothing => return Some(whole(graph, id, facts)),
    };
    match &node.kind {
        Kind::Elementwise(op) => {
            let len = meta.shape.iter().product::<usize>();
            let mut dear: SmallVec<[NodeId; 2]> = SmallVec::new();
            let scalar = |input: NodeId| graph.node(input).meta.shape.is_empty();
            for &input in node.inputs.iter().filter(|&&input| !scalar(input)) {
                if !facts.cheap(graph, input, &meta.shape, len) && !dear.contains(&input) {
                    dear.push(input);
                }
            }
            // One copy is the same before or after; two would be one more.
            if dear.len() > 1 || node.inputs.iter().all(|&input| scalar(input)) {
                return None;
            }
            let inputs = node.inputs.iter().map(|&input| {
                if scalar(input) { (input, Wanted::Whole) } else { through(graph, input, facts, meta) }
            });
            Some(Rewrite { kind: Some(Kind::Elementwise(op.clone())), inputs: inputs.collect() })
        }
        Kind::View(_) => match facts.seen(graph, id, &meta.shape)? {
            Seen::Memory(block) => {
                Some(Rewrite { kind: Some(Kind::Memory(Arc::new(block))), inputs: SmallVec::new() })
            }
            Seen::View(base, ReshapedView { source, view }) => {
                let below = graph.node(base);
                let input = through(graph, base, facts, &reshaped_meta(&below.meta, &source, below)?);
                Some(Rewrite { kind: Some(Kind::View(Arc::new(view))), inputs: smallvec![input] })
            }
        },
        // Where readers ask for them they are made in any shape, see `shaped`.
        Kind::Fill(_) | Kind::Memory(_) => None,
        // Followed by `through`, so nobody wants them in another shape.
        Kind::Reshape | Kind::Rechunk => None,
        Kind::Coord(_)
        | Kind::Persisted(_)
        | Kind::Region(_)
        | Kind::Blocks { .. }
        | Kind::Reduce { .. }
        | Kind::Contract { .. }
        | Kind::Scan { .. }
        | Kind::Order { .. }
        | Kind::Grouped { .. }
        | Kind::Selection(_)
        | Kind::Value { .. }
        | Kind::Call(_)
        | Kind::FromValues(_)
        | Kind::Concatenate { .. } => None,
    }
}

/// Shape and chunks of a source that is reshaped for a view of it.
fn reshaped_meta(meta: &MetaRef, shape: &Shape, node: &GraphNode) -> Option<MetaRef> {
    if meta.shape == *shape {
        return Some(meta.clone());
    }
    reshaped_grid(&meta.grid, shape, node.dtype).ok().map(MetaRef::new)
}

/// The node for what was settled, in `out`.
fn rebuild(
    graph: &Graph,
    id: NodeId,
    facts: &Facts,
    settled: &[Wanted],
    ids: &[NodeId],
    out: &mut Graph,
) -> NodeId {
    let node = graph.node(id);
    let wanted = &settled[id as usize];
    let rewritten = rewrite(graph, id, facts, wanted).expect("settled only on what the node can compute");
    let meta = match wanted {
        Wanted::Shaped(meta) => meta.clone(),
        Wanted::Whole | Wanted::Nothing => node.meta.clone(),
    };
    let inputs: SmallVec<[NodeId; 2]> = rewritten
        .inputs
        .into_iter()
        .map(|(input, wanted)| match (wanted, &settled[input as usize]) {
            (Wanted::Shaped(meta), Wanted::Whole) => {
                let source = lying(graph, input, out).unwrap_or(ids[input as usize]);
                shaped(graph.node(input), source, &meta, node, out)
            }
            _ => ids[input as usize],
        })
        .collect();
    match rewritten.kind {
        None if MetaRef::same(&out.node(inputs[0]).meta, &meta) => inputs[0],
        None => out.push(GraphNode { kind: Kind::Rechunk, inputs, meta, ..node.clone() }),
        Some(kind) => out.push(GraphNode { kind, inputs, meta, ..node.clone() }),
    }
}

/// A view of memory as memory, which a reshape gathers from where it lies.
fn lying(graph: &Graph, id: NodeId, out: &mut Graph) -> Option<NodeId> {
    let (base, view) = looked_at(graph, id);
    let Kind::Memory(block) = &graph.node(base).kind else { return None };
    let kind = Kind::Memory(Arc::new(block.view(&view?)));
    Some(out.push(GraphNode { kind, inputs: SmallVec::new(), ..graph.node(id).clone() }))
}

/// A node that is computed in its own shape, in another one for a reader.
fn shaped(node: &GraphNode, id: NodeId, meta: &MetaRef, reader: &GraphNode, out: &mut Graph) -> NodeId {
    let source = |kind: Kind| (kind, SmallVec::new());
    let (kind, inputs) = match &node.kind {
        Kind::Fill(value) => source(Kind::Fill(*value)),
        Kind::Coord(steps) => match per_element(steps, &node.meta.shape) {
            Some(mut step) => {
                let mut steps: SmallVec<[i64; 4]> = SmallVec::from_elem(0, meta.shape.len());
                for (k, &len) in meta.shape.iter().enumerate().rev() {
                    steps[k] = step;
                    step = step.wrapping_mul(len as i64);
                }
                source(Kind::Coord(steps))
            }
            None => (Kind::Reshape, smallvec![id]),
        },
        Kind::Memory(block) => match block.reshape(&meta.shape) {
            Some(block) => source(Kind::Memory(Arc::new(block))),
            None => (Kind::Reshape, smallvec![id]),
        },
        _ => match unit_axes_view(&node.meta.shape, &meta.shape) {
            Some(view) => (Kind::View(Arc::new(view)), smallvec![id]),
            None => (Kind::Reshape, smallvec![id]),
        },
    };
    out.push(GraphNode { kind, inputs, dtype: node.dtype, meta: meta.clone(), location: reader.location })
}
