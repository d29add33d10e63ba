//! Sums, products, signs. Integers wrap.

use chunkwise_core::{Complex, DType, dispatch};
use num_traits::{Float, PrimInt, WrappingNeg};

use super::map::{map1, map2, scalar1};
use super::{choice, complex, integer, unsigned};
use crate::isa::{Code, Isa};
use crate::{Binary, Unary};

pub(super) fn binary(op: Binary, dtype: DType, isa: Isa) -> Option<Code> {
    use Binary::*;
    dispatch!(unsigned(dtype), Unsigned, T => match op {
        Add => map2(isa, |x: T, y: T| x.wrapping_add(y)),
        Sub => map2(isa, |x: T, y: T| x.wrapping_sub(y)),
        Mul => map2(isa, |x: T, y: T| x.wrapping_mul(y)),
        _ => None,
    }, else dispatch!(dtype, Inexact, T => match op {
        Add => map2(isa, |x: T, y: T| x + y),
        Sub => map2(isa, |x: T, y: T| x - y),
        Mul => map2(isa, |x: T, y: T| x * y),
        _ => None,
    }, else None))
}

pub(super) fn unary(op: Unary, dtype: DType, isa: Isa) -> Option<Code> {
    use Unary::*;
    match op {
        Neg => neg(dtype, isa),
        Abs => abs(dtype, isa),
        Sign => sign(dtype, isa),
        Square => square(dtype, isa),
        Recip => recip(dtype, isa),
        _ => None,
    }
}

fn neg(dtype: DType, isa: Isa) -> Option<Code> {
    dispatch!(unsigned(dtype), Unsigned, T => map1(isa, |x: T| x.wrapping_neg()),
        else dispatch!(dtype, Inexact, T => map1(isa, |x: T| -x), else None))
}

fn abs(dtype: DType, isa: Isa) -> Option<Code> {
    match dtype {
        DType::I8 => map1(isa, i8::wrapping_abs),
        DType::I16 => map1(isa, i16::wrapping_abs),
        DType::I32 => map1(isa, i32::wrapping_abs),
        DType::I64 => map1(isa, i64::wrapping_abs),
        DType::F32 => map1(isa, f32::abs),
        DType::F64 => map1(isa, f64::abs),
        DType::C32 => scalar1(isa, Complex::<f32>::norm),
        DType::C64 => scalar1(isa, Complex::<f64>::norm),
        _ => choice::copy(dtype, isa),
    }
}

fn sign(dtype: DType, isa: Isa) -> Option<Code> {
    dispatch!(dtype, Integer, T => map1(isa, sign_of_integer::<T>),
        else dispatch!(dtype, Real, T => map1(isa, sign_of_float::<T>),
        else dispatch!(dtype, ComplexNumber, T => scalar1(isa, |z: T| complex::sign(z)), else None)))
}

#[inline(always)]
fn sign_of_integer<T: PrimInt + WrappingNeg>(x: T) -> T {
    if x > T::zero() {
        T::one()
    } else if x < T::zero() {
        T::one().wrapping_neg()
    } else {
        x
    }
}

#[inline(always)]
fn sign_of_float<T: Float>(x: T) -> T {
    let positive = if x > T::zero() { T::one() } else { T::zero() };
    let negative = if x < T::zero() { T::one() } else { T::zero() };
    if x.is_nan() { x } else { positive - negative }
}

fn square(dtype: DType, isa: Isa) -> Option<Code> {
    dispatch!(unsigned(dtype), Unsigned, T => map1(isa, |x: T| x.wrapping_mul(x)),
        else dispatch!(dtype, Inexact, T => map1(isa, |x: T| x * x), else None))
}

fn recip(dtype: DType, isa: Isa) -> Option<Code> {
    dispatch!(dtype, Integer, T => map1(isa, integer::recip::<T>),
        else dispatch!(dtype, Real, T => map1(isa, |x: T| 1.0 / x),
        else dispatch!(dtype, ComplexNumber, T => map1(isa, |z: T| complex::recip(z)), else None)))
}
