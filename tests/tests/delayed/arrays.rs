//! Arrays from delayed blocks, delayed blocks from arrays, and both in one computation.

use std::sync::Arc;

use chunkwise::prelude::*;
use chunkwise::{Cause, DType};
use ndarray::{Array, Array0, Array1, Array2, Axis, array, s};

use crate::support::{Calls, counted_inc, task_error};

/// A function that makes blocks of one axis, and counts.
fn counted_blocks() -> (DelayedFn<(i64, usize), Array1<i64>>, Calls) {
    let calls = Calls::default();
    let counted = calls.clone();
    let make = delayed(move |value: i64, len: usize| {
        counted.count();
        Array1::from_elem(len, value)
    });
    (make, calls)
}

#[test]
fn one_delayed_array() {
    let (make, calls) = counted_blocks();
    let x = ChunkedArray::from_delayed(make.call(3, 5), 5.chunked(2)).unwrap();
    assert_eq!((x.chunks(), calls.take()), (vec![vec![2, 2, 1]], 0));
    assert_eq!((&x + &x * 2).compute().unwrap(), Array1::from_elem(5, 9));
    assert_eq!(calls.take(), 1, "the block is made once, whoever reads it");
    let y: Array1<i64> = x.slice(s![..;-2]).unwrap().compute().unwrap();
    assert_eq!(y, array![3, 3, 3]);
    let plain = ChunkedArray::from_delayed(array![[1, 2], [3, 4]].reversed_axes(), (2, 2)).unwrap();
    assert_eq!(plain.compute().unwrap(), array![[1, 3], [2, 4]], "in any memory order");
}

#[test]
fn uneven_empty_and_single_blocks() {
    let (make, _) = counted_blocks();
    for lens in [&[2usize, 3, 1][..], &[1], &[5, 1], &[1, 1, 1, 1]] {
        let blocks = lens.iter().zip(10..).map(|(&len, value)| make.call(value, len));
        let len: usize = lens.iter().sum();
        let x = ChunkedArray::from_delayed_blocks(len.chunked(vec![lens.to_vec()]), blocks).unwrap();
        let expected: Vec<i64> = lens.iter().zip(10..).flat_map(|(&len, v)| vec![v; len]).collect();
        for threads in [1, 2, 3] {
            let config = Config::default().threads(threads);
            assert_eq!(x.compute_with(&config).unwrap().to_vec(), expected);
            assert_eq!((x.sum() * 2).compute_with(&config).unwrap()[()], 2 * expected.iter().sum::<i64>());
        }
    }
    let empty = ChunkedArray::from_delayed(make.call(1, 0), 0).unwrap();
    assert_eq!(empty.compute().unwrap(), Array1::<i64>::zeros(0));
    let parts =
        [(1, 2), (2, 0), (3, 1)].map(|(v, n)| ChunkedArray::from_delayed(make.call(v, n), n).unwrap());
    assert_eq!(concatenate(Axis(0), &parts).unwrap().compute().unwrap(), array![1, 1, 3]);
    let stacked = stack(Axis(1), &[&parts[0], &(&parts[0] + 1)]).unwrap();
    assert_eq!(stacked.compute().unwrap(), array![[1, 2], [1, 2]]);
}

#[test]
fn a_grid_of_delayed_blocks() {
    let block = delayed(|i: i64, j: i64| {
        Array2::from_shape_fn((2, 3), |(a, b)| 100 * i + 10 * j + (3 * a + b) as i64)
    });
    let blocks: Vec<_> =
        (0..2).flat_map(|i| (0..2).map(move |j| (i, j))).map(|(i, j)| block.call(i, j)).collect();
    let x = ChunkedArray::from_delayed_blocks((4, 6).chunked((2, 3)), &blocks).unwrap();
    let expected =
        Array2::from_shape_fn((4, 6), |(r, c)| (100 * (r / 2) + 10 * (c / 3) + 3 * (r % 2) + c % 3) as i64);
    assert_eq!(x.compute().unwrap(), expected);
    assert_eq!(x.t().compute().unwrap(), expected.t());
    assert_eq!((&x + 1).sum_axis(Axis(0)).unwrap().compute().unwrap(), (&expected + 1).sum_axis(Axis(0)));
    assert_eq!(x.rechunk((3, 4)).unwrap().compute().unwrap(), expected);
    assert!(ChunkedArray::from_delayed_blocks((4, 6).chunked((2, 3)), &blocks[1..]).is_err());
}

