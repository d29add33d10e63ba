//! `a * b + c` with one rounding.

use chunkwise_core::{DType, dispatch};

use super::map::{Map3, map3};
use super::math::has_fma;
use super::unsigned;
use crate::args::Args;
use crate::isa::{Body, Code, Isa, Level};

pub(super) fn mul_add(dtype: DType, isa: Isa) -> Option<Code> {
    match dtype {
        DType::F32 => Some(Code::new(Fused32, isa)),
        DType::F64 => Some(Code::new(Fused64, isa)),
        _ => dispatch!(unsigned(dtype), Unsigned,
            T => map3(isa, |x: T, y: T, z: T| x.wrapping_mul(y).wrapping_add(z)),
            else dispatch!(dtype, ComplexNumber, T => map3(isa, |x: T, y: T, z: T| x * y + z), else None)),
    }
}

struct Fused32;

impl Body for Fused32 {
    const REPEATS: bool = true;

    #[inline(always)]
    unsafe fn run<L: Level>(&self, args: &Args<'_>) {
        // SAFETY: the caller's promise; the registers are `f32`.
        unsafe {
            if has_fma::<L>() {
                Map3::new(f32::mul_add).run::<L>(args)
            } else {
                Map3::new(emulated32).run::<L>(args)
            }
        }
    }
}

struct Fused64;

impl Body for Fused64 {
    const REPEATS: bool = true;

    #[inline(always)]
    unsafe fn run<L: Level>(&self, args: &Args<'_>) {
        // SAFETY: the caller's promise; the registers are `f64`.
        unsafe {
            if has_fma::<L>() {
                Map3::new(f64::mul_add).run::<L>(args)
            } else {
                Map3::new(emulated64).run::<L>(args)
            }
        }
    }
}

/// The product is exact in `f64`; the sum is rounded twice, which matters only next to the middle between
/// two values.
#[inline(always)]
fn emulated32(x: f32, y: f32, z: f32) -> f32 {
    (f64::from(x) * f64::from(y) + f64::from(z)) as f32
}

/// Adds the rounding errors of product and sum (Dekker 1971, Knuth's two-sum) to their result: within one
/// unit in the last place of the fused one. Errors that are not finite (factors beyond 2^996) or too small to
/// represent (products below 2^-969) are left out.
#[inline(always)]
fn emulated64(x: f64, y: f64, z: f64) -> f64 {
    let halves = |x: f64| {
        let scaled = x * 134_217_729.0; // 2^27 + 1
        let high = scaled - (scaled - x);
        (high, x - high)
    };
    let ((x_high, x_low), (y_high, y_low)) = (halves(x), halves(y));
    let product = x * y;
    let product_error = ((x_high * y_high - product) + x_high * y_low + x_low * y_high) + x_low * y_low;
    let sum = product + z;
    let added = sum - product;
    let sum_error = (product - (sum - added)) + (z - added);
    let error = product_error + sum_error;
    if error.is_finite() { sum + error } else { sum }
}
