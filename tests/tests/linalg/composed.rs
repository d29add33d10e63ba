//! Products of what was computed, and what is computed from products.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use chunkwise::prelude::*;
use chunkwise_tests::{assert_matches, chunkings};
use ndarray::{Array, Array2, Axis, concatenate as join, s};

use crate::support::whole;

type Lazy = ChunkedArray2<f64>;

fn lazy(array: &Array2<f64>, chunk: usize) -> Lazy {
    ChunkedArray::from_array(array.clone(), chunk).unwrap()
}

#[test]
fn operands_are_computed_where_they_are_multiplied() {
    let a = whole((30, 30), 1);
    for chunk in [4, 7, 30] {
        let x = lazy(&a, chunk);
        let y = &x + &x.t();
        let eager = &a + &a.t();
        assert_matches(&x.dot(&y).unwrap(), &a.dot(&eager));
        assert_matches(&y.dot(&x).unwrap(), &eager.dot(&a));
        assert_matches(&y.dot(&y).unwrap(), &eager.dot(&eager));
        assert_matches(&(&y * 2.0).t().dot(&x).unwrap(), &(&eager * 2.0).t().dot(&a));
        let ramp = ChunkedArray::from_shape_fn((30, 12).chunked(chunk), |(i, j)| (i * 2 + j) as f64).unwrap();
        let eager = Array::from_shape_fn((30, 12), |(i, j)| (i * 2 + j) as f64);
        assert_matches(&x.dot(&ramp).unwrap(), &a.dot(&eager));
        let ones = Lazy::ones((30, 5)).unwrap();
        assert_matches(&x.dot(&ones).unwrap(), &a.dot(&Array2::ones((30, 5))));
        let eye = Lazy::eye(30).unwrap();
        assert_matches(&eye.dot(&x).unwrap(), &a);
    }
}

#[test]
fn operands_that_are_kept() {
    let a = whole((24, 36), 1);
    let b = whole((36, 10), 2);
    for chunk in [5, 11, 40] {
        let (x, y) = (lazy(&a, chunk), lazy(&b, chunk + 2));
        let product = x.dot(&y).unwrap();
        let eager = a.dot(&b);
        assert_matches(&product.t().dot(&product).unwrap(), &eager.t().dot(&eager));
        assert_matches(&product.dot(y.t()).unwrap().dot(&y).unwrap(), &eager.dot(&b.t()).dot(&b));
        let centred = &x - x.sum_axis(keep(Axis(0))).unwrap();
        let eager_centred = &a - &a.sum_axis(Axis(0));
        assert_matches(&centred.t().dot(&centred).unwrap(), &eager_centred.t().dot(&eager_centred));
        let sums = x.sum_axis(Axis(1)).unwrap();
        assert_matches(&sums.dot(&x).unwrap(), &a.sum_axis(Axis(1)).dot(&a));
        let persisted = (&x * 3.0).persist().unwrap();
        assert_matches(&persisted.dot(&y).unwrap(), &(&a * 3.0).dot(&b));
        let parts =
            concatenate(Axis(1), &[x.slice(s![.., ..10]).unwrap(), (&x * 2.0).slice(s![.., 7..33]).unwrap()]);
        let eager = join(Axis(1), &[a.slice(s![.., ..10]), (&a * 2.0).slice(s![.., 7..33])]).unwrap();
        assert_matches(&parts.unwrap().dot(&y).unwrap(), &eager.dot(&b));
    }
}

#[test]
fn closures_run_once_for_each_element() {
    let calls = Arc::new(AtomicUsize::new(0));
    let counted = calls.clone();
    let a = whole((40, 30), 1);
    let x = lazy(&a, 9).mapv(move |v| {
        counted.fetch_add(1, Ordering::Relaxed);
        v + 1.0
    });
    let eager = &a + 1.0;
    assert_eq!(x.t().dot(&x).unwrap().compute().unwrap(), eager.t().dot(&eager));
    assert_eq!(calls.swap(0, Ordering::Relaxed), 40 * 30);
    assert_eq!(x.dot(&whole((30, 20), 2)).unwrap().compute().unwrap(), eager.dot(&whole((30, 20), 2)));
    assert_eq!(calls.swap(0, Ordering::Relaxed), 40 * 30);
    let blocks = Arc::new(AtomicUsize::new(0));
    let counted = blocks.clone();
    let made = ChunkedArray::from_block_fn((20, 40).chunked(8), move |block| {
        counted.fetch_add(1, Ordering::Relaxed);
        Array::from_shape_fn(block.shape, |(i, j)| (block.start[0] + i + 2 * (block.start[1] + j)) as f64)
    })
    .unwrap();
    let eager = Array::from_shape_fn((20, 40), |(i, j)| (i + 2 * j) as f64);
    assert_eq!(made.dot(&a).unwrap().compute().unwrap(), eager.dot(&a));
    assert_eq!(blocks.load(Ordering::Relaxed), 3 * 5);
}

