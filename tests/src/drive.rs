//! Running expressions without the executor: one thread, tasks in any order that their edges allow.
//!
//! The oracle tests look at planner and kernels this way, with every combination of passes and instruction sets.

use std::fmt;

use chunkwise_core::Block;
use chunkwise_expr::{Expr, Optimise, Want, plan, plan_in_units};
use chunkwise_kernels::Isa;
use chunkwise_plan::{Plan, RootResult, Runner, Sources, TaskId, TaskOutput};

use crate::{Rng, Values};

/// How expressions are planned and run.
#[derive(Clone, Copy, Debug)]
pub struct Setting {
    /// Which passes of the optimiser run.
    pub optimise: Optimise,
    /// The instruction set that kernels are compiled for.
    pub isa: Isa,
    /// Elements of a unit of work; the engine's own units (`None`) are larger than the arrays of most tests.
    pub unit: Option<usize>,
    /// Seed of the order of tasks; `None` for the order of their numbers.
    pub shuffle: Option<u64>,
}

impl Setting {
    /// Every combination of passes and available instruction sets, in various orders of tasks and with units of
    /// one element to thousands.
    pub fn all() -> Vec<Self> {
        let mut all = Vec::new();
        for isa in Isa::available() {
            for optimise in [Optimise::All, Optimise::Nothing] {
                let shuffle = (all.len() % 2 == 1).then_some(all.len() as u64);
                let unit = [Some(7), Some(1), None, Some(29), Some(3), Some(150)][all.len() % 6];
                all.push(Setting { optimise, isa, unit, shuffle });
            }
        }
        all
    }

    /// What users get.
    pub fn usual() -> Self {
        Setting { optimise: Optimise::All, isa: Isa::detect(), unit: None, shuffle: None }
    }

    /// Number `n` of all combinations, counted around.
    pub fn nth(n: usize) -> Self {
        let all = Self::all();
        all[n % all.len()]
    }
}

/// Why a computation has no values.
#[derive(Debug)]
pub struct Failure(pub String);

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The values of some expressions, computed together.
///
/// # Errors
/// The message of whatever kept them from being planned or computed.
pub fn evaluate(roots: &[Expr], setting: Setting) -> Result<Vec<Values>, Failure> {
    let failure = |e: &dyn fmt::Display| Failure(e.to_string());
    let planned = match setting.unit {
        Some(elements) => plan_in_units(roots, Want::Array, setting.optimise, elements),
        None => plan(roots, Want::Array, setting.optimise),
    };
    let (plan, sources) = planned.map_err(|e| failure(&e))?;
    let results = run(&plan, &sources, setting)?;
    assert_eq!(results.len(), roots.len(), "one result per root");
    Ok(results.iter().map(Values::of_block).collect())
}

fn run(plan: &Plan, sources: &Sources, setting: Setting) -> Result<Vec<Block>, Failure> {
    let runner =
        Runner::new(plan, sources, setting.isa).map_err(|(label, e)| Failure(format!("{label}: {e}")))?;
    let graph = &plan.graph;
    let mut outputs: Vec<Option<TaskOutput>> = vec![None; graph.len()];
    let (starts, readers) = graph.readers();
    let mut unread: Vec<u32> = starts.windows(2).map(|w| w[1] - w[0]).collect();
    let mut missing: Vec<usize> = (0..graph.len()).map(|t| graph.inputs(t as TaskId).len()).collect();
    let mut ready: Vec<TaskId> = (0..graph.len() as TaskId).filter(|&t| missing[t as usize] == 0).collect();
    ready.reverse();
    let mut rng = setting.shuffle.map(Rng::new);
    let mut done = 0;
    while !ready.is_empty() {
        let at = rng.as_mut().map_or(ready.len() - 1, |rng| rng.below(ready.len()));
        let task = ready.swap_remove(at);
        // Results are given up to their last reader, as the executor does, so that kernels work in place.
        let mut inputs: Vec<TaskOutput> = Vec::new();
        for &input in graph.inputs(task) {
            let output = &mut outputs[input as usize];
            unread[input as usize] -= 1;
            let last = unread[input as usize] == 0 && !graph.kept().contains(&input);
            inputs
                .push(if last { output.take() } else { output.clone() }.expect("computed before it is read"));
        }
        outputs[task as usize] = Some(runner.run(task, &mut inputs).map_err(|e| Failure(e.to_string()))?);
        done += 1;
        for &reader in &readers[starts[task as usize] as usize..starts[task as usize + 1] as usize] {
            missing[reader as usize] -= 1;
            if missing[reader as usize] == 0 {
                ready.push(reader);
            }
        }
    }
    assert_eq!(done, graph.len(), "every task becomes ready");
    let kept = graph.kept().iter().map(|&t| outputs[t as usize].clone().expect("a kept result")).collect();
    drop(outputs);
    let results = runner.into_results(kept).into_iter();
    Ok(results
        .map(|result| match result {
            RootResult::Array(block) => block,
            other => panic!("a root wanted as an array is {other:?}"),
        })
        .collect())
}
