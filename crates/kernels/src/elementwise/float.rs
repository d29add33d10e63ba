//! Functions of floats.
//!
//! Those of the standard library call the platform's; what the instruction sets can do themselves is a
//! vectorised loop.

use chunkwise_core::{DType, dispatch};
use num_traits::{Float, FloatConst};

use super::hyperbolic;
use super::map::{map1, map2, scalar1, scalar2};
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
        Exp => scalar1(isa, |x: T| x.exp()),
        Exp2 => scalar1(isa, |x: T| x.exp2()),
        ExpM1 => scalar1(isa, |x: T| x.exp_m1()),
        Ln => scalar1(isa, |x: T| x.ln()),
        Log2 => scalar1(isa, |x: T| x.log2()),
        Log10 => scalar1(isa, |x: T| x.log10()),
        Log1p => scalar1(isa, |x: T| x.ln_1p()),
        Cbrt => scalar1(isa, |x: T| x.cbrt()),
        Sin => function1::<T, _>(math::Sin, isa),
        Cos => function1::<T, _>(math::Cos, isa),
        Tan => function1::<T, _>(math::Tan, isa),
        Asin => function1::<T, _>(math::Asin, isa),
        Acos => function1::<T, _>(math::Acos, isa),
        Atan => function1::<T, _>(math::Atan, isa),
        Sinh => scalar1(isa, |x: T| x.sinh()),
        Cosh => scalar1(isa, |x: T| x.cosh()),
        Tanh => scalar1(isa, |x: T| x.tanh()),
        Asinh => scalar1(isa, hyperbolic::asinh::<T>),
        Acosh => scalar1(isa, hyperbolic::acosh::<T>),
        Atanh => scalar1(isa, hyperbolic::atanh::<T>),
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
        Hypot => scalar2(isa, |x: T, y: T| x.hypot(y)),
        LogAddExp => scalar2(isa, log_add_exp::<T>),
        _ => None,
    }, else None)
}

/// `ln(exp(x) + exp(y))` without the overflow.
fn log_add_exp<T: Float + FloatConst>(x: T, y: T) -> T {
    if x == y {
        // equal infinities too, whose difference would be NaN
        return x + T::LN_2();
    }
    let larger = if x > y { x } else { y };
    larger + (-(x - y).abs()).exp().ln_1p()
}
