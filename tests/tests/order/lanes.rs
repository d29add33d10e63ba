//! Sorting as the oracle: types, sizes, equal elements, lanes of every length.

use chunkwise::prelude::*;
use chunkwise::{Interpolation, Pick};
use chunkwise_core::{DType, dispatch};
use chunkwise_kernels::order::OrderOp;
use chunkwise_tests::{
    Order, Rng, Setting, Tolerance, Values, assert_matches_within, chunkings, evaluate, mixed,
};
use ndarray::{Array, Array1, Array2, ArrayD, Axis, IxDyn, array};
use num_complex::Complex;

use crate::support::{chunked, fortran, median, numbers, of_lanes, rough, sorted};

#[test]
fn medians_of_lanes_of_every_length_are_in_the_middle() {
    let mut rng = Rng::new(3);
    for (rows, columns) in [(1, 1), (2, 3), (3, 1), (7, 9), (40, 33), (1200, 5), (3, 2000), (2048, 40)] {
        for nans in [false, true] {
            let values = rough(&[rows, columns], &mut rng, nans && rows < 1000);
            for memory in [values.clone(), fortran(&values)] {
                let x = chunked(&memory, &mut rng);
                for axes in [vec![0], vec![1], vec![0, 1], vec![]] {
                    let along: Vec<Axis> = axes.iter().map(|&axis| Axis(axis)).collect();
                    let expected = of_lanes(&values, &axes, median);
                    let got = x.median_axis(along.clone()).unwrap();
                    assert_matches_within(&got, &expected, Tolerance::Value);
                    let expected = of_lanes(&values, &axes, |lane| median(numbers(lane)));
                    let got = x.nanmedian_axis(along).unwrap();
                    assert_matches_within(&got, &expected, Tolerance::Value);
                }
            }
        }
    }
}

#[test]
fn elements_in_order_of_every_type_chunking_and_layout() {
    let mut rng = Rng::new(4);
    let shape = [6, 1, 7];
    let settings = Setting::all();
    for dtype in DType::ALL {
        let values = Values::new(dtype, &shape, mixed(dtype, 42, &mut rng));
        for (i, chunks) in chunkings(&shape, 5).into_iter().enumerate() {
            let x = values.expr(&chunks, Order::ALL[i % 3]);
            for axis in [0, 2] {
                let setting = settings[i % settings.len()];
                let sorted = x.order(OrderOp::Sort, &[axis], Some(axis), false).unwrap();
                let positions = x.order(OrderOp::ArgSort, &[axis], Some(axis), false).unwrap();
                let results = evaluate(&[sorted, positions], setting).unwrap();
                dispatch!(dtype, Element, T => check_order::<T>(&values, axis, &results));
            }
        }
    }
}

/// Checks that positions are a permutation, that they give the sorted elements, and that these do not descend.
fn check_order<T: Element>(values: &Values, axis: usize, results: &[Values]) {
    let (x, sorted): (ArrayD<T>, ArrayD<T>) = (values.array(), results[0].array());
    let positions: ArrayD<i64> = results[1].array();
    let rank = |z: T| -> [f64; 4] {
        // As NumPy orders: NaN last, real parts first.
        let (re, im) = parts(z);
        let clean = |x: f64| if x.is_nan() { 0.0 } else { x };
        [f64::from(u8::from(re.is_nan())), f64::from(u8::from(im.is_nan())), clean(re), clean(im)]
    };
    for ((from, to), at) in
        x.lanes(Axis(axis)).into_iter().zip(sorted.lanes(Axis(axis))).zip(positions.lanes(Axis(axis)))
    {
        let mut seen: Vec<i64> = at.to_vec();
        for k in 1..at.len() {
            let (a, b) = (from[at[k - 1] as usize], from[at[k] as usize]);
            assert!(rank(a) <= rank(b), "{a:?} before {b:?}");
            assert!(rank(a) < rank(b) || at[k - 1] < at[k], "stable");
        }
        for k in 0..at.len() {
            assert_eq!(rank(to[k]), rank(from[at[k] as usize]), "{:?}", x.shape());
        }
        seen.sort_unstable();
        assert_eq!(seen, (0..at.len() as i64).collect::<Vec<_>>());
    }
}

