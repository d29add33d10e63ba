//! From an optimised graph to a plan.

mod demand;
mod number;
mod reshape;
mod stages;

use chunkwise_plan::{Granularity, Plan, Root, Sources, Storage};

use crate::fuse::analyse;
use crate::graph::Graph;
use crate::passes::{merge_only, optimise};
use crate::{Expr, ExprError};

/// What a computation returns of its roots.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Want {
    /// Whole arrays.
    Arrays,
    /// Tiles that stay in memory.
    Tiles,
    /// Nothing: root `i` is written to sink `i` of [`Sources`].
    Written,
}

/// Whether the optimiser's passes run. Fusion and merging of equal nodes always do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Optimise {
    /// Every pass.
    #[default]
    All,
    /// Only what the engine needs; for tests, which compare both.
    Nothing,
}

/// Plans the computation of some expressions.
///
/// # Errors
/// [`ExprError::TooManyTasks`] for a plan that cannot be numbered.
pub fn plan(roots: &[Expr], want: Want, passes: Optimise) -> Result<(Plan, Sources), ExprError> {
    lower(&optimised(roots, passes)?, want, None)
}

/// As [`plan`], with units of about `elements` elements: tests want many units of small arrays.
///
/// # Errors
/// As for [`plan`].
#[doc(hidden)]
pub fn plan_in_units(
    roots: &[Expr],
    want: Want,
    passes: Optimise,
    elements: usize,
) -> Result<(Plan, Sources), ExprError> {
    lower(&optimised(roots, passes)?, want, Some(Granularity::Elements(elements)))
}

fn optimised(roots: &[Expr], passes: Optimise) -> Result<Graph, ExprError> {
    let graph = Graph::import(roots);
    match passes {
        Optimise::All => optimise(graph),
        Optimise::Nothing => merge_only(graph),
    }
}

/// Plans an optimised graph, in units of a granularity of its own choice or a given one.
pub(crate) fn lower(
    graph: &Graph,
    want: Want,
    units: Option<Granularity>,
) -> Result<(Plan, Sources), ExprError> {
    let (groups, kept) = analyse(graph);
    let mut build = stages::build(graph, &groups, &kept, want, units)?;
    let demand = demand::collect(&mut build)?;
    number::number(&mut build, &demand)?;
    let returned = build.plan.returned_bytes();
    build.plan.graph.hold(returned);
    let roots = graph.roots.iter().map(|&root| {
        let array = build.array_of(root).expect("every root has an array");
        match want {
            Want::Arrays => Root::Array(array),
            Want::Tiles => Root::Tiles(array),
            Want::Written => Root::Written(array),
        }
    });
    build.plan.roots = roots.collect();
    if want == Want::Tiles {
        for root in build.plan.roots.clone() {
            let (Root::Array(id) | Root::Tiles(id) | Root::Written(id)) = root;
            let Storage::Computed { tasks, .. } = &build.plan.array(id).storage else {
                unreachable!("roots are computed")
            };
            for task in tasks.clone() {
                build.plan.graph.keep(task);
            }
        }
    }
    Ok((build.plan, build.sources))
}
