//! What a client starts, and what comes back.

use std::collections::HashSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use chunkwise::prelude::*;
use ndarray::{Array1, Array2, Axis};

use crate::support::{Gate, clients, in_time};

fn inc() -> DelayedFn<(i64,), i64> {
    delayed(|v: &i64| v + 1).named("inc")
}

#[test]
fn work_begins_at_once() {
    in_time(|| {
        for client in clients() {
            let (gate, begun) = (Gate::default(), Gate::default());
            let (waits, tells) = (gate.clone(), begun.clone());
            let handle = client.submit(move || {
                tells.open();
                waits.pass()
            });
            assert!(begun.pass(), "nobody waits for it, and yet it runs");
            assert!(!handle.is_done() && handle.result().is_none());
            assert!(format!("{handle:?}").contains("type: bool, state: under way"), "{handle:?}");
            gate.open();
            assert!(*handle.wait().unwrap());
            assert!(handle.is_done() && handle.result().is_some());
            assert!(format!("{handle:?}").contains("state: done"), "{handle:?}");
        }
    });
}

#[test]
fn a_function_mapped_over_inputs_is_gathered_in_order() {
    in_time(|| {
        for client in clients() {
            let handles = client.map(&inc(), 0..100);
            assert_eq!(handles[0].name(), "inc");
            let gathered: Vec<i64> = client.gather(&handles).unwrap().iter().map(|v| **v).collect();
            assert_eq!(gathered, (1..101).collect::<Vec<_>>());
            let total = client.submit(
                delayed(|xs: &[i64]| xs.iter().sum::<i64>())
                    .call(handles.iter().map(TaskHandle::to_delayed).collect::<Vec<_>>()),
            );
            assert_eq!(*total.wait().unwrap(), 5050);
            assert!(client.gather(Vec::<TaskHandle<i64>>::new()).unwrap().is_empty());
        }
    });
}

#[test]
fn results_feed_further_submits_that_nobody_waits_for() {
    in_time(|| {
        for client in clients() {
            let gate = Gate::default();
            let waits = gate.clone();
            let first = client.submit(move || i64::from(waits.pass()));
            let mut last = first.clone();
            for _ in 0..1000 {
                last = client.submit(inc().call(&last));
            }
            let both = client.submit(delayed(|a: i64, b: i64| a + b).call(&last, &first));
            let again = client.submit(both.to_delayed() * 10);
            // On one thread: were a job to wait for another, nothing would be left to open the gate's task.
            gate.open();
            assert_eq!((*both.wait().unwrap(), *again.wait().unwrap()), (1002, 10_020));
            // Results that are there are plain values.
            assert_eq!(*client.submit(inc().call(&both)).wait().unwrap(), 1003);
            assert_eq!(*(both.to_delayed() + 1).compute().unwrap(), 1003);
        }
    });
}

#[test]
fn a_submitted_graph_shares_its_work() {
    let calls = Arc::new(AtomicUsize::new(0));
    let counted = calls.clone();
    let load = delayed(move || counted.fetch_add(1, Ordering::Relaxed)).call();
    let client = Client::new();
    let sum = client.submit((0..10).map(|i| load.map(move |v| v + i)).sum::<Delayed<usize>>());
    assert_eq!((*sum.wait().unwrap(), calls.load(Ordering::Relaxed)), (45, 1));
}

#[test]
fn arrays_are_computed_without_waiting() {
    in_time(|| {
        for client in clients() {
            let x = ChunkedArray::from_shape_fn((60, 50).chunked((7, 50)), |(i, j)| (i * j) as f64).unwrap();
            let sums: TaskHandle<Array1<f64>> = client.compute(x.sum_axis(Axis(0)).unwrap());
            let (whole, mean) =
                (client.compute(x.clone()), client.compute((x.mean().value(), x.max().value())));
            let expected: Array2<f64> = x.compute().unwrap();
            assert_eq!(*sums.wait().unwrap(), expected.sum_axis(Axis(0)));
            assert_eq!(*whole.wait().unwrap(), expected);
            assert_eq!(mean.wait().unwrap().1, 59.0 * 49.0);
            let back = ChunkedArray::from_delayed(&whole, (60, 50)).unwrap();
            assert_eq!((back - &x).sum().scalar().unwrap(), 0.0, "an array from a handle");
        }
    });
}

