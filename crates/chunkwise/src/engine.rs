//! From expressions to values: the one place where the facade meets planner and executor.

use std::any::Any;
use std::sync::Arc;

use chunkwise_core::RegionSink;
use chunkwise_exec::{Description, ExecError, Stats, Work};
use chunkwise_expr::{Expr, ExprError, Optimise, Want, plan};
use chunkwise_kernels::Isa;
use chunkwise_plan::{Plan, RootResult, Runner, Sources, TaskError, TaskId, TaskOutput};
use smallvec::SmallVec;

use crate::watching::Stages;
use crate::{Config, Error, Explanation, Result, futures};

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
    futures::settle(sources)?;
    let executor = config.executor()?;
    let runner = Runner::new(plan, sources, Isa::detect())
        .map_err(|(stage, source)| ExprError::Program { stage, source })?;
    let tasks = Tasks(runner, Stages::new(plan));
    let run = executor.execute(&plan.graph, &tasks, config.options()).map_err(|error| match error {
        ExecError::Memory { task, needed, held, limit } => {
            let (op, block, origin) = tasks.0.describe(task);
            let kept = plan.graph.kept().iter().map(|&task| plan.graph.output_bytes(task));
            let result = kept.fold(plan.graph.held_throughout(), u64::saturating_add);
            Error::MemoryLimit { op, block, origin, needed, held, result, limit }
        }
        ExecError::Task { error, .. } => Error::Task(Box::new(error)),
        other => Error::Execution(other),
    })?;
    Ok((tasks.0.into_results(run.outputs), run.stats))
}

/// Computes the roots, sharing their common work: arrays come as blocks that are row-major over the whole of a
/// `Vec`'s buffer.
pub(crate) fn run(roots: &[Expr], config: &Config) -> Result<(Vec<RootResult>, Stats)> {
    let (plan, sources) = plan(roots, Want::Arrays, Optimise::All)?;
    execute(&plan, &sources, config)
}

/// Computes a delayed value and keeps it.
#[track_caller]
pub(crate) fn persist_value(root: &Expr, config: &Config) -> Result<Expr> {
    let Some(function) = root.function() else {
        return Ok(root.clone());
    };
    let bytes = function.bytes();
    let (results, _) = run(std::slice::from_ref(root), config)?;
    let Some(RootResult::Value(value)) = results.into_iter().next() else {
        unreachable!("the root is a delayed value")
    };
    let claim = config.executor()?.claim(bytes)?;
    Ok(Expr::value(value, Some(Arc::new(claim))))
}

/// Computes the root and keeps its blocks as the source of a new expression.
#[track_caller]
pub(crate) fn persist(root: &Expr, config: &Config) -> Result<Expr> {
    let (plan, sources) = plan(std::slice::from_ref(root), Want::Tiles, Optimise::All)?;
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

/// Computes the root and tells how long its chunks are along the first axis.
pub(crate) fn chunk_sizes(root: &Expr, config: &Config) -> Result<Vec<usize>> {
    let (plan, sources) = plan(std::slice::from_ref(root), Want::Tiles, Optimise::All)?;
    let (results, _) = execute(&plan, &sources, config)?;
    match results.into_iter().next() {
        Some(RootResult::Tiles(tiles)) => Ok(tiles.tiles.iter().map(|tile| tile.block.shape()[0]).collect()),
        _ => unreachable!("the plan was made for tiles"),
    }
}

/// Computes the root and gives its tiles to the sink, on any thread, in any order. Holds no handle on the sink when
/// it returns.
pub(crate) fn store(root: &Expr, sink: Arc<dyn RegionSink>, config: &Config) -> Result<()> {
    let (plan, mut sources) = plan(std::slice::from_ref(root), Want::Written, Optimise::All)?;
    sources.sinks.push(sink);
    execute(&plan, &sources, config)?;
    Ok(())
}

/// Describes the roots before and after optimising.
pub(crate) fn explain(roots: &[Expr]) -> Result<Explanation> {
    Ok(chunkwise_expr::explain(roots)?)
}
