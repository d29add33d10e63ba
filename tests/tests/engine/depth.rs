//! Expressions of any depth: every walk, pass, print and drop is a loop.

use chunkwise::prelude::*;
use ndarray::{Array2, Axis, array};

#[test]
fn a_chain_of_a_million_additions() {
    let mut x = ChunkedArray::from_array(array![1.0, 2.0, 3.0], 2).unwrap();
    for _ in 0..1_000_000 {
        x = &x + 1.0;
    }
    assert!(format!("{x:?}").len() < 300);
    let (values, sum) = compute((&x, x.sum().value())).unwrap();
    assert_eq!(values, array![1_000_001.0, 1_000_002.0, 1_000_003.0]);
    assert_eq!(sum, 3_000_006.0);
    assert!(x.explain().unwrap().to_string().lines().count() < 100);
}

#[test]
fn sixty_four_doublings() {
    let mut x = ChunkedArray::from_array(Array2::<f64>::ones((3, 3)), 2).unwrap();
    let mut y = ChunkedArray::from_array(array![[1.0, 2.0], [3.0, 4.0]], 1).unwrap();
    for _ in 0..64 {
        x = &x + &x;
        y = &y + &y.t();
    }
    assert_eq!(x.compute().unwrap(), Array2::from_elem((3, 3), 2f64.powi(64)));
    // The first sum with the transpose is symmetric, the others double it.
    let expected = array![[2.0, 5.0], [5.0, 8.0]] * 2f64.powi(63);
    assert_eq!(y.compute().unwrap(), expected);
}

#[test]
fn a_hundred_thousand_views_of_views() {
    let x = ChunkedArray::from_array(array![[1, 2, 3], [4, 5, 6]], 2).unwrap();
    let mut y = x.clone();
    for _ in 0..100_000 {
        y = y.t().flip(Axis(0)).unwrap().flip(Axis(0)).unwrap().t();
    }
    assert_eq!(y.compute().unwrap(), x.compute().unwrap());
}

#[test]
fn ten_thousand_parts() {
    let parts: Vec<_> = (0..10_000i64).map(|i| ChunkedArray::full((1, 2), i).unwrap()).collect();
    let joined = concatenate(Axis(0), &parts).unwrap();
    assert_eq!(joined.shape(), [10_000, 2]);
    assert_eq!(joined.sum_axis(Axis(0)).unwrap().compute().unwrap(), array![49_995_000, 49_995_000]);
    let middle = joined.slice(ndarray::s![4999..5002, 0]).unwrap();
    assert_eq!(middle.compute().unwrap(), array![4999, 5000, 5001]);
    assert!(middle.explain().unwrap().after.len() <= 2);
}

#[test]
fn a_hundred_thousand_handles_dropped_in_any_order() {
    let x = ChunkedArray::from_array(array![1.0], 1).unwrap();
    let mut all = vec![x];
    for i in 0..100_000 {
        let next = &all[i] * 1.0;
        all.push(next);
    }
    // From both ends, so that the last handle on a long chain goes late.
    while all.len() > 1 {
        let _ = all.swap_remove(0);
        all.pop();
    }
}
