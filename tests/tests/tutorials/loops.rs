//! Loops and conditions around lazy values.

use chunkwise::Result;
use chunkwise::prelude::*;

use crate::support::Drawing;

fn inc(v: i64) -> i64 {
    v + 1
}

fn double(v: i64) -> i64 {
    2 * v
}

fn is_even(v: i64) -> bool {
    v % 2 == 0
}

fn sum(values: &[i64]) -> i64 {
    values.iter().sum()
}

#[test]
fn exercise_06_a_loop_summed_in_two_ways() -> Result<()> {
    let incremented: Vec<Delayed<i64>> = (1..=8).map(|v| delayed(inc).call(v)).collect();
    let listed = delayed(sum).call(&incremented);
    let folded = incremented.iter().cloned().reduce(|a, b| a + b).unwrap();
    assert_eq!((*listed.compute()?, *folded.compute()?), (44, 44));

    // One function that reads all of them, against a chain of additions
    let (listed, folded) = (Drawing::of(&listed, false), Drawing::of(&folded, false));
    assert_eq!((listed.count("inc"), listed.count("sum"), listed.count("+")), (8, 1, 0));
    assert_eq!((folded.count("inc"), folded.count("sum"), folded.count("+")), (8, 0, 7));
    assert_eq!(listed.inputs("list").len(), 8, "{:?}", listed.boxes);
    assert_eq!(listed.inputs("sum"), ["list"]);
    assert_eq!(folded.depth() - listed.depth(), 5, "eight deep, against inc, list and sum");
    Ok(())
}

#[test]
fn exercise_07_conditions_are_decided_at_once() -> Result<()> {
    // `if` needs a value: a delayed condition would not compile. What it chooses between may be delayed.
    let chosen = (1..=10).map(|v| if is_even(v) { delayed(double).call(v) } else { delayed(inc).call(v) });
    let total = delayed(sum).call(chosen.collect::<Vec<_>>());
    assert_eq!(*total.compute()?, 90);
    // A condition on what is delayed goes into the function.
    let choose = delayed(|v: i64| if is_even(v) { double(v) } else { inc(v) });
    let total: Delayed<i64> = (1..=10).map(|v| choose.call(Delayed::new(v))).sum();
    assert_eq!(*total.compute()?, 90);
    Ok(())
}
