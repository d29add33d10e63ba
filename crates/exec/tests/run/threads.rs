//! Which threads do the work, from inside and outside of pools.

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Barrier, Mutex};
use std::thread::{self, ThreadId};
use std::time::Duration;

use chunkwise_exec::Executor;
use chunkwise_plan::TaskGraph;
use rayon::{ThreadPool, ThreadPoolBuilder};

use crate::support::*;
use crate::testing::random_graph;

fn pool(threads: usize) -> ThreadPool {
    ThreadPoolBuilder::new().num_threads(threads).build().unwrap()
}

fn independent(tasks: u32) -> TaskGraph {
    let mut graph = TaskGraph::new();
    for _ in 0..tasks {
        graph.push(&[], 1, 0);
    }
    graph
}

#[test]
fn a_chosen_number_of_threads_is_how_many_tasks_run_at_once() {
    in_time(|| {
        let graph = independent(40);
        for threads in [2, 5] {
            // Every task waits until so many run at once, and no more ever do.
            let (barrier, running) = (Barrier::new(threads), AtomicUsize::new(0));
            let work = Mix::new(&graph, |_, _: &Inputs| {
                assert!(running.fetch_add(1, Ordering::SeqCst) < threads);
                barrier.wait();
                running.fetch_sub(1, Ordering::SeqCst);
                barrier.wait();
                Ok(())
            });
            let run = work.on(&executor(threads, None)).unwrap();
            assert_eq!(run.stats.threads, threads);
        }
    });
}

#[test]
fn a_limit_with_room_for_all_lets_all_threads_work() {
    in_time(|| {
        let graph = independent(40);
        let barrier = Barrier::new(4);
        let work = Mix::new(&graph, |_, _: &Inputs| {
            barrier.wait();
            Ok(())
        });
        work.on(&executor(4, Some(100))).unwrap();
    });
}

#[test]
fn one_thread_is_the_callers() {
    let graph = independent(40);
    let caller = thread::current().id();
    let work = Mix::new(&graph, |_, _: &Inputs| {
        assert_eq!(thread::current().id(), caller);
        Ok(())
    });
    work.on(&executor(1, None)).unwrap();
    let one = independent(1);
    let work = Mix::new(&one, |_, _: &Inputs| {
        assert_eq!(thread::current().id(), caller);
        Ok(())
    });
    work.on(&executor(4, None)).unwrap();
}

#[test]
fn callers_take_part_in_small_graphs() {
    in_time(|| {
        let graph = independent(2);
        let (caller, others) = (thread::current().id(), AtomicUsize::new(0));
        let barrier = Barrier::new(2);
        let work = Mix::new(&graph, |_, _: &Inputs| {
            others.fetch_add(usize::from(thread::current().id() != caller), Ordering::SeqCst);
            barrier.wait();
            Ok(())
        });
        let run = work.on(&executor(2, None)).unwrap();
        assert_eq!((run.stats.threads, others.into_inner()), (2, 1));
    });
}

#[test]
fn the_pool_of_the_caller_is_used_by_default() {
    in_time(|| {
        for threads in [1, 3] {
            let pool = pool(threads);
            let members: HashSet<ThreadId> = pool.broadcast(|_| thread::current().id()).into_iter().collect();
            let (graph, used) = (independent(99), Mutex::new(HashSet::new()));
            // Every task waits until all threads of the pool are in one.
            let barrier = Barrier::new(threads);
            let work = Mix::new(&graph, |_, _: &Inputs| {
                used.lock().unwrap().insert(thread::current().id());
                barrier.wait();
                Ok(())
            });
            let run = pool.install(|| work.on(&Executor::default()).unwrap());
            assert_eq!(run.stats.threads, threads);
            assert_eq!(*used.lock().unwrap(), members);
        }
    });
}

#[test]
fn random_graphs_run_inside_pools() {
    in_time(|| {
        for threads in [1, 2, 7] {
            let pool = pool(threads);
            for seed in 0..60 {
                let graph = random_graph(seed, 150);
                let run = pool.install(|| Mix::new(&graph, nothing).on(&Executor::default()).unwrap());
                assert_eq!(values(&run), reference(&graph));
            }
        }
    });
}

#[test]
fn a_caller_in_one_pool_uses_an_executor_with_another() {
    in_time(|| {
        let (outer, executor) = (pool(2), executor(3, None));
        for seed in 0..60 {
            let graph = random_graph(seed, 150);
            let run = outer.install(|| Mix::new(&graph, nothing).on(&executor).unwrap());
            assert_eq!(values(&run), reference(&graph));
        }
    });
}

#[test]
fn a_pool_thread_that_calls_is_not_kept_waiting_by_a_busy_pool() {
    in_time(|| {
        let pool = pool(2);
        let done = AtomicBool::new(false);
        pool.in_place_scope(|scope| {
            // This thread is taken until the other has run its graph on its own.
            scope.spawn(|_| {
                while !done.load(Ordering::SeqCst) {
                    thread::sleep(Duration::from_millis(1));
                }
            });
            scope.spawn(|_| {
                let graph = random_graph(3, 150);
                let run = Mix::new(&graph, nothing).on(&Executor::default()).unwrap();
                assert_eq!(values(&run), reference(&graph));
                done.store(true, Ordering::SeqCst);
            });
        });
    });
}

#[test]
fn a_long_run_makes_room_for_a_short_one() {
    in_time(|| {
        let executor = executor(2, None);
        let (begun, stop) = (AtomicUsize::new(0), AtomicBool::new(false));
        let long = independent(10_000);
        let short = random_graph(3, 150);
        thread::scope(|scope| {
            let running = scope.spawn(|| {
                let work = Mix::new(&long, |_, _: &Inputs| {
                    begun.fetch_add(1, Ordering::SeqCst);
                    if !stop.load(Ordering::SeqCst) {
                        thread::sleep(Duration::from_millis(1));
                    }
                    Ok(())
                });
                work.on(&executor).unwrap()
            });
            while begun.load(Ordering::SeqCst) == 0 {
                thread::yield_now();
            }
            for _ in 0..5 {
                assert_eq!(values(&Mix::new(&short, nothing).on(&executor).unwrap()), reference(&short));
            }
            let so_far = begun.load(Ordering::SeqCst);
            stop.store(true, Ordering::SeqCst);
            running.join().unwrap();
            assert!(so_far < 5_000, "the short runs came after {so_far} tasks of the long one");
        });
    });
}

#[test]
fn eight_threads_share_a_pool() {
    in_time(|| {
        for threads in [1, 2, 7] {
            let executor = executor(threads, None);
            thread::scope(|scope| {
                for caller in 0..8 {
                    let executor = &executor;
                    scope.spawn(move || {
                        for seed in 0..30 {
                            let graph = random_graph(caller * 100 + seed, 150);
                            let run = Mix::new(&graph, nothing).on(executor).unwrap();
                            assert_eq!(values(&run), reference(&graph));
                        }
                    });
                }
            });
        }
    });
}
