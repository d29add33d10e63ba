//! Errors, panics and cancellation, and that everything is usable and dropped afterwards.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, mpsc};
use std::thread;
use std::time::Duration;

use chunkwise_exec::{CancelToken, ExecError, Executor, Options, Work};
use chunkwise_plan::{TaskGraph, TaskId};
use smallvec::SmallVec;

use crate::support::*;
use crate::testing::random_graph;

/// Executors with own threads, and one that works on whatever pool it is called in.
fn executors() -> Vec<Executor> {
    vec![executor(1, None), executor(2, None), executor(7, Some(100_000)), Executor::default()]
}

fn still_works(executor: &Executor) {
    let graph = random_graph(5, 100);
    let run = Mix::new(&graph, nothing).on(executor).unwrap();
    assert_eq!(values(&run), reference(&graph));
}

#[test]
fn the_first_error_ends_the_run() {
    let graph = fan_in(1000, 1, 0);
    for executor in executors() {
        let begun = AtomicUsize::new(0);
        let work = Mix::new(&graph, |task, _: &Inputs| {
            begun.fetch_add(1, Ordering::SeqCst);
            if task == 100 { Err(Broken::Told(task)) } else { Ok(()) }
        });
        let error = work.on(&executor).unwrap_err();
        assert!(matches!(error, ExecError::Task { task: 100, error: Broken::Told(100) }), "{error:?}");
        assert!(begun.load(Ordering::SeqCst) < 1000, "the rest is not run");
        assert_eq!(work.ledger.live(), 0);
        still_works(&executor);
    }
}

#[test]
fn of_several_errors_the_one_of_the_lowest_task_is_returned() {
    let barrier = std::sync::Barrier::new(2);
    let mut graph = TaskGraph::new();
    graph.push(&[], 1, 0);
    graph.push(&[], 1, 0);
    let work = Mix::new(&graph, |task, _: &Inputs| {
        barrier.wait();
        thread::sleep(Duration::from_millis(if task == 0 { 50 } else { 0 }));
        Err(Broken::Told(task))
    });
    let error = work.on(&executor(2, None)).unwrap_err();
    assert!(matches!(error, ExecError::Task { task: 0, .. }), "{error:?}");
}

#[test]
fn a_panic_becomes_an_error_and_the_pool_survives() {
    let graph = fan_in(100, 1, 0);
    for executor in executors() {
        for _ in 0..20 {
            let work = Mix::new(&graph, |task, _: &Inputs| match task {
                42 => panic!("task {task} has had enough"),
                _ => Ok(()),
            });
            match work.on(&executor).unwrap_err() {
                ExecError::Task { task: 42, error: Broken::Panicked(text) } => {
                    assert_eq!(text, "task 42 has had enough");
                }
                error => panic!("{error:?}"),
            }
            assert_eq!(work.ledger.live(), 0);
        }
        still_works(&executor);
    }
}

#[test]
fn a_panic_about_a_panic_reaches_the_caller() {
    struct Hopeless;
    impl Work for Hopeless {
        type Output = ();
        type Error = ();
        fn run(&self, _: TaskId, _: SmallVec<[(); 4]>) -> Result<(), ()> {
            panic!("first")
        }
        fn panicked(&self, _: TaskId, _: Box<dyn std::any::Any + Send>) {
            panic!("second")
        }
    }
    let graph = fan_in(10, 1, 0);
    for executor in executors() {
        let run = || drop(executor.execute(&graph, &Hopeless, &Options::default()));
        let payload = catch_unwind(AssertUnwindSafe(run)).unwrap_err();
        assert_eq!(payload.downcast_ref::<&str>(), Some(&"second"));
        still_works(&executor);
    }
}

