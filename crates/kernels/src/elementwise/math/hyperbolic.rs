//! Hyperbolic functions.

use super::bits::{Bits, power_of_two, scale64, within};
use super::double::fast_two_sum;
use super::exp::{reduce, rest, short};
use super::{Function, fma, horner};
use crate::isa::Level;

/// `e^|x| / 2` and `e^-|x| / 2` in the same parts: with `|x| = k ln 2 + r`, `C = cosh r` and `S = sinh r` these are
/// `2^(k - 1) (C + S)` and `2^(-k - 1) (C - S)`.
struct Parts {
    /// `k` in the low bits.
    bits: u64,
    /// `4^-k`, `1 + 4^-k` and `1 - 4^-k`.
    inverse: f64,
    plus: f64,
    minus: f64,
    /// The leading part of `S`.
    r: f64,
    /// `C - 1` and the rest of `S`.
    cosh: f64,
    sinh: f64,
}

#[inline(always)]
fn parts<L: Level>(x: f64) -> Parts {
    let a = x.abs();
    let reduced = reduce::<L>(if a > 711.0 { 711.0 } else { a });
    let r = reduced.high + reduced.low;
    let z = r * r;
    // (cosh r - 1) / r^2
    let cosh = horner!(
        L,
        z,
        0.500_000_000_000_001_3,
        0.041_666_666_666_514_48,
        0.001_388_888_894_722_991,
        2.480_148_974_098_221_6e-5,
        2.763_134_689_806_306e-7
    );
    // (sinh r - r) / r^3
    let sinh = horner!(
        L,
        z,
        0.166_666_666_666_666_77,
        0.008_333_333_333_321_63,
        1.984_126_988_613_617e-4,
        2.755_724_419_414_541_6e-6,
        2.510_904_326_488_586_4e-8
    );
    // 4^-k, or nothing where it is too small to count
    let k = if reduced.k > 40.0 { 40.0 } else { reduced.k };
    let inverse = power_of_two((f64::ROUND - (k + k)).to_bits());
    Parts {
        bits: reduced.bits,
        inverse,
        plus: 1.0 + inverse,
        minus: 1.0 - inverse,
        r: reduced.high,
        cosh: z * cosh,
        sinh: fma::<L, _>(z * r, sinh, reduced.low),
    }
}

/// Hyperbolic sine. Within 1 ulp.
#[derive(Clone, Copy)]
pub(in crate::elementwise) struct Sinh;

impl Function<f64> for Sinh {
    #[inline(always)]
    fn common<L: Level>(x: f64) -> f64 {
        let parts = parts::<L>(x);
        // (1 - 4^-k) cosh r + (1 + 4^-k) sinh r, beginning with 2 r where k is zero, else with 1 - 4^-k + r
        let none = parts.minus == 0.0;
        let sum = fast_two_sum(if none { parts.r } else { parts.minus }, parts.r);
        let low = if none { 0.0 } else { fma::<L, _>(parts.inverse, parts.r, sum.low) };
        let rest = fma::<L, _>(parts.minus, parts.cosh, fma::<L, _>(parts.plus, parts.sinh, low));
        scale64(sum.high + rest, parts.bits.wrapping_sub(1)).copysign(x)
    }
}

impl Function<f32> for Sinh {
    #[inline(always)]
    fn common<L: Level>(x: f32) -> f32 {
        let (power, less_one) = short::<L>(within(f64::from(x.abs()), 110.0));
        let less_one = fma::<L, _>(power, less_one, power - 1.0);
        ((0.5 * (less_one + less_one / (1.0 + less_one))) as f32).copysign(x)
    }
}

/// Hyperbolic cosine. Within 1 ulp.
#[derive(Clone, Copy)]
pub(in crate::elementwise) struct Cosh;

impl Function<f64> for Cosh {
    #[inline(always)]
    fn common<L: Level>(x: f64) -> f64 {
        let parts = parts::<L>(x);
        // (1 + 4^-k) cosh r + (1 - 4^-k) sinh r, beginning with 1 + 4^-k + r
        let sum = fast_two_sum(parts.plus, parts.r);
        let low = fma::<L, _>(-parts.inverse, parts.r, sum.low);
        let rest = fma::<L, _>(parts.plus, parts.cosh, fma::<L, _>(parts.minus, parts.sinh, low));
        scale64(sum.high + rest, parts.bits.wrapping_sub(1))
    }
}

impl Function<f32> for Cosh {
    #[inline(always)]
    fn common<L: Level>(x: f32) -> f32 {
        let (power, less_one) = short::<L>(within(f64::from(x), 110.0));
        let exp = fma::<L, _>(power, less_one, power);
        (0.5 * (exp + 1.0 / exp)) as f32
    }
}

/// Hyperbolic tangent. Within 1 ulp.
#[derive(Clone, Copy)]
pub(in crate::elementwise) struct Tanh;

impl Function<f64> for Tanh {
    #[inline(always)]
    fn common<L: Level>(x: f64) -> f64 {
        let a = x.abs();
        // below: the rational approximation of Cephes (S. L. Moshier)
        let small = a < 0.625;
        let z = x * x;
        let p =
            horner!(L, z, -1.614_687_684_417_084_5e3, -9.928_772_310_019_186e1, -9.643_991_794_250_522e-1);
        let q =
            horner!(L, z, 4.844_063_053_251_255e3, 2.235_488_390_601_004_5e3, 1.128_116_784_916_329_3e2, 1.0);
        // above: 1 - 2 / (e^2a + 1), where 1 from 22 on
        let reduced = reduce::<L>(if a > 22.0 { 44.0 } else { a + a });
        let r = reduced.high + reduced.low;
        let exp = fast_two_sum(1.0, reduced.high);
        let exp = fast_two_sum(exp.high, exp.low + fma::<L, _>(r * r, rest::<L>(r), reduced.low));
        let power = power_of_two(reduced.bits);
        let sum = fast_two_sum(power * exp.high, 1.0);
        let low = fma::<L, _>(power, exp.low, sum.low);
        let quotient = (if small { a * z * p } else { -2.0 }) / (if small { q } else { sum.high });
        // -2 / (high + low) is q + q^2 low / 2
        let missing = if small { 0.0 } else { 0.5 * quotient * quotient * low };
        let sum = fast_two_sum(if small { a } else { 1.0 }, quotient);
        (sum.high + (sum.low + missing)).copysign(x)
    }
}

impl Function<f32> for Tanh {
    #[inline(always)]
    fn common<L: Level>(x: f32) -> f32 {
        let (power, less_one) = short::<L>(within(f64::from(x + x), 40.0));
        let less_one = fma::<L, _>(power, less_one, power - 1.0);
        ((less_one / (less_one + 2.0)) as f32).copysign(x)
    }
}
