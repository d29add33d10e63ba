//! What is selected, and what becomes of it.

use chunkwise::prelude::*;
use chunkwise::{concatenate, explain};
use ndarray::{Array, Array1, Array2, Array3, ArrayD, Axis, Dimension, array, s};

/// Numbers without order.
fn rough<D: Dimension>(shape: impl ndarray::ShapeBuilder<Dim = D>) -> Array<f64, D> {
    let mut state = 7_u64;
    Array::from_shape_simple_fn(shape, || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 40) as f64 / f64::from(1 << 24)
    })
}

fn selected<D: Dimension>(x: &Array<f64, D>, mask: impl Fn(f64) -> bool) -> Vec<f64> {
    x.iter().copied().filter(|&x| mask(x)).collect()
}

fn close(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-12 * a.abs().max(b.abs()).max(1.0)
}

#[test]
fn elements_come_in_row_major_order_whatever_the_chunks_and_the_memory() {
    // Several units of a selection, and chunks that divide nothing.
    let x = rough((701, 503));
    let expected = selected(&x, |x| x > 0.5);
    let arrays = [x.clone(), x.t().as_standard_layout().reversed_axes().to_owned()];
    assert_eq!(arrays[1], x);
    let fortran = Array2::from_shape_fn((503, 701), |(i, j)| x[[j, i]]).reversed_axes();
    for memory in [x.clone(), fortran] {
        for chunks in [(701, 503), (100, 77), (1, 503), (701, 1)] {
            let x = ChunkedArray::from_array(memory.clone(), chunks).unwrap();
            let got = x.mask(&x.gt(0.5).unwrap()).unwrap().compute().unwrap();
            assert_eq!(got.to_vec(), expected, "{chunks:?}");
        }
    }
    // A transposed array has another order.
    let lazy = ChunkedArray::from_array(x.clone(), (100, 77)).unwrap();
    let turned = lazy.t();
    let got = turned.mask(&turned.gt(0.5).unwrap()).unwrap().compute().unwrap();
    assert_eq!(got.to_vec(), selected(&x.t().to_owned(), |x| x > 0.5));
}

#[test]
fn blocks_of_functions_and_persisted_arrays_are_selected_in_order() {
    let x = rough((300, 460));
    let expected = selected(&x, |x| x < 0.3);
    let source = x.clone();
    let made = ChunkedArray::from_block_fn((300, 460).chunked((70, 50)), move |block| {
        let (rows, columns) = (block.start[0]..block.start[0] + block.shape[0], block.start[1]..);
        source.slice(s![rows, columns]).slice(s![.., ..block.shape[1]]).to_owned()
    })
    .unwrap();
    for lazy in [made.clone(), made.persist().unwrap(), made.mapv(|x| x)] {
        let got = lazy.mask(&lazy.lt(0.3).unwrap()).unwrap();
        assert_eq!(got.compute().unwrap().to_vec(), expected);
    }
    let joined =
        concatenate(Axis(1), &[made.slice(s![.., ..100]).unwrap(), made.slice(s![.., 100..]).unwrap()])
            .unwrap();
    assert_eq!(joined.mask(&joined.lt(0.3).unwrap()).unwrap().compute().unwrap().to_vec(), expected);
}

