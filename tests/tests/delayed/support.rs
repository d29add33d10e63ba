//! What the modules share: counted functions, and threads that meet.

use chunkwise::prelude::*;
use chunkwise::{Error, TaskError};
pub(crate) use chunkwise_tests::{Calls, Meeting};

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

#[track_caller]
pub(crate) fn task_error<T: std::fmt::Debug>(result: Result<T, Error>) -> TaskError {
    match result {
        Err(Error::Task(task)) => *task,
        other => panic!("not the error of a task: {other:?}"),
    }
}
