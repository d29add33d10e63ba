//! What NumPy computes, to the last bit.

use chunkwise::prelude::*;
use chunkwise::{Interpolation, Pick};
use chunkwise_tests::{Rng, Tolerance, assert_matches_within};
use ndarray::{Array1, ArrayD, Axis, IxDyn};

use crate::numpy::{ALONG, ARRAYS, BLOCK, FRACTIONS, MEDIANS, NAN_QUANTILES, QUANTILES, SORTED};
use crate::support::{chunked, fortran};

fn quantiles(x: &ChunkedArray1<f64>, method: &str, nan: bool) -> Vec<f64> {
    let pick = |pick: Pick| {
        let q = pick.of(FRACTIONS);
        if nan { x.nanquantile(q) } else { x.quantile(q) }.unwrap().compute().unwrap().to_vec()
    };
    let between = |interpolation: Interpolation| {
        let q = interpolation.of(FRACTIONS);
        if nan { x.nanquantile(q) } else { x.quantile(q) }.unwrap().compute().unwrap().to_vec()
    };
    match method {
        "inverted_cdf" => pick(Pick::InvertedCdf),
        "closest_observation" => pick(Pick::ClosestObservation),
        "lower" => pick(Pick::Lower),
        "higher" => pick(Pick::Higher),
        "nearest" => pick(Pick::Nearest),
        "averaged_inverted_cdf" => between(Interpolation::AveragedInvertedCdf),
        "interpolated_inverted_cdf" => between(Interpolation::InterpolatedInvertedCdf),
        "hazen" => between(Interpolation::Hazen),
        "weibull" => between(Interpolation::Weibull),
        "linear" => between(Interpolation::Linear),
        "median_unbiased" => between(Interpolation::MedianUnbiased),
        "normal_unbiased" => between(Interpolation::NormalUnbiased),
        "midpoint" => between(Interpolation::Midpoint),
        other => panic!("no method {other}"),
    }
}

#[track_caller]
fn assert_values(got: &[f64], expected: &[f64], what: &str) {
    let same = |(a, b): (&f64, &f64)| a == b || (a.is_nan() && b.is_nan());
    assert!(
        got.len() == expected.len() && got.iter().zip(expected).all(same),
        "{what}: {got:?}, NumPy has {expected:?}"
    );
}

#[test]
fn quantiles_by_every_method() {
    for (table, nan) in [(QUANTILES, false), (NAN_QUANTILES, true)] {
        assert_eq!(table.len(), 13);
        for (method, rows) in table {
            for (array, expected) in ARRAYS.iter().zip(*rows) {
                for chunk in [1, 3, 20] {
                    let x = ChunkedArray::from_array(Array1::from(array.to_vec()), chunk).unwrap();
                    let got = quantiles(&x, method, nan);
                    assert_values(&got, expected, &format!("{method} of {array:?}, nan {nan}"));
                }
            }
        }
    }
}

#[test]
fn medians() {
    for (array, &(median, nanmedian)) in ARRAYS.iter().zip(MEDIANS) {
        let x = ChunkedArray::from_array(Array1::from(array.to_vec()), 2).unwrap();
        let got = [x.median().scalar().unwrap(), x.nanmedian().scalar().unwrap()];
        assert_values(&got, &[median, nanmedian], &format!("{array:?}"));
    }
}

fn block() -> ArrayD<f64> {
    ArrayD::from_shape_vec(IxDyn(&[3, 4, 5]), BLOCK.to_vec()).unwrap()
}

#[test]
fn along_any_axes_in_any_chunks_and_memory_order() {
    let mut rng = Rng::new(1);
    for (axes, median, nanmedian, quantiles, nanquantiles) in ALONG {
        for round in 0..6 {
            let memory = if round % 2 == 0 { block() } else { fortran(&block()) };
            let x = chunked(&memory, &mut rng);
            let along = || axes.iter().map(|&axis| Axis(axis)).collect::<Vec<_>>();
            let shape: Vec<usize> = (0..3).filter(|k| !axes.contains(k)).map(|k| [3, 4, 5][k]).collect();
            let expected = |values: &[f64], first: &[usize]| {
                let shape: Vec<usize> = first.iter().chain(&shape).copied().collect();
                ArrayD::from_shape_vec(shape, values.to_vec()).unwrap()
            };
            let value = Tolerance::Value;
            assert_matches_within(&x.median_axis(along()).unwrap(), &expected(median, &[]), value);
            assert_matches_within(&x.nanmedian_axis(along()).unwrap(), &expected(nanmedian, &[]), value);
            let q = [0.2, 0.7];
            assert_matches_within(&x.quantile_axis(along(), q).unwrap(), &expected(quantiles, &[2]), value);
            let without = x.nanquantile_axis(along(), q).unwrap();
            assert_matches_within(&without, &expected(nanquantiles, &[2]), value);
            let percent = x.nanpercentile_axis(along(), [20.0, 70.0]).unwrap();
            assert_matches_within(&percent, &expected(nanquantiles, &[2]), Tolerance::ulps(4.0));
        }
    }
}

#[test]
fn sorted_along_any_axis() {
    let mut rng = Rng::new(2);
    for (axis, (values, positions)) in SORTED.iter().enumerate() {
        for round in 0..6 {
            let memory = if round % 2 == 0 { block() } else { fortran(&block()) };
            let x = chunked(&memory, &mut rng);
            let values = ArrayD::from_shape_vec(IxDyn(&[3, 4, 5]), values.to_vec()).unwrap();
            let positions = ArrayD::from_shape_vec(IxDyn(&[3, 4, 5]), positions.to_vec()).unwrap();
            let sorted = x.sort_axis(Axis(axis)).unwrap();
            assert_eq!(sorted.chunks(), x.chunks());
            assert_matches_within(&sorted, &values, Tolerance::Value);
            assert_matches_within(&x.argsort_axis(Axis(axis)).unwrap(), &positions, Tolerance::Exact);
        }
    }
}

#[test]
fn the_traps_that_dask_falls_into() {
    let x = ChunkedArray::<f64, _>::arange(0.0..12.0).unwrap();
    assert_eq!(x.percentile(50.0).unwrap().scalar().unwrap(), 5.5);
    for chunks in [vec![5, 0, 7], vec![0, 12, 0], vec![1; 12]] {
        let x = x.rechunk([chunks]).unwrap();
        assert_eq!(x.percentile([50.0, 0.0]).unwrap().compute().unwrap().to_vec(), [5.5, 0.0]);
        let none = x.percentile([]).unwrap();
        assert_eq!(none.shape(), [0]);
        assert_eq!(none.compute().unwrap().len(), 0);
    }
}
