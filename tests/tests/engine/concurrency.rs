//! Computations inside others, beside others, cancelled, and failing.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Barrier};
use std::thread;
use std::time::Duration;

use chunkwise::prelude::*;
use chunkwise::{Cause, Error};
use ndarray::{Array1, Array2};
use rayon::prelude::*;

use crate::support::in_time;

fn numbers(n: usize, chunk: usize) -> ChunkedArray1<f64> {
    ChunkedArray::from_array(Array1::from_iter((0..n).map(|i| i as f64)), chunk).unwrap()
}

/// Large enough for many units, whose elements are slow enough for several threads to be in it at once.
fn wide() -> ChunkedArray1<f64> {
    numbers(2_000_000, 1000)
}

#[test]
fn a_closure_may_use_rayon() {
    for threads in [1, 2, 7] {
        in_time(move || {
            let x = wide().mapv(|v: f64| {
                if v % 65_536.0 == 0.0 {
                    (0..500).into_par_iter().map(|i| i as f64).sum::<f64>() + v
                } else {
                    v
                }
            });
            let config = Config::default().threads(threads);
            let expected: f64 = (0..2_000_000).map(f64::from).sum::<f64>() + 31.0 * 124_750.0;
            assert_eq!(config.compute(x.sum().value()).unwrap(), expected);
        });
    }
}

#[test]
fn a_closure_may_compute() {
    for threads in [1, 2, 7] {
        in_time(move || {
            let config = Config::default().threads(threads);
            let inner = config.clone();
            let x = wide().mapv(move |v: f64| {
                if v % 262_144.0 != 0.0 {
                    return v;
                }
                let y = ChunkedArray::<f64, _>::ones((300, 1000).chunked((10, 1000))).unwrap();
                inner.compute((y + v).sum().value()).unwrap()
            });
            let plain: f64 = (0..2_000_000).map(f64::from).sum();
            let extra: f64 = (0..8).map(|k| 300_000.0 + 299_999.0 * f64::from(k) * 262_144.0).sum();
            assert_eq!(config.compute(x.sum().value()).unwrap(), plain + extra);
        });
    }
}

#[test]
fn a_pool_of_one_thread_may_nest() {
    in_time(|| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
        let sum = pool.install(|| {
            let x = wide().mapv(|v: f64| if v == 7.0 { wide().sum().scalar().unwrap() } else { 0.0 });
            x.sum().scalar().unwrap()
        });
        assert_eq!(sum, 1_999_999_000_000.0);
    });
}

/// Keeps several blocks at once: an intermediate that is read under two views.
fn with_transpose(n: usize) -> ChunkedArray2<f64> {
    let x =
        ChunkedArray::from_array(Array2::from_shape_fn((n, n), |(i, j)| (i * n + j) as f64), 100).unwrap();
    let y = x.mapv(|v: f64| v.sqrt());
    &y + &y.t()
}

#[test]
fn eight_threads_under_tight_budgets() {
    in_time(|| {
        let expected = with_transpose(600).sum().scalar().unwrap();
        // What one thread needs, and not a byte more; then one budget for all.
        let needed = with_transpose(600).sum().explain().unwrap().projected_peak;
        let shared = Config::default().threads(2).memory_limit(needed);
        for own in [true, false] {
            let start = Arc::new(Barrier::new(8));
            let computing: Vec<_> = (0..8)
                .map(|_| {
                    let config =
                        if own { Config::default().threads(2).memory_limit(needed) } else { shared.clone() };
                    let start = start.clone();
                    thread::spawn(move || {
                        start.wait();
                        let (sum, stats) = config.measure(with_transpose(600).sum().value()).unwrap();
                        assert!(stats.peak_bytes <= needed, "{} of {needed}", stats.peak_bytes);
                        sum
                    })
                })
                .collect();
            for thread in computing {
                assert_eq!(thread.join().unwrap().to_bits(), expected.to_bits());
            }
        }
    });
}

#[test]
fn cancelled_from_another_thread() {
    in_time(|| {
        let token = CancelToken::new();
        let begun = Arc::new(AtomicBool::new(false));
        let flag = begun.clone();
        let slow = wide().mapv(move |v: f64| {
            flag.store(true, Ordering::Relaxed);
            if v % 10_000.0 == 0.0 {
                thread::sleep(Duration::from_millis(5));
            }
            v
        });
        let config = Config::default().threads(2).cancel(&token);
        let computing = thread::spawn({
            let (config, slow) = (config.clone(), slow.clone());
            move || config.compute(slow.sum().value())
        });
        while !begun.load(Ordering::Relaxed) {
            thread::yield_now();
        }
        token.cancel();
        let error = computing.join().unwrap().unwrap_err();
        assert_eq!(error.to_string(), "the computation was cancelled");
        assert!(config.compute(numbers(10, 5).sum().value()).is_err(), "the token stays cancelled");
        // The threads are fit for more.
        assert_eq!(Config::default().threads(2).compute(numbers(10, 5).sum().value()).unwrap(), 45.0);
    });
}

#[test]
fn a_panic_is_an_error_with_its_place() {
    for threads in [1, 2] {
        let config = Config::default().threads(threads);
        let x = ChunkedArray::from_array(Array2::<f64>::zeros((1000, 1000)), (500, 500)).unwrap();
        let line = line!() + 1;
        let bad = (x + 1.0).mapv(|v: f64| if v > 0.0 { panic!("value {v} is too large") } else { v });
        let error = config.compute((bad * 2.0).sum().value()).unwrap_err();
        let Error::Task(task) = &error else { panic!("{error:?}") };
        assert_eq!(task.op, "mapv");
        assert_eq!(task.block[..], [0, 0]);
        assert!(
            matches!(&task.cause, Cause::Panic(message) if message == "value 1 is too large"),
            "{task:?}"
        );
        let text = error.to_string();
        assert!(text.contains(&format!("concurrency.rs:{line}")), "{text}");
        assert_eq!(config.compute(numbers(10, 5).sum().value()).unwrap(), 45.0);
    }
}

#[test]
fn the_error_of_a_block_function_arrives_whole() {
    let broken = ChunkedArray2::<f64>::try_from_block_fn((4, 4).chunked(2), |info| {
        if info.index == ndarray::Ix2(1, 0) {
            return Err(std::io::Error::other("the instrument is off"));
        }
        Ok(Array2::zeros((2, 2)))
    })
    .unwrap();
    let error = broken.sum().scalar().unwrap_err();
    let Error::Task(task) = &error else { panic!("{error:?}") };
    assert_eq!(task.block[..], [1, 0]);
    let Cause::Read(cause) = &task.cause else { panic!("{task:?}") };
    assert_eq!(cause.downcast_ref::<std::io::Error>().unwrap().to_string(), "the instrument is off");
}
