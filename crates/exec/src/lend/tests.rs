use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc;
use std::thread;

use rayon::ThreadPoolBuilder;

use super::*;

fn pool(threads: usize) -> ThreadPool {
    ThreadPoolBuilder::new().num_threads(threads).build().unwrap()
}

/// Takes the only thread of a pool until the sender is dropped.
fn occupy(pool: &ThreadPool) -> mpsc::Sender<()> {
    let (sender, receiver) = mpsc::channel::<()>();
    let (begun, has_begun) = mpsc::channel();
    pool.spawn(move || {
        begun.send(()).unwrap();
        let _ = receiver.recv();
    });
    has_begun.recv().unwrap();
    sender
}

#[test]
fn jobs_see_what_was_lent() {
    let pool = pool(2);
    let numbers = [1usize, 2, 3];
    let sum = AtomicUsize::new(0);
    let signal = Arc::new(Signal::default());
    let body = |_: &Lent| {
        if sum.fetch_add(numbers.iter().sum(), Ordering::SeqCst) == 6 * 4 {
            signal.ring();
        }
    };
    lend(&signal, &body, |lent| {
        for _ in 0..5 {
            lent.spawn(Some(&pool));
        }
        signal.wait();
    });
    assert_eq!(sum.into_inner(), 30);
}

#[test]
fn jobs_that_come_too_late_turn_away() {
    let pool = pool(1);
    let occupied = occupy(&pool);
    let signal = Arc::new(Signal::default());
    let body = |_: &Lent| panic!("the gate is closed");
    // It does not wait for the job that stands in the queue ...
    lend(&signal, &body, |lent| lent.spawn(Some(&pool)));
    drop(occupied);
    // ... and that finds the gate closed.
    pool.install(|| ());
    assert!(signal.is_closed());
    assert!(!signal.enter());
}

#[test]
fn jobs_inside_are_waited_for() {
    let pool = pool(1);
    let done = AtomicBool::new(false);
    let signal = Arc::new(Signal::default());
    let (begun, has_begun) = mpsc::channel();
    let body = |_: &Lent| {
        begun.send(()).unwrap();
        thread::sleep(Duration::from_millis(20));
        done.store(true, Ordering::SeqCst);
    };
    // Not even a panic of the owner takes away what a job looks at.
    let owner = AssertUnwindSafe(|| {
        lend(&signal, &body, |lent| {
            lent.spawn(Some(&pool));
            has_begun.recv().unwrap();
            panic!("leaving early");
        })
    });
    assert!(catch_unwind(owner).is_err());
    assert!(done.into_inner());
}

#[test]
fn a_job_inside_a_task_leaves_and_is_released_after_it() {
    let signal = Arc::new(Signal::default());
    {
        let _outer = context::enter(0, 0);
        assert!(context::park(&signal));
        drop(context::enter(0, 0));
        assert_eq!(signal.take_released(), 0, "the outer task goes on");
    }
    signal.wait();
    assert_eq!(signal.take_released(), 1);
    assert!(!context::park(&signal));
}

#[test]
fn a_caller_without_workers_asks_for_a_thread() {
    let pool = pool(1);
    let occupied = occupy(&pool);
    let signal = Arc::new(Signal::default());
    let body = |_: &Lent| signal.ring();
    let caller = thread::scope(|scope| {
        let caller = scope.spawn(|| {
            lend(&signal, &body, |lent| {
                lent.spawn(Some(&pool));
                signal.wait_for_workers();
            });
        });
        while !give_way(|| true) {
            thread::yield_now();
        }
        drop(occupied);
        caller.join()
    });
    caller.unwrap();
}
