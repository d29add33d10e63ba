//! Lends a plan, which lives on its caller's stack, to jobs of a pool.
//!
//! A rayon scope could do this, but it ends only when every job has run, even those that come too late to
//! find anything to do, and these may stand in a queue behind the long tasks of somebody else. Here a job
//! passes a gate before it touches the plan. Once the gate is closed, late jobs turn away on their own, and
//! the caller waits only for those inside.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

use rayon::ThreadPool;

use crate::cancel::Wake;
use crate::context;
use crate::sync::lock;

/// How long a caller waits for a first job to begin before it asks others to make room.
const PATIENCE: Duration = Duration::from_millis(5);

/// Some caller, none of whose jobs has found a thread, asks for one.
static ASKED: AtomicBool = AtomicBool::new(false);

/// Whether a worker is to leave its thread to a caller who asks for one, if `willing`.
pub(crate) fn give_way(willing: impl FnOnce() -> bool) -> bool {
    ASKED.load(Ordering::Relaxed) && willing() && ASKED.swap(false, Ordering::Relaxed)
}

/// The gate of a plan and the bell of its caller. It outlives both.
#[derive(Debug, Default)]
pub(crate) struct Signal {
    state: Mutex<State>,
    bell: Condvar,
    released: AtomicUsize,
}

#[derive(Debug, Default)]
struct State {
    closed: bool,
    /// Jobs between gate and exit.
    inside: usize,
    rung: bool,
}

impl Signal {
    /// Rings the bell.
    pub(crate) fn ring(&self) {
        lock(&self.state).rung = true;
        self.bell.notify_one();
    }

    /// Says that a job which had left early could be replaced now.
    pub(crate) fn release(&self) {
        self.released.fetch_add(1, Ordering::SeqCst);
        self.ring();
    }

    /// How many jobs were released since this was last asked.
    pub(crate) fn take_released(&self) -> usize {
        if self.released.load(Ordering::SeqCst) == 0 { 0 } else { self.released.swap(0, Ordering::SeqCst) }
    }

    /// Waits until the bell has been rung since the last wait. Only the caller of the plan waits, so one waker
    /// is enough.
    pub(crate) fn wait(&self) {
        let mut state = lock(&self.state);
        while !state.rung {
            state = self.bell.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        state.rung = false;
    }

    /// The same for a caller who takes no part in the work: while no job has passed the gate, asks others
    /// to make room.
    pub(crate) fn wait_for_workers(&self) {
        let mut state = lock(&self.state);
        while !state.rung {
            if state.inside > 0 {
                state = self.bell.wait(state).unwrap_or_else(PoisonError::into_inner);
            } else {
                let (next, timeout) =
                    self.bell.wait_timeout(state, PATIENCE).unwrap_or_else(PoisonError::into_inner);
                state = next;
                if timeout.timed_out() && state.inside == 0 && !state.rung {
                    // Asked again and again, as the thread that hears it may then do something else.
                    ASKED.store(true, Ordering::Relaxed);
                }
            }
        }
        state.rung = false;
    }

    fn enter(&self) -> bool {
        let mut state = lock(&self.state);
        state.inside += usize::from(!state.closed);
        !state.closed
    }

    fn leave(&self) {
        let mut state = lock(&self.state);
        state.inside -= 1;
        if state.inside == 0 {
            // The caller waits for this at the end, and before that waits otherwise than with jobs inside.
            self.bell.notify_one();
        }
    }

    fn close(&self) {
        let mut state = lock(&self.state);
        state.closed = true;
        while state.inside > 0 {
            state = self.bell.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn is_closed(&self) -> bool {
        lock(&self.state).closed
    }
}

impl Wake for Signal {
    fn wake(&self) {
        self.ring();
    }
}

type Body<'b> = dyn Fn(&Lent) + Sync + 'b;

/// A body of work that jobs may run while its owner waits.
#[derive(Clone)]
pub(crate) struct Lent {
    signal: Arc<Signal>,
    body: *const Body<'static>,
}

// SAFETY: the body is `Sync`, and `run` looks at it only between the gate and the exit of the signal, which
// is while `lend` has not returned.
unsafe impl Send for Lent {}

impl Lent {
    /// Spawns a job that runs the body, in the given pool or in the current one.
    pub(crate) fn spawn(&self, pool: Option<&ThreadPool>) {
        let lent = self.clone();
        let job = move || lent.run();
        match pool {
            Some(pool) => pool.spawn(job),
            None => rayon::spawn(job),
        }
    }

    fn run(&self) {
        /// Leaves even when the body panics.
        struct Exit<'s>(&'s Signal);
        impl Drop for Exit<'_> {
            fn drop(&mut self) {
                self.0.leave();
            }
        }
        if self.signal.is_closed() || context::park(&self.signal) || !self.signal.enter() {
            return;
        }
        let _exit = Exit(&self.signal);
        // SAFETY: the gate was open when this job passed it, so `lend`, whose argument the body is, will not
        // return before this job has left.
        let body = unsafe { &*self.body };
        body(self);
    }
}

/// Calls `owner` with a handle that spawns jobs running `body`, and returns when it has returned and no job
/// is in the body any more; jobs that have not begun by then never run it.
pub(crate) fn lend<R>(signal: &Arc<Signal>, body: &Body<'_>, owner: impl FnOnce(&Lent) -> R) -> R {
    /// Closes the gate even when the owner panics.
    struct Closing<'s>(&'s Signal);
    impl Drop for Closing<'_> {
        fn drop(&mut self) {
            self.0.close();
        }
    }
    let body: *const Body<'_> = body;
    // SAFETY: only the lifetime changes. The pointer is followed only before `Closing` is dropped, which is
    // before this function returns and the borrow ends.
    let body = unsafe { std::mem::transmute::<*const Body<'_>, *const Body<'static>>(body) };
    let _closing = Closing(signal);
    owner(&Lent { signal: Arc::clone(signal), body })
}

#[cfg(test)]
mod tests;
