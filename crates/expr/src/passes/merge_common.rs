//! Merges nodes that compute the same thing, over all roots.
//!
//! Identity: numbers compare by bits, arrays in memory by address and layout, persisted arrays, files,
//! closures and block functions by the object that holds them. Calls of a function
//! are each their own, unless the function is pure. Where a node was built does not matter, nor what the user said of a
//! function's bytes: of two hints the larger one stays.

use std::collections::HashMap;
use std::hash::{Hash, Hasher};
use std::mem::discriminant;
use std::sync::Arc;

use smallvec::SmallVec;

use crate::features::Feature;
use crate::graph::{Graph, GraphNode, NodeId};
use crate::hash::{BuildFast, FastHasher};
use crate::hints;
use crate::node::{Kind, MetaRef};

pub(crate) fn run(graph: Graph) -> Graph {
    let mut out = Graph::with_capacity(graph.len());
    let mut ids: Vec<NodeId> = Vec::with_capacity(graph.len());
    let mut seen: HashMap<u64, SmallVec<[NodeId; 1]>, BuildFast> =
        HashMap::with_capacity_and_hasher(graph.nodes.len(), BuildFast::default());
    for mut node in graph.nodes {
        for input in &mut node.inputs {
            *input = ids[*input as usize];
        }
        if Feature::of(&node.kind) == Feature::UniqueValue {
            ids.push(out.push(node));
            continue;
        }
        let candidates = seen.entry(hash(&node)).or_default();
        let id = match candidates.iter().find(|&&id| same(out.node(id), &node)) {
            Some(&id) => {
                hints::keep_larger(&mut out.nodes[id as usize].kind, &node.kind);
                id
            }
            None => {
                let id = out.push(node);
                candidates.push(id);
                id
            }
        };
        ids.push(id);
    }
    out.roots = graph.roots.iter().map(|&root| ids[root as usize]).collect();
    out
}

fn address<T: ?Sized>(shared: &Arc<T>) -> usize {
    Arc::as_ptr(shared).cast::<()>() as usize
}

fn hash(node: &GraphNode) -> u64 {
    let mut state = FastHasher::default();
    discriminant(&node.kind).hash(&mut state);
    node.inputs.hash(&mut state);
    node.meta.shape.hash(&mut state);
    match &node.kind {
        Kind::Fill(value) => value.hash(&mut state),
        Kind::Coord(steps) => steps.hash(&mut state),
        Kind::Concatenate { axis } => axis.hash(&mut state),
        Kind::Memory(block) => (block.as_ptr() as usize).hash(&mut state),
        Kind::Persisted(tiles) => address(tiles).hash(&mut state),
        Kind::Region(source) => address(source).hash(&mut state),
        Kind::Blocks { function, .. } => address(function).hash(&mut state),
        Kind::Elementwise(op) => op.hash(&mut state),
        Kind::Reduce { op, axes, keep } => (op, axes, keep).hash(&mut state),
        Kind::Grouped { op, axes, groups, of_nothing } => (op, axes, groups, of_nothing).hash(&mut state),
        Kind::View(view) => view.hash(&mut state),
        Kind::Contract { axes, partials, .. } => (axes, partials).hash(&mut state),
        Kind::Scan { op, axis } => (op, axis).hash(&mut state),
        Kind::Order { op, axes, place } => (op, axes, place).hash(&mut state),
        Kind::Call(function) => function.address().hash(&mut state),
        Kind::Rechunk | Kind::Reshape | Kind::Value { .. } | Kind::FromValues(_) | Kind::Selection(_) => {}
    }
    state.finish()
}

fn same(a: &GraphNode, b: &GraphNode) -> bool {
    a.inputs == b.inputs
        && a.dtype == b.dtype
        && MetaRef::same(&a.meta, &b.meta)
        && same_kind(&a.kind, &b.kind)
}

/// Whether nodes of these kinds do the same with the same inputs.
pub(crate) fn same_kind(a: &Kind, b: &Kind) -> bool {
    match (a, b) {
        (Kind::Fill(x), Kind::Fill(y)) => x == y,
        (Kind::Coord(x), Kind::Coord(y)) => x == y,
        // Both hold their memory, so one address is one array, whoever brought it.
        (Kind::Memory(x), Kind::Memory(y)) => x.as_ptr() == y.as_ptr() && x.strides() == y.strides(),
        (Kind::Persisted(x), Kind::Persisted(y)) => Arc::ptr_eq(x, y),
        (Kind::Region(x), Kind::Region(y)) => address(x) == address(y),
        (Kind::Blocks { function: x, .. }, Kind::Blocks { function: y, .. }) => address(x) == address(y),
        (Kind::Elementwise(x), Kind::Elementwise(y)) => x == y,
        (Kind::Reduce { op: x, axes: i, keep: k }, Kind::Reduce { op: y, axes: j, keep: l }) => {
            x == y && i == j && k == l
        }
        (
            Kind::Grouped { op: x, axes: i, groups: g, of_nothing: k },
            Kind::Grouped { op: y, axes: j, groups: h, of_nothing: l },
        ) => x == y && i == j && g == h && k == l,
        (Kind::Selection(x), Kind::Selection(y)) => x == y,
        (Kind::View(x), Kind::View(y)) => x == y,
        (Kind::Concatenate { axis: x }, Kind::Concatenate { axis: y }) => x == y,
        (Kind::Rechunk, Kind::Rechunk) | (Kind::Reshape, Kind::Reshape) => true,
        (Kind::Contract { axes: x, partials: i, .. }, Kind::Contract { axes: y, partials: j, .. }) => {
            x == y && i == j
        }
        (Kind::Scan { op: x, axis: i }, Kind::Scan { op: y, axis: j }) => x == y && i == j,
        (Kind::Order { op: x, axes: i, place: k }, Kind::Order { op: y, axes: j, place: l }) => {
            x == y && i == j && k == l
        }
        (Kind::Call(x), Kind::Call(y)) => x.address() == y.address() && x.is_pure(),
        // Equal inputs are seen as blocks in one way only.
        (Kind::FromValues(_), Kind::FromValues(_)) => true,
        _ => false,
    }
}
