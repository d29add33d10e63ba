//! Where a quantile lies among sorted elements.
//!
//! The methods are those of Hyndman and Fan, "Sample Quantiles in Statistical Packages" (The American Statistician
//! 50, 1996), and NumPy's older ones, by the arithmetic of `numpy.quantile`, to the last bit for `f64`.

use serde::{Deserialize, Serialize};

/// What is done where a quantile lies between two elements. Names are NumPy's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[allow(missing_docs, reason = "documented where users choose one, under the same name")]
pub enum Method {
    InvertedCdf,
    ClosestObservation,
    Lower,
    Higher,
    Nearest,
    AveragedInvertedCdf,
    InterpolatedInvertedCdf,
    Hazen,
    Weibull,
    Linear,
    MedianUnbiased,
    NormalUnbiased,
    Midpoint,
}

/// The elements that a quantile lies between, by rank, and how much of the second there is in it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Place {
    pub(super) low: usize,
    /// `low`, or the one after it.
    pub(super) high: usize,
    pub(super) weight: f64,
}

impl Method {
    /// Whether every quantile is an element.
    pub const fn selects(self) -> bool {
        use Method::*;
        matches!(self, InvertedCdf | ClosestObservation | Lower | Higher | Nearest)
    }

    /// Where the quantile at `fraction` of `n` elements lies, at least one.
    pub(super) fn place(self, n: usize, fraction: f64) -> Place {
        use Method::*;
        let count = n as f64;
        let last = count - 1.0;
        // The position among ranks from zero, for sample sizes with these plotting positions.
        let position =
            |alpha: f64, beta: f64| count * fraction + (alpha + fraction * (1.0 - alpha - beta)) - 1.0;
        let element = |rank: f64| {
            let rank = (rank.max(0.0) as usize).min(n - 1);
            Place { low: rank, high: rank, weight: 0.0 }
        };
        let next_unless = |at: f64, stays: &dyn Fn(f64) -> bool| {
            let below = at.floor();
            element(if at == below && stays(below) { below } else { below + 1.0 })
        };
        let same = |weight: f64| weight;
        match self {
            Lower => element((last * fraction).floor()),
            Higher => element((last * fraction).ceil()),
            Nearest => element((last * fraction).round_ties_even()),
            InvertedCdf => next_unless(count * fraction - 1.0, &|_| true),
            ClosestObservation => {
                next_unless(count * fraction - 1.0 - 0.5, &|below| below.rem_euclid(2.0) == 1.0)
            }
            AveragedInvertedCdf => {
                let half_or_all = |weight: f64| if weight == 0.0 { 0.5 } else { 1.0 };
                between(n, count * fraction - 1.0, half_or_all)
            }
            InterpolatedInvertedCdf => between(n, position(0.0, 1.0), same),
            Hazen => between(n, position(0.5, 0.5), same),
            Weibull => between(n, position(0.0, 0.0), same),
            MedianUnbiased => between(n, position(1.0 / 3.0, 1.0 / 3.0), same),
            NormalUnbiased => between(n, position(3.0 / 8.0, 3.0 / 8.0), same),
            Linear => between(n, last * fraction, same),
            Midpoint => {
                let at = 0.5 * ((last * fraction).floor() + (last * fraction).ceil());
                between(n, at, |weight| if weight == 0.0 { 0.0 } else { 0.5 })
            }
        }
    }
}

/// The place of a position between ranks; outside of them it is the first or the last element.
fn between(n: usize, position: f64, weigh: impl Fn(f64) -> f64) -> Place {
    let last = n - 1;
    if position >= last as f64 {
        return Place { low: last, high: last, weight: weigh(1.0) };
    }
    if position < 0.0 {
        return Place { low: 0, high: 0, weight: weigh(0.5) };
    }
    let below = position.floor();
    let low = below as usize;
    Place { low, high: low + 1, weight: weigh(position - below) }
}

/// `numpy`'s linear interpolation between `a` and `b`, which differ by `gap`.
pub(super) fn interpolate(a: f64, b: f64, gap: f64, weight: f64) -> f64 {
    if weight >= 0.5 { b - gap * (1.0 - weight) } else { a + gap * weight }
}
