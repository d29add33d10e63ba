//! From expressions to values: the one place where the facade meets planner and executor.

use std::any::Any;
use std::sync::Arc;
use std::time::Instant;

use chunkwise_core::{BoxError, SpillSpace};
use chunkwise_exec::{Description, ExecError, Stats, Work};
use chunkwise_expr::{Expr, ExprError, Optimise, Want, Within, plan, plan_each, plan_within, spill_pieces};
use chunkwise_kernels::Isa;
use chunkwise_plan::{Compiled, Plan, RootResult, Runner, Sources, TaskError, TaskGraph, TaskId, TaskOutput};
use smallvec::SmallVec;

use crate::compute::{Sinks, Target};
use crate::recall::{keep, recall};
use crate::watching::Stages;
use crate::{Config, Error, Explanation, Result, Roots, futures};

/// The tasks of a plan, as the executor sees them.
struct Tasks<'a>(Runner<'a>, Stages<'a>);

impl Work for Tasks<'_> {
    type Output = TaskOutput;
    type Error = TaskError;

    fn run(&self, task: TaskId, mut inputs: SmallVec<[TaskOutput; 4]>) -> Result<TaskOutput, TaskError> {
        self.0.run(task, &mut inputs)
    }

    fn panicked(&self, task: TaskId, payload: Box<dyn Any + Send>) -> TaskError {
        self.0.panicked(task, payload)
    }

    fn description(&self) -> Option<&dyn Description> {
        Some(&self.1)
    }
}

fn execute(plan: &Plan, sources: &Sources, config: &Config) -> Result<(Vec<RootResult>, Stats)> {
    execute_compiled(plan, compile(plan)?, sources, config)
}

fn compile(plan: &Plan) -> Result<Arc<Compiled>> {
    let compiled = Compiled::new(plan, Isa::detect());
    Ok(Arc::new(compiled.map_err(|(stage, source)| ExprError::Program { stage, source })?))
}

fn execute_compiled(
    plan: &Plan,
    compiled: Arc<Compiled>,
    sources: &Sources,
    config: &Config,
) -> Result<(Vec<RootResult>, Stats)> {
    futures::settle(sources)?;
    let executor = config.executor()?;
    let runner = Runner::compiled(plan, compiled, sources);
    let stages = Stages::new(plan, &runner);
    let tasks = Tasks(runner, stages);
    let run = executor.execute(&plan.graph, &tasks, config.options()).map_err(|error| match error {
        ExecError::Memory { task, needed, held, limit } => {
            let (op, block, origin) = tasks.0.describe(task);
            let kept = plan.graph.kept().iter().map(|&task| plan.graph.output_bytes(task));
            let result = kept.fold(plan.returned_bytes(), u64::saturating_add);
            Error::MemoryLimit { op, block, origin, needed, held, result, limit }
        }
        ExecError::Task { error, .. } => Error::Task(Box::new(error)),
        other => Error::Execution(other),
    })?;
    Ok((tasks.0.into_results(run.outputs), run.stats))
}

/// Plans the roots: under a memory limit so that they fit, as far as they can.
fn planned(roots: &[Expr], wants: &[Want], config: &Config) -> Result<(Plan, Sources)> {
    let executor = config.executor()?;
    let Some(limit) = executor.memory_limit() else {
        return Ok(plan_each(roots, wants, Optimise::All)?);
    };
    let fits = |graph: &TaskGraph| executor.fits(graph);
    let within = Within { bytes: limit, fits: &fits, spill: config.spill_space(), units: None };
    Ok(plan_within(roots, wants, Optimise::All, &within)?)
}

/// Computes the roots, sharing their common work: arrays come as blocks that are row-major over the whole of a
/// `Vec`'s buffer, and those that are written are complete.
pub(crate) fn run(roots: &Roots, config: &Config) -> Result<(Vec<RootResult>, Stats)> {
    // What fits within a limit is planned for the arrays at hand, and sinks are as good as never the same again.
    if roots.writes().is_empty() && config.executor()?.memory_limit().is_none() {
        return run_recalled(roots.exprs(), config);
    }
    let sinks = Sinks::open(roots)?;
    let (plan, sources) = planned(roots.exprs(), &sinks.wants(roots.exprs().len()), config)?;
    let computed = execute(&plan, &sources, config)?;
    sinks.finish()?;
    Ok(computed)
}

/// Computes the roots, which are all returned, by a plan that may have been made before.
fn run_recalled(roots: &[Expr], config: &Config) -> Result<(Vec<RootResult>, Stats)> {
    let begun = Instant::now();
    if let Some(recalled) = recall(roots) {
        let known = &recalled.known;
        if config.options().is_quiet()
            && let Some(results) = recalled.single().and_then(|single| single.run(&recalled.arrays))
        {
            return Ok((results, Stats::of_single(&known.plan.graph, begun.elapsed())));
        }
        return execute_compiled(&known.plan, known.compiled.clone(), &recalled.sources(), config);
    }
    let (plan, sources) = plan(roots, Want::Array, Optimise::All)?;
    let compiled = compile(&plan)?;
    let computed = execute_compiled(&plan, compiled.clone(), &sources, config)?;
    keep(roots, &sources, plan, compiled);
    Ok(computed)
}

