//! Which nodes take on another shape without being copied.

use chunkwise_core::{Block, ReshapedView, Shape, View, reshaped_view, unit_axes_view};

use crate::graph::{Graph, NodeId};
use crate::node::Kind;

/// An operand of less than one in so many of the elements of a result may be copied for its sake.
const SMALL: usize = 16;

/// What a coordinate adds from one element to the next in row-major order, if that is always the same.
pub(super) fn per_element(steps: &[i64], shape: &[usize]) -> Option<i64> {
    let mut axes = steps.iter().zip(shape).filter(|(_, n)| **n != 1).rev();
    let Some((&step, &len)) = axes.next() else { return Some(0) };
    let mut next = step.wrapping_mul(len as i64);
    for (&outer, &len) in axes {
        if outer != next {
            return None;
        }
        next = next.wrapping_mul(len as i64);
    }
    Some(step)
}

/// What is known of every node from what lies below it.
pub(super) struct Facts {
    /// Whether it takes on any shape without being copied.
    free: Vec<bool>,
    /// What it is of, if it only changes shape or chunks; else itself.
    bases: Vec<NodeId>,
}

impl Facts {
    pub(super) fn new(graph: &Graph) -> Self {
        let mut facts =
            Facts { free: Vec::with_capacity(graph.len()), bases: Vec::with_capacity(graph.len()) };
        for (id, node) in (0..).zip(&graph.nodes) {
            let free = |&input: &NodeId| facts.free[input as usize];
            let (free, base) = match &node.kind {
                Kind::Fill(_) => (true, id),
                Kind::Coord(steps) => (per_element(steps, &node.meta.shape).is_some(), id),
                Kind::Memory(block) => (block.is_row_major(), id),
                Kind::Elementwise(_) => {
                    (node.inputs.iter().all(|i| free(i) || graph.node(*i).meta.shape.is_empty()), id)
                }
                Kind::Rechunk | Kind::Reshape => (free(&node.inputs[0]), facts.base(node.inputs[0])),
                Kind::View(_)
                | Kind::Persisted(_)
                | Kind::Region(_)
                | Kind::Blocks { .. }
                | Kind::Reduce { .. }
                | Kind::Grouped { .. }
                | Kind::Selection(_)
                | Kind::Contract { .. }
                | Kind::Scan { .. }
                | Kind::Order { .. }
                | Kind::Value { .. }
                | Kind::Call(_)
                | Kind::FromValues(_)
                | Kind::Concatenate { .. } => (false, id),
            };
            facts.free.push(free);
            facts.bases.push(base);
        }
        facts
    }

    /// What a node is of, if it only changes shape or chunks; else the node.
    pub(super) fn base(&self, id: NodeId) -> NodeId {
        self.bases[id as usize]
    }

    /// Whether a node takes on this shape without being copied, or a copy of it is small beside `len` elements.
    pub(super) fn cheap(&self, graph: &Graph, id: NodeId, shape: &[usize], len: usize) -> bool {
        let (mut id, mut shape) = (self.base(id), Shape::from(shape));
        loop {
            let node = graph.node(id);
            let own = &node.meta.shape;
            let small = own.iter().product::<usize>() < len / SMALL;
            if self.free[id as usize] || small || unit_axes_view(own, &shape).is_some() {
                return true;
            }
            match (&node.kind, self.seen(graph, id, &shape)) {
                (Kind::Memory(block), _) => return block.reshape(&shape).is_some(),
                (_, Some(Seen::Memory(_))) => return true,
                (_, Some(Seen::View(base, reshaped))) => {
                    id = self.base(base);
                    shape = reshaped.source;
                }
                (_, None) => return false,
            }
        }
    }

    /// A node that is a view, or views of views, in another shape.
    pub(super) fn seen(&self, graph: &Graph, id: NodeId, shape: &[usize]) -> Option<Seen> {
        if let (base, Some(view)) = looked_at(graph, id)
            && let Kind::Memory(block) = &graph.node(base).kind
            && let Some(block) = block.view(&view).reshape(shape)
        {
            return Some(Seen::Memory(block));
        }
        // As far down as nothing is copied that is not looked at.
        let (mut at, mut view, mut found) = (id, None, None);
        while let Kind::View(inner) = &graph.node(at).kind {
            let composed = view.map_or_else(|| (**inner).clone(), |outer| inner.then(&outer));
            at = graph.node(at).inputs[0];
            let source = &graph.node(at).meta.shape;
            let origin: Shape = composed.shape.iter().map(|_| 0).collect();
            let (_, extent) = composed.source_box(&origin, &composed.shape);
            let elements = |shape: &[usize]| shape.iter().product::<usize>();
            if (self.free[at as usize] || elements(source) <= 2 * elements(&extent))
                && let Some(reshaped) = reshaped_view(source, &composed, shape)
            {
                found = Some(Seen::View(at, reshaped));
            }
            view = Some(composed);
        }
        found
    }
}

/// A view in another shape.
pub(super) enum Seen {
    /// Memory, with other strides.
    Memory(Block),
    /// A view of its source in another shape.
    View(NodeId, ReshapedView),
}

/// What a view of views looks at, and as what view.
pub(super) fn looked_at(graph: &Graph, mut id: NodeId) -> (NodeId, Option<View>) {
    let mut view: Option<View> = None;
    while let Kind::View(inner) = &graph.node(id).kind {
        view = Some(view.map_or_else(|| (**inner).clone(), |outer| inner.then(&outer)));
        id = graph.node(id).inputs[0];
    }
    (id, view)
}
