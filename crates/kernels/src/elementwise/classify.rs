//! Questions about one number.

use chunkwise_core::{DType, dispatch};

use super::map::map1;
use super::unsigned;
use crate::Unary;
use crate::isa::{Code, Isa};

pub(super) fn unary(op: Unary, dtype: DType, isa: Isa) -> Option<Code> {
    use Unary::*;
    dispatch!(dtype, Real, T => match op {
        IsNan => map1(isa, |x: T| x.is_nan()),
        IsInfinite => map1(isa, |x: T| x.is_infinite()),
        IsFinite => map1(isa, |x: T| x.is_finite()),
        SignBit => map1(isa, |x: T| x.is_sign_negative()),
        _ => None,
    }, else dispatch!(dtype, ComplexNumber, T => match op {
        IsNan => map1(isa, |z: T| z.re.is_nan() | z.im.is_nan()),
        IsInfinite => map1(isa, |z: T| z.re.is_infinite() | z.im.is_infinite()),
        IsFinite => map1(isa, |z: T| z.re.is_finite() & z.im.is_finite()),
        _ => None,
    }, else integer(op, dtype, isa)))
}

fn integer(op: Unary, dtype: DType, isa: Isa) -> Option<Code> {
    match (op, dtype) {
        (Unary::SignBit, DType::I8) => map1(isa, |x: i8| x < 0),
        (Unary::SignBit, DType::I16) => map1(isa, |x: i16| x < 0),
        (Unary::SignBit, DType::I32) => map1(isa, |x: i32| x < 0),
        (Unary::SignBit, DType::I64) => map1(isa, |x: i64| x < 0),
        (Unary::IsFinite, _) => dispatch!(unsigned(dtype), Unsigned, T => map1(isa, |_: T| true), else None),
        _ => dispatch!(unsigned(dtype), Unsigned, T => map1(isa, |_: T| false), else None),
    }
}