#[test]
fn masks_of_fewer_axes_select_rows() {
    let x = rough((40, 5, 6));
    let lazy = ChunkedArray::from_array(x.clone(), (7, 2, 4)).unwrap();
    let rows = lazy.sum_axis([Axis(1), Axis(2)]).unwrap().gt(15.0).unwrap();
    let chosen: Vec<usize> = (0..40).filter(|&i| rows.compute().unwrap()[i]).collect();
    assert!(chosen.len() > 5 && chosen.len() < 35);
    let got: Array3<f64> = lazy.mask(&rows).unwrap().compute().unwrap();
    assert_eq!(got, x.select(Axis(0), &chosen));

    let pairs = lazy.sum_axis(Axis(2)).unwrap().gt(3.0).unwrap();
    let got: Array2<f64> = lazy.mask(&pairs).unwrap().compute().unwrap();
    let flags = pairs.compute().unwrap();
    let expected: Vec<f64> = (x.outer_iter().zip(flags.outer_iter()))
        .flat_map(|(x, flags)| {
            let rows = x.outer_iter().zip(flags.to_vec()).filter(|(_, flag)| *flag);
            rows.flat_map(|(row, _)| row.to_vec()).collect::<Vec<f64>>()
        })
        .collect();
    assert_eq!(got.ncols(), 6);
    assert_eq!(got.iter().copied().collect::<Vec<f64>>(), expected);

    // What is left keeps its axes: reductions over them, and elementwise work with arrays that have only those.
    let weights = Array1::from_iter((0..6).map(f64::from));
    let scaled = (lazy.mask(&rows).unwrap() * ChunkedArray::from_array(weights.clone(), 4).unwrap())
        .compute()
        .unwrap();
    assert_eq!(scaled, x.select(Axis(0), &chosen) * &weights);
    let sums = lazy.mask(&rows).unwrap().sum_axis(Axis(2)).unwrap().compute().unwrap();
    let expected = x.select(Axis(0), &chosen).sum_axis(Axis(2));
    assert!(sums.shape() == expected.shape() && sums.iter().zip(&expected).all(|(a, b)| close(*a, *b)));
    let columns = lazy.mask(&rows).unwrap().mean_axis(Axis(0)).unwrap().compute().unwrap();
    let expected = x.select(Axis(0), &chosen).mean_axis(Axis(0)).unwrap();
    assert!(columns.shape() == [5, 6] && columns.iter().zip(&expected).all(|(a, b)| close(*a, *b)));
    let kept = lazy.mask(&rows).unwrap().max_axis(keep([Axis(0), Axis(2)])).unwrap().compute().unwrap();
    assert_eq!(kept.shape(), [1, 5, 1]);
    let expected = x.select(Axis(0), &chosen).fold_axis(Axis(0), f64::MIN, |a, b| a.max(*b));
    assert_eq!(
        kept.iter().copied().collect::<Vec<_>>(),
        expected.fold_axis(Axis(1), f64::MIN, |a, b| a.max(*b)).to_vec()
    );
}

#[test]
fn reductions_take_in_what_is_selected_without_gathering_it() {
    let x = rough((700, 450));
    let lazy = ChunkedArray::from_array(x.clone(), (128, 100)).unwrap();
    let over = lazy.mask(&lazy.gt(0.25).unwrap()).unwrap();
    let chosen = Array1::from(selected(&x, |x| x > 0.25));
    let n = chosen.len() as f64;
    let mean = chosen.sum() / n;
    let var = chosen.mapv(|x| (x - mean) * (x - mean)).sum() / (n - 1.0);
    let all = (
        over.sum().value(),
        over.mean().value(),
        over.var(1.0).value(),
        over.min().value(),
        over.max().value(),
        over.ptp().value(),
        over.count_nonzero().value(),
        over.gt(0.9).unwrap().any().value(),
    );
    let explained = explain(&all).unwrap();
    assert!(explained.returned_bytes < 1000, "nothing but numbers: {explained}");
    assert!(explained.projected_peak < 1 << 20, "nothing is gathered: {explained}");
    let (sum, average, variance, low, high, span, count, any) = compute(all).unwrap();
    assert!(
        close(sum, chosen.sum()) && close(average, mean) && close(variance, var),
        "{sum} {average} {variance}"
    );
    let (least, most) = chosen.iter().fold((f64::MAX, f64::MIN), |(a, b), &x| (a.min(x), b.max(x)));
    assert_eq!((low, high, span), (least, most, most - least));
    assert_eq!((count, any), (chosen.len() as i64, true));
    for threads in [1, 2, 7] {
        let again = Config::default().threads(threads).compute(over.sum().value()).unwrap();
        assert_eq!(again.to_bits(), sum.to_bits(), "{threads} threads");
    }
}

#[test]
fn selections_of_one_mask_meet() {
    let (x, y) = (rough((50, 60)), rough((50, 60)) * 3.0 - 1.0);
    let (a, b) =
        (ChunkedArray::from_array(x.clone(), 13).unwrap(), ChunkedArray::from_array(y.clone(), 20).unwrap());
    let mask = a.gt(0.4).unwrap();
    let sum = a.mask(&mask).unwrap() * 2.0 + b.mask(&mask).unwrap();
    let expected: Vec<f64> = x.iter().zip(&y).filter(|(x, _)| **x > 0.4).map(|(x, y)| x * 2.0 + y).collect();
    assert_eq!(sum.compute().unwrap().to_vec(), expected);
    // A mask built twice is the same mask.
    let again = a.mask(&a.gt(0.4).unwrap()).unwrap() * 2.0 + b.mask(&mask).unwrap();
    assert_eq!(again.compute().unwrap().to_vec(), expected);
    // A mask of what was masked.
    let further = sum.mask(&sum.lt(1.5).unwrap()).unwrap();
    let expected: Vec<f64> = expected.into_iter().filter(|&x| x < 1.5).collect();
    assert!(!expected.is_empty());
    assert_eq!(further.compute().unwrap().to_vec(), expected);
    assert!(close(further.sum().scalar().unwrap(), expected.iter().sum()));
    // Functions, casts and comparisons of what is selected.
    let halves = further.mapv(|x| (x * 100.0) as i32).cast::<i64>() % 7;
    let expected: Array1<i64> = expected.iter().map(|x| i64::from((x * 100.0) as i32) % 7).collect();
    assert_eq!(halves.compute().unwrap(), expected);
}

