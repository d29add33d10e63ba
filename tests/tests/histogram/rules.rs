//! Which bin a value falls into, and what is refused.

use chunkwise::prelude::*;
use chunkwise::{ArgumentError, Error};
use ndarray::{Array, Array1, array};
use num_complex::Complex;

use crate::numpy::{AUTOMATIC, DENSITY, EDGES, UNIFORM, W, WEIGHTED, WIDE, X};
use crate::support::{bin, chunked, rough, tally, values};

fn lazy<A: Element>(values: &[A]) -> ChunkedArray1<A> {
    ChunkedArray::from_array(Array1::from(values.to_vec()), 7).unwrap()
}

fn close(got: &[f64], expected: &[f64]) -> bool {
    let near =
        |(g, e): (&f64, &f64)| g == e || (g - e).abs() <= 1e-13 * e.abs() || (g.is_nan() && e.is_nan());
    got.len() == expected.len() && got.iter().zip(expected).all(near)
}

#[test]
fn values_at_edges_of_equal_width_are_where_numpy_puts_them() {
    for &(count, lo, hi, edges, bins) in UNIFORM {
        let values = values(edges);
        assert_eq!(values.len(), bins.len());
        let all = lazy(&values).histogram(Bins::linear(count, lo, hi)).unwrap();
        let (counts, found) = all.compute().unwrap();
        assert_eq!(found.to_vec(), edges, "{count} bins from {lo} to {hi}");
        assert_eq!(counts.to_vec(), tally(bins.iter().copied(), count), "{count} bins from {lo} to {hi}");
        for (value, &bin) in values.iter().zip(bins) {
            let one =
                lazy(&[*value]).histogram(Bins::linear(count, lo, hi)).unwrap().counts.compute().unwrap();
            assert_eq!(one.to_vec(), tally([bin], count), "{value:e} in {count} bins from {lo} to {hi}");
        }
    }
}

#[test]
fn values_at_any_edges_are_where_numpy_puts_them() {
    for &(edges, bins) in EDGES {
        let values = values(edges);
        for (value, &number) in values.iter().zip(bins) {
            let h = lazy(&[*value]).histogram(Bins::edges(edges.iter().copied()).unwrap()).unwrap();
            let expected = tally([number], edges.len() - 1);
            assert_eq!(h.counts.compute().unwrap().to_vec(), expected, "{value:e} in {edges:?}");
            assert_eq!(bin(*value, edges), usize::try_from(number).ok(), "the plain definition");
        }
    }
}

#[test]
fn ranges_of_the_data_are_those_of_numpy() {
    for &(data, count, counts, edges, density) in AUTOMATIC {
        for h in [lazy(data).histogram(count).unwrap(), lazy(data).histogram(Bins::count(count)).unwrap()] {
            let (found, at) = h.compute().unwrap();
            assert_eq!((found.to_vec(), at.to_vec()), (counts.to_vec(), edges.to_vec()), "{data:?}");
            assert!(close(&h.density().compute().unwrap().to_vec(), density), "{data:?}");
        }
    }
}

#[test]
fn ranges_are_those_of_what_is_finite() {
    let x = lazy(&[f64::NAN, 1.0, f64::INFINITY, 3.0, f64::NEG_INFINITY]);
    let (counts, edges) = x.histogram(2).unwrap().compute().unwrap();
    assert_eq!((counts, edges), (array![1, 1], array![1.0, 2.0, 3.0]));
    let (counts, edges) = lazy(&[f64::NAN]).histogram(2).unwrap().compute().unwrap();
    assert_eq!((counts, edges), (array![0, 0], array![0.0, 0.5, 1.0]));
    // Half is nothing to these.
    let (counts, edges) = lazy(&[1e20, 1e20]).histogram(1).unwrap().compute().unwrap();
    assert!(edges[0] < 1e20 && edges[1] > 1e20 && counts[0] == 2, "{edges}");
}

#[test]
fn numbers_of_every_type() {
    let data: Vec<i64> = (0..200).map(|i| i * i % 113).collect();
    let edges = [0.0, 10.0, 10.5, 50.0, 112.0];
    let expected = tally(data.iter().map(|&x| bin(x as f64, &edges).map_or(-1, |b| b as i64)), 4);
    let x = lazy(&data);
    macro_rules! each {
        ($($T:ty)*) => {$(
            let h = x.cast::<$T>().histogram(Bins::edges(edges).unwrap()).unwrap();
            assert_eq!(h.counts.compute().unwrap().to_vec(), expected, stringify!($T));
            let h = x.cast::<$T>().histogram(3).unwrap();
            assert_eq!(h.edges.compute().unwrap().to_vec()[3], 112.0, stringify!($T));
            assert_eq!(h.counts.sum().scalar().unwrap(), 200, stringify!($T));
        )*};
    }
    each!(i8 i16 i32 i64 u8 u16 u32 u64 f32 f64);
    let truths = lazy(&[true, false, true]).histogram(Bins::linear(2, 0.0, 1.0)).unwrap();
    assert_eq!(truths.counts.compute().unwrap(), array![1, 2]);
    // Elements are compared as f64.
    let h = lazy(&[0.1f32]).histogram(Bins::edges([0.0, 0.1, 1.0]).unwrap()).unwrap();
    assert_eq!(h.counts.compute().unwrap(), array![0, 1]);
}

