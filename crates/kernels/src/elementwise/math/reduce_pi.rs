//! What is left of an angle after whole quarter turns.
//!
//! After Cody and Waite (1980): pi/2 is a sum of numbers so short that their products with the number of quarter
//! turns lose nothing that matters. With FMA the first part may be a full number, because the difference is exact.

use super::{fma, has_fma};
use crate::isa::Level;

/// Up to here there are less than 2^20 quarter turns, which the lengths of the parts below rely on.
const BOUND: f64 = 1.6e6;

/// Added to a number below 2^51, this rounds it to an integer, which its last bits then are.
pub(super) const SHIFT: f64 = 6_755_399_441_055_744.0;

/// pi/2 in 53, 33 and 53 bits.
const WITH_FMA: [f64; 3] = [
    std::f64::consts::FRAC_PI_2,
    f64::from_bits(0x3C91_A626_3310_0000),
    f64::from_bits(0x3A71_701B_839A_2520),
];

/// pi/2 in 33, 33, 33 and 53 bits.
const WITHOUT_FMA: [f64; 4] = [
    f64::from_bits(0x3FF9_21FB_5440_0000),
    f64::from_bits(0x3DD0_B461_1A60_0000),
    f64::from_bits(0x3BA3_198A_2E00_0000),
    f64::from_bits(0x397B_839A_2520_49C1),
];

/// pi/2 less the first part of [`WITHOUT_FMA`].
const REST_WITHOUT_FMA: f64 = f64::from_bits(0x3DD0_B461_1A62_6331);

/// `turns * pi/2 + high + low`, with the sum of the last two at most pi/4 (and a rounding error) from zero.
#[derive(Clone, Copy)]
pub(super) struct Reduced {
    /// An integer whose last two bits are the quadrant.
    pub(super) turns: u64,
    pub(super) high: f64,
    pub(super) low: f64,
}

/// Whether [`reduce`] serves an angle. It takes NaN to NaN.
#[inline(always)]
pub(super) fn is_common(x: f64) -> bool {
    let beyond = x.abs() > BOUND;
    !beyond
}

/// As [`is_common`].
#[inline(always)]
pub(super) fn is_common32(x: f32) -> bool {
    let beyond = x.abs() > BOUND as f32;
    !beyond
}

/// An angle from zero to `BOUND` less whole quarter turns, to about 2^-115.
///
/// No `f64` in that range but zero is nearer than 2^-61 to a multiple of pi/2 (found by trying all).
#[inline(always)]
pub(super) fn reduce<L: Level>(angle: f64) -> Reduced {
    let shifted = fma::<L, _>(angle, std::f64::consts::FRAC_2_PI, SHIFT);
    let (turns, k) = (shifted.to_bits(), shifted - SHIFT);
    if has_fma::<L>() {
        // The first difference is a multiple of 2^-53 below 1, the product with the second part one of 2^-87 below
        // 2^-33: `first` and `first - high` are exact.
        let [p1, p2, p3] = WITH_FMA;
        let first = fma::<L, _>(-k, p1, angle);
        let high = fma::<L, _>(-k, p2, first);
        let low = fma::<L, _>(-k, p3, fma::<L, _>(-k, p2, first - high));
        return Reduced { turns, high, low };
    }
    let [p1, p2, p3, p4] = WITHOUT_FMA;
    let (a, b, c) = (k * p1, k * p2, k * p3);
    let first = angle - a;
    let second = first - b;
    let high = second - c;
    // What rounding took from the last two differences. Where one is smaller than what is taken from it, both are
    // multiples of one small number and nothing is lost.
    let lost = ((first - second) - b) + ((second - high) - c);
    Reduced { turns, high, low: lost - k * p4 }
}

/// As [`reduce`], for an angle that is an `f32`, to about 2^-67: the number of half turns `k`, which may be an odd
/// multiple of a half, is given.
#[inline(always)]
pub(super) fn less_half_turns<L: Level>(angle: f64, k: f64) -> f64 {
    if has_fma::<L>() {
        let low = 2.0 * 6.123_233_995_736_766e-17;
        return fma::<L, _>(-k, low, fma::<L, _>(-k, std::f64::consts::PI, angle));
    }
    (angle - k * (2.0 * WITHOUT_FMA[0])) - k * (2.0 * REST_WITHOUT_FMA)
}