#[test]
fn every_type_is_selected() {
    fn check<A: Element>(values: &ArrayD<f64>, to: impl Fn(f64) -> A) {
        let x = values.mapv(to);
        let flags = values.mapv(|x| x > 0.5);
        let lazy = ChunkedArray::from_array(x.clone(), 3).unwrap();
        let mask = ChunkedArray::from_array(flags.clone(), 2).unwrap();
        let expected: Vec<A> = x.iter().zip(&flags).filter(|(_, flag)| **flag).map(|(&x, _)| x).collect();
        assert_eq!(
            lazy.mask(&mask).unwrap().compute().unwrap().iter().copied().collect::<Vec<A>>(),
            expected
        );
    }
    let values = rough(vec![5, 7, 4]);
    check(&values, |x| x > 0.7);
    check(&values, |x| (x * 100.0) as i8);
    check(&values, |x| (x * 1e4) as i16);
    check(&values, |x| (x * 1e9) as i32);
    check(&values, |x| (x * 1e18) as i64);
    check(&values, |x| (x * 100.0) as u8);
    check(&values, |x| (x * 1e4) as u16);
    check(&values, |x| (x * 1e9) as u32);
    check(&values, |x| (x * 1e18) as u64);
    check(&values, |x| x as f32);
    check(&values, |x| x);
    check(&values, |x| num_complex::Complex::new(x as f32, -x as f32));
    check(&values, |x| num_complex::Complex::new(x, -x));
}

#[test]
fn nothing_everything_and_one_element() {
    let x = rough((20, 30));
    let lazy = ChunkedArray::from_array(x.clone(), (6, 30)).unwrap();
    let none = lazy.mask(&lazy.gt(2.0).unwrap()).unwrap();
    assert_eq!(none.compute().unwrap(), array![] as Array1<f64>);
    assert_eq!(none.sum().scalar().unwrap(), 0.0);
    assert!(none.mean().scalar().unwrap().is_nan());
    let error = none.max().scalar().unwrap_err().to_string();
    assert!(error.contains("max") && error.contains("no elements"), "{error}");
    let all = lazy.mask(&lazy.gt(-1.0).unwrap()).unwrap();
    assert_eq!(all.compute().unwrap().to_vec(), x.iter().copied().collect::<Vec<f64>>());
    let most = x.iter().copied().fold(f64::MIN, f64::max);
    assert_eq!(lazy.mask(&lazy.eq(most).unwrap()).unwrap().compute().unwrap(), array![most]);
    let empty = ChunkedArray::<f64, _>::zeros((0, 5)).unwrap();
    assert_eq!(empty.mask(&empty.gt(0.0).unwrap()).unwrap().compute().unwrap().len(), 0);
    let flat = ChunkedArray::<f64, _>::zeros((4, 0)).unwrap();
    let rows = ChunkedArray::from_array(array![true, false, true, true], 3).unwrap();
    let error = flat.mask(&rows).unwrap_err().to_string();
    assert!(error.contains("no elements"), "{error}");
}

#[test]
fn indices_of_what_is_not_zero() {
    let x = rough((70, 9, 8)).mapv(|x| if x > 0.8 { (x * 10.0) as i32 } else { 0 });
    let lazy = ChunkedArray::from_array(x.clone(), (11, 4, 8)).unwrap();
    let expected: Vec<[i64; 3]> = (x.indexed_iter().filter(|(_, x)| **x != 0))
        .map(|((i, j, k), _)| [i as i64, j as i64, k as i64])
        .collect();
    let found = compute(lazy.nonzero().unwrap()).unwrap();
    let rows = lazy.argwhere().unwrap().compute().unwrap();
    assert_eq!(rows.shape(), [expected.len(), 3]);
    for (n, at) in expected.iter().enumerate() {
        assert_eq!([found[0][n], found[1][n], found[2][n]], *at);
        assert_eq!(rows.row(n).to_vec(), at);
    }
    let zeros = ChunkedArray::<u8, _>::zeros(5).unwrap();
    assert_eq!(zeros.argwhere().unwrap().compute().unwrap().shape(), [0, 1]);
    assert!(compute(zeros.nonzero().unwrap()).unwrap()[0].is_empty());
}
