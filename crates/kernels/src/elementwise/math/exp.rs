//! Exponential functions.
//!
//! `x` is `k ln 2 + r` with an integer `k` and `r` at most half of `ln 2`, subtracted in two parts (Cody and Waite);
//! `exp r` is a polynomial with the least largest error (Remez), and `2^k` is put into the exponent.

use std::f64::consts::LOG2_E;

use super::bits::{Bits, power_of_two, scale32, scale64, within};
use super::double::fast_two_sum;
use super::{Function, fma, has_fma, horner};
use crate::isa::Level;

/// `ln 2` in two parts; the first has zeros at the end, so that its product with `k` is exact.
const LN_2: (f64, f64) = (6.931_471_803_691_238e-1, 1.908_214_929_270_587_7e-10);

/// A number as `k ln 2 + high + low`.
pub(super) struct Reduced {
    pub(super) k: f64,
    /// `k` in the low bits.
    pub(super) bits: u64,
    pub(super) high: f64,
    pub(super) low: f64,
}

#[inline(always)]
pub(super) fn reduce<L: Level>(x: f64) -> Reduced {
    let rounded = fma::<L, _>(x, LOG2_E, f64::ROUND);
    let k = rounded - f64::ROUND;
    Reduced { k, bits: rounded.to_bits(), high: fma::<L, _>(k, -LN_2.0, x), low: k * -LN_2.1 }
}

/// `(exp r - 1 - r) / r^2`, within 2^-58 of `exp r`.
#[inline(always)]
pub(super) fn rest<L: Level>(r: f64) -> f64 {
    horner!(
        L,
        r,
        0.500_000_000_000_001_1,
        0.166_666_666_666_664_1,
        0.041_666_666_666_530_42,
        0.008_333_333_333_496_373,
        0.001_388_888_894_357_938_2,
        1.984_126_950_280_294_8e-4,
        2.480_149_313_778_581_3e-5,
        2.755_758_945_367_227_3e-6,
        2.763_023_819_807_277_4e-7,
        2.499_917_060_024_546_3e-8
    )
}

/// `2^k` and `exp r - 1`, for `|x|` up to 700; the latter within 2^-37 of itself, which is enough for `f32`.
#[inline(always)]
pub(super) fn short<L: Level>(x: f64) -> (f64, f64) {
    let rounded = fma::<L, _>(x, LOG2_E, f64::ROUND);
    let r = fma::<L, _>(rounded - f64::ROUND, -std::f64::consts::LN_2, x);
    let rest = horner!(
        L,
        r,
        0.500_000_000_010_817_7,
        0.166_666_667_538_714_67,
        0.041_666_665_940_841_535,
        0.008_333_289_135_720_148,
        0.001_388_898_664_911_676_5,
        1.990_485_439_146_715_9e-4,
        2.479_588_878_885_609_7e-5
    );
    (power_of_two(rounded.to_bits()), fma::<L, _>(r * r, rest, r))
}

/// `e^x`. Within 1 ulp.
#[derive(Clone, Copy)]
pub(in crate::elementwise) struct Exp;

impl Function<f64> for Exp {
    #[inline(always)]
    fn common<L: Level>(x: f64) -> f64 {
        // beyond, all results are the same
        let reduced = reduce::<L>(within(x, 750.0));
        let r = reduced.high + reduced.low;
        let sum = fast_two_sum(1.0, reduced.high);
        let low = sum.low + fma::<L, _>(r * r, rest::<L>(r), reduced.low);
        scale64(sum.high + low, reduced.bits)
    }
}

impl Function<f32> for Exp {
    #[inline(always)]
    fn common<L: Level>(x: f32) -> f32 {
        let x = within(x, 110.0);
        let rounded = fma::<L, _>(x, std::f32::consts::LOG2_E, f32::ROUND);
        let k = rounded - f32::ROUND;
        let r = fma::<L, _>(k, 2.121_944_4e-4, fma::<L, _>(k, -0.693_359_375, x));
        let rest = horner!(L, r, 0.499_999_93, 0.166_665_21, 0.041_668_384, 0.008_368_718, 0.001_381_483_8);
        scale32(1.0 + fma::<L, _>(r * r, rest, r), rounded.to_bits())
    }
}

/// `2^x`. Within 1 ulp.
#[derive(Clone, Copy)]
pub(in crate::elementwise) struct Exp2;

/// `2^(x + low)` for `|x|` up to 1100 and small `low`, not larger than `2^-20`.
#[inline(always)]
pub(super) fn exp2<L: Level>(x: f64, low: f64) -> f64 {
    /// `ln 2` in two parts, the first of 26 bits.
    const LN_2: (f64, f64) = (0.693_147_182_464_599_6, -1.904_654_299_957_768e-9);
    /// Added to a number and subtracted again, it rounds to a multiple of `2^-26`.
    const ROUND: f64 = 100_663_296.0;
    let rounded = x + f64::ROUND;
    let whole = x - (rounded - f64::ROUND);
    let r = whole + low;
    // the first term of the series in two parts, of which the first is exact
    let leading = (r + ROUND) - ROUND;
    let sum = fast_two_sum(1.0, leading * LN_2.0);
    let low = fma::<L, _>((whole - leading) + low, LN_2.0, fma::<L, _>(r, LN_2.1, sum.low));
    // (2^r - 1 - r ln 2) / r^2
    let rest = horner!(
        L,
        r,
        0.240_226_506_959_101_22,
        0.055_504_108_664_820_72,
        0.009_618_129_107_597_032,
        0.001_333_355_814_668_927_2,
        1.540_353_045_403_049_3e-4,
        1.525_273_354_389_745_6e-5,
        1.321_543_661_773_947e-6,
        1.017_818_580_763_723_5e-7,
        7.073_579_093_650_694e-9,
        4.436_145_269_138_845e-10
    );
    scale64(sum.high + fma::<L, _>(r * r, rest, low), rounded.to_bits())
}