/// What is the same for the same write of the same values, as far as the plan and its sources tell.
pub(crate) fn fingerprint(expr: &Expr, target: &Target) -> Result<u128, BoxError> {
    let (mut plan, sources) =
        plan(std::slice::from_ref(expr), Want::Written(target.preview()), Optimise::All)?;
    // Where it is in the source may change without any change of what it does.
    plan.forget_origins();
    let versions = sources.versions()?;
    Ok(fingerprint_of(&[&plan.to_bytes()?, versions.as_bytes()]))
}

/// The hash of some bytes: FNV-1a of 128 bits (Fowler, Noll and Vo), of each part's length and its bytes.
pub(crate) fn fingerprint_of(parts: &[&[u8]]) -> u128 {
    const BASIS: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
    const PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013b;
    let bytes = parts
        .iter()
        .flat_map(|part| (part.len() as u64).to_le_bytes().into_iter().chain(part.iter().copied()));
    bytes.fold(BASIS, |hash, byte| (hash ^ u128::from(byte)).wrapping_mul(PRIME))
}

/// Computes a delayed value and keeps it.
#[track_caller]
pub(crate) fn persist_value(root: &Expr, config: &Config) -> Result<Expr> {
    let Some(function) = root.function() else {
        return Ok(root.clone());
    };
    let bytes = function.bytes();
    let (results, _) = run(&vec![root.clone()].into(), config)?;
    let Some(RootResult::Value(value)) = results.into_iter().next() else {
        unreachable!("the root is a delayed value")
    };
    let claim = config.executor()?.claim(bytes)?;
    Ok(Expr::value(value, Some(Arc::new(claim))))
}

/// Computes the root and keeps its blocks as the source of a new expression.
#[track_caller]
pub(crate) fn persist(root: &Expr, config: &Config) -> Result<Expr> {
    let (plan, sources) = planned(std::slice::from_ref(root), &[Want::Tiles], config)?;
    if !root.is_unknown()
        && config.executor()?.fits(&plan.graph).is_err()
        && let Some(make) = config.spill_space()
    {
        return persist_outside(root, make(root.dtype(), root.shape()), config);
    }
    let (results, _) = execute(&plan, &sources, config)?;
    let Some(RootResult::Tiles(mut tiles)) = results.into_iter().next() else {
        unreachable!("the plan was made for tiles")
    };
    let bytes = tiles.tiles.iter().map(|tile| tile.block.bytes() as u64).sum();
    tiles.guard = Some(Arc::new(config.executor()?.claim(bytes)?));
    // Chunks whose sizes nobody knew have them now.
    let grid = if root.is_unknown() { tiles.grid.clone() } else { (**root.grid()).clone() };
    Ok(Expr::persisted(root.dtype(), tiles, grid))
}

/// Computes the root to disk, as the source of a new expression.
#[track_caller]
fn persist_outside(root: &Expr, space: Arc<dyn SpillSpace>, config: &Config) -> Result<Expr> {
    space.divide(spill_pieces(root.grid(), root.dtype()));
    let (plan, sources) = planned(std::slice::from_ref(root), &[Want::Written(space.clone())], config)?;
    execute(&plan, &sources, config)?;
    Ok(Expr::region_source(space, (**root.grid()).clone()))
}

/// Computes the root and tells how long its chunks are along the first axis.
pub(crate) fn chunk_sizes(root: &Expr, config: &Config) -> Result<Vec<usize>> {
    let (plan, sources) = planned(std::slice::from_ref(root), &[Want::Tiles], config)?;
    let (results, _) = execute(&plan, &sources, config)?;
    match results.into_iter().next() {
        Some(RootResult::Tiles(tiles)) => Ok(tiles.tiles.iter().map(|tile| tile.block.shape()[0]).collect()),
        _ => unreachable!("the plan was made for tiles"),
    }
}

/// Describes the roots before and after optimising.
pub(crate) fn explain(roots: &Roots, config: &Config) -> Result<Explanation> {
    let wants = Sinks::preview(roots).wants(roots.exprs().len());
    let executor = config.executor()?;
    let fits = |graph: &TaskGraph| executor.fits(graph);
    let spill = config.spill_space();
    let within = executor.memory_limit().map(|bytes| Within { bytes, fits: &fits, spill, units: None });
    Ok(chunkwise_expr::explain(roots.exprs(), &wants, within.as_ref())?)
}
