//! The logarithm of one more; see `log.rs`.

use super::bits::near_one64;
use super::double::two_sum;
use super::log::{LN_2, parts, short};
use super::{Function, fma};
use crate::isa::Level;

/// `ln (1 + x)`. Within 1 ulp.
#[derive(Clone, Copy)]
pub(in crate::elementwise) struct Log1p;

impl Function<f64> for Log1p {
    #[inline(always)]
    fn common<L: Level>(x: f64) -> f64 {
        let sum = two_sum(1.0, x);
        let (k, m) = near_one64(sum.high);
        let inverse = f64::from_bits(2046_u64.wrapping_sub(biased(k)) << 52);
        // what 1 + x lost, times 2^-k; without octaves f is x itself, and nothing is lost
        let none = k == 0.0;
        let f = if none { x } else { m - 1.0 };
        let lost = if none | (k > 100.0) { 0.0 } else { sum.low * inverse };
        let parts = parts::<L>(f);
        // ln (m + lost) is ln m + lost / m; 1 / m is nearly 1 - 2 s + 2 s^2
        let slope = fma::<L, _>(-2.0 * parts.s, 1.0 - parts.s, 1.0);
        let rest = parts.rest + fma::<L, _>(k, LN_2.1, lost * slope);
        let value = fma::<L, _>(k, LN_2.0, f - (parts.half_square - rest));
        // keeps the sign of zero
        if x.abs() < f64::EPSILON / 4.0 { x } else { value }
    }

    #[inline(always)]
    fn is_common(x: f64) -> bool {
        (x > -1.0) & (x <= f64::MAX)
    }

    fn rare(x: f64) -> f64 {
        x.ln_1p()
    }
}

/// The biased exponent of `2^k`.
#[inline(always)]
fn biased(k: f64) -> u64 {
    (k + (4_503_599_627_370_496.0 + 1023.0)).to_bits() & 0x7ff
}

impl Function<f32> for Log1p {
    #[inline(always)]
    fn common<L: Level>(x: f32) -> f32 {
        let x64 = f64::from(x);
        let (k, m) = near_one64(1.0 + x64);
        let f = if k == 0.0 { x64 } else { m - 1.0 };
        (fma::<L, _>(k, std::f64::consts::LN_2, short::<L>(f)) as f32).copysign(x)
    }

    #[inline(always)]
    fn is_common(x: f32) -> bool {
        (x > -1.0) & (x <= f32::MAX)
    }

    fn rare(x: f32) -> f32 {
        x.ln_1p()
    }
}
