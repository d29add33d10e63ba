//! What can be seen of a run while it goes on.

use chunkwise_plan::TaskId;

/// Something that happened in a run.
///
/// Events of one thread come in their order; those of different threads may overtake one another on their way
/// to the observer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event {
    /// A task begins.
    TaskStarted {
        /// The task.
        task: TaskId,
        /// The index of the thread in its pool; 0 outside of any.
        thread: usize,
    },
    /// A task ended, well or not.
    TaskFinished {
        /// The task.
        task: TaskId,
        /// The index of the thread in its pool; 0 outside of any.
        thread: usize,
    },
    /// A result has been read by its last reader.
    ResultFreed {
        /// The task that made it.
        task: TaskId,
    },
    /// Bytes counted as held after tasks were taken up or reported: results that are yet to be read,
    /// and results and scratch of the tasks taken up.
    Held {
        /// The bytes.
        bytes: u64,
    },
}

/// Hears of every event of the runs it is given to, on the threads where they happen.
///
/// It is called outside the executor's locks. A panic in it is caught and ignored.
pub trait Observer: Send + Sync {
    /// Takes note of an event.
    fn event(&self, event: Event);
}

impl<F: Fn(Event) + Send + Sync> Observer for F {
    fn event(&self, event: Event) {
        self(event);
    }
}
