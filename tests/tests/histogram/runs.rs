//! How histograms run: threads, memory, passes, slices, and on the wire.

use chunkwise::prelude::*;
use chunkwise::{Error, ExprError};
use chunkwise_expr::{Expr, Optimise, StageKind, Want, plan_in_units};
use chunkwise_plan::Plan;
use chunkwise_tests::{Setting, Tolerance, assert_matches_within, evaluate};
use ndarray::{Array1, Ix1, array};

use crate::support::rough;

fn sample(len: usize) -> Array1<f64> {
    rough(&[len], 7).into_dimensionality::<Ix1>().unwrap()
}

#[test]
fn the_same_bits_on_any_number_of_threads() {
    let data = sample(300_000);
    let x = ChunkedArray::from_array(data, 10_007).unwrap();
    let w = (&x * 0.1).mapv(|w: f64| if w.is_finite() { w } else { 0.0 });
    let h = x.histogram_weighted(37, &w).unwrap();
    let (sums, edges) = h.compute().unwrap();
    let counts = x.histogram(37).unwrap();
    let expected = counts.compute().unwrap().0;
    for threads in [1, 2, 7] {
        let config = Config::default().threads(threads).memory_limit(64 << 20);
        assert_eq!(h.counts.compute_with(&config).unwrap(), sums);
        assert_eq!(h.edges.compute_with(&config).unwrap(), edges);
        assert_eq!(counts.counts.compute_with(&config).unwrap(), expected);
    }
}

#[test]
fn a_histogram_is_one_pass_and_an_automatic_range_one_more() {
    let x = Generator::seeded(1).normal(9.0, 1.0, (2000, 2000).chunked(500)).unwrap();
    let known = (&x + 1.0).histogram(Bins::linear(100, -9.0, 11.0)).unwrap();
    let explained = known.counts.explain().unwrap();
    let fused = explained.after.iter().filter(|stage| stage.kind == StageKind::Fused).count();
    assert_eq!(fused, 1, "{explained}");
    assert!(explained.projected_peak < 1 << 20, "nothing but counts is kept: {explained}");

    let x = ChunkedArray::from_array(sample(1_000_000), 10_000).unwrap();
    let explained = explain((&x + 1.0).histogram(100).unwrap()).unwrap();
    let passes = explained.after.iter().filter(|s| s.kind == StageKind::Fused && s.units > 1).count();
    assert_eq!(passes, 2, "{explained}");
    assert!(explained.projected_peak < 1 << 20, "{explained}");
}

#[test]
fn counts_are_arrays_like_others() {
    let data = sample(1000);
    let x = ChunkedArray::from_array(data, 77).unwrap();
    let h = x.histogram(Bins::linear(12, -4.0, 4.0)).unwrap();
    let counts = h.counts.compute().unwrap();
    assert_matches_within(&h.counts, &counts, Tolerance::Exact);
    let cumulative = &h.counts * 2 + 1;
    assert_matches_within(&cumulative, &(&counts * 2 + 1), Tolerance::Exact);
    let automatic = x.histogram(5).unwrap();
    assert_matches_within(&automatic.edges, &automatic.edges.compute().unwrap(), Tolerance::Exact);
    let both = compute((&h, x.max().value(), &automatic.counts)).unwrap();
    assert_eq!(both.0.0, counts);
}