#[test]
fn only_the_blocks_that_are_looked_at_are_made() {
    let (make, calls) = counted_blocks();
    let x = ChunkedArray::from_delayed_blocks(100.chunked(10), (0..10).map(|i| make.call(i, 10))).unwrap();
    assert_eq!(x.slice(s![25..35]).unwrap().sum().scalar().unwrap(), 5 * 2 + 5 * 3);
    assert_eq!(calls.take(), 2);
}

#[test]
fn whole_arrays_as_arguments() {
    let values = Array2::from_shape_fn((7, 5), |(i, j)| (10 * i + j) as f64);
    for chunk in [1, 3, 7] {
        let x = ChunkedArray::from_array(values.clone(), (chunk, 2)).unwrap();
        let same = delayed(|a: &Array2<f64>| a.clone());
        assert_eq!(*same.call(&x).compute().unwrap(), values, "from memory");
        assert_eq!(*same.call(&x + 1.0).compute().unwrap(), &values + 1.0, "computed");
        assert_eq!(*same.call(x.t()).compute().unwrap(), values.t(), "a view");
        assert_eq!(*same.call((&x * 2.0).persist().unwrap()).compute().unwrap(), &values * 2.0, "persisted");
        let sums = delayed(|a: Array1<f64>| a).call(x.sum_axis(Axis(0)).unwrap());
        assert_eq!(*sums.compute().unwrap(), values.sum_axis(Axis(0)), "reduced");
        let scalar: Arc<Array0<f64>> = x.sum().to_delayed().compute().unwrap();
        assert_eq!(scalar[()], values.sum(), "without axes");
        let empty = same.call(x.slice(s![3..3, ..]).unwrap());
        assert_eq!(empty.compute().unwrap().dim(), (0, 5), "without elements");
    }
}

#[test]
fn an_array_that_is_returned_and_read_whole() {
    let x = ChunkedArray::from_shape_fn((50, 40).chunked((7, 9)), |(i, j)| (i * j) as i64).unwrap();
    let y = &x + 1;
    let total = delayed(|a: &Array2<i64>| a.sum()).call(&y);
    for threads in [1, 2] {
        let (array, total, sum) =
            Config::default().threads(threads).compute((&y, &total, y.sum().value())).unwrap();
        assert_eq!((array.sum(), *total), (sum, sum));
    }
}

#[test]
fn a_closure_runs_once_for_all_that_read_it() {
    let calls = Calls::default();
    let counted = calls.clone();
    let x = ChunkedArray::arange(0..60i64).unwrap().rechunk(7).unwrap().mapv(move |v| {
        counted.count();
        v * v
    });
    let whole = delayed(|a: &Array1<i64>| a.sum()).call(&x);
    let (a, b) = compute((&whole, x.sum().value())).unwrap();
    assert_eq!((*a, b, calls.take()), (b, b, 60));
}

#[test]
fn chunks_as_delayed_blocks() {
    let calls = Calls::default();
    let counted = calls.clone();
    let x = ChunkedArray::from_block_fn((5, 4).chunked((2, 3)), move |block| {
        counted.count();
        Array::from_shape_fn(block.shape, |(i, j)| (10 * (block.start[0] + i) + block.start[1] + j) as i64)
    })
    .unwrap();
    let blocks = x.to_delayed_blocks();
    assert_eq!(blocks.dim(), (3, 2));
    assert_eq!(*blocks[[2, 1]].compute().unwrap(), array![[43]]);
    assert_eq!(calls.take(), 1, "one chunk is read");
    let negative = blocks.map(|block| block.map(|b| -b));
    let back = ChunkedArray::from_delayed_blocks((5, 4).chunked(x.chunks()), &negative).unwrap();
    assert_eq!((&x + &back).compute().unwrap(), Array2::<i64>::zeros((5, 4)));
    assert_eq!(calls.take(), 6, "each block is made once for both ways");
    assert_eq!(ChunkedArray::<f64, _>::ones(()).unwrap().to_delayed_blocks()[()].compute().unwrap()[()], 1.0);
}

