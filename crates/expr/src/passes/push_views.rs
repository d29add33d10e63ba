//! Moves views towards the sources, so that only what is looked at is computed.
//!
//! Going from the roots down, each node collects the views that its readers want of it. When all want the
//! same one, the node computes that view and asks the corresponding views of its inputs; when they differ, it
//! computes the box around them and its readers look at that. Nothing is computed twice on behalf of a view,
//! and chains of views become one.

use std::sync::Arc;

use chunkwise_core::{AxisMap, Grid, Shape, View};
use smallvec::{SmallVec, smallvec};

use super::order_rules::order_view;
use super::view_rules::{concatenate_view, contract_views, reduce_view, reshape_view, scan_view};
use crate::graph::{Graph, GraphNode, NodeId};
use crate::node::{Kind, Meta, MetaRef};

/// What a reader wants of a node.
#[derive(Clone, PartialEq)]
pub(super) enum Wanted {
    Nothing,
    Whole,
    View(Arc<View>),
}

impl Wanted {
    /// What a node of this shape computes when readers want both.
    fn merge(self, other: Wanted, shape: &[usize]) -> Wanted {
        match (self, other) {
            (Wanted::Nothing, wanted) | (wanted, Wanted::Nothing) => wanted,
            (Wanted::View(a), Wanted::View(b)) if Arc::ptr_eq(&a, &b) || a == b => Wanted::View(a),
            (Wanted::View(a), Wanted::View(b)) => around(shape, &[&a, &b]),
            (Wanted::Whole, _) | (_, Wanted::Whole) => Wanted::Whole,
        }
    }
}

/// The box of a node of this shape around what some views see of it.
fn around(shape: &[usize], views: &[&View]) -> Wanted {
    if views.iter().any(|view| view.shape.contains(&0)) {
        return Wanted::Whole;
    }
    let mut low: Shape = shape.into();
    let mut high: Shape = SmallVec::from_elem(0, shape.len());
    for view in views {
        let origin: Shape = SmallVec::from_elem(0, view.shape.len());
        let (start, extent) = view.source_box(&origin, &view.shape);
        for k in 0..shape.len() {
            low[k] = low[k].min(start[k]);
            high[k] = high[k].max(start[k] + extent[k]);
        }
    }
    let view = View {
        shape: low.iter().zip(&high).map(|(low, high)| high - low).collect(),
        source: (low.iter().enumerate())
            .map(|(k, &start)| AxisMap { axis: Some(k), start, step: 1 })
            .collect(),
    };
    if view.is_identity(shape) { Wanted::Whole } else { Wanted::View(Arc::new(view)) }
}

/// A box with everything that lies before it along an axis.
fn from_the_start(seen: &View, axis: usize, shape: &[usize]) -> Wanted {
    let mut seen = seen.clone();
    seen.shape[axis] += std::mem::take(&mut seen.source[axis].start);
    if seen.is_identity(shape) { Wanted::Whole } else { Wanted::View(Arc::new(seen)) }
}

/// A view of a node as a view of the box around it.
fn within(around: &View, view: &View) -> View {
    let mut view = view.clone();
    for (map, corner) in view.source.iter_mut().zip(&around.source) {
        map.start -= corner.start;
    }
    view
}

/// A node as it computes a view of itself: what it becomes, and what it wants of which inputs.
pub(super) struct Rewrite {
    /// `None`: it becomes its only input.
    pub(super) kind: Option<Kind>,
    pub(super) inputs: SmallVec<[(NodeId, Wanted); 2]>,
}

pub(super) fn run(graph: Graph) -> Graph {
    let wanted = collect(&graph);
    let mut out = Graph::with_capacity(graph.len());
    let mut ids: Vec<NodeId> = Vec::with_capacity(graph.len());
    for (id, wanted_here) in wanted.iter().enumerate() {
        ids.push(match wanted_here {
            Wanted::Nothing => NodeId::MAX,
            Wanted::Whole => rebuild(&graph, id as NodeId, None, &wanted, &ids, &mut out),
            Wanted::View(view) => rebuild(&graph, id as NodeId, Some(view), &wanted, &ids, &mut out),
        });
    }
    out.roots = graph.roots.iter().map(|&root| ids[root as usize]).collect();
    out
}

