//! Scans of arrays whose length a mask decides.

use chunkwise::prelude::*;
use ndarray::{Array1, Array2, Axis, array};
use num_complex::Complex;

use crate::support::{rough, running};

fn matrix() -> Array2<f64> {
    Array2::from_shape_fn((40, 7), |(i, j)| (rough(i * 7 + j) * 64.0).round())
}

#[test]
fn along_the_axis_of_unknown_length() {
    let x = matrix();
    let line = x.flatten().to_owned();
    let lazy = ChunkedArray::from_array(line.clone(), 9).unwrap();
    let over = lazy.mask(&lazy.gt(0.0).unwrap()).unwrap();
    let chosen = Array1::from_iter(line.iter().copied().filter(|&x| x > 0.0));
    assert_eq!(over.cumsum().compute().unwrap(), running(&chosen, Axis(0), |a, b| a + b));
    let products = (&over / 64.0).round().cumprod_axis(Axis(0)).unwrap();
    let expected = running(&chosen.mapv(|x| (x / 64.0).round()), Axis(0), |a, b| a * b);
    assert_eq!(products.compute().unwrap(), expected);
    // It is of the same mask as what it came from.
    let both = over.cumsum() + &over;
    assert_eq!(both.sum().scalar().unwrap(), (running(&chosen, Axis(0), |a, b| a + b) + &chosen).sum());
    // Nothing at all is chosen.
    let none = lazy.mask(&lazy.gt(1e9).unwrap()).unwrap();
    assert_eq!(none.cumsum().compute().unwrap().len(), 0);
}

#[test]
fn of_a_mask_over_several_axes() {
    let x = matrix();
    let lazy = ChunkedArray::from_array(x.clone(), (7, 3)).unwrap();
    for optimised in [lazy.clone(), lazy.t().t()] {
        let over = optimised.mask(&optimised.gt(0.0).unwrap()).unwrap();
        let chosen = Array1::from_iter(x.iter().copied().filter(|&x| x > 0.0));
        let sums = running(&chosen, Axis(0), |a, b| a + b);
        assert_eq!(over.cumsum().compute().unwrap(), sums);
        assert_eq!((over.cumsum() - &over).compute().unwrap(), sums - &chosen);
    }
}

#[test]
fn rows_that_a_mask_chooses() {
    let x = matrix();
    let lazy = ChunkedArray::from_array(x.clone(), (7, 3)).unwrap();
    let first = lazy.slice(ndarray::s![.., 0]).unwrap();
    let rows = lazy.mask(&first.gt(0.0).unwrap()).unwrap();
    let kept: Vec<usize> = (0..40).filter(|&i| x[[i, 0]] > 0.0).collect();
    let chosen = x.select(Axis(0), &kept);
    for axis in [0, 1] {
        let sums = rows.cumsum_axis(Axis(axis)).unwrap();
        assert_eq!(sums.compute().unwrap(), running(&chosen, Axis(axis), |a, b| a + b), "axis {axis}");
    }
    assert!(rows.cumsum_axis(Axis(2)).is_err());
    let counted = rows.compute_chunk_sizes().unwrap();
    let sums = counted.cumsum_axis(Axis(0)).unwrap();
    assert_eq!(sums.compute().unwrap(), running(&chosen, Axis(0), |a, b| a + b));
}

#[test]
fn what_needs_the_length_says_so() {
    let x = ChunkedArray::from_array(array![1.0, -1.0, 2.0], 2).unwrap();
    let over = x.mapv(|x| Complex::new(x, 0.0)).mask(&x.gt(0.0).unwrap()).unwrap();
    let error = over.cumprod_axis(Axis(0)).unwrap_err().to_string();
    assert!(error.contains("compute_chunk_sizes"), "{error}");
    let late = over.cumprod().compute().unwrap_err().to_string();
    assert!(late.contains("compute_chunk_sizes"), "{late}");
    let counted = over.compute_chunk_sizes().unwrap();
    assert_eq!(counted.cumprod().compute().unwrap(), array![Complex::new(1.0, 0.0), Complex::new(2.0, 0.0)]);
    assert_eq!(over.cumsum().compute().unwrap()[1], Complex::new(3.0, 0.0));
}
