//! The graph that the optimiser works on: nodes with dense ids, inputs before readers.

use std::collections::HashMap;
use std::panic::Location;
use std::sync::Arc;

use chunkwise_core::DType;
use smallvec::SmallVec;

use crate::Expr;
use crate::features::{Feature, Features};
use crate::hash::BuildFast;
use crate::node::{Kind, MetaRef, Node};

/// A node's place in a [`Graph`].
pub(crate) type NodeId = u32;

/// A node without shared ownership: inputs are ids.
#[derive(Clone)]
pub(crate) struct GraphNode {
    pub(crate) kind: Kind,
    pub(crate) inputs: SmallVec<[NodeId; 2]>,
    pub(crate) dtype: DType,
    pub(crate) meta: MetaRef,
    pub(crate) location: &'static Location<'static>,
}

/// The nodes of expressions that were met and may be met again.
///
/// Whoever reads a node holds it, so that one with a single holder is met once, and needs no entry.
#[derive(Default)]
struct Met(HashMap<*const Node, NodeId, BuildFast>);

impl Met {
    fn add(&mut self, node: &Arc<Node>, id: NodeId) {
        if Arc::strong_count(node) > 1 {
            self.0.insert(Arc::as_ptr(node), id);
        }
    }

    fn id(&self, node: &Arc<Node>) -> Option<NodeId> {
        if Arc::strong_count(node) == 1 { None } else { self.0.get(&Arc::as_ptr(node)).copied() }
    }
}

/// All nodes that some roots depend on, inputs before readers.
#[derive(Clone, Default)]
pub(crate) struct Graph {
    pub(crate) nodes: Vec<GraphNode>,
    pub(crate) roots: Vec<NodeId>,
    /// What the nodes that were added are.
    pub(crate) features: Features,
}

impl Graph {
    /// A graph without nodes, and room for so many.
    pub(crate) fn with_capacity(nodes: usize) -> Graph {
        Graph { nodes: Vec::with_capacity(nodes), ..Graph::default() }
    }

    /// The graph of some expressions; nodes that they share appear once.
    pub(crate) fn import(roots: &[Expr]) -> Graph {
        let mut graph = Graph::default();
        let mut met = Met::default();
        // Nodes whose inputs are being added, each with how many it has asked for.
        let mut stack: Vec<(&Arc<Node>, usize)> = Vec::new();
        // Nodes that were added, until those take them up that asked for them.
        let mut added: Vec<NodeId> = Vec::new();
        for root in roots {
            match met.id(&root.0) {
                Some(id) => added.push(id),
                None => stack.push((&root.0, 0)),
            }
            while let Some((node, next)) = stack.last_mut() {
                if let Some(input) = node.inputs.get(*next) {
                    *next += 1;
                    match met.id(input) {
                        Some(id) => added.push(id),
                        None => stack.push((input, 0)),
                    }
                    continue;
                }
                let first = added.len() - node.inputs.len();
                let id = graph.push(GraphNode {
                    kind: node.kind.clone(),
                    inputs: SmallVec::from_slice(&added[first..]),
                    dtype: node.dtype,
                    meta: node.meta.clone(),
                    location: node.location,
                });
                met.add(node, id);
                added.truncate(first);
                added.push(id);
                stack.pop();
            }
        }
        graph.roots = added;
        graph
    }

    /// Adds a node whose inputs are there already.
    pub(crate) fn push(&mut self, node: GraphNode) -> NodeId {
        let id = NodeId::try_from(self.nodes.len()).expect("fewer than 2^32 nodes");
        debug_assert!(node.inputs.iter().all(|&input| input < id));
        self.features.add(Feature::of(&node.kind));
        self.nodes.push(node);
        id
    }

    pub(crate) fn node(&self, id: NodeId) -> &GraphNode {
        &self.nodes[id as usize]
    }

    /// The number of nodes.
    pub(crate) fn len(&self) -> usize {
        self.nodes.len()
    }
}
