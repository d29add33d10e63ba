//! Selections as they are put together: several threads, several roots, and results that others read.

use std::thread::sleep;
use std::time::Duration;

use chunkwise::prelude::*;
use ndarray::{Array1, Array2, Axis, s};

const LENGTH: usize = 1_000_003;

/// Numbers of which the first is late, so that units after it are done before it.
fn late() -> ChunkedArray1<i64> {
    ChunkedArray::arange(0..LENGTH as i64).unwrap().mapv(|i| {
        if i == 0 {
            sleep(Duration::from_millis(50));
        }
        i
    })
}

#[test]
fn units_that_are_done_out_of_order_are_joined_in_order() {
    for divisor in [1, 2, 97, 300_000, i64::MAX] {
        let expected: Array1<i64> = (0..LENGTH as i64).filter(|i| i % divisor == 0).collect();
        for threads in [1, 2, 7] {
            let x = late();
            let selected = x.mask(&(&x % divisor).eq(0).unwrap()).unwrap();
            let got = selected.compute_with(&Config::default().threads(threads)).unwrap();
            assert!(got == expected, "every {divisor}th number on {threads} threads");
            assert_eq!(got.into_raw_vec_and_offset().0.capacity(), expected.len(), "nothing is left over");
        }
    }
}

#[test]
fn several_selections_of_one_computation() {
    let x = late();
    let odd = x.mask(&(&x % 2).eq(1).unwrap()).unwrap();
    let large = x.mask(&x.gt(900_000).unwrap()).unwrap();
    for threads in [1, 3] {
        let config = Config::default().threads(threads);
        let (first, second, again, sum) = config.compute((&odd, &large, &odd, odd.sum().value())).unwrap();
        assert!(first.iter().copied().eq((1..LENGTH as i64).step_by(2)));
        assert!(second.iter().copied().eq(900_001..LENGTH as i64));
        assert_eq!((first.sum(), again == first), (sum, true));
    }
}

#[test]
fn a_counted_selection_is_returned_and_read() {
    let x = late();
    let counted = x.mask(&(&x % 5).eq(0).unwrap()).unwrap().compute_chunk_sizes().unwrap();
    let backwards = counted.slice(s![..;-1]).unwrap() * 2;
    let expected: Array1<i64> = (0..LENGTH as i64).step_by(5).collect();
    for threads in [1, 2] {
        let config = Config::default().threads(threads);
        let (all, doubled) = config.compute((&counted, &backwards)).unwrap();
        assert_eq!(all, expected);
        assert_eq!(doubled, &expected.slice(s![..;-1]) * 2);
        assert_eq!(backwards.compute_with(&config).unwrap(), doubled);
    }
}

#[test]
fn rows_and_nothing_are_joined() {
    let rows = Array2::from_shape_fn((30_000, 20), |(i, j)| (20 * i + j) as f64);
    let x = ChunkedArray::from_array(rows.clone(), (1234, 7)).unwrap();
    let number = ChunkedArray::arange(0..30_000_i64).unwrap();
    for modulus in [1, 7, 40_000] {
        let got = x.mask(&(&number % modulus).eq(modulus - 1).unwrap()).unwrap().compute().unwrap();
        let kept: Vec<usize> = (0..30_000).filter(|i| i % modulus as usize == modulus as usize - 1).collect();
        assert_eq!(got, rows.select(Axis(0), &kept), "every {modulus}th row");
    }
}

#[test]
fn a_closure_that_panics_leaves_no_selection() {
    let x = ChunkedArray::arange(0..LENGTH as i64).unwrap();
    let bad = x.mapv(|i| if i == 700_000 { panic!("not this one") } else { i % 2 == 0 });
    let error = x.mask(&bad).unwrap().compute().unwrap_err().to_string();
    assert!(error.contains("not this one"), "{error}");
    assert_eq!(x.mask(&x.lt(10).unwrap()).unwrap().compute().unwrap().sum(), 45);
}
