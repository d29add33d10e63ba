//! The methods of `groupby`, against a map from labels to values.

use std::collections::BTreeMap;

use chunkwise::prelude::*;
use chunkwise::{ArgumentError, Error, ExprError};
use chunkwise_tests::{Rng, chunkings};
use ndarray::{Array, Array1, Array2, ArrayD, Axis, array};

fn near(got: &Array1<f64>, expected: &[f64]) -> bool {
    let near = |(g, e): (&f64, &f64)| (g - e).abs() <= 1e-12 * e.abs() || (g.is_nan() && e.is_nan());
    got.len() == expected.len() && got.iter().zip(expected).all(near)
}

#[test]
fn every_method_over_any_chunks_and_numbers_of_groups() {
    let mut rng = Rng::new(4);
    for (len, groups) in [(2000, 1), (2000, 3), (500, 40), (3000, 100_000), (0, 4), (7, 7)] {
        let values: Vec<f64> = (0..len).map(|_| rng.below(2000) as f64 / 16.0 - 50.0).collect();
        let codes: Vec<i64> = (0..len).map(|_| rng.below(groups) as i64).collect();
        let mut of: BTreeMap<i64, Vec<f64>> = BTreeMap::new();
        values.iter().zip(&codes).for_each(|(&x, &code)| of.entry(code).or_default().push(x));
        let each = |f: &dyn Fn(&[f64]) -> f64| -> Vec<f64> {
            (0..groups as i64).map(|group| f(of.get(&group).map_or(&[], |of| &of[..]))).collect()
        };
        let mean = |x: &[f64]| x.iter().sum::<f64>() / x.len() as f64;
        let square = |x: &[f64]| x.iter().map(|v| (v - mean(x)).powi(2)).sum::<f64>();
        for (chunks, other) in chunkings(&[len], 1).into_iter().zip(chunkings(&[len], 2).into_iter().rev()) {
            let x = ChunkedArray::from_array(Array1::from(values.clone()), chunks).unwrap();
            let codes = ChunkedArray::from_array(Array1::from(codes.clone()), other).unwrap();
            let g = x.groupby(&Labels::codes(&codes, groups).unwrap()).unwrap();
            let counts: Vec<i64> = each(&|x| x.len() as f64).iter().map(|&n| n as i64).collect();
            let all = (
                g.count(),
                g.sum(),
                g.mean(),
                g.var(1.0),
                g.std(0.0),
                (g.min(), g.max(), g.first(), g.last()),
            );
            let (count, sum, means, var, std, (min, max, first, last)) = compute(all).unwrap();
            assert_eq!(count.to_vec(), counts);
            assert!(near(&sum, &each(&|x| x.iter().sum())));
            assert!(near(&means, &each(&mean)));
            let some = |n: f64| if n > 0.0 { n } else { f64::NAN };
            let divided =
                |got: f64, e: f64| got == e || (got - e).abs() < 1e-9 * (1.0 + e.abs()) || !e.is_finite();
            let expected = each(&|x| square(x) / some(x.len() as f64 - 1.0));
            assert!(var.iter().zip(&expected).all(|(&g, &e)| divided(g, e)));
            let expected = each(&|x| (square(x) / x.len() as f64).sqrt());
            assert!(std.iter().zip(&expected).all(|(&g, &e)| divided(g, e)));
            assert!(near(&min, &each(&|x| x.iter().copied().fold(f64::NAN, f64::min))));
            assert!(near(&max, &each(&|x| x.iter().copied().fold(f64::NAN, f64::max))));
            assert!(near(&first, &each(&|x| x.first().copied().unwrap_or(f64::NAN))));
            assert!(near(&last, &each(&|x| x.last().copied().unwrap_or(f64::NAN))));
        }
    }
}

