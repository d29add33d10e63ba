//! Inverse hyperbolic functions.
//!
//! The standard library's lose digits: `acosh` next to 1, `atanh` next to -1, both `acosh` and `asinh` of
//! arguments whose double overflows. These are within a few units in the last place everywhere.

use num_traits::{Float, FloatConst};

/// `ln(x) + ln(2)`, the limit of `asinh` and `acosh` for large arguments.
fn large<T: Float + FloatConst>(x: T) -> T {
    x.ln() + T::LN_2()
}

/// Above this, `x * x + 1` is `x * x`, and twice the logarithm is all there is.
fn is_large<T: Float>(x: T) -> bool {
    x > T::epsilon().recip()
}

/// The number whose hyperbolic sine is `x`.
pub(super) fn asinh<T: Float + FloatConst>(x: T) -> T {
    let a = x.abs();
    if is_large(a) {
        return large(a).copysign(x);
    }
    let square = a * a;
    let root = (square + T::one()).sqrt();
    (a + square / (root + T::one())).ln_1p().copysign(x)
}

/// The number, not negative, whose hyperbolic cosine is `x`; NaN below 1.
pub(super) fn acosh<T: Float + FloatConst>(x: T) -> T {
    if is_large(x) {
        return large(x);
    }
    // Below -1 the product is positive again.
    if x < T::one() {
        return T::nan();
    }
    let above = x - T::one();
    (above + (above * (x + T::one())).sqrt()).ln_1p()
}

/// The number whose hyperbolic tangent is `x`; infinite at 1 and -1, NaN beyond.
pub(super) fn atanh<T: Float + FloatConst>(x: T) -> T {
    let two = T::one() + T::one();
    let a = x.abs();
    (two * a / (T::one() - a)).ln_1p().copysign(x) / two
}
