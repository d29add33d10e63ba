//! Powers with exponents that are floats.
//!
//! `x^y` is `2^(y log2 x)`. For `f64` the logarithm has some 66 bits, as the sum of two numbers, so that the product's
//! error stays far below one unit of the power even where the power is huge.

use num_traits::Float;

use super::bits::{Bits, near_one64, within};
use super::double::{fast_two_sum, two_prod};
use super::exp::{exp2, exp2_short};
use super::log::short;
use super::{Function2, fma, function2, has_fma, horner};
use crate::elementwise::map::scalar2;
use crate::isa::{Baseline, Code, Isa, Level};

/// `x^y`. Within 1 ulp.
#[derive(Clone, Copy)]
pub(in crate::elementwise) struct Pow;

/// The code of powers of floats. Without FMA, the standard library's function is faster than a vector loop.
pub(in crate::elementwise) fn pow<T: Float + 'static>(isa: Isa) -> Option<Code>
where
    Pow: Function2<T>,
{
    if isa == Isa::Baseline && !has_fma::<Baseline>() {
        return scalar2(isa, |x: T, y: T| x.powf(y));
    }
    function2::<T, _>(Pow, isa)
}

/// `power` of the magnitude as the power of `x`, where `|y|` is below `2^50`.
#[inline(always)]
fn signed(power: f64, x: f64, y: f64) -> f64 {
    let rounded = y + f64::ROUND;
    let whole = rounded - f64::ROUND == y;
    let odd = f64::from_bits(rounded.to_bits() << 63 | power.to_bits());
    let negative = if whole { odd } else { f64::NAN };
    if x < 0.0 { negative } else { power }
}

impl Function2<f64> for Pow {
    #[inline(always)]
    fn common<L: Level>(x: f64, y: f64) -> f64 {
        /// `2 / ln 2` and a third of it, in two parts.
        const FIRST: (f64, f64) = (2.885_390_081_777_926_8, 4.071_054_748_186_206_6e-17);
        const THIRD: (f64, f64) = (0.961_796_693_925_975_6, -3.131_946_046_028_462_4e-17);
        /// What the first coefficient below lost to rounding.
        const FIFTH_LOW: f64 = -2.077_583_271_219_891e-17;
        let (k, m) = near_one64(x.abs());
        // s = (m - 1) / (m + 1)
        let f = m - 1.0;
        let below = fast_two_sum(2.0, f);
        let inverse = 1.0 / below.high;
        let s = f * inverse;
        let s_low = (two_prod_less::<L>(s, below.high, f) - s * below.low) * inverse;
        let z = two_prod::<L, _>(s, s);
        let z_low = fma::<L, _>(s + s, s_low, z.low);
        // log2 m = s (FIRST + z (THIRD + z tail))
        let tail = horner!(
            L,
            z.high,
            0.577_078_016_355_675_3,
            0.412_198_583_077_377_45,
            0.320_598_904_094_887_06,
            0.262_307_576_294_183_7,
            0.221_988_778_001_696_03,
            0.191_159_168_043_879_14,
            0.191_173_024_705_570_9
        );
        let inner = two_prod::<L, _>(z.high, tail);
        let inner_low = inner.low + fma::<L, _>(z_low, tail, fma::<L, _>(z.high, FIFTH_LOW, THIRD.1));
        let inner = fast_two_sum(THIRD.0, inner.high);
        let product = two_prod::<L, _>(z.high, inner.high);
        let product_low =
            fma::<L, _>(z.high, inner.low + inner_low, fma::<L, _>(z_low, inner.high, product.low));
        let outer = fast_two_sum(FIRST.0, product.high);
        let outer_low = outer.low + (FIRST.1 + product_low);
        let rest = two_prod::<L, _>(s, outer.high);
        let rest_low = fma::<L, _>(s, outer_low, fma::<L, _>(s_low, outer.high, rest.low));
        let log = fast_two_sum(k, rest.high);
        let log_low = log.low + rest_low;
        let exponent = two_prod::<L, _>(y, log.high);
        let exponent_low = fma::<L, _>(y, log_low, exponent.low);
        // beyond, the power is zero or infinite
        let low = if exponent.high.abs() > 1100.0 { 0.0 } else { exponent_low };
        signed(exp2::<L>(within(exponent.high, 1100.0), low), x, y)
    }

    #[inline(always)]
    fn is_common(x: f64, y: f64) -> bool {
        (x.abs() >= f64::MIN_POSITIVE) & (x.abs() <= f64::MAX) & (y.abs() <= 1e12)
    }

    fn rare(x: f64, y: f64) -> f64 {
        x.powf(y)
    }
}

/// `c - a b`, exact with FMA.
#[inline(always)]
fn two_prod_less<L: Level>(a: f64, b: f64, c: f64) -> f64 {
    let product = two_prod::<L, _>(a, b);
    (c - product.high) - product.low
}

impl Function2<f32> for Pow {
    #[inline(always)]
    fn common<L: Level>(x: f32, y: f32) -> f32 {
        let (x, y) = (f64::from(x), f64::from(y));
        let (k, m) = near_one64(x.abs());
        let log = fma::<L, _>(short::<L>(m - 1.0), std::f64::consts::LOG2_E, k);
        signed(exp2_short::<L>(within(y * log, 160.0)), x, y) as f32
    }

    #[inline(always)]
    fn is_common(x: f32, y: f32) -> bool {
        (x != 0.0) & (x.abs() <= f32::MAX) & (y.abs() <= 1e12)
    }

    fn rare(x: f32, y: f32) -> f32 {
        x.powf(y)
    }
}
