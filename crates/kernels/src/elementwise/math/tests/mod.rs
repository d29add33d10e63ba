//! How far the functions are from correctly rounded values, on every instruction set.
//!
//! References are functions of `f64` that round correctly. For `f32` they are exact but for 2^-29 units in the last
//! place, so errors are fractions; for `f64` they count the numbers between the result and the right one.

mod exponential;
mod harness;
mod trig;

use harness::*;

use crate::Unary;

#[test]
fn the_harness_measures() {
    let one = f32::EPSILON;
    assert_eq!((1.0 + one).ulps(1.0), 1.0);
    assert_eq!(1.0_f32.ulps(1.0 + f64::from(one) / 4.0), 0.25);
    assert_eq!(0.0_f32.ulps(1e-45_f32.into()), 1.0);
    assert_eq!(f32::INFINITY.ulps(f32::MAX.into()), 1.0);
    assert_eq!(f32::INFINITY.ulps(1e300), 0.0);
    assert_eq!((-0.0_f32).ulps(1e-300), f64::INFINITY);
    assert_eq!(f32::NAN.ulps(1.0), f64::INFINITY);
    assert_eq!(1.0_f64.ulps(1.0 - f64::EPSILON), 2.0);
    assert_eq!(f64::INFINITY.ulps(f64::MAX), 1.0);
    assert_eq!(5e-324_f64.ulps(0.0), 1.0);
    assert_eq!(f64::NAN.ulps(f64::NAN), 0.0);
    assert_within(Unary::Sqrt, f64::sqrt, 0.5, every_nth_f32(9973));
    assert_within(Unary::Sqrt, f64::sqrt, 0.0, spread_f64(100_000));
}

#[test]
#[should_panic(expected = "not within 0.4 ulp")]
fn the_harness_finds_errors() {
    assert_within(Unary::Sqrt, f64::sqrt, 0.4, every_nth_f32(9973));
}