/// `2^x` for `|x|` up to 1000, within `2^-34` of itself.
#[inline(always)]
pub(super) fn exp2_short<L: Level>(x: f64) -> f64 {
    let rounded = x + f64::ROUND;
    let r = x - (rounded - f64::ROUND);
    let rest = horner!(
        L,
        r,
        0.240_226_510_204_678_75,
        0.055_504_105_978_152_02,
        0.009_618_043_347_452_275,
        0.001_333_382_276_777_351_2,
        1.546_537_526_864_640_8e-4,
        1.521_301_442_726_248_3e-5
    );
    let value = fma::<L, _>(r * r, rest, fma::<L, _>(r, std::f64::consts::LN_2, 1.0));
    value * power_of_two(rounded.to_bits())
}

impl Function<f64> for Exp2 {
    #[inline(always)]
    fn common<L: Level>(x: f64) -> f64 {
        let x = within(x, 1100.0);
        if !has_fma::<L>() {
            return exp2::<L>(x, 0.0);
        }
        let rounded = x + f64::ROUND;
        let r = x - (rounded - f64::ROUND);
        // (2^r - 1) / r
        let slope = horner!(
            L,
            r,
            std::f64::consts::LN_2,
            0.240_226_506_959_101_3,
            0.055_504_108_664_820_08,
            0.009_618_129_107_594_096,
            0.001_333_355_814_677_520_8,
            1.540_353_045_714_800_8e-4,
            1.525_273_349_272_849e-5,
            1.321_543_526_217_363_8e-6,
            1.017_819_967_330_506_1e-7,
            7.073_787_023_744_493e-9,
            4.434_764_771_942_275_4e-10
        );
        scale64(fma::<L, _>(slope, r, 1.0), rounded.to_bits())
    }
}

impl Function<f32> for Exp2 {
    #[inline(always)]
    fn common<L: Level>(x: f32) -> f32 {
        // as for `f64`
        const LN_2: (f32, f32) = (0.693_115_234_375, 3.194_618_5e-5);
        const ROUND: f32 = 3072.0;
        let x = within(x, 160.0);
        let rounded = x + f32::ROUND;
        let r = x - (rounded - f32::ROUND);
        let rest = horner!(L, r, 0.240_226_48, 0.055_503_622, 0.009_618_525, 0.001_339_017_4, 1.532_141_6e-4);
        let value = if has_fma::<L>() {
            fma::<L, _>(fma::<L, _>(r, rest, std::f32::consts::LN_2), r, 1.0)
        } else {
            let leading = (r + ROUND) - ROUND;
            let sum = fast_two_sum(1.0, leading * LN_2.0);
            sum.high + (r * r * rest + ((r - leading) * LN_2.0 + (r * LN_2.1 + sum.low)))
        };
        scale32(value, rounded.to_bits())
    }
}

/// `e^x - 1`. Within 1 ulp.
#[derive(Clone, Copy)]
pub(in crate::elementwise) struct ExpM1;

impl Function<f64> for ExpM1 {
    #[inline(always)]
    fn common<L: Level>(x: f64) -> f64 {
        let bounded = if x > 710.0 { 710.0 } else { x };
        // below, it is -1
        let bounded = if bounded < -40.0 { -40.0 } else { bounded };
        let reduced = reduce::<L>(bounded);
        let r = reduced.high + reduced.low;
        // (exp r - 1 - r - r^2 / 2) / r^3
        let rest = horner!(
            L,
            r,
            0.166_666_666_666_666_77,
            0.041_666_666_666_666_51,
            0.008_333_333_333_321_691,
            0.001_388_888_888_896_260_2,
            0.000_198_412_698_859_654_33,
            2.480_158_717_207_749_5e-5,
            2.755_724_437_424_482_7e-6,
            2.755_740_303_836_496_3e-7,
            2.510_897_893_499_153_8e-8,
            2.087_520_753_674_043_5e-9
        );
        let low = fma::<L, _>(0.5 * r, r, fma::<L, _>(r * r * r, rest, reduced.low));
        // e^x - 1 = 2^k ((1 - 2^-k) + (e^r - 1)); 2^-k is of no account, or 1 or more
        let inverse = if reduced.k > 100.0 { 0.0 } else { power_of_two(0_u64.wrapping_sub(reduced.bits)) };
        let one = fast_two_sum(1.0, -inverse);
        let sum = fast_two_sum(reduced.high, one.high);
        let other = fast_two_sum(one.high, reduced.high);
        // whichever is larger comes first
        let sum = if inverse == 1.0 { sum } else { other };
        let value = scale64(sum.high + (sum.low + (one.low + low)), reduced.bits);
        // keeps the sign of zero
        if x.abs() < f64::EPSILON / 4.0 { x } else { value }
    }
}

impl Function<f32> for ExpM1 {
    #[inline(always)]
    fn common<L: Level>(x: f32) -> f32 {
        let (power, less_one) = short::<L>(within(f64::from(x), 110.0));
        (fma::<L, _>(power, less_one, power - 1.0) as f32).copysign(x)
    }
}