/// Real and imaginary part, rounded.
fn parts<T: Element>(z: T) -> (f64, f64) {
    let bytes = chunkwise_core::Scalar::new(z).to_bytes();
    let at = |i: usize| f64::from_le_bytes(bytes[i..i + 8].try_into().unwrap());
    let half = |i: usize| f64::from(f32::from_le_bytes(bytes[i..i + 4].try_into().unwrap()));
    match T::DTYPE {
        DType::C64 => (at(0), at(8)),
        DType::C32 => (half(0), half(4)),
        DType::F64 => (at(0), 0.0),
        DType::F32 => (half(0), 0.0),
        DType::Bool | DType::U8 => (f64::from(bytes[0]), 0.0),
        DType::I8 => (f64::from(bytes[0] as i8), 0.0),
        DType::U16 => (f64::from(u16::from_le_bytes([bytes[0], bytes[1]])), 0.0),
        DType::I16 => (f64::from(i16::from_le_bytes([bytes[0], bytes[1]])), 0.0),
        DType::U32 => (f64::from(u32::from_le_bytes(bytes[..4].try_into().unwrap())), 0.0),
        DType::I32 => (f64::from(i32::from_le_bytes(bytes[..4].try_into().unwrap())), 0.0),
        // Their upper and lower bits, in order.
        DType::U64 => wide(u64::from_le_bytes(bytes[..8].try_into().unwrap())),
        DType::I64 => wide(u64::from_le_bytes(bytes[..8].try_into().unwrap()) ^ (1 << 63)),
        other => panic!("no parts of {other}"),
    }
}

fn wide(bits: u64) -> (f64, f64) {
    ((bits >> 32) as f64, (bits & u64::from(u32::MAX)) as f64)
}

#[test]
fn integers_and_bool_have_float_medians_and_elements_of_their_own() {
    let x = ChunkedArray::from_array(array![[1_u8, 200, 250], [3, 100, 255]], 1).unwrap();
    let medians: ChunkedArray1<f64> = x.median_axis(Axis(0)).unwrap();
    assert_eq!(medians.compute().unwrap(), array![2.0, 150.0, 252.5]);
    let lower: ChunkedArray1<u8> = x.quantile_axis(Axis(1), Pick::Lower.of(0.9)).unwrap();
    assert_eq!(lower.compute().unwrap(), array![200, 100]);
    let truths = ChunkedArray::from_array(array![true, false, true, false], 3).unwrap();
    assert_eq!(truths.median().scalar().unwrap(), 0.5);
    assert!(!truths.quantile(Pick::Lower.of(0.5)).unwrap().scalar().unwrap());
    assert_eq!(truths.sort().unwrap().compute().unwrap(), array![false, false, true, true]);
    assert_eq!(truths.argtopk(2).unwrap().compute().unwrap(), array![0, 2]);
    let wide = ChunkedArray::from_array(array![i64::MIN, i64::MAX], 2).unwrap();
    assert_eq!(wide.quantile(Pick::Higher.of(0.5)).unwrap().scalar().unwrap(), i64::MAX);
    // NumPy's difference of the two wraps around.
    assert_eq!(wide.quantile(0.5).unwrap().scalar().unwrap(), 0.0);
    let half = ChunkedArray::from_array(array![0.1_f32, 0.3, 0.7, f32::MAX], 2).unwrap();
    let quantile: f32 = half.quantile(Interpolation::Linear.of(0.25)).unwrap().scalar().unwrap();
    assert_eq!(quantile, (f64::from(0.1_f32) + (f64::from(0.3_f32) - f64::from(0.1_f32)) * 0.75) as f32);
}

#[test]
fn the_largest_and_the_smallest() {
    let mut rng = Rng::new(5);
    let values = rough(&[60, 23], &mut rng, true);
    for memory in [values.clone(), fortran(&values)] {
        let x = chunked(&memory, &mut rng);
        for k in [0_isize, 1, 5, 22, 23, 60, 1000, -1, -7, -60, isize::MIN, isize::MAX] {
            for axis in [0, 1] {
                let n = values.shape()[axis];
                let count = k.unsigned_abs().min(n);
                let mut shape = values.shape().to_vec();
                shape[axis] = count;
                let mut expected = ArrayD::zeros(shape.clone());
                let mut places: ArrayD<i64> = ArrayD::zeros(shape);
                for (lane, (mut to, mut at)) in values
                    .lanes(Axis(axis))
                    .into_iter()
                    .zip(expected.lanes_mut(Axis(axis)).into_iter().zip(places.lanes_mut(Axis(axis))))
                {
                    let mut order: Vec<usize> = (0..n).collect();
                    let key = |i: usize| (lane[i].is_nan(), if lane[i].is_nan() { 0.0 } else { lane[i] });
                    order.sort_by(|&i, &j| {
                        let order = key(i).partial_cmp(&key(j)).unwrap();
                        if k > 0 { order.reverse() } else { order }
                    });
                    for (i, &from) in order.iter().enumerate().take(count) {
                        (to[i], at[i]) = (lane[from], from as i64);
                    }
                }
                let top = x.topk_axis(Axis(axis), k).unwrap();
                assert_matches_within(&top, &expected, Tolerance::Value);
                let positions = x.argtopk_axis(Axis(axis), k).unwrap();
                assert_matches_within(&positions, &places, Tolerance::Exact);
            }
        }
        let all: Vec<f64> = sorted(values.iter().copied().collect());
        let top: Vec<f64> = x.topk(-40).unwrap().compute().unwrap().to_vec();
        assert_eq!(top, all[..40]);
    }
}