/// What is settled for every node: nothing, the whole, the one view that all its readers want, or a box around
/// what they want.
fn collect(graph: &Graph) -> Vec<Wanted> {
    let mut wanted = vec![Wanted::Nothing; graph.len()];
    for &root in &graph.roots {
        wanted[root as usize] = Wanted::Whole;
    }
    for id in (0..graph.len() as NodeId).rev() {
        let Some((settled, rewritten)) = settle(graph, id, &wanted[id as usize]) else { continue };
        wanted[id as usize] = settled;
        for (input, more) in rewritten.inputs {
            let slot = &mut wanted[input as usize];
            let shape = &graph.node(input).meta.shape;
            *slot = std::mem::replace(slot, Wanted::Nothing).merge(more, shape);
        }
    }
    wanted
}

/// What a node computes for what is wanted of it, and how; `None` for nothing.
fn settle(graph: &Graph, id: NodeId, wanted: &Wanted) -> Option<(Wanted, Rewrite)> {
    let view = match wanted {
        Wanted::Nothing => return None,
        Wanted::Whole => None,
        Wanted::View(view) => Some(view),
    };
    // A view that the node cannot compute, as one that repeats elements, may look at less than the whole.
    let seen = view.map(|view| match (around(&graph.node(id).meta.shape, &[view]), &graph.node(id).kind) {
        (Wanted::View(seen), Kind::Scan { axis, .. }) => {
            from_the_start(&seen, *axis, &graph.node(id).meta.shape)
        }
        (seen, _) => seen,
    });
    for candidate in [Some(wanted), seen.as_ref()].into_iter().flatten() {
        let Wanted::View(view) = candidate else { continue };
        if let Some(rewritten) = rewrite(graph, id, Some(view)) {
            return Some((candidate.clone(), rewritten));
        }
    }
    let whole = rewrite(graph, id, None).expect("every node computes itself");
    Some((Wanted::Whole, whole))
}

/// Follows views of views to what they look at.
fn through(graph: &Graph, mut id: NodeId, view: Option<Arc<View>>) -> (NodeId, Wanted) {
    let mut view = view;
    while let Kind::View(inner) = &graph.node(id).kind {
        view = Some(view.map_or_else(|| inner.clone(), |outer| Arc::new(inner.then(&outer))));
        id = graph.node(id).inputs[0];
    }
    let wanted = match view {
        Some(view) if !view.is_identity(&graph.node(id).meta.shape) => Wanted::View(view),
        _ => Wanted::Whole,
    };
    (id, wanted)
}

