//! What can keep a graph from finishing.

use chunkwise_plan::TaskId;

/// Why a graph was not run to its end.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExecError<E> {
    /// A task failed or panicked. Tasks in flight were finished, no others were begun. Where several failed,
    /// this is the one of lowest id.
    #[error("task {task} failed")]
    Task {
        /// The task.
        task: TaskId,
        /// What it returned, or what [`Work::panicked`](crate::Work::panicked) made of its panic.
        #[source]
        error: E,
    },
    /// The graph cannot run within the memory limit. Nothing was run.
    #[error("task {task} needs {needed} bytes while {held} are held, and the memory limit is {limit} bytes")]
    Memory {
        /// The first task that does not fit.
        task: TaskId,
        /// Bytes of its result and scratch.
        needed: u64,
        /// Bytes that are held by then: results that are yet to be read, what is held throughout or claimed, and
        /// what other computations hold if this one could not wait for them.
        held: u64,
        /// Bytes that may be held at once.
        limit: u64,
    },
    /// The [`CancelToken`](crate::CancelToken) was cancelled before all tasks were done.
    #[error("the computation was cancelled")]
    Cancelled,
    /// The threads could not be created.
    #[error("cannot create threads: {0}")]
    Threads(String),
}
