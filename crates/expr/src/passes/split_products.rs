//! Splits contractions whose result is too small to occupy many cores along the axes that they sum over.
//!
//! `a.t().dot(&a)` of a tall matrix has one small result, and nearly all of its work lies along the rows of `a`.
//! It becomes partial products along a new first axis, and their sum, which is a reduction like any other.

use chunkwise_core::{AxisGrid, Grid};
use chunkwise_kernels::Op;
use chunkwise_kernels::reduce::ReduceOp;
use smallvec::smallvec;

use crate::contract::partials;
use crate::graph::{Graph, GraphNode, NodeId};
use crate::node::{Kind, MetaRef};

pub(super) fn run(graph: Graph) -> Graph {
    let mut out = Graph::with_capacity(graph.len());
    let mut ids: Vec<NodeId> = Vec::with_capacity(graph.len());
    for mut node in graph.nodes {
        for input in &mut node.inputs {
            *input = ids[*input as usize];
        }
        ids.push(split(&mut out, node));
    }
    out.roots = graph.roots.iter().map(|&root| ids[root as usize]).collect();
    out
}

fn split(out: &mut Graph, node: GraphNode) -> NodeId {
    let Kind::Contract { name, axes, partials: None } = node.kind else { return out.push(node) };
    let [left, right] = [0, 1].map(|i| &out.node(node.inputs[i]).meta.shape);
    let Some(count) = partials(axes, left, right) else { return out.push(node) };
    let dtype = node.dtype;
    let op = if dtype.is_bool() { ReduceOp::Any } else { ReduceOp::Sum };
    let Some(summed) = op.result(dtype) else { return out.push(node) };
    let grids = std::iter::once(AxisGrid::whole(count as usize)).chain(node.meta.grid.axes().iter().cloned());
    let partial = GraphNode {
        kind: Kind::Contract { name, axes, partials: Some(count) },
        meta: MetaRef::new(Grid::new(grids)),
        ..node.clone()
    };
    let partial = out.push(partial);
    let sum = GraphNode {
        kind: Kind::Reduce { op, axes: 1, keep: false },
        inputs: smallvec![partial],
        dtype: summed,
        ..node.clone()
    };
    let sum = out.push(sum);
    if summed == dtype {
        return sum;
    }
    // Sums are wider than the products of narrow integers; their lower bits are the same.
    out.push(GraphNode { kind: Kind::Elementwise(Op::Cast(dtype)), inputs: smallvec![sum], ..node })
}