#[test]
fn truths_products_and_nan() {
    let x = ChunkedArray::from_array(array![0.0, 2.0, f64::NAN, 3.0, 0.0, 0.0], 2).unwrap();
    let g = x.groupby(&Labels::from_values("aabbcc".chars()).unwrap()).unwrap();
    assert_eq!(compute((g.any(), g.all())).unwrap(), (array![true, true, false], array![false, true, false]));
    assert_eq!(compute((g.nansum(), g.nanprod())).unwrap(), (array![2.0, 3.0, 0.0], array![0.0, 3.0, 0.0]));
    assert_eq!(compute((g.nanmin(), g.nanmax())).unwrap(), (array![0.0, 3.0, 0.0], array![2.0, 3.0, 0.0]));
    assert_eq!(
        compute((g.nanmean(), g.nanstd(0.0))).unwrap(),
        (array![1.0, 3.0, 0.0], array![1.0, 0.0, 0.0])
    );
    assert_eq!(
        compute((g.nanvar(0.0), g.count_nonzero())).unwrap(),
        (array![1.0, 0.0, 0.0], array![1, 2, 0])
    );
    let sums = g.sum().compute().unwrap();
    assert!(sums[1].is_nan() && sums[0] == 2.0);
    assert!(g.prod().compute().unwrap()[1].is_nan());
    let whole = ChunkedArray::from_array(array![200u8, 100, 3], 1).unwrap();
    let g = whole.groupby(&Labels::from_values([1, 1, 0]).unwrap()).unwrap();
    assert_eq!(compute((g.sum(), g.mean())).unwrap(), (array![300u64, 3], array![150.0, 3.0]));
    assert_eq!(compute((g.first(), g.last())).unwrap(), (array![200u8, 3], array![100, 3]));
}

/// Numbers of groups, of which the last may come and the last but one is none.
fn codes_of(len: usize) -> Vec<i64> {
    [1, 0, 1, -1, 2, 1][..len].to_vec()
}

#[test]
fn along_any_axis() {
    let data = Array::from_shape_fn((6, 5, 4), |(i, j, k)| ((i * 31 + j * 17 + k * 7) % 23) as i64);
    for axis in 0..3 {
        let len = data.shape()[axis];
        let codes = codes_of(len);
        let mut expected = Vec::new();
        for group in 0..3 {
            let members: Vec<usize> = (0..len).filter(|&i| codes[i] == group).collect();
            expected.push(data.select(Axis(axis), &members).sum_axis(Axis(axis)));
        }
        let views: Vec<_> = expected.iter().map(|sum| sum.view()).collect();
        let expected = ndarray::stack(Axis(0), &views).unwrap();
        for chunks in chunkings(data.shape(), axis as u64) {
            let x = ChunkedArray::from_array(data.clone(), chunks).unwrap();
            let codes = ChunkedArray::from_array(Array1::from(codes.clone()), 2).unwrap();
            let labels = Labels::codes(&codes.cast::<i8>(), 3).unwrap();
            let sums = x.groupby_axis(&labels, Axis(axis)).unwrap().sum();
            chunkwise_tests::assert_matches(&sums, &expected);
            let turned = x.t().groupby_axis(&labels, Axis(2 - axis)).unwrap().sum().compute().unwrap();
            let back = turned.permuted_axes([0, 2, 1]);
            assert_eq!(back, expected);
            let lasts = x.cast::<f64>().groupby_axis(&labels, Axis(axis)).unwrap().last();
            let at = codes_of(len).iter().rposition(|&code| code == 1).unwrap();
            let last = data.index_axis(Axis(axis), at).mapv(|x| x as f64);
            assert_eq!(lasts.slice(ndarray::s![1, .., ..]).unwrap().compute().unwrap(), last);
        }
    }
    let dynamic: ArrayD<i64> = data.into_dyn();
    let x = ChunkedArray::from_array(dynamic, 2).unwrap();
    assert!(matches!(
        x.groupby_axis(&Labels::from_values([1]).unwrap(), Axis(3)).unwrap_err(),
        Error::Argument(ArgumentError::Axis { axis: 3, ndim: 3 })
    ));
}

