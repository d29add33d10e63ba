//! What floats have and other numbers do not: NaN, infinities, signs of zero.

use chunkwise_kernels::{Binary, Op, Unary};

use super::{Accuracy::*, ElementwiseDef, Operands::*};

/// Whether an element, or a part of it, is NaN.
pub(super) static IS_NAN: ElementwiseDef = ElementwiseDef {
    name: "is_nan",
    instances: &[Op::Unary(Unary::IsNan)],
    operands: Any,
    summary: "x is NaN; false for integers",
    cost: 1,
    accuracy: Exact,
    reference: reference!(|_, x| truth(x, |x| Some(x[0].is_nan()))),
};

/// Whether an element, or a part of it, is infinite.
pub(super) static IS_INFINITE: ElementwiseDef = ElementwiseDef {
    name: "is_infinite",
    instances: &[Op::Unary(Unary::IsInfinite)],
    operands: Any,
    summary: "x is infinite; false for integers",
    cost: 1,
    accuracy: Exact,
    reference: reference!(|_, x| truth(x, |x| Some(match x[0] {
        Real(x) => x.is_infinite(),
        Complex(z) => z.re.is_infinite() || z.im.is_infinite(),
        _ => false,
    }))),
};

/// Whether an element is neither NaN nor infinite.
pub(super) static IS_FINITE: ElementwiseDef = ElementwiseDef {
    name: "is_finite",
    instances: &[Op::Unary(Unary::IsFinite)],
    operands: Any,
    summary: "x is neither NaN nor infinite; true for integers",
    cost: 1,
    accuracy: Exact,
    reference: reference!(|_, x| truth(x, |x| Some(match x[0] {
        Real(x) => x.is_finite(),
        Complex(z) => z.re.is_finite() && z.im.is_finite(),
        _ => true,
    }))),
};

/// Whether the sign bit is set, of -0.0 too.
pub(super) static SIGN_BIT: ElementwiseDef = ElementwiseDef {
    name: "signbit",
    instances: &[Op::Unary(Unary::SignBit)],
    operands: SignedReal,
    summary: "the sign bit of x, also of -0.0 and NaN",
    cost: 1,
    accuracy: Exact,
    reference: reference!(|_, x| {
        let unsigned = x[0].dtype().is_unsigned_integer();
        truth(x, |x| match *x {
            [Real(x)] => Some(x.is_sign_negative()),
            [Int(x)] if !unsigned => Some(x < 0),
            _ => None,
        })
    }),
};

/// The value of one with the sign of another.
pub(super) static COPYSIGN: ElementwiseDef = ElementwiseDef {
    name: "copysign",
    instances: &[Op::Binary(Binary::Copysign)],
    operands: Float,
    summary: "|a| with the sign bit of b",
    cost: 1,
    accuracy: Exact,
    reference: reference!(|_, x| float(x, |[a, b]| a.copysign(b))),
};

/// Positive difference.
pub(super) static ABS_SUB: ElementwiseDef = ElementwiseDef {
    name: "abs_sub",
    instances: &[Op::Binary(Binary::AbsSub)],
    operands: Float,
    summary: "a - b where a > b, else 0; NaN where either is",
    cost: 2,
    accuracy: Value,
    reference: reference!(|_, x| float(x, |[a, b]| if a <= b { 0.0 } else { a - b })),
};
