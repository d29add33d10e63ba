//! Choosing between elements.

use chunkwise_kernels::{Binary, Op, Ternary};

use super::{Accuracy::*, ElementwiseDef, Operands::*};

/// One of two elements, by a bool.
pub(super) static SELECT: ElementwiseDef = ElementwiseDef {
    name: "select",
    instances: &[Op::Ternary(Ternary::Select)],
    operands: Any,
    summary: "a where the mask is true, else b; the mask comes first and is bool",
    cost: 2,
    accuracy: Exact,
    reference: reference!(|_, x| match *x {
        [mask, a, b] if a.dtype() == b.dtype() => mask.get().map(|mask: bool| if mask { a } else { b }),
        _ => None,
    }),
};

/// The greater of two; NaN wins.
pub(super) static MAXIMUM: ElementwiseDef = ElementwiseDef {
    name: "maximum",
    instances: &[Op::Binary(Binary::Maximum)],
    operands: Ordered,
    summary: "the greater of a and b; NaN where either is",
    cost: 2,
    accuracy: Value,
    reference: reference!(|_, x| same(x, |x| greater(x[0], x[1]))),
};

/// The smaller of two; NaN wins.
pub(super) static MINIMUM: ElementwiseDef = ElementwiseDef {
    name: "minimum",
    instances: &[Op::Binary(Binary::Minimum)],
    operands: Ordered,
    summary: "the smaller of a and b; NaN where either is",
    cost: 2,
    accuracy: Value,
    reference: reference!(|_, x| same(x, |x| smaller(x[0], x[1]))),
};

/// The greater of two; NaN loses.
pub(super) static FMAX: ElementwiseDef = ElementwiseDef {
    name: "fmax",
    instances: &[Op::Binary(Binary::Fmax)],
    operands: Float,
    summary: "the greater of a and b; NaN only where both are",
    cost: 2,
    accuracy: Value,
    reference: reference!(|_, x| float(x, |[a, b]| if b.is_nan() || a > b { a } else { b })),
};

/// The smaller of two; NaN loses.
pub(super) static FMIN: ElementwiseDef = ElementwiseDef {
    name: "fmin",
    instances: &[Op::Binary(Binary::Fmin)],
    operands: Float,
    summary: "the smaller of a and b; NaN only where both are",
    cost: 2,
    accuracy: Value,
    reference: reference!(|_, x| float(x, |[a, b]| if b.is_nan() || a < b { a } else { b })),
};

/// An element moved between two bounds.
pub(super) static CLIP: ElementwiseDef = ElementwiseDef {
    name: "clip",
    instances: &[Op::Ternary(Ternary::Clip)],
    operands: Ordered,
    summary: "x within [low, high], high where low > high; NaN stays NaN",
    cost: 2,
    accuracy: Value,
    reference: reference!(|_, x| same(x, |x| smaller(greater(x[0], x[1])?, x[2]))),
};
