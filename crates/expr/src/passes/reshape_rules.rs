//! Which nodes take on another shape without being copied.

use chunkwise_core::{Block, ReshapedView, Shape, View, reshaped_view, unit_axes_view};

use crate::graph::{Graph, NodeId};
use crate::node::Kind;

/// An operand of less than one in so many of the elements of a result may be copied for its sake.
const SMALL: usize = 16;

/// Whether each node takes on any shape without being copied.
pub(super) fn free(graph: &Graph) -> Vec<bool> {
    let mut free: Vec<bool> = Vec::with_capacity(graph.len());
    for node in &graph.nodes {
        let input = |&input: &NodeId| free[input as usize];
        free.push(match &node.kind {
            Kind::Fill(_) => true,
            Kind::Memory(block) => block.is_row_major(),
            Kind::Elementwise(_) => {
                node.inputs.iter().all(|i| input(i) || graph.node(*i).meta.shape.is_empty())
            }
            Kind::Rechunk | Kind::Reshape => input(&node.inputs[0]),
            Kind::View(_)
            | Kind::Coord(_)
            | Kind::Persisted(_)
            | Kind::Region(_)
            | Kind::Blocks { .. }
            | Kind::Reduce { .. }
            | Kind::Concatenate { .. } => false,
        });
    }
    free
}

/// Whether a node takes on this shape without being copied, or a copy of it is small beside `len` elements.
pub(super) fn cheap(graph: &Graph, free: &[bool], id: NodeId, shape: &[usize], len: usize) -> bool {
    let (mut id, mut shape) = (id, Shape::from(shape));
    loop {
        let node = graph.node(id);
        let own = &node.meta.shape;
        let small = own.iter().product::<usize>() < len / SMALL;
        if free[id as usize] || small || unit_axes_view(own, &shape).is_some() {
            return true;
        }
        match &node.kind {
            Kind::Memory(block) => return block.reshape(&shape).is_some(),
            Kind::Rechunk | Kind::Reshape => id = node.inputs[0],
            Kind::View(_) => match seen(graph, id, &shape) {
                Some(Seen::Memory(_)) => return true,
                Some(Seen::View(base, reshaped)) => {
                    id = base;
                    shape = reshaped.source;
                }
                None => return false,
            },
            _ => return false,
        }
    }
}

/// A view in another shape.
pub(super) enum Seen {
    /// Memory, with other strides.
    Memory(Block),
    /// A view of its source in another shape.
    View(NodeId, ReshapedView),
}

/// A node that is a view, or views of views, in another shape.
pub(super) fn seen(graph: &Graph, id: NodeId, shape: &[usize]) -> Option<Seen> {
    let (id, view) = looked_at(graph, id);
    let view = view?;
    if let Kind::Memory(block) = &graph.node(id).kind
        && let Some(block) = block.view(&view).reshape(shape)
    {
        return Some(Seen::Memory(block));
    }
    reshaped_view(&graph.node(id).meta.shape, &view, shape).map(|reshaped| Seen::View(id, reshaped))
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
