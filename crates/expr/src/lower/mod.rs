//! From an optimised graph to a plan.

mod called;
mod calls;
mod demand;
mod early;
mod lists;
mod number;
mod order;
mod outside;
mod products;
mod reshape;
mod scans;
mod stages;
mod writes;

use std::sync::Arc;

use chunkwise_core::RegionSink;
use chunkwise_plan::{Granularity, Plan, Root, Sources, Storage};

use self::calls::Place;
pub use self::outside::{MakeSpace, OutsideLine, Within, spill_pieces};
use self::outside::{Moves, Outside};
use self::stages::Build;
use crate::features::Feature;
use crate::fuse::analyse;
use crate::graph::Graph;
use crate::node::Kind;
use crate::passes::{merge_only, optimise};
use crate::{Expr, ExprError};

/// What a computation returns of a root that is an array. Those that are delayed values are returned always.
#[derive(Clone, Debug)]
pub enum Want {
    /// The whole array.
    Array,
    /// Its tiles, which stay in memory.
    Tiles,
    /// Nothing: it is written to a sink.
    Written(Arc<dyn RegionSink>),
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

/// Plans the computation of some expressions, all of which are wanted in the same form.
///
/// # Errors
/// [`ExprError::TooManyTasks`] for a plan that cannot be numbered.
pub fn plan(roots: &[Expr], want: Want, passes: Optimise) -> Result<(Plan, Sources), ExprError> {
    plan_each(roots, &vec![want; roots.len()], passes)
}

/// Plans the computation of some expressions, each of which is wanted in a form of its own.
///
/// # Errors
/// As for [`plan`].
pub fn plan_each(roots: &[Expr], wants: &[Want], passes: Optimise) -> Result<(Plan, Sources), ExprError> {
    lower(&optimised(roots, passes)?, wants, None)
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
    lower(&optimised(roots, passes)?, &vec![want; roots.len()], Some(Granularity::Elements(elements)))
}

/// Plans the computation of some expressions so that it fits within a memory limit, if it can be made to: arrays that
/// are in the way are kept outside of memory, one after the other, those first that hold most.
///
/// A plan that does not fit even so is returned as it is; running it is what fails.
///
/// # Errors
/// As for [`plan`].
pub fn plan_within(
    roots: &[Expr],
    wants: &[Want],
    passes: Optimise,
    within: &Within<'_>,
) -> Result<(Plan, Sources), ExprError> {
    let build = lower_within(&optimised(roots, passes)?, wants, within)?;
    Ok((build.plan, build.sources))
}

/// Plans an optimised graph so that it fits, if it can be made to.
fn lower_within(graph: &Graph, wants: &[Want], within: &Within<'_>) -> Result<Build, ExprError> {
    let mut moves = Moves::within(within);
    loop {
        let build = lower_with(graph, wants, within.units, &moves)?;
        let often = outside::read_too_often(&build);
        if within.spill.is_some() && !often.is_empty() {
            moves.nodes.extend(often.into_iter().map(|id| (id, Outside::Spilled)));
            continue;
        }
        let next = match (within.fits)(&build.plan.graph) {
            Ok(()) => Vec::new(),
            Err(held) => outside::next_moves(&build, graph, &held, within.spill.is_some()),
        };
        if next.is_empty() {
            return Ok(build);
        }
        moves.nodes.extend(next);
    }
}

fn optimised(roots: &[Expr], passes: Optimise) -> Result<Graph, ExprError> {
    let graph = Graph::import(roots);
    check_lengths(&graph)?;
    match passes {
        Optimise::All => optimise(graph),
        Optimise::Nothing => merge_only(graph),
    }
}

/// Nothing reads arrays of unknown length: what can be done with one is done with what it selects from. Whatever else
/// was asked of one needs its length.
fn check_lengths(graph: &Graph) -> Result<(), ExprError> {
    if !graph.features.any(Feature::Selection) {
        return Ok(());
    }
    let unknown: Vec<bool> = (graph.nodes.iter())
        .map(|node| matches!(&node.kind, Kind::Selection(selection) if selection.unknown.is_some()))
        .collect();
    if graph.nodes.iter().any(|node| node.inputs.iter().any(|&input| unknown[input as usize])) {
        return Err(ExprError::UnknownLength { op: "a view of an array, or a function of the whole of it," });
    }
    Ok(())
}

/// Plans an optimised graph as it would be for a computation within some limit, or without one, and tells what is kept
/// outside of memory.
pub(crate) fn lower_to_explain(
    graph: &Graph,
    wants: &[Want],
    within: Option<&Within<'_>>,
) -> Result<(Plan, Vec<OutsideLine>), ExprError> {
    let build = match within {
        Some(within) => lower_within(graph, wants, within)?,
        None => lower_with(graph, wants, None, &Moves::default())?,
    };
    let lines = outside::lines(&build, graph);
    Ok((build.plan, lines))
}

/// Plans an optimised graph, in units of a granularity of its own choice or a given one.
pub(crate) fn lower(
    graph: &Graph,
    wants: &[Want],
    units: Option<Granularity>,
) -> Result<(Plan, Sources), ExprError> {
    let build = lower_with(graph, wants, units, &Moves::default())?;
    Ok((build.plan, build.sources))
}

/// Plans an optimised graph, with some of its arrays outside of memory.
fn lower_with(
    graph: &Graph,
    wants: &[Want],
    units: Option<Granularity>,
    moves: &Moves,
) -> Result<Build, ExprError> {
    let mut build = stages::build(graph, &analyse(graph), wants, units, moves)?;
    build.divide_spilled();
    let demand = demand::collect(&mut build)?;
    let values = number::number(&mut build, &demand)?;
    build.plan.graph.hold(build.plan.returned_bytes() + build.plan.own_bytes());
    for (i, &root) in graph.roots.iter().enumerate() {
        if graph.node(root).kind.is_value() {
            let root = match (build.value_roots[i], values[i]) {
                (_, Some(task)) => {
                    build.plan.graph.keep(task);
                    Root::Value(task)
                }
                (Place::Constant(number), None) => Root::Constant(number),
                (Place::Call(..) | Place::None, None) => {
                    unreachable!("every call that is a root is numbered")
                }
            };
            build.plan.roots.push(root);
            continue;
        }
        let array = build.made(root).expect("every root has an array");
        build.plan.roots.push(match wants[i] {
            Want::Array if matches!(graph.node(root).kind, Kind::Selection(_)) => Root::Selected(array),
            Want::Array => Root::Array(array),
            Want::Tiles => {
                let Storage::Computed { tasks, .. } = &build.plan.array(array).storage else {
                    unreachable!("roots are computed")
                };
                for task in tasks.clone() {
                    build.plan.graph.keep(task);
                }
                Root::Tiles(array)
            }
            Want::Written(_) => Root::Written(array),
        });
    }
    Ok(build)
}
