//! Arc sine and arc cosine.
//!
//! Up to a half a polynomial in `x^2`; beyond that the same polynomial, of the root of `(1 - x) / 2`, since
//! `asin(x) = pi/2 - 2 asin(sqrt((1 - x) / 2))` (as in fdlibm, Ng 1993). Coefficients fitted anew, see `trig`.

use std::f64::consts::{FRAC_PI_2, PI};

use super::trig::{SIGN, flip};
use super::{Function, fma, has_fma, horner};
use crate::isa::Level;

/// pi/2 less the number next to it.
pub(super) const HALF_PI_LOW: f64 = 6.123_233_995_736_766e-17;

/// `x`, which is positive or NaN, with the sign of `sign`.
#[inline(always)]
pub(super) fn with_sign(x: f64, sign: f64) -> f64 {
    f64::from_bits(x.to_bits() | (sign.to_bits() & SIGN))
}

/// Half the reciprocal of `root`, to one part in eight: exponents are logarithms.
#[inline(always)]
fn about_half_reciprocal(root: f64) -> f64 {
    f64::from_bits(0x7FCE_6238_DA3C_2118_u64.wrapping_sub(root.to_bits()))
}

/// What rounding took from the root of `square`.
#[inline(always)]
fn root_low<L: Level>(square: f64, root: f64) -> f64 {
    let left = if has_fma::<L>() {
        fma::<L, _>(-root, root, square)
    } else {
        let high = f64::from_bits(root.to_bits() & (u64::MAX << 27));
        (square - high * high) - (root - high) * (root + high)
    };
    left * about_half_reciprocal(root)
}

/// `asin(a)` as `high + low`, or half of `pi/2 - asin(a)` where `a` is more than a half, which is told.
#[inline(always)]
fn arc<L: Level>(a: f64) -> (bool, f64, f64) {
    let far = a > 0.5;
    let half_rest = 0.5 - 0.5 * a;
    let root = half_rest.sqrt();
    let z = if far { half_rest } else { a * a };
    let high = if far { root } else { a };
    let low = if far { root_low::<L>(half_rest, root) } else { 0.0 };
    // What the polynomials leave of the arc sine is 2^-55.8 of it. Two, since one would wait for itself.
    let z2 = z * z;
    let even = horner!(
        L,
        z2,
        0.166_666_666_666_654_33,
        0.044_642_856_836_047_275,
        0.022_371_766_438_304_318,
        0.013_886_506_972_986_382,
        0.006_563_739_590_418_124,
        -0.016_073_837_903_834_81
    );
    let odd = horner!(
        L,
        z2,
        0.075_000_000_003_288_3,
        0.030_381_958_797_878_136,
        0.017_359_576_505_477_373,
        0.012_160_885_731_621_687,
        0.019_431_318_391_744_11,
        0.031_810_453_403_294_824
    );
    (far, high, fma::<L, _>(high * z, fma::<L, _>(odd, z, even), low))
}

/// `first + second`, where `first` is zero or the larger, plus what is small.
#[inline(always)]
fn sum(first: f64, second: f64, small: f64) -> f64 {
    let high = first + second;
    high + (((first - high) + second) + small)
}

/// Arc sine, within one unit in the last place.
#[derive(Clone, Copy)]
pub(in crate::elementwise) struct Asin;

impl Function<f64> for Asin {
    #[inline(always)]
    fn common<L: Level>(x: f64) -> f64 {
        let (far, high, low) = arc::<L>(x.abs());
        let (base, base_low, factor) = if far { (FRAC_PI_2, HALF_PI_LOW, -2.0) } else { (0.0, 0.0, 1.0) };
        with_sign(sum(base, factor * high, fma::<L, _>(factor, low, base_low)), x)
    }
}

/// Arc cosine, within one unit in the last place.
#[derive(Clone, Copy)]
pub(in crate::elementwise) struct Acos;

impl Function<f64> for Acos {
    #[inline(always)]
    fn common<L: Level>(x: f64) -> f64 {
        let (far, high, low) = arc::<L>(x.abs());
        let (end, end_low) = if x < 0.0 { (PI, 2.0 * HALF_PI_LOW) } else { (0.0, 0.0) };
        let (base, base_low) = if far { (end, end_low) } else { (FRAC_PI_2, HALF_PI_LOW) };
        let factor = flip(if far { 2.0 } else { -1.0 }, x.to_bits());
        sum(base, factor * high, fma::<L, _>(factor, low, base_low))
    }
}

/// As [`arc`] in one number, for an `f32`; what it leaves is 2^-31.7 of it.
#[inline(always)]
fn arc32<L: Level>(a: f64) -> (bool, f64) {
    let far = a > 0.5;
    let half_rest = 0.5 - 0.5 * a;
    let z = if far { half_rest } else { a * a };
    let s = if far { half_rest.sqrt() } else { a };
    let p = horner!(
        L,
        z,
        0.166_666_600_791_590_8,
        0.075_004_969_319_938_36,
        0.044_518_523_002_884_63,
        0.031_793_925_561_937_77,
        0.014_491_950_321_975_174,
        0.037_441_026_606_870_084
    );
    (far, fma::<L, _>(s * z, p, s))
}

impl Function<f32> for Asin {
    #[inline(always)]
    fn common<L: Level>(x: f32) -> f32 {
        let x = f64::from(x);
        let (far, arc) = arc32::<L>(x.abs());
        with_sign(if far { fma::<L, _>(-2.0, arc, FRAC_PI_2) } else { arc }, x) as f32
    }
}

impl Function<f32> for Acos {
    #[inline(always)]
    fn common<L: Level>(x: f32) -> f32 {
        let x = f64::from(x);
        let (far, arc) = arc32::<L>(x.abs());
        let arc = flip(arc, x.to_bits());
        let end = if x < 0.0 { PI } else { 0.0 };
        (if far { fma::<L, _>(2.0, arc, end) } else { FRAC_PI_2 - arc }) as f32
    }
}
