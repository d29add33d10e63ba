//! Where a result will be, and who is told when it is there.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::task::Waker;
use std::time::Duration;

use chunkwise_exec::{CancelToken, help};
use chunkwise_plan::Value;

use crate::Error;

/// The value of a task, or what kept it from one.
pub(crate) type Outcome = Result<Value, Arc<Error>>;

/// Something to do when a task is done. Short: it runs on the thread that finished the task.
type Callback = Box<dyn FnOnce() + Send>;

/// The place of one result.
pub(crate) struct Cell {
    state: Mutex<State>,
    bell: Condvar,
    /// Gives up the computation.
    pub(super) cancel: CancelToken,
    pub(super) name: String,
}

enum State {
    Waiting { wakers: Vec<Waker>, callbacks: Vec<Callback> },
    Done(Outcome),
}

/// How long a thread of a pool sleeps before it looks for jobs again.
const NAP: Duration = Duration::from_millis(1);

impl Cell {
    pub(super) fn new(name: String, cancel: CancelToken) -> Arc<Cell> {
        let state = Mutex::new(State::Waiting { wakers: Vec::new(), callbacks: Vec::new() });
        Arc::new(Cell { state, bell: Condvar::new(), cancel, name })
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Settles the result, unless it is settled, and tells everybody.
    pub(super) fn complete(&self, outcome: Outcome) {
        let waiting = {
            let mut state = self.lock();
            if matches!(*state, State::Done(_)) {
                return;
            }
            std::mem::replace(&mut *state, State::Done(outcome))
        };
        self.bell.notify_all();
        let State::Waiting { wakers, callbacks } = waiting else { return };
        // What a waker's panic would keep from happening is no business of the waker's.
        for waker in wakers {
            let _ = catch_unwind(AssertUnwindSafe(|| waker.wake()));
        }
        run_in_turn(callbacks);
    }

    /// The outcome, if it is there.
    pub(super) fn outcome(&self) -> Option<Outcome> {
        match &*self.lock() {
            State::Done(outcome) => Some(outcome.clone()),
            State::Waiting { .. } => None,
        }
    }

    pub(super) fn is_done(&self) -> bool {
        matches!(*self.lock(), State::Done(_))
    }

    /// The outcome, or a note to wake the waker when it is there.
    pub(super) fn poll(&self, waker: &Waker) -> Option<Outcome> {
        match &mut *self.lock() {
            State::Done(outcome) => Some(outcome.clone()),
            State::Waiting { wakers, .. } => {
                if !wakers.iter().any(|known| known.will_wake(waker)) {
                    wakers.push(waker.clone());
                }
                None
            }
        }
    }

    /// Runs a callback when the result is there, which may be now.
    pub(super) fn when_done(&self, callback: impl FnOnce() + Send + 'static) {
        let callback: Callback = Box::new(callback);
        if let State::Waiting { callbacks, .. } = &mut *self.lock() {
            callbacks.push(callback);
            return;
        }
        run_in_turn(vec![callback]);
    }

    /// Waits for the outcome. A thread of a pool runs other jobs of the pool meanwhile, so that tasks that need this
    /// thread can finish.
    pub(super) fn wait(&self) -> Outcome {
        loop {
            let mut state = self.lock();
            if let State::Done(outcome) = &*state {
                return outcome.clone();
            }
            if rayon::current_thread_index().is_none() {
                while let State::Waiting { .. } = *state {
                    state = self.bell.wait(state).unwrap_or_else(PoisonError::into_inner);
                }
                continue;
            }
            drop(state);
            if !help() {
                let state = self.lock();
                if matches!(*state, State::Waiting { .. }) {
                    drop(self.bell.wait_timeout(state, NAP));
                }
            }
        }
    }
}

/// Runs callbacks, and those that they bring about, one after the other: a chain of any length takes no stack.
fn run_in_turn(callbacks: Vec<Callback>) {
    thread_local! {
        static WAITING: RefCell<Option<VecDeque<Callback>>> = const { RefCell::new(None) };
    }
    let first = WAITING.with_borrow_mut(|waiting| {
        let first = waiting.is_none();
        waiting.get_or_insert_default().extend(callbacks);
        first
    });
    if !first {
        return;
    }
    while let Some(callback) = WAITING.with_borrow_mut(|waiting| {
        let next = waiting.as_mut().and_then(VecDeque::pop_front);
        if next.is_none() {
            *waiting = None;
        }
        next
    }) {
        // A callback may drop values of the user's, whose panics are not to keep the next one from being run.
        let _ = catch_unwind(AssertUnwindSafe(callback));
    }
}
