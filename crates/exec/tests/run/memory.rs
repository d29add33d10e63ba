//! Limits, alone and shared.

use std::sync::{Arc, Barrier, Mutex, mpsc};
use std::thread;

use chunkwise_exec::{ExecError, Executor};
use chunkwise_plan::TaskGraph;
use rayon::prelude::*;

use crate::support::*;
use crate::testing::random_graph;

#[test]
fn a_graph_that_cannot_fit_is_refused_before_anything_runs() {
    let graph = fan_in(9, 10, 3);
    for threads in [1, 4] {
        let work = Mix::new(&graph, |_, _: &Inputs| panic!("this was to be refused"));
        match work.on(&executor(threads, Some(102))) {
            Err(ExecError::Memory { task: 9, needed: 13, held: 90, limit: 102 }) => {}
            other => panic!("{other:?}"),
        }
        Mix::new(&graph, nothing).on(&executor(threads, Some(103))).unwrap();
    }
}

#[test]
fn the_error_says_what_is_needed() {
    let graph = fan_in(9, 10, 3);
    let error = Mix::new(&graph, nothing).on(&executor(2, Some(102))).unwrap_err();
    let text = "task 9 needs 13 bytes while 90 are held, and the memory limit is 102 bytes";
    assert_eq!(error.to_string(), text);
}

#[test]
fn eight_threads_stay_within_one_limit() {
    in_time(|| {
        let graphs: Vec<TaskGraph> = (0..40).map(|seed| random_graph(seed, 120)).collect();
        // The widest only just fits, so that most wait most of the time.
        let limit = graphs.iter().map(TaskGraph::projected_peak).max().unwrap();
        for threads in [1, 2, 7] {
            let executor = executor(threads, Some(limit));
            let ledger = Arc::default();
            thread::scope(|scope| {
                for caller in 0..8 {
                    let (graphs, executor, ledger) = (&graphs, &executor, &ledger);
                    scope.spawn(move || {
                        for graph in graphs.iter().cycle().skip(5 * caller).take(graphs.len()) {
                            let run = Mix::new(graph, nothing).in_ledger(ledger).on(executor).unwrap();
                            assert_eq!(values(&run), reference(graph));
                            // What is returned is the caller's and no longer counts.
                        }
                    });
                }
            });
            assert_eq!(ledger.live(), 0);
            let executor_is_whole_again = executor.claim(limit);
            assert!(executor_is_whole_again.is_ok());
        }
    });
}

#[test]
fn what_all_runs_hold_together_is_within_the_limit() {
    in_time(|| {
        // Nothing is kept, so that all that is alive is counted.
        let mut graph = TaskGraph::new();
        for _ in 0..30 {
            let leaves: Vec<_> = (0..3).map(|_| graph.push(&[], 10, 5)).collect();
            graph.push(&leaves, 10, 0);
        }
        let limit = 2 * graph.projected_peak() + 25;
        for threads in [1, 2, 7] {
            let (executor, ledger) = (executor(threads, Some(limit)), Arc::default());
            thread::scope(|scope| {
                for _ in 0..8 {
                    scope.spawn(|| {
                        for _ in 0..20 {
                            Mix::new(&graph, |_, _: &Inputs| {
                                thread::yield_now();
                                Ok(())
                            })
                            .in_ledger(&ledger)
                            .on(&executor)
                            .unwrap();
                        }
                    });
                }
            });
            assert!(ledger.most() <= limit, "{} of {limit}", ledger.most());
        }
    });
}

#[test]
fn a_run_that_has_become_narrow_makes_room() {
    in_time(|| {
        // Wide at first, if there is memory for it, and then a single task that waits for another run.
        let mut wide = TaskGraph::new();
        for _ in 0..50 {
            wide.push(&[], 10, 0);
        }
        let last = wide.push(&[], 10, 0);
        let narrow = fan_in(5, 10, 0);
        let executor = executor(4, Some(80));
        let (started, has_started) = mpsc::channel();
        let (end, may_end) = mpsc::channel::<()>();
        let may_end = Mutex::new(may_end);
        let at_once = Barrier::new(2);
        thread::scope(|scope| {
            let running = scope.spawn(|| {
                let work = Mix::new(&wide, |task, _: &Inputs| {
                    if task == last {
                        started.send(()).unwrap();
                        may_end.lock().unwrap().recv().unwrap();
                    } else {
                        at_once.wait();
                    }
                    Ok(())
                });
                work.on(&executor).unwrap()
            });
            has_started.recv().unwrap();
            let run = Mix::new(&narrow, nothing).on(&executor).unwrap();
            assert_eq!(values(&run), reference(&narrow));
            end.send(()).unwrap();
            assert!(running.join().unwrap().stats.peak_bytes >= 20);
        });
    });
}

#[test]
fn runs_called_from_rayon_wait_for_memory() {
    in_time(|| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(4).build().unwrap();
        let graph = random_graph(11, 100);
        let executor = Executor::new(chunkwise_exec::Config {
            memory_limit: Some(graph.projected_peak()),
            ..Default::default()
        });
        pool.install(|| {
            (0..64).into_par_iter().for_each(|_| {
                let run = Mix::new(&graph, nothing).on(&executor).unwrap();
                assert_eq!(values(&run), reference(&graph));
            });
        });
    });
}

#[test]
fn what_is_claimed_is_not_there_for_runs() {
    let graph = fan_in(9, 10, 0);
    let executor = executor(2, Some(120));
    let claim = executor.claim(21).unwrap();
    assert_eq!(claim.bytes(), 21);
    match Mix::new(&graph, nothing).on(&executor) {
        // Nine results of ten bytes wait for it, beside what is claimed.
        Err(ExecError::Memory { task: 9, needed: 10, held: 111, limit: 120 }) => {}
        other => panic!("{other:?}"),
    }
    let refused = executor.claim(100).unwrap_err();
    assert_eq!((refused.bytes, refused.held, refused.limit), (100, 21, 120));
    drop(claim);
    Mix::new(&graph, nothing).on(&executor).unwrap();
}

#[test]
fn what_is_held_throughout_is_reserved_with_the_run() {
    let mut graph = fan_in(4, 10, 0);
    graph.hold(1000);
    let peak = graph.projected_peak();
    assert_eq!(peak, 1050);
    // Eight runs share a limit that fits one; one byte less and none begins.
    let all = |limit| {
        let executor = executor(2, Some(limit));
        let run = || Mix::new(&graph, nothing).on(&executor);
        thread::scope(|scope| {
            let runs: Vec<_> = (0..8).map(|_| scope.spawn(run)).collect();
            runs.into_iter().map(|run| run.join().unwrap()).collect::<Vec<_>>()
        })
    };
    for result in all(peak) {
        assert_eq!(result.unwrap().stats.peak_bytes, peak);
    }
    for result in all(peak - 1) {
        let Err(ExecError::Memory { held, limit, .. }) = result else { panic!("{result:?}") };
        assert!(held >= 1000 && limit == peak - 1, "{held} {limit}");
    }
}
