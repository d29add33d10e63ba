//! Sums and products with their rounding errors.
//!
//! After Dekker (1971) and Knuth; see Muller et al., *Handbook of Floating-Point Arithmetic*, chapter 4.

use num_traits::Float;

use super::has_fma;
use crate::isa::Level;

/// A number as the unevaluated sum of two: the nearest one, and what is missing.
#[derive(Clone, Copy)]
pub(super) struct Double<T> {
    pub(super) high: T,
    pub(super) low: T,
}

/// What `Double` needs to know of a float.
pub(super) trait Split: Float {
    /// `2^ceil(p / 2) + 1` for a precision of `p` bits.
    const SPLITTER: Self;
}

impl Split for f32 {
    const SPLITTER: f32 = 4097.0;
}

impl Split for f64 {
    const SPLITTER: f64 = 134_217_729.0;
}

/// `a + b`.
#[inline(always)]
pub(super) fn two_sum<T: Float>(a: T, b: T) -> Double<T> {
    let high = a + b;
    let added = high - a;
    Double { high, low: (a - (high - added)) + (b - added) }
}

/// `a + b` where `a` is zero or no smaller than `b` in magnitude.
#[inline(always)]
pub(super) fn fast_two_sum<T: Float>(a: T, b: T) -> Double<T> {
    let high = a + b;
    Double { high, low: b - (high - a) }
}

/// `a * b`; without FMA for factors that times [`Split::SPLITTER`] do not overflow.
///
/// Where the error is below the smallest number, it is not exact.
#[inline(always)]
pub(super) fn two_prod<L: Level, T: Split>(a: T, b: T) -> Double<T> {
    let high = a * b;
    if has_fma::<L>() {
        return Double { high, low: a.mul_add(b, -high) };
    }
    let ((a_high, a_low), (b_high, b_low)) = (halves(a), halves(b));
    Double { high, low: ((a_high * b_high - high) + a_high * b_low + a_low * b_high) + a_low * b_low }
}

/// A number as the sum of two whose products have no rounding error.
#[inline(always)]
pub(super) fn halves<T: Split>(x: T) -> (T, T) {
    let scaled = x * T::SPLITTER;
    let high = scaled - (scaled - x);
    (high, x - high)
}
