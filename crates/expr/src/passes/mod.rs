//! The optimiser: named passes in one explicit order, the graph verified after each.
//!
//! A pass takes a graph and returns one that computes the same roots; one that has nothing to do returns it as it
//! came. It sees nodes only, never data.

mod drop_dead;
mod merge_common;

pub(crate) use merge_common::{run as merge_common, same_kind};
mod merge_rechunks;
mod order_rules;
mod push_reshapes;
mod push_views;
mod reshape_rules;
mod split_products;
mod verify;
mod view_rules;

use crate::ExprError;
use crate::graph::Graph;

/// One pass.
pub(crate) struct Pass {
    pub(crate) name: &'static str,
    run: fn(Graph) -> Graph,
}

/// The passes, in the order in which they run. Fusion into stages follows them.
pub(crate) const PASSES: &[Pass] = &[
    Pass { name: "merge-common", run: merge_common::run },
    Pass { name: "merge-rechunks", run: merge_rechunks::run },
    Pass { name: "push-reshapes", run: push_reshapes::run },
    Pass { name: "push-views", run: push_views::run },
    Pass { name: "split-products", run: split_products::run },
    Pass { name: "merge-common-again", run: merge_common::run },
    Pass { name: "drop-dead", run: drop_dead::run },
];

/// Runs every pass over a graph.
pub(crate) fn optimise(mut graph: Graph) -> Result<Graph, ExprError> {
    let roots = verify::root_metas(&graph);
    for pass in PASSES {
        graph = (pass.run)(graph);
        verify::verify(&graph, &roots).map_err(|what| ExprError::Pass { pass: pass.name, what })?;
    }
    Ok(graph)
}

/// Merges equal nodes and drops dead ones, which fusion relies on, and nothing else.
pub(crate) fn merge_only(graph: Graph) -> Result<Graph, ExprError> {
    let roots = verify::root_metas(&graph);
    let graph = drop_dead::run(merge_common::run(graph));
    verify::verify(&graph, &roots).map_err(|what| ExprError::Pass { pass: "merge-common", what })?;
    Ok(graph)
}

/// Names of the passes, in order.
pub fn pass_names() -> impl Iterator<Item = &'static str> {
    PASSES.iter().map(|pass| pass.name)
}

#[cfg(test)]
mod tests;
