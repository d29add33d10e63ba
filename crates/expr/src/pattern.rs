//! What a computation is apart from the arrays that it reads: over other arrays of the same layout it has the same plan.

use std::panic::Location;
use std::sync::Arc;

use chunkwise_core::{AxisGrid, Block, DType};
use chunkwise_kernels::Op;
use smallvec::SmallVec;

use crate::Expr;
use crate::graph::NodeId;
use crate::node::{Kind, MetaRef, Node};
use crate::passes::same_kind;

/// Computations of more nodes, and grids of more chunks that are listed, are not remembered.
const MOST: usize = 64;

/// A computation of a few operations over arrays in memory, without the arrays.
///
/// Two computations of one pattern have the same plan: it depends on where arrays lie in memory only in that it does the
/// same work once where two of them are the same.
pub struct Pattern {
    nodes: Vec<PatternNode>,
    roots: SmallVec<[NodeId; 2]>,
}

struct PatternNode {
    what: What,
    inputs: SmallVec<[NodeId; 2]>,
    dtype: DType,
    meta: MetaRef,
    location: &'static Location<'static>,
}

enum What {
    /// An array in memory, and the first node that is the same array.
    Array { strides: SmallVec<[isize; 6]>, first: NodeId },
    /// Anything else: it holds no memory of the user's.
    Other(Kind),
}

/// The arrays of a computation, in the order in which they are found.
pub type Arrays<'a> = SmallVec<[&'a Arc<Block>; 8]>;

/// The same, each with its node.
type Found<'a> = SmallVec<[(&'a Arc<Block>, NodeId); 8]>;

impl Pattern {
    /// The pattern of a computation, and its arrays; `None` if it is not to be remembered: when it is too long, reads
    /// anything but memory, or runs functions of the user's, which would live on with the pattern.
    pub fn of(roots: &[Expr]) -> Option<(Pattern, Arrays<'_>)> {
        let mut nodes: Vec<PatternNode> = Vec::new();
        let mut arrays = Found::new();
        let roots = walk(roots, |node, inputs| {
            let number = nodes.len() as NodeId;
            let what = match &node.kind {
                Kind::Memory(block) => {
                    let first = first_of(&mut arrays, block, number);
                    What::Array { strides: block.strides().into(), first }
                }
                kind if is_remembered(kind) => What::Other(kind.clone()),
                _ => return false,
            };
            let listed = |axis: &AxisGrid| matches!(axis, AxisGrid::Explicit(_)) && axis.count() > MOST;
            if node.meta.grid.axes().iter().any(listed) {
                return false;
            }
            let (dtype, meta, location) = (node.dtype, node.meta.clone(), node.location);
            nodes.push(PatternNode { what, inputs: inputs.into(), dtype, meta, location });
            true
        })?;
        Some((Pattern { nodes, roots }, arrays.iter().map(|&(array, _)| array).collect()))
    }

    /// The arrays of a computation, in the order of [`Pattern::of`], if it is of this pattern and was built at the same
    /// places.
    pub fn arrays<'a>(&self, roots: &'a [Expr]) -> Option<Arrays<'a>> {
        let (Some(&last), Some(root)) = (self.roots.last(), roots.last()) else { return None };
        // The place of the root tells most computations apart.
        if !std::ptr::eq(self.nodes[last as usize].location, root.0.location) {
            return None;
        }
        let mut number = 0;
        let mut arrays = Found::new();
        let found = walk(roots, |node, inputs| {
            let Some(known) = self.nodes.get(number as usize) else { return false };
            let same = match (&known.what, &node.kind) {
                (What::Array { strides, first }, Kind::Memory(block)) => {
                    strides[..] == *block.strides() && *first == first_of(&mut arrays, block, number)
                }
                (What::Array { .. }, _) => false,
                (What::Other(kind), other) => same_kind(kind, other) && kind.name() == other.name(),
            };
            number += 1;
            same && known.inputs[..] == *inputs
                && known.dtype == node.dtype
                && std::ptr::eq(known.location, node.location)
                && MetaRef::same(&known.meta, &node.meta)
        })?;
        (found == self.roots).then(|| arrays.iter().map(|&(array, _)| array).collect())
    }
}

impl std::fmt::Debug for Pattern {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Pattern({} nodes)", self.nodes.len())
    }
}

/// Adds an array; returns the first node whose array is the same memory seen in the same way.
fn first_of<'a>(arrays: &mut Found<'a>, block: &'a Arc<Block>, number: NodeId) -> NodeId {
    let same = |(other, _): &&(&Arc<Block>, NodeId)| {
        other.as_ptr() == block.as_ptr() && other.strides() == block.strides()
    };
    let first = arrays.iter().find(same).map_or(number, |&(_, first)| first);
    arrays.push((block, first));
    first
}

/// Whether nodes of this kind are determined by what they say, and hold nothing that belongs to the user.
fn is_remembered(kind: &Kind) -> bool {
    match kind {
        Kind::Elementwise(op) => !matches!(op, Op::Closure(_)),
        Kind::Fill(_)
        | Kind::Coord(_)
        | Kind::Reduce { .. }
        | Kind::Grouped { .. }
        | Kind::View(_)
        | Kind::Concatenate { .. }
        | Kind::Rechunk
        | Kind::Reshape
        | Kind::Contract { .. }
        | Kind::Scan { .. }
        | Kind::Order { .. } => true,
        Kind::Memory(_)
        | Kind::Persisted(_)
        | Kind::Region(_)
        | Kind::Blocks { .. }
        | Kind::Selection(_)
        | Kind::Value { .. }
        | Kind::Call(_)
        | Kind::FromValues(_) => false,
    }
}

/// Visits the nodes that some roots depend on, inputs before readers, with the numbers of their inputs; nodes are
/// numbered as they are visited. Returns the numbers of the roots, or `None` as soon as `visit` says no or there are too
/// many nodes.
fn walk<'a>(
    roots: &'a [Expr],
    mut visit: impl FnMut(&'a Node, &[NodeId]) -> bool,
) -> Option<SmallVec<[NodeId; 2]>> {
    let mut seen: SmallVec<[*const Node; MOST]> = SmallVec::new();
    let mut stack: SmallVec<[(&'a Arc<Node>, usize); 32]> = SmallVec::new();
    let number = |seen: &[*const Node], node: &Arc<Node>| {
        seen.iter().position(|&other| other == Arc::as_ptr(node)).map(|number| number as NodeId)
    };
    let mut numbers = SmallVec::new();
    for root in roots {
        stack.push((&root.0, 0));
        while let Some((node, next)) = stack.pop() {
            if next == 0 && number(&seen, node).is_some() {
                continue;
            }
            match node.inputs.get(next) {
                // A chain may be millions deep.
                Some(_) if stack.len() >= MOST => return None,
                Some(input) => {
                    stack.push((node, next + 1));
                    stack.push((input, 0));
                }
                None => {
                    let mut inputs: SmallVec<[NodeId; 4]> = SmallVec::new();
                    for input in &node.inputs {
                        inputs.push(number(&seen, input)?);
                    }
                    if seen.len() == MOST || !visit(node, &inputs) {
                        return None;
                    }
                    seen.push(Arc::as_ptr(node));
                }
            }
        }
        numbers.push(number(&seen, &root.0)?);
    }
    Some(numbers)
}

#[cfg(test)]
mod tests;
