//! Merges consecutive rechunks, and drops those that change nothing or whose input can be cut anyhow.
//!
//! Arrays in memory, files and generated values can be read in any chunks, and so can elementwise work that
//! nobody else reads: these take the new chunks themselves.

use smallvec::smallvec;

use crate::graph::{Graph, GraphNode};
use crate::node::{Kind, MetaRef};

pub(super) fn run(graph: Graph) -> Graph {
    let mut readers = vec![0u32; graph.len()];
    for node in &graph.nodes {
        for &input in &node.inputs {
            readers[input as usize] += 1;
        }
    }
    for &root in &graph.roots {
        readers[root as usize] += 1;
    }
    let mut out = Graph::with_capacity(graph.len());
    let mut ids = Vec::with_capacity(graph.len());
    for node in &graph.nodes {
        let mut copy = node.clone();
        for input in &mut copy.inputs {
            *input = ids[*input as usize];
        }
        let id = match copy.kind {
            Kind::Rechunk => {
                let alone = readers[node.inputs[0] as usize] == 1;
                rechunk(&mut out, copy, alone)
            }
            _ => out.push(copy),
        };
        ids.push(id);
    }
    out.roots = graph.roots.iter().map(|&root| ids[root as usize]).collect();
    out
}

/// `node` is a rechunk whose input is in `out`; `alone` says that nobody else reads that input.
fn rechunk(out: &mut Graph, node: GraphNode, alone: bool) -> u32 {
    let input = node.inputs[0];
    let below = out.node(input);
    if MetaRef::same(&below.meta, &node.meta) {
        return input;
    }
    let resliced = match &below.kind {
        Kind::Memory(_) | Kind::Region(_) | Kind::Fill(_) | Kind::Coord(_) | Kind::Persisted(_) => true,
        Kind::Elementwise(_)
        | Kind::View(_)
        | Kind::Concatenate { .. }
        | Kind::Reshape
        | Kind::Scan { .. } => alone,
        // Functions of blocks see the chunks; reductions are combined along them.
        Kind::Blocks { .. }
        | Kind::Reduce { .. }
        | Kind::Grouped { .. }
        | Kind::Selection(_)
        | Kind::Contract { .. }
        | Kind::Order { .. }
        | Kind::FromValues(_) => false,
        Kind::Value { .. } | Kind::Call(_) => unreachable!("values have no chunks"),
        Kind::Rechunk => {
            let inputs = smallvec![below.inputs[0]];
            return rechunk(out, GraphNode { inputs, ..node }, false);
        }
    };
    if resliced {
        let changed = GraphNode { meta: node.meta.clone(), ..below.clone() };
        return out.push(changed);
    }
    out.push(node)
}