#[test]
fn arrays_and_values_in_turn() {
    let x = ChunkedArray::arange(0..10i64).unwrap().rechunk(3).unwrap();
    let mut y = x.clone();
    for _ in 0..4 {
        let mean = delayed(|a: &Array1<i64>| a.sum() / a.len() as i64).call(&y);
        let shift = delayed(|a: &Array1<i64>, mean: &i64| a - *mean).call(&y, &mean);
        y = (ChunkedArray::from_delayed(shift, 10).unwrap() * 2 + &x).rechunk(4).unwrap();
    }
    let mut expected = Array1::from_iter(0..10i64);
    let x = expected.clone();
    for _ in 0..4 {
        let mean = expected.sum() / 10;
        expected = (&expected - mean) * 2 + &x;
    }
    for threads in [1, 2] {
        assert_eq!(y.compute_with(&Config::default().threads(threads)).unwrap(), expected);
    }
}

#[test]
fn mixed_tuples_share_one_graph() {
    let (inc, calls) = counted_inc();
    let n = inc.call(4);
    let made = delayed(|n: &i64| Array1::from_iter(0..*n)).call(&n);
    let x = ChunkedArray::from_delayed(made, 5).unwrap();
    let (value, array, (list, sum), none) =
        compute((&n, &x * 2, (vec![n.clone(), &n + 1], x.sum().value()), None::<Delayed<i64>>)).unwrap();
    assert_eq!((*value, array, sum), (5, array![0, 2, 4, 6, 8], 10));
    assert_eq!(list.iter().map(|v| **v).collect::<Vec<_>>(), [5, 6]);
    assert!(none.is_none());
    assert_eq!(calls.take(), 1);
}

#[test]
fn delayed_blocks_written_to_a_file() {
    let (make, calls) = counted_blocks();
    let x = ChunkedArray::from_delayed_blocks(6.chunked(2), (0..3).map(|i| make.call(i, 2))).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.npy");
    (&x * 2).write_npy(&path).unwrap();
    assert_eq!(calls.take(), 3);
    let back = ChunkedArray1::<i64>::from_npy(&path, Auto).unwrap();
    assert_eq!(back.compute().unwrap(), array![0, 0, 2, 2, 4, 4]);
}

#[test]
fn plans_hold_what_is_needed_and_no_more() {
    use chunkwise_expr::{Optimise, Want, plan};
    use chunkwise_plan::Stage;
    let (make, _) = counted_blocks();
    let x = ChunkedArray::from_delayed_blocks(100.chunked(10), (0..10).map(|i| make.call(i, 10))).unwrap();
    let total = delayed(|a: &Array1<i64>| a.sum()).call(x.slice(s![..15]).unwrap());
    for passes in [Optimise::All, Optimise::Nothing] {
        let roots = [total.expr().clone(), x.slice(s![5..25]).unwrap().expr().clone()];
        let (plan, _) = plan(&roots, Want::Array, passes).unwrap();
        let calls = |stage: &Stage| matches!(stage, Stage::Call(_));
        // The blocks are made before anything reads them, the sum after the slice.
        assert_eq!(plan.stages.iter().filter(|stage| calls(stage)).count(), 2);
        let made = plan.tasks.iter().filter(|task| calls(&plan.stages[task.stage as usize])).count();
        assert_eq!(made, 3 + 2, "three blocks, one whole array and its sum");
    }
}

#[test]
fn blocks_of_the_wrong_shape() {
    let (make, _) = counted_blocks();
    let line = line!() + 1;
    let x = ChunkedArray::from_delayed_blocks(6.chunked(3), [make.call(1, 3), make.call(2, 2)]).unwrap();
    let error = task_error((x + 1).compute());
    assert_eq!((&error.op[..], error.origin.line, &error.block[..]), ("from_delayed", line, &[1][..]));
    match error.cause {
        Cause::WrongBlock { expected, expected_dtype, got, got_dtype } => {
            assert_eq!((&expected[..], &got[..]), (&[3][..], &[2][..]));
            assert_eq!((expected_dtype, got_dtype), (DType::I64, DType::I64));
        }
        other => panic!("{other}"),
    }
    let other_rank = Delayed::new(Array::zeros(ndarray::IxDyn(&[2, 2])));
    let x = ChunkedArray::<f64, _>::from_delayed(other_rank, vec![4]).unwrap();
    assert!(matches!(task_error(x.compute()).cause, Cause::WrongBlock { .. }));
}