#[test]
fn everything_at_once_is_one_lane_in_row_major_order() {
    let mut rng = Rng::new(6);
    let values = rough(&[9, 31, 17], &mut rng, false);
    let flat: Vec<f64> = values.iter().copied().collect();
    for memory in [values.clone(), fortran(&values)] {
        let x = chunked(&memory, &mut rng);
        assert_eq!(x.sort().unwrap().compute().unwrap().to_vec(), sorted(flat.clone()));
        let order = x.argsort().unwrap().compute().unwrap();
        let mut expected: Vec<i64> = (0..flat.len() as i64).collect();
        expected.sort_by(|&i, &j| flat[i as usize].partial_cmp(&flat[j as usize]).unwrap());
        assert_eq!(order.to_vec(), expected);
        let largest = x.argtopk(1).unwrap().compute().unwrap()[0];
        assert_eq!(largest, x.argmax().scalar().unwrap());
    }
}

#[test]
fn axes_that_are_kept_have_length_one() {
    let x =
        ChunkedArray::from_array(Array::from_shape_fn((3, 4, 5), |(i, j, k)| (i * j + k) as f64), 2).unwrap();
    assert_eq!(x.median_axis(keep(Axis(1))).unwrap().shape(), [3, 1, 5]);
    assert_eq!(x.quantile_axis(keep([Axis(2), Axis(0)]), 0.5).unwrap().shape(), [1, 4, 1]);
    let several = x.nanquantile_axis(keep(Axis(2)), [0.1, 0.2, 0.3]).unwrap();
    assert_eq!(several.shape(), [3, 3, 4, 1]);
    assert_eq!(several.compute().unwrap().shape(), [3, 3, 4, 1]);
    let one = x.median_axis(keep(Axis(1))).unwrap().compute().unwrap();
    assert_eq!(one.index_axis_move(Axis(1), 0), x.median_axis(Axis(1)).unwrap().compute().unwrap());
    assert_eq!(x.quantile_axis(Axis(1), Vec::new()).unwrap().compute().unwrap().shape(), [0, 3, 5]);
}

#[test]
fn lanes_without_elements() {
    let none = ChunkedArray::<f64, _>::zeros((0, 3)).unwrap();
    let medians = none.median_axis(Axis(0)).unwrap().compute().unwrap();
    assert!(medians.len() == 3 && medians.iter().all(|m| m.is_nan()));
    assert_eq!(none.median_axis(Axis(1)).unwrap().compute().unwrap().len(), 0);
    assert!(none.median().scalar().unwrap().is_nan());
    let error = none.quantile_axis(Axis(0), 0.5).unwrap_err().to_string();
    assert!(error.contains("quantile of no elements"), "{error}");
    assert_eq!(none.quantile_axis(Axis(1), 0.5).unwrap().compute().unwrap().len(), 0);
    assert_eq!(none.quantile_axis(Axis(0), []).unwrap().compute().unwrap().shape(), [0, 3]);
    assert!(none.nanquantile_axis(Axis(0), 0.5).unwrap().compute().unwrap().iter().all(|q| q.is_nan()));
    let whole = ChunkedArray::<i32, _>::zeros((0, 3)).unwrap();
    assert!(whole.nanquantile_axis(Axis(0), 0.5).unwrap().compute().unwrap().iter().all(|q| q.is_nan()));
    assert!(whole.nanquantile_axis(Axis(0), Pick::Lower.of(0.5)).is_err());
    for axis in [0, 1] {
        assert_eq!(none.sort_axis(Axis(axis)).unwrap().compute().unwrap().shape(), [0, 3]);
        assert_eq!(none.argtopk_axis(Axis(axis), 2).unwrap().compute().unwrap().shape(), [0, 3 - axis]);
    }
    assert_eq!(none.sort().unwrap().compute().unwrap().len(), 0);
    let point = ChunkedArray::from_array(ndarray::arr0(4.0), ()).unwrap();
    assert_eq!(point.median().scalar().unwrap(), 4.0);
    assert_eq!(point.sort().unwrap().compute().unwrap(), array![4.0]);
}

