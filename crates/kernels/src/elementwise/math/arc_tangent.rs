//! Arc tangents of numbers and of quotients.
//!
//! With `c` one of 0, 1 and infinity, `atan(x) = atan(c) + atan((x - c) / (1 + c x))`, where the last argument is at most
//! `tan(pi/8)` and its arc tangent a polynomial. Coefficients fitted anew, see `trig`.

use std::f64::consts::{FRAC_PI_2, FRAC_PI_4, PI};

use super::inverse_trig::{HALF_PI_LOW, with_sign};
use super::trig::{flip, remainder};
use super::{Function, Function2, fma, horner};
use crate::isa::Level;

/// `tan(pi/8)`, whose reciprocal is `tan(3 pi/8)`.
const EIGHTH: f64 = std::f64::consts::SQRT_2 - 1.0;

/// A number with what rounding took from it.
#[derive(Clone, Copy)]
struct Exact(f64, f64);

/// `base + atan(above / below)`.
#[inline(always)]
fn arc<L: Level>(above: Exact, below: Exact, base: Exact) -> f64 {
    let reciprocal = 1.0 / below.0;
    let t = above.0 * reciprocal;
    let left = remainder::<L>(above.0, t, below.0) + fma::<L, _>(-t, below.1, above.1);
    let t_low = left * reciprocal;
    let z = t * t;
    // What the polynomials leave of the arc tangent is 2^-59.3 of it. Two, since one would wait for itself.
    let z2 = z * z;
    let even = horner!(
        L,
        z2,
        -0.333_333_333_333_331_87,
        -0.142_857_142_799_654_75,
        -0.090_908_974_785_550_5,
        -0.066_630_548_872_217_19,
        -0.050_378_715_707_642_49,
        -0.017_871_269_139_563_94
    );
    let odd = horner!(
        L,
        z2,
        0.199_999_999_999_510_18,
        0.111_111_107_729_341_82,
        0.076_920_555_953_878_98,
        0.058_475_526_904_608_12,
        0.038_030_040_499_192_196
    );
    // The derivative is 1 / (1 + z).
    let small = fma::<L, _>(t * z, fma::<L, _>(odd, z, even), fma::<L, _>(-t_low, z, t_low));
    let high = base.0 + t;
    high + (small + (((base.0 - high) + t) + base.1))
}

/// `atan(c)`, `far` for infinity and `middle` for one.
#[inline(always)]
fn base(middle: bool, far: bool) -> Exact {
    let high = if middle { FRAC_PI_4 } else { 0.0 };
    let low = if middle { HALF_PI_LOW / 2.0 } else { 0.0 };
    Exact(if far { FRAC_PI_2 } else { high }, if far { HALF_PI_LOW } else { low })
}

/// Arc tangent, within one unit in the last place.
#[derive(Clone, Copy)]
pub(in crate::elementwise) struct Atan;

impl Function<f64> for Atan {
    #[inline(always)]
    fn common<L: Level>(x: f64) -> f64 {
        // From here on it is pi/2, and infinity times zero does not come up.
        const LARGE: f64 = 1e20;
        let a = x.abs();
        let a = if a > LARGE { LARGE } else { a };
        let far = a > 1.0 / EIGHTH;
        let middle = (a > EIGHTH) & !far;
        let (less, more) = (a - 1.0, a + 1.0);
        let above = if far {
            -1.0
        } else if middle {
            less
        } else {
            a
        };
        let below = if far {
            a
        } else if middle {
            more
        } else {
            1.0
        };
        let above_low = if middle { a - (less + 1.0) } else { 0.0 };
        let below_low = if middle { a - (more - 1.0) } else { 0.0 };
        with_sign(arc::<L>(Exact(above, above_low), Exact(below, below_low), base(middle, far)), x)
    }
}

/// Arc tangent of `y / x` in the quadrant of the point `(x, y)`, within one unit in the last place.
#[derive(Clone, Copy)]
pub(in crate::elementwise) struct Atan2;

