//! Jobs that nobody waits for, and threads that help.

use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};
use std::time::Duration;

use chunkwise_exec::{Config, Executor, Options, Work, help};
use chunkwise_plan::{TaskGraph, TaskId};
use smallvec::SmallVec;

const LONG: Duration = Duration::from_secs(20);

fn executor(threads: usize) -> Executor {
    Executor::new(Config { threads: NonZeroUsize::new(threads), ..Config::default() })
}

/// A task that calls a function.
struct Calls<F>(F);

impl<F: Fn() + Sync> Work for Calls<F> {
    type Output = ();
    type Error = String;

    fn run(&self, _: TaskId, _: SmallVec<[(); 4]>) -> Result<(), String> {
        (self.0)();
        Ok(())
    }

    fn panicked(&self, task: TaskId, _: Box<dyn std::any::Any + Send>) -> String {
        format!("task {task} panicked")
    }
}

/// Runs a function in a task on a thread of the executor.
fn in_task(executor: &Executor, f: impl Fn() + Send + Sync + 'static) {
    let (done, finished) = mpsc::channel();
    let inside = executor.clone();
    executor
        .spawn(move || {
            let mut graph = TaskGraph::new();
            graph.push(&[], 0, 0);
            done.send(inside.execute(&graph, &Calls(f), &Options::default()).is_ok()).unwrap();
        })
        .unwrap();
    assert_eq!(finished.recv_timeout(LONG), Ok(true));
}

#[test]
fn jobs_run_and_their_panics_are_their_own() {
    for executor in [executor(1), executor(3), Executor::default()] {
        let (send, receive) = mpsc::channel();
        executor.spawn(|| panic!("ignored")).unwrap();
        for i in 0..10 {
            let send = send.clone();
            executor.spawn(move || send.send(i).unwrap()).unwrap();
        }
        let mut seen: Vec<i32> = (0..10).map(|_| receive.recv_timeout(LONG).unwrap()).collect();
        seen.sort_unstable();
        assert_eq!(seen, (0..10).collect::<Vec<_>>());
    }
}

#[test]
fn every_thread_runs_what_is_for_all() {
    let executor = executor(3);
    let (send, receive) = mpsc::channel();
    let count = executor.spawn_everywhere(move |thread| send.send(thread).unwrap()).unwrap();
    assert_eq!(count, 3);
    let mut threads: Vec<usize> = receive.iter().collect();
    threads.sort_unstable();
    assert_eq!(threads, [0, 1, 2]);
    executor.spawn_everywhere(|_| panic!("ignored")).unwrap();
}

#[test]
fn a_job_that_comes_up_inside_a_task_is_put_off_until_it_is_over() {
    let executor = executor(1);
    let (send, receive) = mpsc::channel();
    let (spawns, order) = (executor.clone(), send.clone());
    in_task(&executor, move || {
        let send = send.clone();
        spawns.spawn(move || send.send("job").unwrap()).unwrap();
        // As user code does that waits in rayon.
        rayon::yield_now();
        order.send("task").unwrap();
    });
    let both = [receive.recv_timeout(LONG).unwrap(), receive.recv_timeout(LONG).unwrap()];
    assert_eq!(both, ["task", "job"]);
}

#[test]
fn a_task_that_waits_for_a_job_helps() {
    let executor = executor(1);
    let spawns = executor.clone();
    in_task(&executor, move || {
        let done = Arc::new(AtomicUsize::new(0));
        for _ in 0..3 {
            let done = done.clone();
            let job = move || {
                done.fetch_add(1, Ordering::SeqCst);
            };
            spawns.spawn(job).unwrap();
        }
        // One of them is put off first.
        rayon::yield_now();
        assert_eq!(done.load(Ordering::SeqCst), 0);
        while done.load(Ordering::SeqCst) < 3 {
            assert!(help(), "there is a job");
        }
        assert!(!help());
    });
    assert!(!help(), "outside of a pool there is nothing to do");
}