#[test]
fn a_cancelled_run_begins_no_more_tasks() {
    let graph = fan_in(1000, 1, 0);
    for executor in executors() {
        let token = CancelToken::new();
        let options = Options { cancel: Some(token.clone()), ..Options::default() };
        let begun = AtomicUsize::new(0);
        let work = Mix::new(&graph, |task, _: &Inputs| {
            begun.fetch_add(1, Ordering::SeqCst);
            if task == 10 {
                token.cancel();
            }
            Ok(())
        });
        let error = executor.execute(&graph, &work, &options).unwrap_err();
        assert!(matches!(error, ExecError::Cancelled), "{error:?}");
        assert!(begun.load(Ordering::SeqCst) <= 1000);
        assert_eq!(work.ledger.live(), 0);

        // It stays cancelled, and then nothing is run at all.
        begun.store(0, Ordering::SeqCst);
        assert!(matches!(executor.execute(&graph, &work, &options), Err(ExecError::Cancelled)));
        assert_eq!(begun.load(Ordering::SeqCst), 0);
        still_works(&executor);
    }
}

#[test]
fn cancelling_after_the_last_task_changes_nothing() {
    let graph = fan_in(3, 1, 0);
    let token = CancelToken::new();
    let options = Options { cancel: Some(token.clone()), ..Options::default() };
    let work = Mix::new(&graph, |task, _: &Inputs| {
        if task == 3 {
            token.cancel();
        }
        Ok(())
    });
    assert_eq!(executor(2, None).execute(&graph, &work, &options).unwrap().outputs.len(), 1);
}

#[test]
fn cancelling_wakes_a_run_that_waits_for_memory() {
    in_time(|| {
        let executor = executor(2, Some(100));
        let (begun, has_begun) = mpsc::channel();
        let (end, may_end) = mpsc::channel::<()>();
        let may_end = Mutex::new(may_end);
        let mut graph = TaskGraph::new();
        graph.push(&[], 100, 0);
        let token = CancelToken::new();
        let options = Options { cancel: Some(token.clone()), ..Options::default() };
        thread::scope(|scope| {
            let holding = scope.spawn(|| {
                let work = Mix::new(&graph, |_, _: &Inputs| {
                    begun.send(()).unwrap();
                    may_end.lock().unwrap().recv().unwrap();
                    Ok(())
                });
                work.on(&executor).unwrap()
            });
            has_begun.recv().unwrap();
            let waiting = scope.spawn(|| {
                let work = Mix::new(&graph, |_, _: &Inputs| panic!("there was no memory for this"));
                executor.execute(&graph, &work, &options).unwrap_err()
            });
            thread::sleep(Duration::from_millis(20));
            assert!(!waiting.is_finished());
            token.cancel();
            assert!(matches!(waiting.join().unwrap(), ExecError::Cancelled));
            end.send(()).unwrap();
            holding.join().unwrap();
        });
    });
}

#[test]
fn cancelling_does_not_wait_for_somebody_elses_tasks() {
    in_time(|| {
        let (end, may_end) = mpsc::channel::<()>();
        let (begun, has_begun) = mpsc::channel();
        let may_end = Mutex::new(may_end);
        let executor = executor(2, None);
        // Callers would take part in smaller graphs.
        let mut graph = TaskGraph::new();
        for _ in 0..100 {
            graph.push(&[], 1, 0);
        }
        let token = CancelToken::new();
        let options = Options { cancel: Some(token.clone()), ..Options::default() };
        thread::scope(|scope| {
            let busy = scope.spawn(|| {
                let work = Mix::new(&graph, |_, _: &Inputs| {
                    begun.send(()).unwrap();
                    // Nothing is sent; the wait ends for all with the sender.
                    let _ = may_end.lock().unwrap().recv();
                    Ok(())
                });
                work.on(&executor).unwrap()
            });
            has_begun.recv().unwrap();
            has_begun.recv().unwrap();
            // Both threads are taken; this one's jobs stand in the queue.
            let queued = scope.spawn(|| {
                let work = Mix::new(&graph, nothing);
                executor.execute(&graph, &work, &options).unwrap_err()
            });
            thread::sleep(Duration::from_millis(20));
            assert!(!queued.is_finished());
            token.cancel();
            assert!(matches!(queued.join().unwrap(), ExecError::Cancelled));
            drop(end);
            busy.join().unwrap();
        });
    });
}