#[test]
fn arrays_of_unknown_length() {
    let data = sample(4000);
    let x = ChunkedArray::from_array(data.clone(), 333).unwrap();
    let mask = x.lt(1.0).unwrap();
    let kept: Array1<f64> = data.iter().copied().filter(|x| *x < 1.0).collect();
    let eager = ChunkedArray::from_array(kept.clone(), Full).unwrap();
    let masked = x.mask(&mask).unwrap();
    for bins in [Bins::count(11), Bins::linear(20, -3.0, 3.0), Bins::edges([-2.0, 0.0, 0.1]).unwrap()] {
        let (got, expected) =
            (masked.histogram(bins.clone()).unwrap(), eager.histogram(bins.clone()).unwrap());
        assert_eq!(got.compute().unwrap(), expected.compute().unwrap(), "{bins:?}");
        let weights = (&x * 3.0).floor().mask(&mask).unwrap();
        let weighted = masked.histogram_weighted(bins.clone(), &weights).unwrap();
        let expected = eager.histogram_weighted(bins, &(&eager * 3.0).floor()).unwrap();
        assert_eq!(weighted.counts.compute().unwrap(), expected.counts.compute().unwrap());
    }
    let nothing = x.mask(&(x.gt(1e300).unwrap() & x.lt(0.0).unwrap())).unwrap();
    let (counts, edges) = nothing.histogram(2).unwrap().compute().unwrap();
    assert_eq!((counts, edges), (array![0, 0], array![0.0, 0.5, 1.0]));
    let pair = chunkwise::histogram2d(&masked, &(&masked * 2.0), (3, 3)).unwrap();
    let finite = kept.iter().filter(|x| x.is_finite()).count() as i64;
    assert_eq!(pair.counts.sum().scalar().unwrap(), finite);

    let error = masked.histogram_weighted(3, &x).unwrap_err();
    assert!(
        matches!(error, Error::Expression(ExprError::UnknownLength { op: "histogram_weighted" })),
        "{error}"
    );
    let error = masked.histogram_weighted(3, &x.mask(&x.lt(2.0).unwrap()).unwrap()).unwrap_err();
    assert!(
        matches!(error, Error::Expression(ExprError::DifferentMasks { op: "histogram_weighted" })),
        "{error}"
    );
}

#[test]
fn plans_of_histograms_are_sent() {
    let data = sample(1000);
    let x = ChunkedArray::from_array(data, 77).unwrap();
    let w = &x * 0.5;
    let edges = Bins::edges([-3.0, 0.0, 0.25, 4.0]).unwrap();
    let histograms = [x.histogram(edges).unwrap(), x.histogram(9).unwrap()];
    let mut roots: Vec<Expr> =
        histograms.iter().flat_map(|h| [h.counts.expr().clone(), h.edges.expr().clone()]).collect();
    roots.push(x.histogram_weighted(Bins::linear(6, -1.0, 1.0), &w).unwrap().counts.expr().clone());
    for units in [10, 333, 5000] {
        let (sent, _) = plan_in_units(&roots, Want::Array, Optimise::All, units).unwrap();
        assert!(Plan::from_bytes(&sent.to_bytes().unwrap()).unwrap() == sent);
    }
}

#[test]
fn bins_that_arrive_damaged_are_refused() {
    let x = ChunkedArray::from_array(array![1.0, 2.0], Auto).unwrap();
    let good = x.histogram(Bins::edges([0.5, 1.5, 2.5]).unwrap()).unwrap();
    let (plan, _) = plan_in_units(&[good.counts.expr().clone()], Want::Array, Optimise::All, 10).unwrap();
    let bytes = plan.to_bytes().unwrap();
    let edge = bytes.windows(8).position(|at| at == 1.5f64.to_bits().to_le_bytes());
    // Integers may be packed; where they are not, an edge that decreases and one that is NaN are refused.
    if let Some(at) = edge {
        for bad in [0.0, f64::NAN] {
            let mut bytes = bytes.clone();
            bytes[at..at + 8].copy_from_slice(&bad.to_bits().to_le_bytes());
            assert!(Plan::from_bytes(&bytes).is_err());
        }
    }
}

#[test]
fn every_setting_gives_the_same_counts() {
    let data = sample(2000);
    let x = ChunkedArray::from_array(data.clone(), 333).unwrap();
    for bins in [1usize, 7, 300, 5000] {
        let h = x.histogram(Bins::linear(bins, -3.0, 3.0)).unwrap();
        let edges = h.edges.compute().unwrap();
        let mut expected = vec![0i64; bins];
        for x in &data {
            if let Some(bin) = crate::support::bin(*x, edges.as_slice().unwrap()) {
                expected[bin] += 1;
            }
        }
        for setting in Setting::all() {
            let got = evaluate(&[h.counts.expr().clone()], setting).unwrap().remove(0);
            assert_eq!(got.array::<i64>().into_raw_vec_and_offset().0, expected, "{bins}, {setting:?}");
        }
    }
}
