//! Calls: what runs, how often, at the same time as what.

use std::sync::Arc;

use chunkwise::prelude::*;
use ndarray::{Array1, s};

use crate::support::{Calls, Meeting, counted_inc};

fn square(v: i64) -> i64 {
    v * v
}

fn exponent(x: i64, y: u32) -> i64 {
    x.pow(y)
}

fn total(xs: &[i64]) -> i64 {
    xs.iter().sum()
}

#[test]
fn building_runs_nothing() {
    let calls = Calls::default();
    let counted = calls.clone();
    let lazy = delayed(move |v: i64| {
        counted.count();
        square(v)
    })
    .call(4);
    let more = &lazy + &lazy;
    assert_eq!(calls.take(), 0);
    assert_eq!((*lazy.compute().unwrap(), calls.take()), (16, 1));
    assert_eq!((*more.compute().unwrap(), calls.take()), (32, 1));
}

#[test]
fn arithmetic_is_lazy_and_right() {
    let squares: Vec<Delayed<i64>> = (1..=5).map(|v| delayed(square).call(v)).collect();
    let sum = squares.iter().fold(Delayed::new(0), |sum, square| sum + square);
    assert_eq!(*sum.compute().unwrap(), 55);
    assert_eq!(*squares.iter().sum::<Delayed<i64>>().compute().unwrap(), 55);
}

#[test]
fn independent_calls_run_at_the_same_time() {
    let meeting = Meeting::default();
    let config = Config::default().threads(2);
    let met = delayed(move |_: &i64| meeting.join(2));
    let both = delayed(|a: bool, b: bool| a && b).call(met.call(1), met.call(2));
    assert!(*both.compute_with(&config).unwrap(), "each waits for the other");
}

#[test]
fn shared_work_runs_once_when_computed_together() {
    let (inc, calls) = counted_inc();
    let shared = inc.call(1);
    let (a, b) = (&shared * 10, &shared * 100);
    assert_eq!((*a.compute().unwrap(), *b.compute().unwrap(), calls.take()), (20, 200, 2));
    let (x, y) = compute((&a, &b)).unwrap();
    assert_eq!((*x, *y, calls.take()), (20, 200, 1));
}

#[test]
fn every_call_is_one_of_its_own_unless_the_function_is_pure() {
    let (inc, calls) = counted_inc();
    let one = Delayed::new(1);
    let twice = |inc: &DelayedFn<(i64,), i64>| inc.call(&one) + inc.call(&one);
    assert_eq!((*twice(&inc).compute().unwrap(), calls.take()), (4, 2));
    let inc = inc.pure();
    assert_eq!((*twice(&inc).compute().unwrap(), calls.take()), (4, 1));
    // Plain values are not compared.
    assert_eq!((*(inc.call(1) + inc.call(1)).compute().unwrap(), calls.take()), (4, 2));
}

#[test]
fn chained_powers() {
    let lazy = delayed(exponent);
    assert_eq!(*lazy.call(4, 5).compute().unwrap(), 1024);
    let x = lazy.call(4, 5);
    let y = lazy.call(&x, 2);
    let z = &x * &y;
    assert_eq!(*z.compute().unwrap(), 1_073_741_824);
    let text = z.explain().unwrap().to_string();
    assert!(text.contains("exponent x2, *") && text.contains("exponent #0"), "{text}");
}

#[test]
fn a_loop_summed_over_a_list_and_by_folding() {
    let (inc, calls) = counted_inc();
    let values: Vec<Delayed<i64>> = (1..=8).map(|v| inc.call(v)).collect();
    let over_list = delayed(total).call(&values);
    let folded = values.iter().skip(1).fold(values[0].clone(), |sum, v| sum + v);
    assert_eq!((*over_list.compute().unwrap(), calls.take()), (44, 8));
    assert_eq!((*folded.compute().unwrap(), calls.take()), (44, 8));
    let label = |x: &Delayed<i64>| x.explain().unwrap().after[0].label.clone();
    assert_eq!(label(&over_list), "inc x8, list, total");
    assert_eq!(label(&folded), "inc x8, + x7");
}

