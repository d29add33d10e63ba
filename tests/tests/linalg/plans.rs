//! What plans of products consist of.

use chunkwise::Explanation;
use chunkwise::prelude::*;
use chunkwise_expr::{StageKind, StageLine};
use ndarray::{Array2, Ix2, s};

fn ones(shape: (usize, usize), chunk: usize) -> ChunkedArray2<f64> {
    ChunkedArray::from_array(Array2::ones(shape), chunk).unwrap()
}

fn stages(explained: &Explanation) -> Vec<(StageKind, u64)> {
    explained.after.iter().map(|stage| (stage.kind, stage.units)).collect()
}

fn product(explained: &Explanation) -> &StageLine {
    let mut products = explained.after.iter().filter(|stage| stage.kind == StageKind::Contract);
    let product = products.next().expect("a product");
    assert!(products.next().is_none(), "one product: {explained}");
    product
}

#[test]
fn there_is_one_task_for_each_cell_of_the_result_and_none_for_partial_products() {
    let x = ones((2000, 2000), 100);
    let explained = x.dot(&x).unwrap().explain().unwrap();
    // Twenty chunks along each axis; eight thousand products of chunks.
    assert_eq!(stages(&explained), [(StageKind::Contract, 25)], "{explained}");
    assert_eq!(explained.before.last().unwrap().name, "dot");
    assert!(explained.projected_peak < explained.returned_bytes + (8 << 20), "{explained}");
}

#[test]
fn cheap_operands_are_not_stored() {
    let n = 10_000;
    let x = ChunkedArray::<f64, Ix2>::from_shape_fn((n, n).chunked(1000), |(i, j)| (i + j) as f64).unwrap();
    let cheap = x.dot(&x).unwrap().explain().unwrap();
    // A closure runs once for each element, so its results are kept.
    assert!(cheap.projected_peak > 1 << 30, "{cheap}");
    let ramp = ChunkedArray::<f64, _>::linspace(0.0, 1.0, n).unwrap();
    let x = ramp.insert_axis(ndarray::Axis(0)).unwrap() + ramp.insert_axis(ndarray::Axis(1)).unwrap();
    let explained = x.dot(&x + &x.t()).unwrap().explain().unwrap();
    assert_eq!(explained.after.len(), 1, "{explained}");
    assert!(explained.projected_peak < explained.returned_bytes + (64 << 20), "{explained}");
    assert_eq!(product(&explained).units, 49, "{explained}");
}

#[test]
fn a_small_result_of_much_work_is_summed_from_parts() {
    let x = ones((200_000, 8), 1000);
    let explained = x.t().dot(&x).unwrap().explain().unwrap();
    let product = product(&explained);
    assert!((16..=64).contains(&product.units), "{explained}");
    assert!(explained.tasks_after() < 80, "no task for each chunk: {explained}");
    let inner = ChunkedArray::<f64, _>::arange(0.0..10_000_000.0).unwrap();
    let explained = inner.dot(&inner).unwrap().explain().unwrap();
    assert!(explained.units() >= 17, "{explained}");
    assert!(explained.projected_peak < 100 << 20, "nothing is stored: {explained}");
}

#[test]
fn slices_of_a_product_compute_only_that() {
    let x = ones((3000, 3000), 500);
    let corner = x.dot(&x).unwrap().slice(s![..10, ..20]).unwrap().explain().unwrap();
    assert_eq!(corner.after.last().map(|stage| &stage.shape[..]), Some(&[10, 20][..]), "{corner}");
    assert!(corner.projected_peak < 1 << 20, "{corner}");
    let turned = x.dot(&x).unwrap().t().explain().unwrap();
    assert_eq!(turned.after.len(), 1, "a transposed product is a product: {turned}");
}

#[test]
fn equal_products_are_computed_once() {
    let (x, y) = (ones((300, 300), 100), ones((300, 300), 50));
    let both = x.dot(&y).unwrap() + x.dot(&y).unwrap().t().t();
    let explained = both.explain().unwrap();
    product(&explained);
    let different = x.dot(&y).unwrap() + y.dot(&x).unwrap();
    let products = different.explain().unwrap();
    let count = products.after.iter().filter(|stage| stage.kind == StageKind::Contract).count();
    assert_eq!(count, 2, "{products}");
}

#[test]
fn panels_of_kept_operands_are_there_one_at_a_time() {
    // A wide matrix whose elements a function makes: 160 MB that the product never holds.
    let wide =
        ChunkedArray::<f64, Ix2>::from_shape_fn((100, 200_000).chunked((100, 1000)), |(i, j)| (i + j) as f64);
    let wide = wide.unwrap().mapv(|v| v + 1.0);
    let tall = wide.mapv(|v| v * 0.5).t();
    let explained = wide.dot(&tall).unwrap().explain().unwrap();
    assert!(explained.projected_peak < 64 << 20, "{explained}");
    // Many cells: each panel is multiplied into all of them before the next one is made.
    let (rows, long) = (2000, 20_000);
    let left =
        ChunkedArray::<f64, Ix2>::from_shape_fn((rows, long).chunked((500, 500)), |(i, j)| (i * j) as f64);
    let right =
        ChunkedArray::<f64, Ix2>::from_shape_fn((long, rows).chunked((500, 500)), |(i, j)| (i + j) as f64);
    let explained = left.unwrap().dot(&right.unwrap()).unwrap().explain().unwrap();
    // Operands of 320 MB each, a result of 32 MB.
    assert!(explained.projected_peak < 160 << 20, "{explained}");
    assert!(product(&explained).units > 100, "{explained}");
}