#[test]
fn wrong_arguments_are_errors() {
    let x = ChunkedArray::from_array(Array2::<f64>::zeros((3, 4)), 2).unwrap();
    for error in [
        x.quantile(1.5).unwrap_err(),
        x.quantile([0.5, -0.1]).unwrap_err(),
        x.nanquantile(f64::NAN).unwrap_err(),
        x.percentile(100.5).unwrap_err(),
    ] {
        assert!(error.to_string().contains("is not between 0 and 1"), "{error}");
    }
    assert!(x.median_axis(Axis(2)).is_err());
    assert!(x.median_axis([Axis(1), Axis(1)]).is_err());
    assert!(x.sort_axis(Axis(2)).is_err());
    assert!(x.argtopk_axis(Axis(2), 1).is_err());
}

#[test]
fn computed_operands_are_ordered_as_those_in_memory() {
    let mut rng = Rng::new(7);
    let values = rough(&[150, 64], &mut rng, false);
    let x = chunked(&values, &mut rng);
    let doubled = values.mapv(|v| v * 2.0 + 1.0);
    let expected = of_lanes(&doubled, &[0], median);
    for lazy in [
        &x * 2.0 + 1.0,
        x.mapv(|v| v * 2.0 + 1.0),
        (&x * 2.0 + 1.0).persist().unwrap(),
        (&x.t() * 2.0 + 1.0).t().rechunk(17).unwrap(),
        concatenate(Axis(1), &[&(&x * 2.0 + 1.0), &x]).unwrap().slice_axis(Axis(1), (..64).into()).unwrap(),
    ] {
        assert_matches_within(&lazy.median_axis(vec![Axis(0)]).unwrap(), &expected, Tolerance::Value);
        let mut sorted_rows = doubled.clone();
        for mut row in sorted_rows.lanes_mut(Axis(1)) {
            let ascending = sorted(row.to_vec());
            row.assign(&Array1::from(ascending));
        }
        assert_matches_within(&lazy.sort_axis(Axis(1)).unwrap(), &sorted_rows, Tolerance::Value);
    }
    // Parts of a concatenation, and what is read of each.
    let joined = concatenate(Axis(0), &[&x, &(&x * 3.0)]).unwrap();
    let both = ndarray::concatenate![Axis(0), values, values.mapv(|v| v * 3.0)];
    let expected = of_lanes(&both, &[0], median);
    assert_matches_within(&joined.median_axis(vec![Axis(0)]).unwrap(), &expected, Tolerance::Value);
}

#[test]
fn complex_numbers_are_sorted() {
    let z = |re: f64, im: f64| Complex::new(re, im);
    let x = array![[z(1.0, 2.0), z(0.0, 9.0)], [z(1.0, -2.0), z(-1.0, 0.0)]];
    let x = ChunkedArray::from_array(x, 1).unwrap();
    let expected = array![[z(1.0, -2.0), z(-1.0, 0.0)], [z(1.0, 2.0), z(0.0, 9.0)]];
    assert_eq!(x.sort_axis(Axis(0)).unwrap().compute().unwrap(), expected);
    assert_eq!(x.argsort().unwrap().compute().unwrap(), array![3, 1, 2, 0]);
}

#[test]
fn what_is_built_on_order_statistics_fuses_with_them() {
    let mut rng = Rng::new(8);
    let values = rough(&[50, 20], &mut rng, false);
    let x = chunked(&values, &mut rng);
    let finite = values.mapv(|v| if v.is_finite() { v } else { 30.0 });
    let x = x.minimum(30.0).unwrap();
    let deviation =
        (&x - x.median_axis(keep(vec![Axis(0)])).unwrap()).abs().median_axis(vec![Axis(0)]).unwrap();
    let expected = of_lanes(&finite, &[0], |lane| {
        let middle = median(lane.clone());
        median(lane.into_iter().map(|v| (v - middle).abs()).collect())
    });
    assert_matches_within(&deviation, &expected, Tolerance::Value);
    let spread = x.sort_axis(Axis(1)).unwrap().sum_axis(vec![Axis(1)]).unwrap();
    let sums = finite.sum_axis(Axis(1)).into_dimensionality::<IxDyn>().unwrap();
    assert_matches_within(&spread, &sums, Tolerance::ulps(64.0));
}
