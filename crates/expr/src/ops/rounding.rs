//! Rounding to whole numbers. Integers pass unchanged.

use chunkwise_kernels::{Op, Unary};

use super::{Accuracy::*, ElementwiseDef, Operands::*};

/// Towards negative infinity.
pub(super) static FLOOR: ElementwiseDef = ElementwiseDef {
    name: "floor",
    instances: &[Op::Unary(Unary::Floor)],
    operands: RealNumber,
    summary: "the largest whole number not above x",
    cost: 1,
    accuracy: Exact,
    reference: reference!(|_, x| rounded(x, f64::floor)),
};

/// Towards positive infinity.
pub(super) static CEIL: ElementwiseDef = ElementwiseDef {
    name: "ceil",
    instances: &[Op::Unary(Unary::Ceil)],
    operands: RealNumber,
    summary: "the smallest whole number not below x",
    cost: 1,
    accuracy: Exact,
    reference: reference!(|_, x| rounded(x, f64::ceil)),
};

/// Towards zero.
pub(super) static TRUNC: ElementwiseDef = ElementwiseDef {
    name: "trunc",
    instances: &[Op::Unary(Unary::Trunc)],
    operands: RealNumber,
    summary: "x without its fractional part",
    cost: 1,
    accuracy: Exact,
    reference: reference!(|_, x| rounded(x, f64::trunc)),
};

/// To the nearest, halves away from zero, as Rust rounds.
pub(super) static ROUND: ElementwiseDef = ElementwiseDef {
    name: "round",
    instances: &[Op::Unary(Unary::Round)],
    operands: RealNumber,
    summary: "the nearest whole number, halves away from zero",
    cost: 1,
    accuracy: Exact,
    reference: reference!(|_, x| rounded(x, f64::round)),
};

/// To the nearest, halves to even, as NumPy rounds.
pub(super) static RINT: ElementwiseDef = ElementwiseDef {
    name: "rint",
    instances: &[Op::Unary(Unary::Rint)],
    operands: RealNumber,
    summary: "the nearest whole number, halves to even",
    cost: 1,
    accuracy: Exact,
    reference: reference!(|_, x| rounded(x, f64::round_ties_even)),
};

/// What `trunc` removes.
pub(super) static FRACT: ElementwiseDef = ElementwiseDef {
    name: "fract",
    instances: &[Op::Unary(Unary::Fract)],
    operands: Float,
    summary: "x - trunc(x)",
    cost: 1,
    accuracy: Exact,
    reference: reference!(|_, x| float(x, |[x]| x - x.trunc())),
};
