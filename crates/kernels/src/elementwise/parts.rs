//! Complex numbers and their parts. Real numbers count as complex ones without an imaginary part.

use chunkwise_core::{Complex, DType, dispatch};
use num_traits::{Float, FloatConst};

use super::map::{map1, map2, scalar1};
use super::{bits, choice};
use crate::Unary;
use crate::isa::{Code, Isa};

pub(super) fn unary(op: Unary, dtype: DType, isa: Isa) -> Option<Code> {
    use Unary::*;
    dispatch!(dtype, ComplexNumber, T => match op {
        Re => map1(isa, |z: T| z.re),
        Im => map1(isa, |z: T| z.im),
        Conj => map1(isa, |z: T| z.conj()),
        Arg => scalar1(isa, |z: T| z.arg()),
        _ => None,
    }, else match op {
        Im => dispatch!(bits(dtype), Unsigned, T => map1(isa, |_: T| T::MIN), else None),
        Arg => dispatch!(dtype, Real, T => map1(isa, arg::<T>), else arg_of_integer(dtype, isa)),
        _ => choice::copy(dtype, isa),
    })
}

pub(super) fn complex(dtype: DType, isa: Isa) -> Option<Code> {
    dispatch!(dtype, Real, T => map2(isa, |re: T, im: T| Complex::new(re, im)), else None)
}

/// The angle of a real number: 0 or pi, which a negative zero has too.
#[inline(always)]
fn arg<T: Float + FloatConst>(x: T) -> T {
    let angle = if x.is_sign_negative() { T::PI() } else { T::zero() };
    if x.is_nan() { x } else { angle }
}

fn arg_of_integer(dtype: DType, isa: Isa) -> Option<Code> {
    match dtype {
        DType::I8 => map1(isa, |x: i8| arg(f64::from(x))),
        DType::I16 => map1(isa, |x: i16| arg(f64::from(x))),
        DType::I32 => map1(isa, |x: i32| arg(f64::from(x))),
        DType::I64 => map1(isa, |x: i64| arg(x as f64)),
        _ => dispatch!(dtype, Unsigned, T => map1(isa, |_: T| 0.0_f64), else None),
    }
}