#[test]
fn empty_groups_of_integers_have_no_extremes_and_say_which() {
    let x = ChunkedArray::from_array(array![5i32, 6, 7], 1).unwrap();
    let codes = ChunkedArray::from_array(array![0, 3, 0], 2).unwrap();
    let g = x.groupby(&Labels::codes(&codes, 5).unwrap()).unwrap();
    for (name, built) in [("min", g.min()), ("max", g.max()), ("first", g.first()), ("last", g.last())] {
        let error = built.compute().unwrap_err().to_string();
        assert!(error.contains(name) && error.contains("group 1"), "{error}");
    }
    assert_eq!(compute((g.count(), g.sum())).unwrap(), (array![2, 0, 0, 1, 0], array![12, 0, 0, 6, 0]));
    let means: Array1<f64> = g.mean().compute().unwrap();
    assert!(means[0] == 6.0 && means[1].is_nan() && means[4].is_nan());
}

#[test]
fn labels_of_words_and_values() {
    let words = Labels::from_strings(vec!["x".to_owned(), "y".to_owned(), "x".to_owned()]).unwrap();
    assert_eq!((words.names(), words.groups()), (&["x".to_owned(), "y".to_owned()][..], 2));
    assert_eq!(words.numbers().compute().unwrap(), array![0, 1, 0]);
    let values = Labels::from_values([30u8, 7, 30, 9]).unwrap();
    assert_eq!((values.keys(), values.groups()), (&[30, 7, 9][..], 3));
    let none = Labels::from_strings(Vec::<&str>::new()).unwrap();
    let x = ChunkedArray::<f64, _>::zeros(0).unwrap();
    assert_eq!(x.groupby(&none).unwrap().mean().compute().unwrap().len(), 0);
    let huge = ChunkedArray::from_array(array![u64::MAX, 1 << 63, 0], Auto).unwrap();
    let x = ChunkedArray::from_array(array![1i64, 2, 4], Auto).unwrap();
    let g = x.groupby(&Labels::codes(&huge, 1).unwrap()).unwrap();
    assert_eq!(g.sum().compute().unwrap(), array![4]);
    assert!(Labels::codes(&huge, usize::MAX).unwrap_err().to_string().contains("2^32"));
}

#[test]
fn lengths_that_differ() {
    let x = ChunkedArray::from_array(Array2::<f64>::zeros((3, 4)), 2).unwrap();
    let labels = Labels::from_values([1, 2, 3]).unwrap();
    let error = x.groupby_axis(&labels, Axis(1)).unwrap_err();
    let Error::Argument(ArgumentError::ShapeMismatch { what, expected, got }) = error else {
        panic!("{error}")
    };
    assert_eq!((what, &expected[..], &got[..]), ("groupby_axis", &[4][..], &[3][..]));
    let error = x.slice(ndarray::s![0, ..]).unwrap().groupby(&labels).unwrap_err();
    assert!(error.to_string().contains("[4]") && error.to_string().contains("[3]"), "{error}");
}

#[test]
fn values_of_unknown_length() {
    let data = Array1::from_shape_fn(900, |i| ((i * 37) % 101) as f64);
    let x = ChunkedArray::from_array(data.clone(), 70).unwrap();
    let codes = ChunkedArray::from_array(Array1::from_shape_fn(900, |i| (i * i % 7) as i64), 110).unwrap();
    let labels = Labels::codes(&codes, 7).unwrap();
    let mask = x.gt(40.0).unwrap();
    let g = x.mask(&mask).unwrap().groupby(&labels.mask(&mask).unwrap()).unwrap();
    let (counts, sums, least) = compute((g.count(), g.sum(), g.min())).unwrap();
    for group in 0..7 {
        let of = || (0..900).filter(|&i| i * i % 7 == group && data[i] > 40.0).map(|i| data[i]);
        assert_eq!((counts[group], sums[group]), (of().count() as i64, of().sum()));
        assert!(
            least[group] == of().fold(f64::INFINITY, f64::min)
                || (least[group].is_nan() && of().count() == 0)
        );
    }
    let other = labels.mask(&x.gt(41.0).unwrap()).unwrap();
    let error = x.mask(&mask).unwrap().groupby(&other).unwrap_err();
    assert!(matches!(error, Error::Expression(ExprError::DifferentMasks { op: "groupby" })), "{error}");
    let error = x.mask(&mask).unwrap().groupby(&labels).unwrap_err();
    assert!(matches!(error, Error::Expression(ExprError::UnknownLength { op: "groupby" })), "{error}");
}
