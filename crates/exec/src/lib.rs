//! Runs the tasks of a graph: when, on which thread, within which memory.
//!
//! A [`TaskGraph`] says which task reads which and how many bytes each needs; a
//! [`Work`] says what the tasks do; an [`Executor`] brings them together. What the layers below are for:
//!
//! - `scheduler` decides: a state machine without threads or locks, with its set of `ready` tasks and, under a
//!   memory limit, the `order` that fits and the `admission` of tasks ahead of it;
//! - `worker` acts: threads that exchange finished tasks for new ones; `lend` brings them to the plan and
//!   `context` keeps them from burying an unfinished task under another plan's;
//! - `budget` divides an executor's memory between its runs;
//! - `tasks` and `slots` run a task and hold its result until it is read;
//! - `observe` is what listeners hear, and `watch` tells them;
//! - `jobs` are what runs on an executor's threads without anybody waiting.

mod admission;
mod budget;
mod cancel;
mod context;
mod error;
mod executor;
mod jobs;
mod lend;
mod observe;
mod order;
mod ready;
mod run;
mod scheduler;
mod slots;
mod sync;
mod tasks;
#[cfg(test)]
mod testing;
mod watch;
mod worker;

use chunkwise_plan::{TaskGraph, TaskId};
use smallvec::SmallVec;

pub use cancel::CancelToken;
pub use error::ExecError;
pub use executor::{Claim, Config, Executor, Options, OutOfMemory};
pub use jobs::help;
pub use observe::{Description, Event, Interest, Listener, Observer, Outcome, RunInfo, StageSummary, Thread};
pub use run::{Run, Stats};

/// What tasks do. The executor knows nothing else of them.
pub trait Work: Sync {
    /// The result of a task; clones share it.
    type Output: Clone + Send + Sync;
    /// Why a task failed.
    type Error: Send;

    /// Runs a task on the results of its inputs, in the order of the graph's edges. The last reader of a
    /// result gets the only handle to it.
    ///
    /// # Errors
    /// Whatever keeps the task from finishing; nothing more of the graph is run.
    fn run(&self, task: TaskId, inputs: SmallVec<[Self::Output; 4]>) -> Result<Self::Output, Self::Error>;

    /// The error for a task that panicked.
    fn panicked(&self, task: TaskId, payload: Box<dyn std::any::Any + Send>) -> Self::Error;

    /// What the tasks are, for those who watch.
    fn description(&self) -> Option<&dyn Description> {
        None
    }
}

/// Runs a graph on the caller's rayon pool without a memory limit: [`Executor::execute`] of a default one.
///
/// # Errors
/// As for [`Executor::execute`].
///
/// # Panics
/// Only if [`Work::panicked`] does.
pub fn execute<W: Work>(
    graph: &TaskGraph,
    work: &W,
    options: &Options,
) -> Result<Run<W::Output>, ExecError<W::Error>> {
    Executor::default().execute(graph, work, options)
}
