//! Running one task: its inputs fetched, its panic caught, its result put away.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

use chunkwise_plan::{TaskGraph, TaskId};
use smallvec::SmallVec;

use crate::observe::{Event, Thread};
use crate::slots::Slots;
use crate::watch::Watch;
use crate::{Work, context};

/// What running a task takes, and nothing of when to run it.
pub(crate) struct Tasks<'a, W: Work> {
    pub(crate) graph: &'a TaskGraph,
    pub(crate) work: &'a W,
    pub(crate) slots: Slots<W::Output>,
    pub(crate) watch: &'a Watch<'a>,
    /// The budget in which the tasks' bytes are counted; 0 for none.
    pub(crate) budget: usize,
}

/// Why a task left no result.
pub(crate) enum Failure<E> {
    /// It failed, or panicked and the work made an error of it.
    Error(E),
    /// The work panicked even then. The caller gets to see this panic.
    Panic(Box<dyn Any + Send>),
}

impl<W: Work> Tasks<'_, W> {
    /// Runs a task whose inputs are there. Does not panic.
    pub(crate) fn run(&self, task: TaskId) -> Result<(), Failure<W::Error>> {
        let _inside = context::enter(self.budget, self.graph.scratch_bytes(task));
        if self.watch.is_keen() {
            self.watch.tell(Event::TaskStarted { task, thread: Thread::current() });
        }
        let result = catch_unwind(AssertUnwindSafe(|| {
            let mut inputs = SmallVec::new();
            for &input in self.graph.inputs(task) {
                inputs.push(self.slots.take(input));
            }
            self.slots.put(task, self.work.run(task, inputs)?);
            Ok(())
        }));
        if self.watch.is_heard() {
            let failed = !matches!(result, Ok(Ok(())));
            self.watch.tell_all(Event::TaskFinished { task, thread: Thread::current(), failed });
        }
        settled(self.work, task, result)
    }

    pub(crate) fn observe(&self, event: Event) {
        self.watch.tell(event);
    }
}

/// Runs a task that reads no other, outside of any plan's bookkeeping. Does not panic.
pub(crate) fn run_alone<W: Work>(
    work: &W,
    task: TaskId,
    scratch: u64,
) -> Result<W::Output, Failure<W::Error>> {
    let _inside = context::enter(0, scratch);
    let result = catch_unwind(AssertUnwindSafe(|| work.run(task, SmallVec::new())));
    settled(work, task, result)
}

/// What became of a task, a panic made into an error.
fn settled<W: Work, T>(
    work: &W,
    task: TaskId,
    result: std::thread::Result<Result<T, W::Error>>,
) -> Result<T, Failure<W::Error>> {
    match result {
        Ok(result) => result.map_err(Failure::Error),
        Err(payload) => Err(catch_unwind(AssertUnwindSafe(|| work.panicked(task, payload)))
            .map_or_else(Failure::Panic, Failure::Error)),
    }
}
