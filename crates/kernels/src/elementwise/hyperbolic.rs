//! Inverse hyperbolic functions, and others that the vectorised `ln (1 + x)` makes.
//!
//! The standard library's lose digits: `acosh` next to 1, `atanh` next to -1, both `acosh` and `asinh` of
//! arguments whose double overflows. These are within a few units in the last place everywhere.

use num_traits::{Float, FloatConst};

use super::math::{Exp, Function, Function2, Log1p};
use crate::isa::Level;

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
fn acosh<T: Float + FloatConst>(x: T) -> T {
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
fn atanh<T: Float + FloatConst>(x: T) -> T {
    let two = T::one() + T::one();
    let a = x.abs();
    (two * a / (T::one() - a)).ln_1p().copysign(x) / two
}

/// [`asinh`].
#[derive(Clone, Copy)]
pub(super) struct Asinh;

impl<T: Float + FloatConst> Function<T> for Asinh
where
    Log1p: Function<T>,
{
    #[inline(always)]
    fn common<L: Level>(x: T) -> T {
        let a = x.abs();
        let square = a * a;
        let root = (square + T::one()).sqrt();
        Log1p::common::<L>(a + square / (root + T::one())).copysign(x)
    }

    #[inline(always)]
    fn is_common(x: T) -> bool {
        x.abs() <= T::epsilon().recip()
    }

    fn rare(x: T) -> T {
        asinh(x)
    }
}

/// [`acosh`].
#[derive(Clone, Copy)]
pub(super) struct Acosh;

impl<T: Float + FloatConst> Function<T> for Acosh
where
    Log1p: Function<T>,
{
    #[inline(always)]
    fn common<L: Level>(x: T) -> T {
        let above = x - T::one();
        Log1p::common::<L>(above + (above * (x + T::one())).sqrt())
    }

    #[inline(always)]
    fn is_common(x: T) -> bool {
        (x >= T::one()) & (x <= T::epsilon().recip())
    }

    fn rare(x: T) -> T {
        acosh(x)
    }
}

/// [`atanh`].
#[derive(Clone, Copy)]
pub(super) struct Atanh;

impl<T: Float + FloatConst> Function<T> for Atanh
where
    Log1p: Function<T>,
{
    #[inline(always)]
    fn common<L: Level>(x: T) -> T {
        let two = T::one() + T::one();
        let a = x.abs();
        Log1p::common::<L>(two * a / (T::one() - a)).copysign(x) / two
    }

    #[inline(always)]
    fn is_common(x: T) -> bool {
        x.abs() < T::one()
    }

    fn rare(x: T) -> T {
        atanh(x)
    }
}

/// `ln(exp(x) + exp(y))` without the overflow.
#[derive(Clone, Copy)]
pub(super) struct LogAddExp;

impl<T: Float + FloatConst> Function2<T> for LogAddExp
where
    Exp: Function<T>,
    Log1p: Function<T>,
{
    #[inline(always)]
    fn common<L: Level>(x: T, y: T) -> T {
        let larger = if x > y { x } else { y };
        larger + Log1p::common::<L>(Exp::common::<L>(-(x - y).abs()))
    }

    #[inline(always)]
    fn is_common(x: T, y: T) -> bool {
        (x.abs() <= T::max_value()) & (y.abs() <= T::max_value())
    }

    fn rare(x: T, y: T) -> T {
        if x == y {
            // equal infinities, whose difference would be NaN
            return x;
        }
        let larger = if x > y { x } else { y };
        larger + (-(x - y).abs()).exp().ln_1p()
    }
}
