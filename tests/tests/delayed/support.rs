//! What the modules share: counted functions, and threads that meet.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use chunkwise::prelude::*;
use chunkwise::{Error, TaskError};

/// Counts the calls of a function that is handed to the engine.
#[derive(Clone, Default)]
pub(crate) struct Calls(Arc<AtomicUsize>);

impl Calls {
    /// Counts one.
    pub(crate) fn count(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    /// How many there were since the last question.
    pub(crate) fn take(&self) -> usize {
        self.0.swap(0, Ordering::Relaxed)
    }
}

/// A function that adds one, and counts how often it does.
pub(crate) fn counted_inc() -> (DelayedFn<(i64,), i64>, Calls) {
    let calls = Calls::default();
    let counted = calls.clone();
    let inc = delayed(move |v: &i64| {
        counted.count();
        v + 1
    });
    (inc.named("inc"), calls)
}

/// Where threads wait for one another.
#[derive(Clone, Default)]
pub(crate) struct Meeting(Arc<(Mutex<usize>, Condvar)>);

impl Meeting {
    /// Waits until `count` threads are here, or for so long that they will not come. Whether they came.
    pub(crate) fn join(&self, count: usize) -> bool {
        let (here, bell) = &*self.0;
        let mut here = here.lock().unwrap();
        *here += 1;
        bell.notify_all();
        let (here, _) = bell.wait_timeout_while(here, Duration::from_secs(20), |here| *here < count).unwrap();
        *here >= count
    }
}

#[track_caller]
pub(crate) fn task_error<T: std::fmt::Debug>(result: Result<T, Error>) -> TaskError {
    match result {
        Err(Error::Task(task)) => *task,
        other => panic!("not the error of a task: {other:?}"),
    }
}