#[test]
fn as_completed_gives_what_is_done_first() {
    in_time(|| {
        let client = Client::with_config(Config::default().threads(2));
        let gate = Gate::default();
        let waits = gate.clone();
        let slow = client.submit(move || if waits.pass() { -1i64 } else { -2 });
        let mut handles = vec![slow];
        handles.extend(client.map(&inc(), 0..20));
        let mut completed = client.as_completed(handles);
        let mut seen: Vec<i64> = completed.by_ref().take(20).map(|handle| *handle.wait().unwrap()).collect();
        seen.sort_unstable();
        assert_eq!(seen, (1..21).collect::<Vec<_>>(), "the slow one keeps nobody waiting");
        assert_eq!(completed.len(), 1);
        gate.open();
        assert_eq!(completed.next().map(|handle| *handle.wait().unwrap()), Some(-1));
        assert!(completed.next().is_none());
    });
}

#[test]
fn run_reaches_every_thread_once() {
    in_time(|| {
        for (client, threads) in clients().zip(1usize..) {
            let seen = Arc::new(Mutex::new(HashSet::new()));
            let notes = seen.clone();
            let numbers = client.run(move |thread| {
                notes.lock().unwrap().insert(std::thread::current().id());
                thread
            });
            assert_eq!(numbers.unwrap(), (0..threads).collect::<Vec<_>>());
            assert_eq!(seen.lock().unwrap().len(), threads);
            assert!(client.run(|thread| assert!(thread > 0)).is_err(), "a panic is an error");
            assert_eq!(client.run(|_| 1).unwrap().len(), threads);
        }
        assert_eq!(Client::new().run(|_| ()).unwrap().len(), rayon::current_num_threads());
    });
}

#[test]
fn tasks_may_submit_and_wait() {
    in_time(|| {
        for client in clients() {
            let inner = client.clone();
            let outer = client.submit(move || {
                let handles = inner.map(&inc(), 0..10);
                let more = inner.submit(delayed(|a: i64| a).call(&handles[9]));
                let sum: i64 = inner.as_completed(handles).map(|handle| *handle.wait().unwrap()).sum();
                let threads = inner.run(|_| 1usize).unwrap().len();
                sum + *more.wait().unwrap() + threads as i64 - inner.run(|_| ()).unwrap().len() as i64
            });
            assert_eq!(*outer.wait().unwrap(), 65);
        }
    });
}

#[test]
fn dropped_handles_stop_nothing() {
    in_time(|| {
        let (gate, done) = (Gate::default(), Gate::default());
        {
            let client = Client::with_config(Config::default().threads(1));
            let (waits, tells) = (gate.clone(), done.clone());
            let first = client.submit(move || waits.pass());
            drop(client.submit(delayed(move |_: &bool| tells.open()).call(first)));
        }
        gate.open();
        assert!(done.pass(), "neither its handle nor its client is left");
    });
}

#[test]
fn many_tasks_under_a_memory_limit() {
    in_time(|| {
        let client = Client::with_config(Config::default().threads(2).memory_limit(1_000u64));
        let large = delayed(|v: i64| v).with_bytes(900);
        let handles = client.map(&large, 0..50);
        assert_eq!(client.gather(&handles).unwrap().iter().map(|v| **v).sum::<i64>(), 1225);
        let too_large = client.submit(large.with_bytes(1001).call(1));
        assert!(too_large.wait().unwrap_err().to_string().contains("memory limit"));
    });
}
