//! User code inside a task that uses rayon, or runs graphs of its own.

use std::cell::Cell;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use chunkwise_exec::{ExecError, Executor};
use chunkwise_plan::TaskGraph;
use rayon::prelude::*;
use rayon::{ThreadPool, ThreadPoolBuilder};

use crate::support::*;
use crate::testing::random_graph;

fn pool(threads: usize) -> ThreadPool {
    ThreadPoolBuilder::new().num_threads(threads).build().unwrap()
}

/// A sum that rayon splits and other threads help with.
fn parallel_sum() -> u64 {
    (0..64u32)
        .into_par_iter()
        .with_max_len(1)
        .map(|number| {
            thread::sleep(Duration::from_micros(20));
            u64::from(number)
        })
        .sum()
}

/// A graph whose tasks run graphs whose tasks run graphs ...
fn nested(depth: u32, executor: &Executor) -> u64 {
    let graph = fan_in(6, 1, 0);
    let work = Mix::new(&graph, |_, _: &Inputs| {
        if depth > 0 {
            nested(depth - 1, executor);
        }
        Ok(())
    });
    let run = work.on(executor).unwrap();
    assert_eq!(values(&run), reference(&graph));
    run.outputs[0].value
}

#[test]
fn tasks_run_graphs_on_the_same_executor() {
    in_time(|| {
        for threads in [1, 2, 7] {
            nested(3, &executor(threads, None));
        }
    });
}

#[test]
fn tasks_run_graphs_on_the_callers_pool() {
    in_time(|| {
        for threads in [1, 2, 7] {
            pool(threads).install(|| nested(3, &Executor::default()));
        }
        nested(2, &Executor::default());
    });
}

#[test]
fn executors_that_call_each_other_do_not_wait_in_a_circle() {
    fn ping(depth: u32, here: &Executor, there: &Executor) {
        let graph = fan_in(4, 1, 0);
        let work = Mix::new(&graph, |_, _: &Inputs| {
            if depth > 0 {
                ping(depth - 1, there, here);
            }
            Ok(())
        });
        assert_eq!(values(&work.on(here).unwrap()), reference(&graph));
    }
    in_time(|| ping(4, &executor(2, None), &executor(2, None)));
}

#[test]
fn tasks_use_rayon_while_others_share_the_pool() {
    in_time(|| {
        for threads in [1, 2, 3] {
            let executor = executor(threads, None);
            thread::scope(|scope| {
                for caller in 0..4 {
                    let executor = &executor;
                    scope.spawn(move || {
                        let graph = random_graph(caller, 60);
                        let work = Mix::new(&graph, |_, _: &Inputs| {
                            assert_eq!(parallel_sum(), 2016);
                            Ok(())
                        });
                        assert_eq!(values(&work.on(executor).unwrap()), reference(&graph));
                    });
                }
            });
        }
    });
}

thread_local! {
    static UNDER_WAY: Cell<usize> = const { Cell::new(0) };
}

#[test]
fn no_task_is_buried_under_another_plans() {
    in_time(|| {
        let executor = executor(2, None);
        let buried = AtomicUsize::new(0);
        thread::scope(|scope| {
            for _ in 0..3 {
                scope.spawn(|| {
                    let graph = fan_in(60, 1, 0);
                    let work = Mix::new(&graph, |_, _: &Inputs| {
                        UNDER_WAY.set(UNDER_WAY.get() + 1);
                        buried.fetch_add(usize::from(UNDER_WAY.get() > 1), Ordering::SeqCst);
                        parallel_sum();
                        UNDER_WAY.set(UNDER_WAY.get() - 1);
                        Ok(())
                    });
                    work.on(&executor).unwrap();
                });
            }
        });
        assert_eq!(buried.into_inner(), 0);
    });
}

/// Both threads of the pool are inside tasks of one plan when the other's jobs come: these leave, and must
/// come back.
#[test]
fn a_job_that_left_because_of_a_task_comes_back() {
    in_time(|| {
        let executor = executor(2, None);
        for _ in 0..20 {
            let busy = fan_in(2, 1, 0);
            let other = fan_in(4, 1, 0);
            thread::scope(|scope| {
                scope.spawn(|| {
                    let work = Mix::new(&busy, |_, _: &Inputs| {
                        parallel_sum();
                        Ok(())
                    });
                    work.on(&executor).unwrap();
                });
                thread::sleep(Duration::from_micros(500));
                let run = Mix::new(&other, nothing).on(&executor).unwrap();
                assert_eq!(values(&run), reference(&other));
            });
        }
    });
}

#[test]
fn graphs_are_run_from_rayon_inside_a_task() {
    in_time(|| {
        for threads in [1, 2, 7] {
            let executor = executor(threads, None);
            let graph = fan_in(10, 1, 0);
            let work = Mix::new(&graph, |_, _: &Inputs| {
                (0..8).into_par_iter().for_each(|_| {
                    nested(1, &executor);
                });
                Ok(())
            });
            assert_eq!(values(&work.on(&executor).unwrap()), reference(&graph));
        }
    });
}

#[test]
fn a_graph_inside_a_task_has_the_scratch_of_that_task() {
    in_time(|| {
        // The inner graph needs 5 times 10 bytes, which is what the outer tasks state as scratch.
        let inner = fan_in(4, 10, 0);
        assert_eq!(inner.projected_peak(), 50);
        let mut outer = TaskGraph::new();
        for _ in 0..20 {
            outer.push(&[], 0, 50);
        }
        for threads in [1, 2, 7] {
            for limit in [50, 60, 120, 1000] {
                let executor = executor(threads, Some(limit));
                let work = Mix::new(&outer, |_, _: &Inputs| {
                    let run = Mix::new(&inner, nothing).on(&executor).unwrap();
                    assert_eq!(values(&run), reference(&inner));
                    Ok(())
                });
                work.on(&executor).unwrap();
            }
        }
    });
}

#[test]
fn a_graph_inside_a_task_that_cannot_have_memory_fails_at_once() {
    in_time(|| {
        let inner = fan_in(4, 10, 0);
        let mut outer = TaskGraph::new();
        outer.push(&[], 20, 15);
        outer.push(&[], 20, 15);
        let limit = outer.projected_peak();
        for threads in [1, 2] {
            let executor = executor(threads, Some(limit));
            let work = Mix::new(&outer, |task, _: &Inputs| match Mix::new(&inner, nothing).on(&executor) {
                Err(ExecError::Memory { task: 4, needed: 10, held, limit: of }) => {
                    assert!(held + 10 > limit && of == limit);
                    Err(Broken::Told(task))
                }
                other => panic!("{other:?}"),
            });
            assert!(matches!(work.on(&executor), Err(ExecError::Task { error: Broken::Told(_), .. })));
            // The failure has left nothing behind.
            Mix::new(&outer, nothing).on(&executor).unwrap();
        }
    });
}
