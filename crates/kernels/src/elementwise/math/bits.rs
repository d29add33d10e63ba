//! Integers and powers of two in the bits of floats, as vector instructions of every level have them.

/// What the functions need to know of the representation of a float.
pub(super) trait Bits: Copy {
    /// Added to a number and subtracted again, it rounds to the nearest integer. The low bits of the sum are the
    /// integer, as two's complement.
    const ROUND: Self;
}

impl Bits for f32 {
    const ROUND: f32 = 12_582_912.0; // 1.5 * 2^23
}

impl Bits for f64 {
    const ROUND: f64 = 6_755_399_441_055_744.0; // 1.5 * 2^52
}

/// `x * 2^n` for a normal `x` and `n` from -2046 to 2046, in the low bits; results below the normal numbers are
/// rounded once.
#[inline(always)]
pub(super) fn scale64(x: f64, n: u64) -> f64 {
    let both = n.wrapping_add(2 * 1023);
    let half = both >> 1;
    x * f64::from_bits(half << 52) * f64::from_bits(both.wrapping_sub(half) << 52)
}

/// As [`scale64`], from -254 to 254.
#[inline(always)]
pub(super) fn scale32(x: f32, n: u32) -> f32 {
    let both = n.wrapping_add(2 * 127);
    let half = both >> 1;
    x * f32::from_bits(half << 23) * f32::from_bits(both.wrapping_sub(half) << 23)
}

/// `2^n` for `n` from -1022 to 1023, in the low bits.
#[inline(always)]
pub(super) fn power_of_two(n: u64) -> f64 {
    f64::from_bits(n.wrapping_add(1023) << 52)
}

/// `x`, at most `limit` and at least `-limit`; NaN as it is.
#[inline(always)]
pub(super) fn within<T: Copy + PartialOrd + std::ops::Neg<Output = T>>(x: T, limit: T) -> T {
    let x = if x > limit { limit } else { x };
    if x < -limit { -limit } else { x }
}

/// A positive normal number as `m * 2^k` with `m` from the root of one half to the root of two: `(k, m)`.
#[inline(always)]
pub(super) fn near_one64(x: f64) -> (f64, f64) {
    const ROOT: u64 = 0x3fe6_a09e_667f_3bcd;
    const ONE: u64 = 1023 << 52;
    let bits = x.to_bits().wrapping_add(ONE - ROOT);
    // the biased exponent as the last digits of 2^52
    let k = f64::from_bits((bits >> 52) | 0x4330_0000_0000_0000) - (4_503_599_627_370_496.0 + 1023.0);
    (k, f64::from_bits((bits & ((1 << 52) - 1)).wrapping_add(ROOT)))
}

/// As [`near_one64`].
#[inline(always)]
pub(super) fn near_one32(x: f32) -> (f32, f32) {
    const ROOT: u32 = 0x3f35_04f3;
    const ONE: u32 = 127 << 23;
    let bits = x.to_bits().wrapping_add(ONE - ROOT);
    let k = (bits >> 23) as i32 - 127;
    (k as f32, f32::from_bits((bits & ((1 << 23) - 1)).wrapping_add(ROOT)))
}
