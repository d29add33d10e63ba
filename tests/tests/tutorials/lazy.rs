//! Lazy values: calls that wait, and graphs of them.

use std::sync::{Arc, Mutex};
use std::thread::sleep;
use std::time::Duration;

use chunkwise::Result;
use chunkwise::prelude::*;
use ndarray::Array1;

use crate::support::{Calls, Drawing, Meeting};

fn counted_square() -> (DelayedFn<(i64,), i64>, Calls) {
    let calls = Calls::default();
    let counted = calls.clone();
    let square = delayed(move |v: i64| {
        counted.count();
        v * v
    });
    (square.named("square"), calls)
}

#[test]
fn exercise_01_calls_are_built_not_run() -> Result<()> {
    let (square, calls) = counted_square();
    let y = square.call(4);
    assert_eq!(calls.take(), 0, "building runs nothing");
    assert_eq!(*y.compute()?, 16);
    assert_eq!(calls.take(), 1);
    Ok(())
}

#[test]
fn exercise_02_arithmetic_is_lazy_and_squares_run_in_parallel() -> Result<()> {
    let (square, calls) = counted_square();
    let total: Delayed<i64> = square.call(2) + square.call(3) + square.call(4) - 1;
    assert_eq!(calls.take(), 0);
    assert_eq!((*total.compute()?, calls.take()), (28, 3));
    let summed: Delayed<i64> = (1..=10).map(|i| square.call(i)).sum();
    assert_eq!((*summed.compute()?, calls.take()), (385, 10));

    // Each of the two waits inside the function until the other is there too.
    let meeting = Meeting::default();
    let met = delayed(move |v: i64| if meeting.join(2) { v * v } else { 0 });
    let sum = met.call(3) + met.call(4);
    assert_eq!(*sum.compute_with(&Config::default().threads(2))?, 25);
    Ok(())
}

#[test]
fn exercise_03_shared_work_runs_once_in_one_computation() -> Result<()> {
    let (square, calls) = counted_square();
    let shared = square.call(3);
    let (a, b) = (&shared + 1, &shared * 2);
    assert_eq!((*a.compute()?, *b.compute()?), (10, 18));
    assert_eq!(calls.take(), 2, "two computations");
    let (x, y) = compute((&a, &b))?;
    assert_eq!((*x, *y), (10, 18));
    assert_eq!(calls.take(), 1, "one computation");
    Ok(())
}

fn exponent(x: i64, y: u32) -> i64 {
    x.pow(y)
}

#[test]
fn exercise_04_chained_calls_and_their_picture() -> Result<()> {
    let lazy = delayed(exponent);
    let x = lazy.call(4, 5);
    assert_eq!(*x.compute()?, 1024);
    let y = lazy.call(&x, 2);
    let z = &x * &y;
    assert_eq!(*z.compute()?, 1_073_741_824);

    let drawing = Drawing::of(&z, false);
    assert_eq!((drawing.count("exponent"), drawing.count("*")), (2, 1), "{:?}", drawing.boxes);
    assert_eq!(drawing.inputs("*"), ["exponent", "exponent"], "x goes to z directly, and by way of y");
    assert!(drawing.inputs("exponent").contains(&"exponent"));
    Ok(())
}

#[test]
fn exercise_05_two_sleeps_not_three() -> Result<()> {
    // What happens is written down in its order, so that the proof is not a matter of time.
    let log = Arc::new(Mutex::new(Vec::new()));
    let meeting = Meeting::default();
    let (said, adds) = (log.clone(), log.clone());
    let inc = delayed(move |v: i64| {
        said.lock().unwrap().push("inc begins");
        let together = meeting.join(2);
        sleep(Duration::from_millis(20));
        said.lock().unwrap().push("inc ends");
        if together { v + 1 } else { v }
    });
    let add = delayed(move |a: i64, b: i64| {
        adds.lock().unwrap().push("add begins");
        sleep(Duration::from_millis(20));
        a + b
    });
    let (inc, add) = (inc.named("inc"), add.named("add"));
    let z = add.call(inc.call(1), inc.call(2));
    assert!(log.lock().unwrap().is_empty(), "building sleeps for nobody");

    assert_eq!(*z.compute_with(&Config::default().threads(2))?, 5);
    let order = ["inc begins", "inc begins", "inc ends", "inc ends", "add begins"];
    assert_eq!(log.lock().unwrap()[..], order, "both sleep at the same time, then the third");

    let drawing = Drawing::of(&z, false);
    assert_eq!((drawing.count("inc"), drawing.count("add")), (2, 1));
    assert_eq!(drawing.inputs("add"), ["inc", "inc"]);
    Ok(())
}

#[test]
fn exercise_08_delayed_methods_and_slices() -> Result<()> {
    let arange = delayed(|n: i64| Array1::from_iter(0..n));
    let sum = arange.call(10).map(|a| a + 1).map(|a| a.slice(ndarray::s![..;2]).to_owned()).map(|a| a.sum());
    assert_eq!(*sum.compute()?, 25);
    // The same, where arrays are lazy themselves
    let array = ((ChunkedArray::arange(0..10_i64)? + 1).slice(ndarray::s![..;2])?).sum();
    assert_eq!(array.scalar()?, 25);

    let calls = Calls::default();
    let counted = calls.clone();
    let squared = arange.call(10).map(move |x| {
        counted.count();
        x * x
    });
    let least = squared.map(|x| x.iter().copied().min());
    let largest = squared.map(|x| x.iter().copied().max());
    let (least, largest) = compute((&least, &largest))?;
    assert_eq!((*least, *largest, calls.take()), (Some(0), Some(81), 1));

    let x = ChunkedArray::arange(0..10_i64)?;
    let x = &x * &x;
    assert_eq!(compute((x.min().value(), x.max().value()))?, (0, 81));
    Ok(())
}

#[test]
fn exercise_10_persisted_values_keep_their_blocks() -> Result<()> {
    let calls = Calls::default();
    let counted = calls.clone();
    let x = ChunkedArray::arange(0..3000_i64)?.rechunk(1000)?;
    let mut y = x.mapv(move |v| -> i64 {
        counted.count();
        v + 1
    });
    for step in 0..50 {
        y = y * 3 - step;
    }
    let kept = y.persist()?;
    assert_eq!(calls.take(), 3000);
    assert!(y.explain()?.tasks_before() > 300, "two operations a step, three blocks each");

    assert_eq!(kept.chunks(), y.chunks());
    let explained = kept.explain()?;
    assert_eq!((explained.tasks_before(), kept.num_chunks()), (3, 3), "one task per block");
    assert!(format!("{kept:?}").ends_with("tasks: 3 }"), "{kept:?}");
    assert_eq!(Drawing::of(&kept, false).boxes.len(), 3);

    let (least, largest) = compute((kept.min().value(), kept.max().value()))?;
    assert_eq!((least, largest), (y.min().scalar()?, y.max().scalar()?));
    assert_eq!(calls.take(), 6000, "by y only: what is kept is not computed again");

    let (square, calls) = counted_square();
    let kept = square.call(4).persist()?;
    assert_eq!((*(&kept + 1).compute()?, *(&kept * 2).compute()?, calls.take()), (17, 32, 1));
    Ok(())
}
