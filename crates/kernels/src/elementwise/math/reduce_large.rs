//! What is left of a large angle after whole quarter turns.
//!
//! After Payne and Hanek (1983): of the product with 2/pi, only those bits are computed that are neither whole turns
//! nor too small to matter.

use std::f64::consts::FRAC_PI_2;

use super::double::{Double, fast_two_sum, two_prod};
use super::inverse_trig::HALF_PI_LOW;
use super::reduce_pi::Reduced;
use crate::isa::Baseline;

/// 64 zeros and the first 1280 bits of 2/pi.
#[rustfmt::skip]
const TWO_OVER_PI: [u64; 21] = [
    0x0000_0000_0000_0000, 0xA2F9_836E_4E44_1529, 0xFC27_57D1_F534_DDC0, 0xDB62_9599_3C43_9041,
    0xFE51_63AB_DEBB_C561, 0xB724_6E3A_424D_D2E0, 0x0649_2EEA_09D1_921C, 0xFE1D_EB1C_B129_A73E,
    0xE882_35F5_2EBB_4484, 0xE99C_7026_B45F_7E41, 0x3991_D639_8353_39F4, 0x9C84_5F8B_BDF9_283B,
    0x1FF8_97FF_DE05_980F, 0xEF2F_118B_5A0A_6D1F, 0x6D36_7ECF_27CB_09B7, 0x4F46_3F66_9E5F_EA2D,
    0x7527_BAC7_EBE5_F17B, 0x3D07_39F7_8A52_92EA, 0x6BFB_5FB1_1F8D_5D08, 0x5603_3046_FC7B_6BAB,
    0xF0CF_BC20_9AF4_361D,
];

/// A finite angle from 2^20 on less whole quarter turns, to 2^-66 of what is left.
///
/// The reduced angle is nearer than 2^-61 to zero for no `f64` (Muller, *Elementary Functions*, section 11.3).
pub(super) fn reduce_large(angle: f64) -> Reduced {
    let bits = angle.to_bits();
    let mantissa = u128::from(bits & ((1 << 52) - 1) | (1 << 52));
    // The angle is the mantissa times two to the power of the exponent. In the product, bits of 2/pi before this place
    // stand for multiples of four quarter turns; the first two after it become those that count.
    let exponent = (bits >> 52) as usize + 64 - 1075;
    let (first, shift) = ((exponent - 2) / 64, (exponent - 2) % 64);
    let word = |i: usize| {
        let pair = u128::from(TWO_OVER_PI[first + i]) << 64 | u128::from(TWO_OVER_PI[first + i + 1]);
        (pair << shift >> 64) as u64
    };
    let low = u128::from(word(2)) * mantissa;
    let middle = u128::from(word(1)) * mantissa + (low >> 64);
    let high = (u128::from(word(0)) * mantissa + (middle >> 64)) as u64;
    let (middle, low) = (middle as u64, low as u64);

    let turns = high >> 62;
    // What is left, with 128 bits after the point; as a signed number it is from minus a half to a half.
    let fraction = u128::from(high << 2 | middle >> 62) << 64 | u128::from(middle << 2 | low >> 62);
    let turns = turns + (fraction >> 127) as u64;
    // In three parts that are floats without rounding, the first with the sign.
    const PART: u128 = (1 << 53) - 1;
    let unit = |bits: i32| f64::from_bits(((1023 - 128 + bits) as u64) << 52);
    let first = (fraction as i128 >> 75) as i64 as f64 * unit(75);
    let second = (fraction >> 22 & PART) as u64 as f64 * unit(22);
    let third = (fraction & ((1 << 22) - 1)) as u64 as f64 * unit(0);
    let Double { high: first, low: rest } = fast_two_sum(first, second);
    let rest = rest + third;
    let product = two_prod::<Baseline, _>(first, FRAC_PI_2);
    Reduced { turns, high: product.high, low: product.low + (first * HALF_PI_LOW + rest * FRAC_PI_2) }
}