#[test]
fn weights_keep_their_type() {
    let wide = || Bins::edges(WIDE.iter().copied()).unwrap();
    let (x, w) = (lazy(X), lazy(W).rechunk(11).unwrap());
    let h = x.histogram_weighted(wide(), &w).unwrap();
    assert_eq!(h.counts.compute().unwrap().to_vec(), WEIGHTED);
    assert!(close(&h.density().compute().unwrap().to_vec(), DENSITY));
    macro_rules! each {
        ($($T:ty)*) => {$(
            let h = x.histogram_weighted(wide(), &w.cast::<$T>()).unwrap();
            let expected: Vec<$T> = WEIGHTED.iter().map(|&w| w as $T).collect();
            assert_eq!(h.counts.compute().unwrap().to_vec(), expected, stringify!($T));
        )*};
    }
    each!(i8 i16 i32 i64 f32 f64);
    // Sums wrap as integers do.
    each!(u8 u16 u32 u64);
    let i = Complex::new(0.5, 1.0);
    let h = x.histogram_weighted(wide(), &w.cast::<Complex<f64>>().mapv(move |w| w * i)).unwrap();
    let expected: Vec<Complex<f64>> = WEIGHTED.iter().map(|&w| i * w as f64).collect();
    assert_eq!(h.counts.compute().unwrap().to_vec(), expected);
}

#[test]
fn any_chunks_of_any_shape() {
    let edges = [-4.0, -2.0, -0.5, 0.0, 0.5, 3.0];
    for shape in [vec![500], vec![17, 23], vec![5, 6, 9], vec![0, 4], vec![]] {
        let data = rough(&shape, 3);
        let bins = data.iter().map(|&x| bin(x, &edges).map_or(-1, |b| b as i64));
        let expected = tally(bins, 5);
        let weights = data.mapv(|x| if x.is_finite() { (x * 8.0).round() } else { 1.0 });
        let mut sums = Array::<f64, _>::zeros(5);
        for (&x, w) in data.iter().zip(&weights) {
            if let Some(bin) = bin(x, &edges) {
                sums[bin] += w;
            }
        }
        let weights = chunked(&weights, 8);
        for (x, i) in chunked(&data, 2).iter().zip(0..) {
            let bins = Bins::edges(edges).unwrap();
            let counts = x.histogram(bins.clone()).unwrap().counts.compute().unwrap();
            assert_eq!(counts.to_vec(), expected, "{x:?}");
            let turned = x.t().histogram(bins.clone()).unwrap().counts.compute().unwrap();
            assert_eq!(turned.to_vec(), expected, "{x:?}, transposed");
            let w: &ChunkedArrayD<f64> = &weights[(i + 1) % weights.len()];
            assert_eq!(x.histogram_weighted(bins, w).unwrap().counts.compute().unwrap(), sums, "{x:?}");
        }
    }
}

fn refused(bins: Bins) -> String {
    match lazy(&[1.0]).histogram(bins) {
        Err(error @ Error::Argument(ArgumentError::Invalid { what: "histogram", .. })) => error.to_string(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn bins_that_cannot_be() {
    assert!(refused(Bins::linear(0, 0.0, 1.0)).contains("a bin at least"));
    assert!(refused(Bins::count(0)).contains("a bin at least"));
    assert!(refused(Bins::count(usize::MAX)).contains("2^31"));
    assert!(refused(Bins::linear(usize::MAX, 0.0, 1.0)).contains("2^31"));
    assert!(refused(Bins::linear(3, 1.0, 0.0)).contains("nothing between 1 and 0"));
    assert!(refused(Bins::linear(3, f64::NAN, 0.0)).contains("NaN"));
    assert!(refused(Bins::linear(3, 0.0, f64::INFINITY)).contains("not finite"));
    assert!(refused(Bins::linear(3, -1e308, 1e308)).contains("not finite"));
    assert!(refused(Bins::linear(9, 1.0, 1.0f64.next_up())).contains("too narrow"));
    for (edges, why) in [
        (vec![], "there are 0"),
        (vec![1.0], "there are 1"),
        (vec![1.0, 0.0], "0 comes after 1"),
        (vec![0.0, f64::NAN], "NaN"),
    ] {
        let error = Bins::edges(edges).unwrap_err();
        assert!(error.to_string().contains(why), "{error}");
    }
}

#[test]
fn weights_of_another_shape() {
    let error = lazy(&[1.0, 2.0]).histogram_weighted(2, &lazy(&[1.0])).unwrap_err();
    let Error::Argument(ArgumentError::ShapeMismatch { what, expected, got }) = error else {
        panic!("{error}")
    };
    assert_eq!((what, &expected[..], &got[..]), ("histogram_weighted", &[2][..], &[1][..]));
}
