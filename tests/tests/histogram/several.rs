//! Histograms over several coordinates.

use chunkwise::prelude::*;
use chunkwise::{ArgumentError, Error, histogram2d, histogram2d_weighted, histogramdd, histogramdd_weighted};
use ndarray::{Array1, ArrayD, IxDyn};

use crate::numpy::{TWO, TWO_DENSITY, TWO_EDGES, WIDE, X, Y};
use crate::support::{bin, chunked, rough};

fn lazy(values: &[f64], chunks: usize) -> ChunkedArray1<f64> {
    ChunkedArray::from_array(Array1::from(values.to_vec()), chunks).unwrap()
}

#[test]
fn two_coordinates_are_counted_as_numpy_does() {
    for chunks in [50, 7, 1] {
        let (x, y) = (lazy(X, chunks), lazy(Y, 50 / chunks));
        let h = histogram2d(&x, &y, (Bins::edges(WIDE.iter().copied()).unwrap(), 4)).unwrap();
        let (counts, [along, across]) = h.compute().unwrap();
        assert_eq!(counts.shape(), [5, 4]);
        assert_eq!(counts.into_raw_vec_and_offset().0, TWO);
        assert_eq!((along.to_vec(), across.to_vec()), (WIDE.to_vec(), TWO_EDGES.to_vec()));
        let density = h.density().compute().unwrap();
        assert!(density.iter().zip(TWO_DENSITY).all(|(g, e)| (g - e).abs() <= 1e-13 * e.abs()), "{density}");
    }
}

#[test]
fn three_coordinates_of_any_chunks_against_a_plain_loop() {
    let edges: [&[f64]; 3] = [&[-2.0, -1.0, 0.0, 1.0, 2.0], &[-4.0, 0.0, 4.0], &[-3.0, -0.5, 0.5, 3.5]];
    for shape in [vec![700], vec![12, 19], vec![3, 0]] {
        let data: Vec<ArrayD<f64>> = (0..4).map(|i| rough(&shape, 20 + i)).collect();
        let mut counts = ArrayD::<i64>::zeros(IxDyn(&[4, 2, 3]));
        let mut sums = ArrayD::<f64>::zeros(IxDyn(&[4, 2, 3]));
        let weights = data[3].mapv(|w| if w.is_finite() { (w * 16.0).round() } else { 0.0 });
        for i in 0..data[0].len() {
            let at = |k: usize| bin(*data[k].iter().nth(i).unwrap(), edges[k]);
            if let (Some(a), Some(b), Some(c)) = (at(0), at(1), at(2)) {
                counts[[a, b, c]] += 1i64;
                sums[[a, b, c]] += *weights.iter().nth(i).unwrap();
            }
        }
        let data: Vec<_> = data.iter().zip(1..).map(|(data, seed)| chunked(data, seed)).collect();
        let weights = chunked(&weights, 9);
        for i in 0..weights.len() {
            let x = [0, 1, 2].map(|k| &data[k][(i + k) % weights.len()]);
            let bins = || {
                [
                    Bins::linear(4, -2.0, 2.0),
                    Bins::linear(2, -4.0, 4.0),
                    Bins::edges(edges[2].iter().copied()).unwrap(),
                ]
            };
            let h = histogramdd(&x, bins()).unwrap();
            assert_eq!(h.counts.compute().unwrap(), counts);
            let found: Vec<Vec<f64>> = h.compute().unwrap().1.iter().map(|edges| edges.to_vec()).collect();
            assert_eq!(found, edges);
            let weighted = histogramdd_weighted(&x, bins(), &weights[i]).unwrap();
            assert_eq!(weighted.counts.compute().unwrap(), sums);
            let total: f64 = h.density().sum().scalar().unwrap();
            assert_eq!(total.is_nan(), counts.sum() == 0, "{total}");
        }
    }
}

#[test]
fn one_coordinate_is_a_histogram() {
    let x = lazy(X, 9);
    let h = histogramdd(&[&x], [10]).unwrap();
    assert_eq!(h.counts.compute().unwrap(), x.histogram(10).unwrap().counts.compute().unwrap().into_dyn());
    let y = lazy(Y, 50).cast::<f32>();
    let w = lazy(Y, 13);
    let sums = histogram2d_weighted(&x, &y, (3, 3), &w).unwrap().counts.sum().scalar().unwrap();
    assert!((sums - Y.iter().sum::<f64>()).abs() < 1e-12);
}

#[test]
fn what_does_not_go_together() {
    let (x, y) = (lazy(X, 9), lazy(&Y[1..], 9));
    let error = histogram2d(&x, &y, (2, 2)).unwrap_err();
    assert!(
        matches!(error, Error::Argument(ArgumentError::ShapeMismatch { what: "histogram2d", .. })),
        "{error}"
    );
    let none: [&ChunkedArray1<f64>; 0] = [];
    for error in [histogramdd(&none, [0usize; 0]).unwrap_err(), histogramdd(&[&x], [2, 2]).unwrap_err()] {
        assert!(error.to_string().contains("for each of its"), "{error}");
    }
    let error = histogramdd(&[&x, &x], [1 << 20, 1 << 20]).unwrap_err();
    assert!(error.to_string().contains("2^31"), "{error}");
}
