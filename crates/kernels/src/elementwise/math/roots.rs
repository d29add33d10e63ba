//! Cube roots and hypotenuses.

use super::bits::{Bits, power_of_two};
use super::double::{Double, fast_two_sum, two_prod};
use super::{Function, Function2, fma, has_fma, horner};
use crate::isa::Level;

/// Cube root. Within 1 ulp.
#[derive(Clone, Copy)]
pub(in crate::elementwise) struct Cbrt;

/// Cube root of a positive normal number in three factors: nearly that of the mantissa, that of 1, 2 or 4, and a power
/// of two; and the number without the cube of that power.
struct Approximate {
    mantissa: f64,
    of_octave: f64,
    power: f64,
    rest: f64,
}

#[inline(always)]
fn approximate<L: Level>(x: f64) -> Approximate {
    const TWO_52: f64 = 4_503_599_627_370_496.0;
    let bits = x.to_bits();
    // x = m 2^k, k = 3 q + j
    let k = f64::from_bits((bits >> 52) | TWO_52.to_bits()) - (TWO_52 + 1023.0);
    let m = f64::from_bits((bits & ((1 << 52) - 1)) | (1023 << 52));
    let rounded = (k - 1.0) * (1.0 / 3.0) + f64::ROUND;
    let j = fma::<L, _>(rounded - f64::ROUND, -3.0, k);
    // within 2^-14 of m^(-1/3), one step of Newton's method of third order
    let y = horner!(
        L,
        m,
        1.670_021_026_790_868,
        -1.172_898_237_351_814_4,
        0.695_478_217_245_278_4,
        -0.221_225_752_755_235_54,
        0.028_587_421_945_952_32
    );
    let e = fma::<L, _>(-m * y, y * y, 1.0);
    let y = fma::<L, _>(y * e, fma::<L, _>(e, 2.0 / 9.0, 1.0 / 3.0), y);
    let pick = |zero: f64, one: f64, two: f64| {
        if j == 0.0 {
            zero
        } else if j == 1.0 {
            one
        } else {
            two
        }
    };
    Approximate {
        mantissa: m * y * y,
        of_octave: pick(1.0, 1.259_921_049_894_873_2, 1.587_401_051_968_199_4),
        power: power_of_two(rounded.to_bits()),
        rest: m * pick(1.0, 2.0, 4.0),
    }
}

impl Function<f64> for Cbrt {
    #[inline(always)]
    fn common<L: Level>(x: f64) -> f64 {
        const TWO_54: f64 = 18_014_398_509_481_984.0;
        let a = x.abs();
        let small = a < f64::MIN_POSITIVE;
        let parts = approximate::<L>(if small { a * TWO_54 } else { a });
        // With 26 bits, so that the square is exact: t (1 + d). Newton's step by the rest / t^2 leaves t d^2.
        let t = f64::from_bits((parts.mantissa * parts.of_octave).to_bits() & !((1 << 27) - 1));
        let third = (parts.rest / (t * t) - t) * (1.0 / 3.0);
        // nearly third^2 / t
        let second = third * third * fma::<L, _>(t, -0.5, 1.457);
        let value =
            (t + (third - second)) * (if small { parts.power * (1.0 / 262_144.0) } else { parts.power });
        if (a > 0.0) & (a <= f64::MAX) { value.copysign(x) } else { x }
    }
}

impl Function<f32> for Cbrt {
    #[inline(always)]
    fn common<L: Level>(x: f32) -> f32 {
        let a = x.abs();
        let parts = approximate::<L>(f64::from(a));
        let value = (parts.mantissa * (parts.of_octave * parts.power)) as f32;
        if (a > 0.0) & (a <= f32::MAX) { value.copysign(x) } else { x }
    }
}

/// The root of `x^2 + y^2` without the overflow. Within 1 ulp.
#[derive(Clone, Copy)]
pub(in crate::elementwise) struct Hypot;

/// `x^2`, the second part rounded.
#[inline(always)]
fn square<L: Level>(x: f64) -> Double<f64> {
    if has_fma::<L>() {
        return two_prod::<L, _>(x, x);
    }
    // a number of 26 bits, and the rest
    let leading = f64::from_bits(x.to_bits() & !((1 << 27) - 1));
    Double { high: leading * leading, low: (x + leading) * (x - leading) }
}

impl Function2<f64> for Hypot {
    #[inline(always)]
    fn common<L: Level>(x: f64, y: f64) -> f64 {
        let (x, y) = (x.abs(), y.abs());
        let (larger, smaller) = if x > y { (x, y) } else { (y, x) };
        // 2^600 and its inverse: squares neither overflow nor become too small to be exact
        const UP: f64 = 4.149_515_568_880_993e180;
        const DOWN: f64 = 2.409_919_865_102_884e-181;
        let (huge, tiny) = (larger > 1e150, larger < 1e-130);
        let scale = if huge {
            DOWN
        } else if tiny {
            UP
        } else {
            1.0
        };
        let back = if huge {
            UP
        } else if tiny {
            DOWN
        } else {
            1.0
        };
        let (a, b) = (square::<L>(larger * scale), square::<L>(smaller * scale));
        let sum = fast_two_sum(a.high, b.high);
        let low = sum.low + (a.low + b.low);
        // the root, and one step of Newton's method to what rounding left
        let root = (sum.high + low).sqrt();
        let again = square::<L>(root);
        let missing = ((sum.high - again.high) - again.low) + low;
        let value = root + (if root > 0.0 { 0.5 * missing / root } else { 0.0 });
        let value = value * back;
        // even when the other is NaN
        if (x == f64::INFINITY) | (y == f64::INFINITY) { f64::INFINITY } else { value }
    }
}

impl Function2<f32> for Hypot {
    #[inline(always)]
    fn common<L: Level>(x: f32, y: f32) -> f32 {
        let (a, b) = (f64::from(x), f64::from(y));
        let value = fma::<L, _>(a, a, b * b).sqrt() as f32;
        if (x.abs() == f32::INFINITY) | (y.abs() == f32::INFINITY) { f32::INFINITY } else { value }
    }
}
