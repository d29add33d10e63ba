//! What the current thread is in the middle of.
//!
//! User code inside a task may use rayon, and while it waits there, rayon lets the thread do other jobs, ours
//! among them. A job that began tasks there would bury the unfinished one under work that has nothing to do
//! with it, so it leaves instead and has its plan told when the thread is free again.

use std::cell::{Cell, RefCell};
use std::sync::Arc;

use crate::jobs::{self, Job};
use crate::lend::Signal;

thread_local! {
    static CONTEXT: Context = const {
        Context {
            depth: Cell::new(0),
            budget: Cell::new(0),
            allowance: Cell::new(0),
            parked: RefCell::new(Vec::new()),
            put_off: RefCell::new(Vec::new()),
        }
    };
}

struct Context {
    /// How many tasks are under way on this thread, each inside the one before.
    depth: Cell<u32>,
    /// The budget that the innermost one draws on, by address; 0 for none.
    budget: Cell<usize>,
    /// What is left of the scratch bytes of the innermost task.
    allowance: Cell<u64>,
    /// Plans whose jobs left because of the task.
    parked: RefCell<Vec<Arc<Signal>>>,
    /// Jobs that were put off because of the task.
    put_off: RefCell<Vec<Job>>,
}

/// Whether a task is under way on this thread.
pub(crate) fn inside_task() -> bool {
    CONTEXT.with(|context| context.depth.get() > 0)
}

/// Marks a task as under way on this thread until the guard is dropped.
pub(crate) fn enter(budget: usize, scratch: u64) -> Inside {
    CONTEXT.with(|context| {
        context.depth.set(context.depth.get() + 1);
        Inside { budget: context.budget.replace(budget), allowance: context.allowance.replace(scratch) }
    })
}

/// If a task is under way on this thread, has the plan told when it is over.
pub(crate) fn park(signal: &Arc<Signal>) -> bool {
    CONTEXT.with(|context| {
        let inside = context.depth.get() > 0;
        if inside {
            context.parked.borrow_mut().push(Arc::clone(signal));
        }
        inside
    })
}

/// Keeps a job until the task that is under way on this thread is over.
pub(crate) fn put_off(job: Job) {
    CONTEXT.with(|context| context.put_off.borrow_mut().push(job));
}

/// A job that was put off on this thread.
pub(crate) fn take_put_off() -> Option<Job> {
    CONTEXT.with(|context| context.put_off.borrow_mut().pop())
}

/// Takes up to so many bytes from the scratch of the innermost task, if that task counts with this budget.
pub(crate) fn draw(budget: usize, bytes: u64) -> u64 {
    CONTEXT.with(|context| {
        if context.depth.get() == 0 || context.budget.get() != budget {
            return 0;
        }
        let drawn = bytes.min(context.allowance.get());
        context.allowance.set(context.allowance.get() - drawn);
        drawn
    })
}

/// Gives back what was drawn, on the same thread and inside the same task.
pub(crate) fn give_back(bytes: u64) {
    CONTEXT.with(|context| context.allowance.set(context.allowance.get() + bytes));
}

/// See [`enter`].
pub(crate) struct Inside {
    budget: usize,
    allowance: u64,
}

impl Drop for Inside {
    fn drop(&mut self) {
        let is_awaited = CONTEXT.with(|context| {
            context.budget.set(self.budget);
            context.allowance.set(self.allowance);
            context.depth.set(context.depth.get() - 1);
            let waiting = || !context.parked.borrow().is_empty() || !context.put_off.borrow().is_empty();
            context.depth.get() == 0 && waiting()
        });
        if is_awaited {
            let (parked, put_off) = CONTEXT.with(|context| (context.parked.take(), context.put_off.take()));
            parked.iter().for_each(|signal| signal.release());
            jobs::resume(put_off);
        }
    }
}
