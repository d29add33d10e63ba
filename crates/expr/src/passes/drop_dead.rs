//! Drops nodes that no root depends on.

use crate::graph::{Graph, NodeId};

const DEAD: NodeId = NodeId::MAX;

pub(super) fn run(graph: Graph) -> Graph {
    let mut live = vec![false; graph.len()];
    for &root in &graph.roots {
        live[root as usize] = true;
    }
    for id in (0..graph.len()).rev() {
        if live[id] {
            for &input in &graph.nodes[id].inputs {
                live[input as usize] = true;
            }
        }
    }
    if live.iter().all(|&live| live) {
        return graph;
    }
    let mut out = Graph::default();
    let mut ids = vec![DEAD; graph.len()];
    for (id, node) in graph.nodes.iter().enumerate().filter(|(id, _)| live[*id]) {
        let mut node = node.clone();
        for input in &mut node.inputs {
            *input = ids[*input as usize];
        }
        ids[id] = out.push(node);
    }
    out.roots = graph.roots.iter().map(|&root| ids[root as usize]).collect();
    out
}
