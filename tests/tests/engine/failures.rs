//! What comes back when users' functions fail, and what is left after that.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use chunkwise::prelude::*;
use chunkwise::{Cause, Error, TaskError};
use ndarray::{Array, Array2, Axis, Ix2, s};
use rayon::prelude::*;

use crate::support::in_time;

fn numbers(n: usize, chunk: usize) -> ChunkedArray1<f64> {
    ChunkedArray::arange(0..n as i64).unwrap().cast::<f64>().rechunk(chunk).unwrap()
}

#[track_caller]
fn task_error<T: std::fmt::Debug>(result: Result<T, Error>) -> TaskError {
    match result {
        Err(Error::Task(task)) => *task,
        other => panic!("not the error of a task: {other:?}"),
    }
}

fn message(error: &TaskError) -> &str {
    match &error.cause {
        Cause::Panic(message) => message,
        other => panic!("not a panic: {other:?}"),
    }
}

#[test]
fn the_innermost_error_of_nested_computations_reaches_the_outermost() {
    in_time(|| {
        for threads in [1, 2] {
            let config = Config::default().threads(threads);
            let inside = config.clone();
            let line = line!() + 1;
            let outer = numbers(100_000, 1000).mapv(move |v| {
                if v != 77_777.0 {
                    return v;
                }
                let inner = numbers(10, 5).mapv(|v| if v == 7.0 { panic!("the inner one") } else { v });
                inside.compute(inner.sum().value()).unwrap_or_else(|error| panic!("{error}"))
            });
            let error = task_error(config.compute(outer.sum().value()));
            assert_eq!((&error.op[..], error.origin.line), ("mapv", line), "{error}");
            let inner = format!("{}:{}", file!(), line + 4);
            assert!(message(&error).contains("the inner one") && message(&error).contains(&inner), "{error}");
            assert_eq!(config.compute(numbers(10, 5).sum().value()).unwrap(), 45.0);
        }
    });
}

#[test]
fn a_function_that_recovers_from_an_error_inside_is_not_blamed() {
    let x = numbers(10, 5).mapv(|v| {
        let inner = numbers(3, 1).mapv(|v| if v == 1.0 { panic!("inside") } else { v });
        let failed = inner.sum().scalar().is_err();
        let caught = std::panic::catch_unwind(|| panic!("caught")).is_err();
        v + f64::from(u8::from(failed)) + f64::from(u8::from(caught))
    });
    assert_eq!(x.sum().scalar().unwrap(), 45.0 + 20.0);
}

#[test]
fn panics_of_any_kind_and_in_any_function() {
    let place = |line: u32| format!("{}:{line}", file!());
    let line = line!() + 1;
    let x = ChunkedArray::from_shape_fn(
        (4, 4).chunked(2),
        |(i, j)| if i * j == 9 { panic!("{i} {j}") } else { 1.0 },
    )
    .unwrap();
    let error = task_error(x.sum().scalar());
    assert_eq!((&error.op[..], message(&error)), ("from_shape_fn", "3 3"), "{error}");
    assert!(error.to_string().contains(&place(line)), "{error}");
    assert_eq!(
        x.slice(s![..3, ..]).unwrap().sum().scalar().unwrap(),
        12.0,
        "what is not looked at cannot fail"
    );

    let line = line!() + 1;
    let x = ChunkedArray::from_block_fn((4, 6).chunked(2), |block| {
        assert!(block.index != Ix2(1, 2), "no such block");
        Array::<f64, _>::ones(block.shape)
    })
    .unwrap();
    let error = task_error((x * 2.0).compute());
    assert_eq!((&error.op[..], message(&error)), ("from_block_fn", "no such block"), "{error}");
    assert_eq!(error.block[..], [1, 2], "{error}");
    assert!(error.to_string().contains(&place(line)), "{error}");

    let y = numbers(10, 5);
    let error = task_error(
        y.map2(&y, |a, _: f64| if a > 8.0 { std::panic::panic_any(17) } else { a }).unwrap().compute(),
    );
    assert_eq!((&error.op[..], message(&error)), ("map2", "a value that is not text"), "{error}");
}