#[test]
fn operands_read_from_files() {
    let directory = tempfile::tempdir().unwrap();
    let (a, b) = (whole((50, 60), 1), whole((60, 45), 2));
    let path = |name: &str| directory.path().join(name);
    lazy(&a, 13).write_npy(path("a.npy")).unwrap();
    lazy(&b, 13).write_npy(path("b.npy")).unwrap();
    let read = |name: &str| Lazy::from_npy(path(name), 17).unwrap();
    let product = read("a.npy").dot(read("b.npy")).unwrap();
    assert_matches(&product, &a.dot(&b));
    product.write_npy(path("c.npy")).unwrap();
    assert_eq!(read("c.npy").compute().unwrap(), a.dot(&b));
}

#[test]
fn work_on_products() {
    let (a, b) = (whole((23, 31), 1), whole((31, 19), 2));
    let expected = a.dot(&b);
    for chunks in chunkings(&[23, 31], 5) {
        let x = ChunkedArray::from_array(a.clone(), chunks).unwrap();
        let product = x.dot(&b).unwrap();
        assert_matches(&(&product * 2.0 + 1.0), &(&expected * 2.0 + 1.0));
        assert_matches(&product.sum_axis(Axis(0)).unwrap(), &expected.sum_axis(Axis(0)));
        assert_eq!(product.max().scalar().unwrap(), expected.iter().copied().fold(f64::MIN, f64::max));
        assert_matches(&(&product - product.t().t()), &Array2::zeros((23, 19)));
        assert_matches(&product.rechunk(6).unwrap(), &expected);
        let (whole, half) = compute((product.clone(), product.slice(s![..;2, ..]).unwrap())).unwrap();
        assert_eq!((whole, half), (expected.clone(), expected.slice(s![..;2, ..]).to_owned()));
    }
}

#[test]
fn views_of_products() {
    let (a, b) = (whole((20, 15), 1), whole((15, 18), 2));
    let expected = a.dot(&b);
    let product = lazy(&a, 6).dot(&b).unwrap();
    assert_matches(&product.t(), &expected.t().to_owned());
    assert_matches(&product.slice(s![2..9, ..;-3]).unwrap(), &expected.slice(s![2..9, ..;-3]).to_owned());
    assert_matches(&product.slice(s![3, ..]).unwrap(), &expected.slice(s![3, ..]).to_owned());
    assert_matches(&product.slice(s![.., 4]).unwrap(), &expected.slice(s![.., 4]).to_owned());
    assert_matches(&product.slice(s![7, 4]).unwrap(), &expected.slice(s![7, 4]).to_owned());
    assert_matches(&product.t().slice(s![1..4, ..2]).unwrap(), &expected.t().slice(s![1..4, ..2]).to_owned());
    assert_matches(&product.slice(s![.., 5..5]).unwrap(), &expected.slice(s![.., 5..5]).to_owned());
    let wide = product.broadcast((3, 20, 18)).unwrap();
    assert_matches(&wide, &expected.broadcast((3, 20, 18)).unwrap().to_owned());

    let (p, q) = (whole((4, 3, 5), 3), whole((4, 5, 6), 4));
    let expected =
        Array::from_shape_fn((4, 3, 6), |(n, i, j)| (0..5).map(|k| p[[n, i, k]] * q[[n, k, j]]).sum::<f64>());
    let stack = ChunkedArray::from_array(p, 2).unwrap().matmul(&q).unwrap();
    for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [2, 0, 1], [2, 1, 0], [1, 2, 0]] {
        let turned = stack.permuted_axes(order).unwrap();
        assert_matches(&turned, &expected.clone().permuted_axes(order).as_standard_layout().to_owned());
    }
    assert_matches(
        &stack.slice(s![2, .., 1..;2]).unwrap().t(),
        &expected.slice(s![2, .., 1..;2]).t().to_owned(),
    );
}
