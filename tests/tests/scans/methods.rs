//! The methods: names, types, shapes, NaN, and arrays that engines get wrong.

use chunkwise::prelude::*;
use chunkwise_tests::{Tolerance, assert_matches_within};
use ndarray::{Array, Array1, Array2, Axis, arr0, array, s};
use num_complex::Complex;

use crate::support::{rough, running};

#[test]
fn along_axes_and_over_all_elements() {
    let x = array![[1i32, 2, 3], [4, 5, 6]];
    for chunks in [1, 2, 5] {
        let lazy = ChunkedArray::from_array(x.clone(), chunks).unwrap();
        assert_eq!(lazy.cumsum().compute().unwrap(), array![1i64, 3, 6, 10, 15, 21]);
        assert_eq!(lazy.cumprod().compute().unwrap(), array![1i64, 2, 6, 24, 120, 720]);
        let along = |axis| lazy.cumsum_axis(Axis(axis)).unwrap();
        assert_eq!(along(0).compute().unwrap(), array![[1i64, 2, 3], [5, 7, 9]]);
        assert_eq!(along(1).compute().unwrap(), array![[1i64, 3, 6], [4, 9, 15]]);
        assert_eq!(along(1).chunks(), lazy.chunks());
        assert_eq!(lazy.t().cumsum().compute().unwrap(), array![1i64, 5, 7, 12, 15, 21]);
        let products = lazy.cumprod_axis(Axis(0)).unwrap();
        assert_eq!(products.compute().unwrap(), array![[1i64, 2, 3], [4, 10, 18]]);
        assert!(lazy.cumsum_axis(Axis(2)).unwrap_err().to_string().contains("axis 2"));
    }
}

#[test]
fn types_of_results() {
    let bools = ChunkedArray::from_array(array![true, false, true], 2).unwrap();
    assert_eq!(bools.cumsum().compute().unwrap(), array![1i64, 1, 2]);
    assert_eq!(bools.cumprod().compute().unwrap(), array![1i64, 0, 0]);
    let bytes = ChunkedArray::from_array(array![200u8, 100, 255], 2).unwrap();
    assert_eq!(bytes.cumsum().compute().unwrap(), array![200u64, 300, 555]);
    assert_eq!(bytes.nancumprod().compute().unwrap(), array![200u64, 20_000, 5_100_000]);
    let most = ChunkedArray::from_array(array![i64::MAX, 1, 1], 2).unwrap();
    assert_eq!(most.cumsum().compute().unwrap(), array![i64::MAX, i64::MIN, i64::MIN + 1]);
    let floats = ChunkedArray::from_array(array![0.5f32, 0.25], 1).unwrap();
    assert_eq!(floats.cumsum().compute().unwrap(), array![0.5f32, 0.75]);
    let i = Complex::<f64>::i();
    let complex = ChunkedArray::from_array(array![i, i, i], 2).unwrap();
    assert_eq!(complex.cumsum().compute().unwrap(), array![i, i * 2.0, i * 3.0]);
    assert_eq!(complex.cumprod().compute().unwrap(), array![i, i * i, -i]);
}

#[test]
fn nan_is_left_out_or_stays() {
    let nan = f64::NAN;
    let x = array![[nan, 2.0, nan], [3.0, nan, nan], [4.0, 5.0, nan]];
    for chunks in [1, 2, 3] {
        let lazy = ChunkedArray::from_array(x.clone(), chunks).unwrap();
        let along = |axis| lazy.nancumsum_axis(Axis(axis)).unwrap().compute().unwrap();
        assert_eq!(along(0), array![[0.0, 2.0, 0.0], [3.0, 2.0, 0.0], [7.0, 7.0, 0.0]]);
        assert_eq!(along(1), array![[0.0, 2.0, 2.0], [3.0, 3.0, 3.0], [4.0, 9.0, 9.0]]);
        let products = lazy.nancumprod_axis(Axis(0)).unwrap();
        assert_eq!(products.compute().unwrap(), array![[1.0, 2.0, 1.0], [3.0, 2.0, 1.0], [12.0, 10.0, 1.0]]);
        assert_eq!(lazy.nancumsum().compute().unwrap()[8], 14.0);
        assert_eq!(lazy.nancumprod().compute().unwrap()[8], 120.0);
        let plain = lazy.cumsum_axis(Axis(0)).unwrap().compute().unwrap();
        assert!(plain.column(0).iter().all(|x| x.is_nan()));
        assert_eq!(plain.slice(s![0, 1]), arr0(2.0));
        let complex = lazy.mapv(|x| Complex::new(1.0, x));
        let sums = complex.nancumsum_axis(Axis(1)).unwrap().compute().unwrap();
        assert_eq!(sums[[1, 2]], Complex::new(1.0, 3.0));
    }
}

