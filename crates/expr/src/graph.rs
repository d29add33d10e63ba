//! The graph that the optimiser works on: nodes with dense ids, inputs before readers.

use std::collections::HashMap;
use std::panic::Location;
use std::sync::Arc;

use chunkwise_core::DType;
use smallvec::SmallVec;

use crate::Expr;
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

/// All nodes that some roots depend on, inputs before readers.
#[derive(Clone, Default)]
pub(crate) struct Graph {
    pub(crate) nodes: Vec<GraphNode>,
    pub(crate) roots: Vec<NodeId>,
}

impl Graph {
    /// The graph of some expressions; nodes that they share appear once.
    pub(crate) fn import(roots: &[Expr]) -> Graph {
        let mut graph = Graph::default();
        let mut ids: HashMap<*const Node, NodeId, BuildFast> = HashMap::default();
        let mut stack: Vec<(&Arc<Node>, usize)> = Vec::new();
        for root in roots {
            stack.push((&root.0, 0));
            while let Some((node, next)) = stack.pop() {
                if next == 0 && ids.contains_key(&Arc::as_ptr(node)) {
                    continue;
                }
                match node.inputs.get(next) {
                    Some(input) => {
                        stack.push((node, next + 1));
                        stack.push((input, 0));
                    }
                    None => {
                        let inputs = node.inputs.iter().map(|input| ids[&Arc::as_ptr(input)]).collect();
                        let id = graph.push(GraphNode {
                            kind: node.kind.clone(),
                            inputs,
                            dtype: node.dtype,
                            meta: node.meta.clone(),
                            location: node.location,
                        });
                        ids.insert(Arc::as_ptr(node), id);
                    }
                }
            }
            graph.roots.push(ids[&Arc::as_ptr(&root.0)]);
        }
        graph
    }

    /// Adds a node whose inputs are there already.
    pub(crate) fn push(&mut self, node: GraphNode) -> NodeId {
        let id = NodeId::try_from(self.nodes.len()).expect("fewer than 2^32 nodes");
        debug_assert!(node.inputs.iter().all(|&input| input < id));
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
