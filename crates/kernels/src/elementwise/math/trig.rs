//! Sine, cosine and tangent.
//!
//! An angle is reduced to at most pi/4 from zero. There both functions are polynomials in its square, after a first
//! term or two that are kept apart, so that only the last addition rounds much (as in fdlibm, Ng 1993). Coefficients
//! were fitted anew with 300 bits, and rounded one after the other, each time with the others fitted again.
//!
//! Angles beyond some 10^6 are reduced one by one.

use super::double::two_prod;
use super::reduce_large::reduce_large;
use super::reduce_pi::{Reduced, is_common, reduce};
use super::{Function, fma, has_fma};
use crate::isa::{Baseline, Level};

pub(super) const SIGN: u64 = 1 << 63;

/// `(sin(r) / r - 1) / r^2` in powers of `r^2`; what it leaves of the sine is 2^-57.9 of it.
#[rustfmt::skip]
const SINE: [f64; 6] = [
    -0.166_666_666_666_666_3, 0.008_333_333_333_321_92, -0.000_198_412_698_294_612_5,
    2.755_731_358_362_844_5e-6, -2.505_074_259_081_546_4e-8, 1.589_596_219_341_580_1e-10,
];

/// `(cos(r) - 1 + r^2 / 2) / r^4` in powers of `r^2`; what it leaves of the cosine is 2^-63.8 of it.
#[rustfmt::skip]
const COSINE: [f64; 6] = [
    0.041_666_666_666_666_59, -0.001_388_888_888_887_234_9, 2.480_158_728_846_967_5e-5,
    -2.755_731_408_153_871_4e-7, 2.087_568_886_199_115e-9, -1.135_796_976_985_916_8e-11,
];

/// `x` with the sign changed where the uppermost of `bits` is set.
#[inline(always)]
pub(super) fn flip(x: f64, bits: u64) -> f64 {
    f64::from_bits(x.to_bits() ^ (bits & SIGN))
}

/// `1 - r^2 / 2`, and what rounding took from it.
#[inline(always)]
fn begin_cosine<L: Level>(square: f64) -> (f64, f64) {
    let one = fma::<L, _>(-0.5, square, 1.0);
    (one, fma::<L, _>(-0.5, square, 1.0 - one))
}

/// The cosine or the sine of what is left of an angle.
///
/// Both are one polynomial, whose coefficients are chosen: that is less work than both polynomials where choosing is
/// an instruction, and no more elsewhere.
#[inline(always)]
fn wave<L: Level>(angle: Reduced, cosine: bool) -> f64 {
    let Reduced { high, low, .. } = angle;
    let z = high * high;
    let (one, lost) = begin_cosine::<L>(z);
    let coefficient = |i: usize| if cosine { COSINE[i] } else { SINE[i] };
    let mut p = coefficient(5);
    for i in (0..5).rev() {
        p = fma::<L, _>(p, z, coefficient(i));
    }
    let (first, rest) = if cosine { (one, fma::<L, _>(-high, low, lost)) } else { (high, low) };
    let factor = z * if cosine { z } else { high };
    first + fma::<L, _>(factor, p, rest)
}

/// The sine, with the sign of `x` besides.
#[inline(always)]
fn sine<L: Level>(angle: Reduced, x: f64) -> f64 {
    flip(wave::<L>(angle, angle.turns & 1 != 0), (angle.turns << 62) ^ x.to_bits())
}

#[inline(always)]
fn cosine<L: Level>(angle: Reduced) -> f64 {
    flip(wave::<L>(angle, angle.turns & 1 == 0), angle.turns.wrapping_add(1) << 62)
}

/// The tangent, with the sign of `x` besides: the quotient of sine and cosine or the negative reverse, both with what
/// their rounding took.
#[inline(always)]
fn tangent<L: Level>(angle: Reduced, x: f64) -> f64 {
    let Reduced { turns, high, low } = angle;
    let z = high * high;
    let (mut sine, mut cosine) = (SINE[5], COSINE[5]);
    for i in (0..5).rev() {
        sine = fma::<L, _>(sine, z, SINE[i]);
        cosine = fma::<L, _>(cosine, z, COSINE[i]);
    }
    let (one, lost) = begin_cosine::<L>(z);
    let sine = (high, fma::<L, _>(high * z, sine, low * one));
    let cosine = (one, fma::<L, _>(z * z, cosine, fma::<L, _>(-high, low, lost)));
    let odd = turns & 1 != 0;
    let (above, below) = if odd { (cosine, sine) } else { (sine, cosine) };
    let (numerator, denominator) = (above.0 + above.1, below.0 + below.1);
    let numerator_low = (above.0 - numerator) + above.1;
    let denominator_low = (below.0 - denominator) + below.1;
    let reciprocal = 1.0 / denominator;
    let quotient = numerator * reciprocal;
    let left = remainder::<L>(numerator, quotient, denominator)
        + fma::<L, _>(-quotient, denominator_low, numerator_low);
    flip(fma::<L, _>(left, reciprocal, quotient), (turns << 63) ^ x.to_bits())
}

/// The tangent of an angle from 2^20 on, of either sign.
pub(super) fn large_tangent(x: f64) -> f64 {
    if x.is_finite() { tangent::<Baseline>(reduce_large(x.abs()), x) } else { f64::NAN }
}

/// Sine, within one unit in the last place.
#[derive(Clone, Copy)]
pub(in crate::elementwise) struct Sin;

impl Function<f64> for Sin {
    #[inline(always)]
    fn common<L: Level>(x: f64) -> f64 {
        // Of the absolute value, since a zero would lose its sign.
        sine::<L>(reduce::<L>(x.abs()), x)
    }

    #[inline(always)]
    fn is_common(x: f64) -> bool {
        is_common(x)
    }

    fn rare(x: f64) -> f64 {
        if x.is_finite() { sine::<Baseline>(reduce_large(x.abs()), x) } else { f64::NAN }
    }
}

/// Cosine, within one unit in the last place.
#[derive(Clone, Copy)]
pub(in crate::elementwise) struct Cos;

impl Function<f64> for Cos {
    #[inline(always)]
    fn common<L: Level>(x: f64) -> f64 {
        cosine::<L>(reduce::<L>(x.abs()))
    }

    #[inline(always)]
    fn is_common(x: f64) -> bool {
        is_common(x)
    }

    fn rare(x: f64) -> f64 {
        if x.is_finite() { cosine::<Baseline>(reduce_large(x.abs())) } else { f64::NAN }
    }
}

/// Tangent, within one unit in the last place.
#[derive(Clone, Copy)]
pub(in crate::elementwise) struct Tan;

impl Function<f64> for Tan {
    #[inline(always)]
    fn common<L: Level>(x: f64) -> f64 {
        tangent::<L>(reduce::<L>(x.abs()), x)
    }

    #[inline(always)]
    fn is_common(x: f64) -> bool {
        is_common(x)
    }

    fn rare(x: f64) -> f64 {
        large_tangent(x)
    }
}

/// `a - q * b`, where `q` is about `a / b`, with one rounding.
#[inline(always)]
pub(super) fn remainder<L: Level>(a: f64, q: f64, b: f64) -> f64 {
    if has_fma::<L>() {
        return fma::<L, _>(-q, b, a);
    }
    let product = two_prod::<L, _>(q, b);
    (a - product.high) - product.low
}