impl Function2<f64> for Atan2 {
    #[inline(always)]
    fn common<L: Level>(y: f64, x: f64) -> f64 {
        let (a, b) = (y.abs(), x.abs());
        let far = EIGHTH * a > b;
        let middle = (a > EIGHTH * b) & !far;
        let steep = a > b;
        let (larger, smaller) = if steep { (a, b) } else { (b, a) };
        let (more, less) = (larger + smaller, larger - smaller);
        let (more_low, less_low) = ((larger - more) + smaller, (larger - less) - smaller);
        let above = if middle {
            if steep { less } else { -less }
        } else if far {
            -b
        } else {
            a
        };
        let above_low = if middle { if steep { less_low } else { -less_low } } else { 0.0 };
        let below = if middle { more } else { larger };
        let below_low = if middle { more_low } else { 0.0 };
        // On the left it is pi less the angle.
        let base = base(middle, far);
        let left = x.is_sign_negative();
        let base = Exact(
            if left { PI - base.0 } else { base.0 },
            if left { 2.0 * HALF_PI_LOW - base.1 } else { base.1 },
        );
        let above = Exact(flip(above, x.to_bits()), flip(above_low, x.to_bits()));
        with_sign(arc::<L>(above, Exact(below, below_low), base), y)
    }

    /// Whether nothing overflows or underflows on the way, a point on an axis that is not the origin included.
    #[inline(always)]
    fn is_common(y: f64, x: f64) -> bool {
        const LARGEST: f64 = f64::from_bits((1023 + 450) << 52);
        const SMALLEST: f64 = f64::from_bits((1023 - 450) << 52);
        let (a, b) = (y.abs(), x.abs());
        let (larger, smaller) = if a > b { (a, b) } else { (b, a) };
        let bounded = larger <= LARGEST;
        bounded & (larger >= SMALLEST) & ((smaller >= SMALLEST) | (smaller == 0.0))
    }

    fn rare(y: f64, x: f64) -> f64 {
        y.atan2(x)
    }
}

/// The arc tangent of a number from 0 to 1; what it leaves is 2^-33.6 of it.
#[inline(always)]
fn arc32<L: Level>(t: f64) -> f64 {
    let z = t * t;
    let z2 = z * z;
    let even = horner!(
        L,
        z2,
        -0.333_333_319_392_817_5,
        -0.142_840_252_233_354_48,
        -0.089_801_078_806_143_03,
        -0.054_228_470_421_716_18,
        -0.016_044_753_363_288_99,
        -0.000_678_625_239_468_729_5
    );
    let odd = horner!(
        L,
        z2,
        0.199_999_183_886_254_98,
        0.110_933_604_230_787_46,
        0.072_439_814_401_582_36,
        0.034_132_473_161_973_3,
        0.004_819_587_112_466_292_5
    );
    fma::<L, _>(t * z, fma::<L, _>(odd, z, even), t)
}

impl Function<f32> for Atan {
    #[inline(always)]
    fn common<L: Level>(x: f32) -> f32 {
        let x = f64::from(x);
        let a = x.abs();
        let steep = a > 1.0;
        let arc = arc32::<L>((if steep { 1.0 } else { a }) / (if steep { a } else { 1.0 }));
        // `steep` once more, as all bits or none: were it the same condition, LLVM would make a way with the division
        // and one without, and the polynomial twice.
        let over = (1.0 - a).to_bits();
        let base = f64::from_bits(FRAC_PI_2.to_bits() & ((over as i64) >> 63) as u64);
        with_sign(base + flip(arc, over), x) as f32
    }
}

impl Function2<f32> for Atan2 {
    /// Every pair is common: `f64` has room for all quotients.
    #[inline(always)]
    fn common<L: Level>(y: f32, x: f32) -> f32 {
        let (y, x) = (f64::from(y), f64::from(x));
        // Infinity becomes so large that its quotient with any other `f32` rounds as that of infinity does, and zero
        // as a divisor so small that only zero is divided by it.
        const LARGE: f64 = f64::from_bits((1023 + 300) << 52);
        const SMALL: f64 = f64::from_bits((1023 - 500) << 52);
        let finite = |a: f64| if a > LARGE { LARGE } else { a };
        let (a, b) = (finite(y.abs()), finite(x.abs()));
        let steep = a > b;
        let (above, below) = if steep { (b, a) } else { (a, b) };
        let below = if below < SMALL { SMALL } else { below };
        let arc = arc32::<L>(above / below);
        let arc = if steep { FRAC_PI_2 - arc } else { arc };
        let arc = if x.is_sign_negative() { PI - arc } else { arc };
        with_sign(arc, y) as f32
    }
}
