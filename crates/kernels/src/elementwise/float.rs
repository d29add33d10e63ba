//! Functions of floats.
//!
//! What the instruction sets can do themselves is a vectorised loop, and so are the functions of [`math`]; the others are
//! calls of the standard library.

use chunkwise_core::{DType, dispatch};

use super::hyperbolic;
use super::map::{map1, map2};
use super::math::{self, function1, function2};
use crate::isa::{Code, Isa};
use crate::{Binary, Unary};

pub(super) fn unary(op: Unary, dtype: DType, isa: Isa) -> Option<Code> {
    use Unary::*;
    dispatch!(dtype, Real, T => match op {
        Sqrt => map1(isa, |x: T| x.sqrt()),
        ToDegrees => map1(isa, |x: T| x.to_degrees()),
        ToRadians => map1(isa, |x: T| x.to_radians()),
        Fract => map1(isa, |x: T| x.fract()),
        Exp => function1::<T, _>(math::Exp, isa),
        Exp2 => function1::<T, _>(math::Exp2, isa),
        ExpM1 => function1::<T, _>(math::ExpM1, isa),
        Ln => function1::<T, _>(math::Ln, isa),
        Log2 => function1::<T, _>(math::Log2, isa),
        Log10 => function1::<T, _>(math::Log10, isa),
        Log1p => function1::<T, _>(math::Log1p, isa),
        Erf => function1::<T, _>(math::Erf, isa),
        Cbrt => function1::<T, _>(math::Cbrt, isa),
        Sin => function1::<T, _>(math::Sin, isa),
        Cos => function1::<T, _>(math::Cos, isa),
        Tan => function1::<T, _>(math::Tan, isa),
        Asin => function1::<T, _>(math::Asin, isa),
        Acos => function1::<T, _>(math::Acos, isa),
        Atan => function1::<T, _>(math::Atan, isa),
        Sinh => function1::<T, _>(math::Sinh, isa),
        Cosh => function1::<T, _>(math::Cosh, isa),
        Tanh => function1::<T, _>(math::Tanh, isa),
        Asinh => function1::<T, _>(hyperbolic::Asinh, isa),
        Acosh => function1::<T, _>(hyperbolic::Acosh, isa),
        Atanh => function1::<T, _>(hyperbolic::Atanh, isa),
        _ => None,
    }, else None)
}

pub(super) fn binary(op: Binary, dtype: DType, isa: Isa) -> Option<Code> {
    use Binary::*;
    dispatch!(dtype, Real, T => match op {
        Copysign => map2(isa, |x: T, y: T| x.copysign(y)),
        Fmax => map2(isa, |x: T, y: T| if (x > y) | y.is_nan() { x } else { y }),
        Fmin => map2(isa, |x: T, y: T| if (x < y) | y.is_nan() { x } else { y }),
        AbsSub => map2(isa, |x: T, y: T| if x <= y { 0.0 } else { x - y }),
        Atan2 => function2::<T, _>(math::Atan2, isa),
        Hypot => function2::<T, _>(math::Hypot, isa),
        LogAddExp => function2::<T, _>(hyperbolic::LogAddExp, isa),
        _ => None,
    }, else None)
}
