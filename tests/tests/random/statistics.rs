//! Statistics with known distributions. Seeds are fixed, so that a test that passes passes always; limits are such
//! that one seed in ten thousand or fewer would fail.

use chunkwise::prelude::*;
use ndarray::Dimension;

/// Elements of a sample.
pub(crate) const N: usize = 200_000;

/// The elements of an array as `f64`, in chunks that are not whole rows.
pub(crate) fn sample<A: Element, D: Dimension>(x: &ChunkedArray<A, D>) -> Vec<f64> {
    x.cast::<f64>().compute().unwrap().iter().copied().collect()
}

/// Asserts by Kolmogorov and Smirnov's test that numbers have a continuous distribution function.
pub(crate) fn assert_distribution(what: &str, mut values: Vec<f64>, function: impl Fn(f64) -> f64) {
    let n = values.len() as f64;
    values.sort_by(f64::total_cmp);
    let distance = values
        .iter()
        .enumerate()
        .map(|(i, &x)| {
            let p = function(x);
            ((i + 1) as f64 / n - p).max(p - i as f64 / n)
        })
        .fold(0.0, f64::max);
    // Kolmogorov's distribution: 2 exp(-2 t^2) of all samples are further off than t.
    assert!(distance * n.sqrt() < 2.23, "{what}: distance {distance}, {} in its unit", distance * n.sqrt());
    // A distance that is next to nothing would be as strange.
    assert!(distance * n.sqrt() > 0.3, "{what}: distance {distance} is too small");
}

/// Asserts by Pearson's test that counts have these probabilities; what is missing to one is the last class.
pub(crate) fn assert_counts(what: &str, values: &[f64], first: i64, probabilities: &[f64]) {
    let n = values.len() as f64;
    let rest = 1.0 - probabilities.iter().sum::<f64>();
    assert!(rest > -1e-9, "{what}: probabilities of more than one");
    let mut counts = vec![0.0; probabilities.len() + 1];
    for &value in values {
        let class = usize::try_from(value as i64 - first).unwrap_or(usize::MAX);
        counts[class.min(probabilities.len())] += 1.0;
    }
    let expected: Vec<f64> = probabilities.iter().chain([&rest]).map(|p| p * n).collect();
    let (mut statistic, mut freedom) = (0.0, -1.0);
    for (&count, &expected) in counts.iter().zip(&expected) {
        if expected < 5.0 {
            assert!(count <= expected + 20.0, "{what}: {count} instead of {expected}");
            continue;
        }
        statistic += (count - expected).powi(2) / expected;
        freedom += 1.0;
    }
    // Wilson and Hilferty: the cube root is nearly normal.
    let spread: f64 = 2.0 / (9.0 * freedom);
    let deviate = ((statistic / freedom).cbrt() - (1.0 - spread)) / spread.sqrt();
    assert!(deviate.abs() < 4.0, "{what}: {statistic} with {freedom} degrees of freedom");
}

/// Asserts that mean, variance and skewness are within some standard errors of what they should be.
pub(crate) fn assert_moments(what: &str, values: &[f64], mean: f64, variance: f64, skewness: f64) {
    let n = values.len() as f64;
    let std = variance.sqrt();
    for (power, expected, name) in [(1, 0.0, "mean"), (2, 1.0, "variance"), (3, skewness, "skewness")] {
        // Powers of the standardised values; their spread is that of the sample.
        let powers = values.iter().map(|x| ((x - mean) / std).powi(power));
        let (sum, squares) = powers.fold((0.0, 0.0), |(sum, squares), x| (sum + x, squares + x * x));
        let error = ((squares / n - (sum / n).powi(2)) / n).sqrt();
        let off = (sum / n - expected) / error;
        assert!(off.abs() < 4.5, "{what}: {name} is {off} standard errors from what it should be");
    }
}

/// Asserts that two samples have no linear relation.
pub(crate) fn assert_uncorrelated(what: &str, a: &[f64], b: &[f64]) {
    assert!(a.len() == b.len() && a.len() > 100, "{what}");
    let n = a.len() as f64;
    let mean = |x: &[f64]| x.iter().sum::<f64>() / n;
    let (ma, mb) = (mean(a), mean(b));
    let (mut ab, mut aa, mut bb) = (0.0, 0.0, 0.0);
    for (x, y) in a.iter().zip(b) {
        ab += (x - ma) * (y - mb);
        aa += (x - ma).powi(2);
        bb += (y - mb).powi(2);
    }
    let correlation = ab / (aa * bb).sqrt();
    assert!(correlation.abs() * n.sqrt() < 4.5, "{what}: correlation {correlation}");
}

/// The normal distribution function (Marsaglia 2004, "Evaluating the normal distribution").
pub(crate) fn normal(x: f64) -> f64 {
    if x.abs() > 8.0 {
        return if x > 0.0 { 1.0 } else { 0.0 };
    }
    let (mut sum, mut term, mut odd) = (x, x, 1.0);
    while sum + term != sum {
        odd += 2.0;
        term *= x * x / odd;
        sum += term;
    }
    0.5 + sum * (-0.5 * x * x).exp() / (2.0 * std::f64::consts::PI).sqrt()
}

/// The probabilities of `0..count` of a distribution, from the logarithm of that of zero and the ratio of each to
/// the one before.
pub(crate) fn probabilities(zero: f64, count: usize, ratio: impl Fn(f64) -> f64) -> Vec<f64> {
    let mut logarithm = zero;
    let mut next = |k: usize| {
        logarithm += if k == 0 { 0.0 } else { ratio(k as f64).ln() };
        logarithm.exp()
    };
    (0..count).map(&mut next).collect()
}