/// How node `id` computes `view` of itself; `None` if it must be computed whole.
fn rewrite(graph: &Graph, id: NodeId, view: Option<&Arc<View>>) -> Option<Rewrite> {
    let node = graph.node(id);
    if view.is_some() && node.kind.is_source() {
        return None;
    }
    let whole = |node: &GraphNode| Rewrite {
        kind: Some(node.kind.clone()),
        inputs: node.inputs.iter().map(|&input| through(graph, input, None)).collect(),
    };
    match (&node.kind, view) {
        (Kind::View(_), view) => {
            Some(Rewrite { kind: None, inputs: smallvec![through(graph, id, view.cloned())] })
        }
        (_, None) => Some(whole(node)),
        // What is repeated is computed once, before.
        (Kind::Elementwise(_), Some(view)) if view.repeats() => None,
        (Kind::Elementwise(op), Some(view)) => {
            let inputs = node.inputs.iter().map(|&input| {
                let scalar = graph.node(input).meta.shape.is_empty();
                through(graph, input, (!scalar).then(|| view.clone()))
            });
            Some(Rewrite { kind: Some(Kind::Elementwise(op.clone())), inputs: inputs.collect() })
        }
        (Kind::Reduce { op, axes, .. }, Some(view)) => {
            let operand = graph.node(node.inputs[0]);
            let (inner, axes) = reduce_view(&operand.meta.shape, &node.meta.shape, *axes, view)?;
            let input = through(graph, node.inputs[0], Some(Arc::new(inner)));
            Some(Rewrite {
                kind: Some(Kind::Reduce { op: *op, axes, keep: false }),
                inputs: smallvec![input],
            })
        }
        (Kind::Contract { name, axes, partials: None }, Some(view)) => {
            let [left, right] = [0, 1].map(|i| &graph.node(node.inputs[i]).meta.shape);
            let viewed = contract_views(*axes, (left, right), view)?;
            let inputs = viewed.operands.into_iter();
            let inputs = inputs.map(|(i, view)| through(graph, node.inputs[i], Some(Arc::new(view))));
            Some(Rewrite {
                kind: Some(Kind::Contract { name, axes: viewed.axes, partials: None }),
                inputs: inputs.collect(),
            })
        }
        (Kind::Scan { op, axis }, Some(view)) => {
            let axis = scan_view(*axis, view)?;
            let input = through(graph, node.inputs[0], Some(view.clone()));
            Some(Rewrite { kind: Some(Kind::Scan { op: *op, axis }), inputs: smallvec![input] })
        }
        (Kind::Order { op, axes, place }, Some(view)) => {
            let operand = graph.node(node.inputs[0]);
            let seen = order_view(&operand.meta.shape, &node.meta.shape, (*axes, *place), view)?;
            let inner = Arc::new(seen.operand);
            let inputs = node.inputs.iter().map(|&input| through(graph, input, Some(inner.clone())));
            Some(Rewrite {
                kind: Some(Kind::Order { op: op.clone(), axes: seen.axes, place: seen.place }),
                inputs: inputs.collect(),
            })
        }
        (Kind::Contract { .. } | Kind::Grouped { .. } | Kind::Selection(_), Some(_)) => None,
        (Kind::Concatenate { axis }, Some(view)) => {
            let lengths = node.inputs.iter().map(|&input| graph.node(input).meta.shape[*axis]);
            let (axis, parts) = concatenate_view(*axis, lengths, view)?;
            let parts = parts.into_iter();
            let inputs =
                parts.map(|(i, view)| through(graph, node.inputs[i], Some(Arc::new(view)))).collect();
            Some(Rewrite { kind: axis.map(|axis| Kind::Concatenate { axis }), inputs })
        }
        (Kind::Rechunk, Some(view)) => {
            let input = through(graph, node.inputs[0], Some(view.clone()));
            Some(Rewrite { kind: Some(Kind::Rechunk), inputs: smallvec![input] })
        }
        (Kind::Reshape, Some(view)) => {
            let inner = reshape_view(&graph.node(node.inputs[0]).meta.shape, &node.meta.shape, view)?;
            let input = through(graph, node.inputs[0], Some(Arc::new(inner)));
            Some(Rewrite { kind: Some(Kind::Reshape), inputs: smallvec![input] })
        }
        (
            Kind::Fill(_)
            | Kind::Coord(_)
            | Kind::Memory(_)
            | Kind::Persisted(_)
            | Kind::Region(_)
            | Kind::Blocks { .. }
            | Kind::Value { .. }
            | Kind::Call(_)
            | Kind::FromValues(_),
            Some(_),
        ) => None,
    }
}

/// The node for what was settled, in `out`.
fn rebuild(
    graph: &Graph,
    id: NodeId,
    view: Option<&Arc<View>>,
    settled: &[Wanted],
    ids: &[NodeId],
    out: &mut Graph,
) -> NodeId {
    let node = graph.node(id);
    let rewritten = rewrite(graph, id, view).expect("settled only on what the node can compute");
    let meta = view.map_or_else(|| node.meta.clone(), |view| viewed(&node.meta, view));
    let alias = rewritten.kind.is_none();
    let inputs: SmallVec<[NodeId; 2]> = rewritten
        .inputs
        .into_iter()
        .map(|(input, wanted)| {
            let Wanted::View(view) = wanted else { return ids[input as usize] };
            let source = graph.node(input);
            let looks = match &settled[input as usize] {
                Wanted::View(same) if *same == view => return ids[input as usize],
                Wanted::View(around) => Arc::new(within(around, &view)),
                Wanted::Whole | Wanted::Nothing => view.clone(),
            };
            out.push(GraphNode {
                kind: Kind::View(looks),
                inputs: smallvec![ids[input as usize]],
                dtype: source.dtype,
                meta: if alias { meta.clone() } else { viewed(&source.meta, &view) },
                location: node.location,
            })
        })
        .collect();
    match rewritten.kind {
        None if MetaRef::same(&out.node(inputs[0]).meta, &meta) => inputs[0],
        // The chunks that the user sees may be finer than what the parts below add up to.
        None => out.push(GraphNode { kind: Kind::Rechunk, inputs, meta, ..node.clone() }),
        Some(kind) => out.push(GraphNode { kind, inputs, meta, ..node.clone() }),
    }
}

/// Shape and chunks of a view; repeated axes are one chunk.
fn viewed(meta: &Meta, view: &View) -> MetaRef {
    MetaRef::new(view.grid(&meta.grid, &Grid::whole(&view.shape)))
}
