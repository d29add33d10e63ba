//! The optimiser: named passes in one explicit order, the graph verified after each.
//!
//! A pass takes a graph and returns one that computes the same roots. It sees nodes only, never data. One that has
//! nothing to do does not run, and a graph that no pass has touched since it was verified is not verified again.

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
use crate::features::{Feature, Features};
use crate::graph::Graph;

/// One pass.
pub(crate) struct Pass {
    pub(crate) name: &'static str,
    /// Whether there is something to do for it, given what the graph has and whether a pass before it has run.
    applies: fn(Features, bool) -> bool,
    run: fn(Graph) -> Graph,
}

/// The passes, in the order in which they run. Fusion into stages follows them.
pub(crate) const PASSES: &[Pass] = &[
    Pass {
        name: "merge-common",
        applies: |has, _| has.any_but(Feature::UniqueValue),
        run: merge_common::run,
    },
    Pass { name: "merge-rechunks", applies: |has, _| has.any(Feature::Rechunk), run: merge_rechunks::run },
    Pass { name: "push-reshapes", applies: |has, _| has.any(Feature::Reshape), run: push_reshapes::run },
    Pass { name: "push-views", applies: |has, _| has.any(Feature::View), run: push_views::run },
    Pass {
        name: "split-products",
        applies: |has, _| has.any(Feature::Contraction),
        run: split_products::run,
    },
    Pass { name: "merge-common-again", applies: |_, changed| changed, run: merge_common::run },
    Pass { name: "drop-dead", applies: |_, changed| changed, run: drop_dead::run },
];

/// Runs the passes over a graph, each if there is something to do for it.
pub(crate) fn optimise(mut graph: Graph) -> Result<Graph, ExprError> {
    let roots = verify::root_metas(&graph);
    let verified =
        |graph: &Graph, pass| verify::verify(graph, &roots).map_err(|what| ExprError::Pass { pass, what });
    let mut changed = false;
    for pass in PASSES {
        if (pass.applies)(graph.features, changed) {
            graph = (pass.run)(graph);
            verified(&graph, pass.name)?;
            changed = true;
        }
    }
    if !changed {
        verified(&graph, "import")?;
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
