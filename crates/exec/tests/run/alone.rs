//! Graphs of one task, which have a way of their own where there is no limit: with the same results.

use std::panic::{AssertUnwindSafe, catch_unwind};

use chunkwise_exec::{CancelToken, ExecError, Executor, Options, Work};
use chunkwise_plan::{TaskGraph, TaskId};
use smallvec::SmallVec;

use crate::support::*;

/// One that schedules, as it has a limit to keep, and those that need not.
fn executors() -> [Executor; 3] {
    [executor(2, Some(1000)), executor(2, None), Executor::default()]
}

/// A graph of one task, whose result is kept so many times.
fn one(kept: usize) -> TaskGraph {
    let mut graph = TaskGraph::new();
    let task = graph.push(&[], 10, 5);
    (0..kept).for_each(|_| graph.keep(task));
    graph.hold(100);
    graph
}

#[test]
fn results_and_peaks() {
    for kept in 0..3 {
        let graph = one(kept);
        for executor in executors() {
            let work = Mix::new(&graph, nothing);
            let run = work.on(&executor).unwrap();
            assert_eq!(values(&run), reference(&graph));
            assert_eq!(run.outputs.len(), kept);
            assert_eq!((run.stats.tasks, run.stats.threads, run.stats.peak_bytes), (1, 1, 115));
            assert_eq!(work.ledger.live() > 0, kept > 0, "what nobody keeps is dropped");
            drop(run);
            assert_eq!(work.ledger.live(), 0);
        }
    }
}

#[test]
fn failures_panics_and_cancellation() {
    let graph = one(1);
    for executor in executors() {
        let error = Mix::new(&graph, |task, _: &Inputs| Err(Broken::Told(task))).on(&executor).unwrap_err();
        assert!(matches!(error, ExecError::Task { task: 0, error: Broken::Told(0) }), "{error:?}");
        let error = Mix::new(&graph, |_, _: &Inputs| panic!("enough")).on(&executor).unwrap_err();
        assert!(
            matches!(&error, ExecError::Task { error: Broken::Panicked(text), .. } if text == "enough"),
            "{error:?}"
        );
        let token = CancelToken::new();
        token.cancel();
        let options = Options { cancel: Some(token), ..Options::default() };
        let work = Mix::new(&graph, |_, _: &Inputs| panic!("it is not run"));
        assert!(matches!(executor.execute(&graph, &work, &options), Err(ExecError::Cancelled)));
        assert!(Mix::new(&graph, nothing).on(&executor).is_ok());
    }
}

/// Panics, and when it is asked what that means.
struct Hopeless;

impl Work for Hopeless {
    type Output = ();
    type Error = ();

    fn run(&self, _: TaskId, _: SmallVec<[(); 4]>) -> Result<(), ()> {
        panic!("first")
    }

    fn panicked(&self, _: TaskId, _: Box<dyn std::any::Any + Send>) -> Self::Error {
        panic!("second")
    }
}

#[test]
fn a_panic_about_a_panic_is_the_callers() {
    for executor in executors() {
        let run = || drop(executor.execute(&one(1), &Hopeless, &Options::default()));
        let payload = catch_unwind(AssertUnwindSafe(run)).unwrap_err();
        assert_eq!(payload.downcast_ref::<&str>(), Some(&"second"));
    }
}