#[test]
fn arrays_without_elements_or_axes() {
    let none = ChunkedArray::<f64, _>::zeros((3, 0)).unwrap();
    assert_eq!(none.cumsum().compute().unwrap().len(), 0);
    for axis in [0, 1] {
        assert_eq!(none.cumsum_axis(Axis(axis)).unwrap().compute().unwrap().dim(), (3, 0));
    }
    let scalar = ChunkedArray::from_array(arr0(7u8), ()).unwrap();
    assert_eq!(scalar.cumsum().compute().unwrap(), array![7u64]);
    assert!(scalar.cumsum_axis(Axis(0)).is_err());
    // Chunks without elements among others change nothing.
    let x = Array1::from_iter((0..10).map(f64::from));
    let lazy = ChunkedArray::from_array(x.clone(), vec![vec![5, 0, 4, 0, 1]]).unwrap();
    assert_eq!(lazy.cumsum().compute().unwrap(), running(&x, Axis(0), |a, b| a + b));
    assert_eq!(lazy.cumsum().sum().scalar().unwrap(), 165.0);
}

#[test]
fn every_respect_and_every_block() {
    let x = Array::from_shape_fn((23, 9, 11), |(i, j, k)| rough(i * 100 + j * 11 + k));
    let lazy = ChunkedArray::from_array(x.clone(), (5, vec![2, 0, 7], 4)).unwrap();
    let near = Tolerance::Near { ulps: 2.0, scale: 8.0 };
    for axis in 0..3 {
        let expected = running(&x, Axis(axis), |a, b| a + b);
        assert_matches_within(&lazy.cumsum_axis(Axis(axis)).unwrap(), &expected, near);
        let sums = (&lazy * 2.0).cumsum_axis(Axis(axis)).unwrap() - 1.0;
        assert_matches_within(&sums, &(expected * 2.0 - 1.0), Tolerance::Near { ulps: 2.0, scale: 16.0 });
        let expected = running(&x, Axis(axis), |a, b| a * b);
        // One after the other, as NumPy multiplies.
        assert_matches_within(&lazy.cumprod_axis(Axis(axis)).unwrap(), &expected, Tolerance::Exact);
    }
    let line = x.flatten().to_owned();
    // Adding without compensation loses digits of the largest sum at every step.
    let near = Tolerance::Near { ulps: 2.0, scale: 4096.0 };
    assert_matches_within(&lazy.cumsum(), &running(&line, Axis(0), |a, b| a + b), near);
}

#[test]
fn sums_do_not_lose_digits() {
    // One and a million halves of its last digit.
    let tiny = f64::EPSILON / 2.0;
    for (rows, cols) in [(1_000_001, 1), (100_001, 10)] {
        let x = Array2::from_shape_fn((rows, cols), |(i, _)| if i == 0 { 1.0 } else { tiny });
        let lazy = ChunkedArray::from_array(x, Auto).unwrap();
        let y = lazy.cumsum_axis(Axis(0)).unwrap().compute().unwrap();
        for i in [1, 100, rows / 2, rows - 1] {
            let exact = 1.0 + i as f64 * tiny;
            assert!(y.row(i).iter().all(|y| (y - exact).abs() <= f64::EPSILON), "{:e} at {i}", y[[i, 0]]);
        }
    }
    let x = ChunkedArray::<f32, _>::ones((20_000_000,)).unwrap() * 0.1;
    let last = x.cumsum().slice(s![-1..]).unwrap().compute().unwrap()[0];
    assert!((last - 2_000_000.0).abs() <= 0.25, "{last}");
}

#[test]
fn products_pass_through_zero() {
    // A zero, then more than floats can hold: merged from parts, this would be NaN.
    let x = Array1::from_iter((0..600_000).map(|i| if i == 10 { 0.0 } else { 10.0 }));
    let y = ChunkedArray::from_array(x, 1000).unwrap().cumprod().compute().unwrap();
    assert_eq!(y[9], 1e10);
    assert!(y.iter().skip(10).all(|&y| y == 0.0));
}
