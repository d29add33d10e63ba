//! Runs the tasks of a graph: when, on which thread, within which memory.

use chunkwise_plan::TaskId;
use smallvec::SmallVec;

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
}
