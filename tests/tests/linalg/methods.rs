//! The rules of the public methods: shapes, ranks, broadcasting, errors.

use chunkwise::prelude::*;
use chunkwise::{ArgumentError, Error};
use chunkwise_tests::{Tolerance, assert_matches, assert_matches_within, chunkings};
use ndarray::linalg::general_mat_mul;
use ndarray::{Array, Array2, ArrayD, Axis, Ix1, Ix2, IxDyn, ShapeBuilder, array, s};

use crate::support::whole;

#[test]
fn dot_is_ndarrays_in_any_chunks_and_memory_order() {
    let (a, b) = (whole((13, 17), 1), whole((17, 11), 2));
    let (v, w) = (whole(17, 3), whole(13, 4));
    for seed in 0..3 {
        for (left, right) in chunkings(&[13, 17], seed).into_iter().zip(chunkings(&[17, 11], seed + 7)) {
            let x = ChunkedArray::from_array(a.clone(), left.clone()).unwrap();
            let y = ChunkedArray::from_array(b.clone(), right.clone()).unwrap();
            let xy = x.dot(&y).unwrap();
            assert_matches(&xy, &a.dot(&b));
            assert_eq!(xy.chunks(), [x.chunks()[0].clone(), y.chunks()[1].clone()]);
            assert_matches(&x.dot(&v).unwrap(), &a.dot(&v));
            let row = ChunkedArray::from_array(w.clone(), vec![left[0].clone()]).unwrap();
            assert_matches(&row.dot(&x).unwrap(), &w.dot(&a));
            let inner = row.dot(&w).unwrap();
            assert_eq!((inner.ndim(), inner.scalar().unwrap()), (0, w.dot(&w)));
        }
    }
    let mut turned = Array2::zeros((13, 11).f());
    turned.assign(&a.slice(s![.., ..11]));
    let flipped = b.slice_move(s![..;-1, ..;-2]);
    let x = ChunkedArray::from_array(turned.clone(), (5, 4)).unwrap();
    let y = ChunkedArray::from_array(flipped.to_shared().slice_move(s![..11, ..]), 3).unwrap();
    assert_matches(&x.dot(&y).unwrap(), &turned.dot(&flipped.slice(s![..11, ..])));
    assert_matches(&x.t().dot(x.clone()).unwrap(), &turned.t().dot(&turned));
    assert_matches(&x.dot(x.t()).unwrap(), &turned.dot(&turned.t()));
}

#[test]
fn dot_of_larger_matrices_is_near_the_eager_one() {
    let rough = |m: usize, n: usize, seed: u64| {
        let values = whole((m, n), seed);
        Array2::from_shape_fn((m, n), |(i, j)| values[[i, j]] / 3.0 + (i * n + j) as f64 * 1e-3)
    };
    let (a, b) = (rough(310, 400, 1), rough(400, 290, 2));
    let mut expected = Array2::zeros((310, 290));
    general_mat_mul(1.0, &a, &b, 0.0, &mut expected);
    let tolerance = Tolerance::Near { ulps: 400.0, scale: 400.0 * 130.0 * 130.0 };
    let x = ChunkedArray::from_array(a, (100, 77)).unwrap();
    assert_matches_within(&x.dot(&b).unwrap(), &expected, tolerance);
}

#[test]
fn dynamic_arrays_follow_numpys_dot() {
    let (a, b) = (whole((2, 3, 4), 1), whole((5, 4, 6), 2));
    let expected = ArrayD::from_shape_fn(IxDyn(&[2, 3, 5, 6]), |i| {
        (0..4).map(|k| a[[i[0], i[1], k]] * b[[i[2], k, i[3]]]).sum::<f64>()
    });
    let (x, y) = (ChunkedArray::from_array(a.into_dyn(), 2).unwrap(), b.into_dyn());
    assert_matches(&x.dot(&y).unwrap(), &expected);
    let scalar = Array::from_elem(IxDyn(&[]), 2.0);
    assert_eq!(x.dot(&scalar).unwrap().compute().unwrap(), x.compute().unwrap() * 2.0);
    let v = whole(4, 3);
    assert_eq!(x.dot(&v).unwrap().shape(), [2, 3]);
    let bools = ChunkedArray::from_array(array![true, false].into_dyn(), 1).unwrap();
    let yes = Array::from_elem(IxDyn(&[]), true);
    assert_eq!(bools.dot(&yes).unwrap().compute().unwrap(), array![true, false].into_dyn());
}