/// The block of an error is the user's chunk of the element at fault, though one unit computes many chunks.
#[test]
fn errors_name_the_chunk_of_the_element_at_fault() {
    let bad = |v: f64| if v == 57.0 { panic!("57") } else { v };
    let eager = Array2::from_shape_fn((10, 10), |(i, j)| (10 * i + j) as f64);
    let x = ChunkedArray::from_array(eager.clone(), (2, 3)).unwrap();
    let turned = ChunkedArray::from_array(eager.t().to_owned().reversed_axes(), (2, 3)).unwrap();
    let backwards = x.slice(s![..;-1, ..]).unwrap();
    let coordinates =
        ChunkedArray::from_shape_fn((10, 10).chunked((2, 3)), move |(i, j)| bad((10 * i + j) as f64))
            .unwrap();
    // Tiles of many rows, of parts of rows, and several units.
    let tall = ChunkedArray::from_shape_fn((4000, 10).chunked((2, 3)), |(i, j)| (10 * i + j) as f64).unwrap();
    let wide =
        ChunkedArray::from_shape_fn((6, 70_000).chunked((2, 7)), |(i, j)| (i * 70_000 + j) as f64).unwrap();
    let late = |v: f64| if v == 35_555.0 { panic!("late") } else { v };
    let far = |v: f64| if v == 355_555.0 { panic!("far") } else { v };
    let cases: Vec<(ChunkedArray2<f64>, [usize; 2])> = vec![
        (x.mapv(bad), [2, 2]),
        (turned.mapv(bad), [2, 2]),
        // Chunks that meet are refined: axis 0 is cut at 2, 3, 4, 6, 8, 9.
        (&x.t() + &turned.mapv(bad), [3, 4]),
        (x.t().mapv(bad), [2, 2]),
        (backwards.mapv(bad), [2, 2]),
        (x.slice(s![3.., 1..]).unwrap().mapv(bad), [1, 2]),
        (x.map2(&turned, move |v, _: f64| bad(v)).unwrap(), [2, 2]),
        (coordinates, [2, 2]),
        (tall.mapv(late), [1777, 1]),
        (wide.mapv(far), [2, 5555 / 7]),
    ];
    for threads in [1, 4] {
        let config = Config::default().threads(threads);
        for (number, (array, block)) in cases.iter().enumerate() {
            let error = task_error(array.compute_with(&config));
            assert_eq!(error.block[..], *block, "case {number}, {threads} threads: {error}");
            let error = task_error(config.compute(array.sum().value()));
            assert_eq!(error.block[..], *block, "case {number} reduced, {threads} threads: {error}");
        }
    }
}

#[test]
fn rows_of_nan_are_named_by_the_chunk_of_their_result() {
    let at = |rows: usize, columns: usize, bad: usize| {
        let x = Array2::from_shape_fn((rows, columns), |(i, _)| if i == bad { f64::NAN } else { i as f64 });
        ChunkedArray::from_array(x, (3, 1000)).unwrap()
    };
    // Finished by the units themselves, and by merging.
    for (rows, columns) in [(40, 10), (10, 300_000)] {
        let x = at(rows, columns, 7);
        let error = task_error(x.nanargmin_axis(Axis(1)).unwrap().compute());
        assert!(matches!(error.cause, Cause::AllNan(_)), "{error}");
        assert_eq!(error.block[..], [2], "{error}");
        let error = task_error(x.t().nanargmax_axis(keep(Axis(0))).unwrap().compute());
        assert_eq!(error.block[..], [0, 2], "{error}");
    }
}

#[test]
fn an_observer_that_panics_changes_nothing() {
    for threads in [1, 2] {
        let config = Config::default().threads(threads).observe(|_| panic!("not interested"));
        assert_eq!(config.compute(numbers(500_000, 1000).sum().value()).unwrap(), 124_999_750_000.0);
    }
}

#[test]
fn a_cancelled_computation_stops_and_leaves_no_file() {
    in_time(|| {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.npy");
        let (token, begun) = (CancelToken::new(), Arc::new(AtomicBool::new(false)));
        let calls = Arc::new(AtomicUsize::new(0));
        let slow = {
            let (begun, calls) = (begun.clone(), calls.clone());
            ChunkedArray::from_block_fn((500, 10_000).chunked((1, Full)), move |block| {
                begun.store(true, Ordering::SeqCst);
                calls.fetch_add(1, Ordering::SeqCst);
                thread::sleep(Duration::from_millis(2));
                Array2::<f64>::zeros(block.shape)
            })
            .unwrap()
        };
        let config = Config::default().threads(2).cancel(&token);
        let result = thread::scope(|scope| {
            let writing = scope.spawn(|| slow.write_npy_with(&path, &config));
            while !begun.load(Ordering::SeqCst) {
                thread::yield_now();
            }
            token.cancel();
            writing.join().unwrap()
        });
        assert!(matches!(result, Err(Error::Execution(_))), "{result:?}");
        assert!(calls.load(Ordering::SeqCst) < 100, "{calls:?} of 500 blocks were made");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "no file, whole or in part");
    });
}

/// Computations in a pool's own threads that share a limit for one of them, and computations inside of these.
#[test]
fn pool_threads_wait_for_memory_without_blocking_each_other() {
    in_time(|| {
        let build = || {
            let x = ChunkedArray::from_shape_fn((300, 300).chunked(100), |(i, j)| (i * j) as f64).unwrap();
            let y = x.mapv(f64::sqrt);
            (&y + &y.t()).sum()
        };
        let expected = build().scalar().unwrap();
        let limit = 2 * build().explain().unwrap().projected_peak;
        let pool = rayon::ThreadPoolBuilder::new().num_threads(4).build().unwrap();
        for own in [0, 1, 2] {
            let config = Config::default().threads(own).memory_limit(limit);
            let sums: Vec<f64> = pool.install(|| {
                (0..16).into_par_iter().map(|_| config.compute(build().value()).unwrap()).collect()
            });
            assert!(sums.iter().all(|sum| sum.to_bits() == expected.to_bits()));

            // Inside of a task a computation does not wait: it has its memory at once, or fails.
            let inside = config.clone();
            let nested = numbers(8, 1).mapv(move |v| match inside.compute(build().value()) {
                Ok(sum) => sum + v - v,
                Err(Error::MemoryLimit { .. }) => expected,
                Err(other) => panic!("{other}"),
            });
            let total = pool.install(|| config.compute(nested.max().value())).unwrap();
            assert_eq!(total, expected);
        }
    });
}