#[test]
fn control_flow_stays_immediate() {
    let (inc, calls) = counted_inc();
    let double = delayed(|v: i64| 2 * v);
    let is_even = |v: i64| v % 2 == 0;
    let values = (1..=10).map(|v| if is_even(v) { double.call(v) } else { inc.call(v) });
    let sum = values.sum::<Delayed<i64>>();
    assert_eq!((*sum.compute().unwrap(), calls.take()), (90, 5));
}

#[test]
fn methods_and_slicing() {
    let numbers = delayed(|n: i64| Array1::from_iter(0..n)).call(10);
    let sum = (numbers.map(|a| a + 1)).map(|a| a.slice(s![..;2]).to_owned()).map(|a| a.sum());
    assert_eq!(*sum.compute().unwrap(), 25);
    let x = delayed(|n: i64| Array1::from_iter(0..n)).call(10);
    let square = &x * &x;
    let extreme = |f: fn(i64, i64) -> i64| square.map(move |a| a.iter().copied().reduce(f).unwrap());
    let (min, max) = compute((extreme(i64::min), extreme(i64::max))).unwrap();
    assert_eq!((*min, *max), (0, 81));
}

#[test]
fn persisted_values_are_not_computed_again() {
    let (inc, calls) = counted_inc();
    let kept: Vec<Delayed<i64>> = (0..3).map(|v| inc.call(v).persist().unwrap()).collect();
    assert_eq!(calls.take(), 3);
    assert_eq!(kept[0].explain().unwrap().tasks_after(), 0);
    assert_eq!(*delayed(total).call(&kept).compute().unwrap(), 6);
    assert_eq!(*(&kept[0] + &kept[1]).compute().unwrap(), 3);
    assert_eq!(*kept[2].persist().unwrap().compute().unwrap(), 3);
    assert_eq!(calls.take(), 0);
}

#[test]
fn persisted_blocks_are_one_task_each() {
    let calls = Calls::default();
    let counted = calls.clone();
    let load = delayed(move |i: i64| {
        counted.count();
        Array1::from_elem(4, i)
    });
    let x = ChunkedArray::from_delayed_blocks(12.chunked(4), (0..3).map(|i| load.call(i))).unwrap();
    let y = (&x + 1) * 2;
    let kept = y.persist().unwrap();
    assert_eq!(calls.take(), 3);
    assert_eq!((kept.num_chunks(), kept.explain().unwrap().tasks_before()), (3, 3));
    assert_eq!(kept.sum().scalar().unwrap() + kept.max().scalar().unwrap(), 4 * (2 + 4 + 6) + 6);
    assert_eq!(calls.take(), 0);
}

#[test]
fn a_root_may_be_asked_for_twice_or_be_there_already() {
    let (inc, calls) = counted_inc();
    let x = inc.call(1);
    let (a, b, there) = compute((&x, &x, Delayed::new("there"))).unwrap();
    assert!(Arc::ptr_eq(&a, &b));
    assert_eq!((*a, *there, calls.take()), (2, "there", 1));
    let nothing: Vec<Delayed<i64>> = Vec::new();
    assert!(compute(nothing).unwrap().is_empty());
}

#[test]
fn calls_may_compute_and_use_rayon() {
    use rayon::prelude::*;
    for threads in [1, 2] {
        let config = Config::default().threads(threads);
        let inside = config.clone();
        let nested = delayed(move |n: i64| {
            let lazy = delayed(square).call(n) + 1;
            let sum: i64 = (0..100).into_par_iter().map(|v| v % 3).sum();
            *lazy.compute_with(&inside).unwrap() + sum
        });
        let sum = (0..20).map(|n| nested.call(n)).sum::<Delayed<i64>>();
        assert_eq!(*sum.compute_with(&config).unwrap(), 2470 + 20 + 20 * 99);
    }
}