#[test]
fn matmul_broadcasts_stacks() {
    let (a, b) = (whole((5, 1, 3, 4), 1), whole((2, 4, 6), 2));
    let expected = Array::from_shape_fn((5, 2, 3, 6), |(p, q, i, j)| {
        (0..4).map(|k| a[[p, 0, i, k]] * b[[q, k, j]]).sum::<f64>()
    });
    for chunks in [1, 2, 9] {
        let x = ChunkedArray::from_array(a.clone(), chunks).unwrap();
        let y = ChunkedArray::from_array(b.clone(), chunks + 1).unwrap();
        assert_matches(&x.matmul(&y).unwrap(), &expected);
    }
    let x = ChunkedArray::from_array(b.clone().into_dyn(), 2).unwrap();
    let column = whole(6, 3).into_dyn();
    assert_eq!(x.matmul(&column).unwrap().shape(), [2, 4]);
    let row = ChunkedArray::from_array(whole(4, 4).into_dyn(), 3).unwrap();
    assert_eq!(row.matmul(&b.into_dyn()).unwrap().shape(), [2, 6]);
    let both = row.matmul(&row).unwrap().compute().unwrap();
    assert_eq!((both.ndim(), both.sum()), (0, row.square().sum().scalar().unwrap()));
}

#[test]
fn tensordot_sums_over_any_axes() {
    let (a, b) = (whole((4, 3, 5, 2), 1), whole((2, 7, 3, 4), 2));
    let expected = ArrayD::from_shape_fn(IxDyn(&[5, 7]), |at| {
        let mut sum = 0.0;
        for i in 0..4 {
            for j in 0..3 {
                for k in 0..2 {
                    sum += a[[i, j, at[0], k]] * b[[k, at[1], j, i]];
                }
            }
        }
        sum
    });
    for chunks in [1, 2, 3, 9] {
        let x = ChunkedArray::from_array(a.clone(), chunks).unwrap();
        let y = ChunkedArray::from_array(b.clone(), 4).unwrap();
        let lists = ([Axis(1), Axis(3), Axis(0)], vec![Axis(2), Axis(0), Axis(3)]);
        assert_matches(&x.tensordot(&y, lists).unwrap(), &expected);
        let pair = x.tensordot(&y, 1).unwrap();
        let flat = a.to_shape((60, 2)).unwrap().dot(&b.to_shape((2, 84)).unwrap());
        let flat = flat.into_shape_with_order(IxDyn(&[4, 3, 5, 7, 3, 4])).unwrap();
        assert_matches(&pair, &flat);
    }
    let x = ChunkedArray::from_array(whole((2, 3), 3), 1).unwrap();
    let nothing: ([Axis; 0], [Axis; 0]) = ([], []);
    assert_eq!(x.tensordot(&x, nothing).unwrap().shape(), [2, 3, 2, 3]);
}

#[test]
fn outer_is_all_pairs() {
    let (a, b) = (array![1i8, 100, -3], array![2i8, 3]);
    let x = ChunkedArray::from_array(a, 2).unwrap();
    assert_eq!(x.outer(&b).unwrap().compute().unwrap(), array![[2, 3], [-56, 44], [-6, -9]]);
    let t = ChunkedArray::from_array(array![true, false], 1).unwrap();
    assert_eq!(t.outer(&t).unwrap().compute().unwrap(), array![[true, false], [false, false]]);
    let plan = ChunkedArray::<f64, Ix1>::ones(1000).unwrap();
    let sum = plan.outer(&plan).unwrap().sum().explain().unwrap();
    assert!(sum.projected_peak < 1 << 20, "the products of all pairs are not stored: {sum}");
}

#[test]
fn errors_name_shapes_and_axes() {
    let x = ChunkedArray::<f64, Ix2>::ones((3, 4)).unwrap();
    let error = x.dot(&x).unwrap_err();
    let expected = "dot: axis 1 of shape [3, 4] has length 4, but axis 0 of shape [3, 4] has length 3";
    assert_eq!(error.to_string(), expected);
    assert!(matches!(
        error,
        Error::Argument(ArgumentError::Product { what: "dot", left_axis: 1, right_axis: 0, .. })
    ));
    let stack = ChunkedArray::<f64, _>::ones((2, 4, 4)).unwrap();
    let message = |error: Error| error.to_string();
    assert!(message(x.matmul(&x).unwrap_err()).starts_with("matmul: axis 1 of shape [3, 4]"));
    let three = ChunkedArray::<f64, _>::ones((3, 4, 4)).unwrap();
    assert!(message(stack.matmul(&three).unwrap_err()).contains("do not broadcast"));
    let none = ChunkedArray::<f64, IxDyn>::ones(vec![]).unwrap();
    assert!(message(none.matmul(&none).unwrap_err()).contains("no matrix"));
    assert_eq!(x.tensordot(&x, 2).unwrap().compute().unwrap().sum(), 12.0);
    assert!(matches!(
        x.tensordot(&x, 3).unwrap_err(),
        Error::Argument(ArgumentError::Axis { axis: 2, ndim: 2 })
    ));
    assert!(
        message(x.tensordot(&x, ([Axis(0)], [Axis(0), Axis(1)])).unwrap_err()).contains("1 axes on the left")
    );
    assert!(matches!(
        x.tensordot(&x, ([Axis(0), Axis(0)], [Axis(0), Axis(1)])).unwrap_err(),
        Error::Argument(ArgumentError::RepeatedAxis { axis: 0 })
    ));
    let tall = ChunkedArray::<i8, Ix2>::zeros((1 << 40, 1)).unwrap();
    assert!(message(tall.dot(tall.t()).unwrap_err()).contains("too large"));
}
