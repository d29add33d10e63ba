//! Trigonometric and hyperbolic functions, and conversions of angles.

use chunkwise_kernels::{Binary, Op, Unary};

use super::{Accuracy::*, ElementwiseDef, Operands::*};

/// Sine.
pub(super) static SIN: ElementwiseDef = ElementwiseDef {
    name: "sin",
    instances: &[Op::Unary(Unary::Sin)],
    operands: Inexact,
    summary: "sine of x radians",
    cost: 14,
    accuracy: Ulps(2),
    reference: reference!(|_, x| inexact(x, f64::sin, |z| z.sin())),
};

/// Cosine.
pub(super) static COS: ElementwiseDef = ElementwiseDef {
    name: "cos",
    instances: &[Op::Unary(Unary::Cos)],
    operands: Inexact,
    summary: "cosine of x radians",
    cost: 14,
    accuracy: Ulps(2),
    reference: reference!(|_, x| inexact(x, f64::cos, |z| z.cos())),
};

/// Tangent.
pub(super) static TAN: ElementwiseDef = ElementwiseDef {
    name: "tan",
    instances: &[Op::Unary(Unary::Tan)],
    operands: Inexact,
    summary: "tangent of x radians",
    cost: 23,
    accuracy: Ulps(2),
    reference: reference!(|_, x| inexact(x, f64::tan, elementary::tan)),
};

/// Arc sine.
pub(super) static ASIN: ElementwiseDef = ElementwiseDef {
    name: "asin",
    instances: &[Op::Unary(Unary::Asin)],
    operands: Inexact,
    summary: "inverse of sin, in radians; NaN beyond [-1, 1]",
    cost: 14,
    accuracy: Ulps(2),
    reference: reference!(|_, x| inexact(x, f64::asin, elementary::asin)),
};

/// Arc cosine.
pub(super) static ACOS: ElementwiseDef = ElementwiseDef {
    name: "acos",
    instances: &[Op::Unary(Unary::Acos)],
    operands: Inexact,
    summary: "inverse of cos, in radians; NaN beyond [-1, 1]",
    cost: 14,
    accuracy: Ulps(2),
    reference: reference!(|_, x| inexact(x, f64::acos, elementary::acos)),
};

/// Arc tangent.
pub(super) static ATAN: ElementwiseDef = ElementwiseDef {
    name: "atan",
    instances: &[Op::Unary(Unary::Atan)],
    operands: Inexact,
    summary: "inverse of tan, in radians",
    cost: 20,
    accuracy: Ulps(2),
    reference: reference!(|_, x| inexact(x, f64::atan, elementary::atan)),
};

/// Arc tangent of a quotient, in the right quadrant.
pub(super) static ATAN2: ElementwiseDef = ElementwiseDef {
    name: "atan2",
    instances: &[Op::Binary(Binary::Atan2)],
    operands: Float,
    summary: "angle of the point (b, a), in radians",
    cost: 26,
    accuracy: Ulps(2),
    reference: reference!(|_, x| float(x, |[a, b]| a.atan2(b))),
};

/// Hyperbolic sine.
pub(super) static SINH: ElementwiseDef = ElementwiseDef {
    name: "sinh",
    instances: &[Op::Unary(Unary::Sinh)],
    operands: Inexact,
    summary: "hyperbolic sine",
    cost: 18,
    accuracy: Ulps(4),
    reference: reference!(|_, x| inexact(x, f64::sinh, |z| z.sinh())),
};

/// Hyperbolic cosine.
pub(super) static COSH: ElementwiseDef = ElementwiseDef {
    name: "cosh",
    instances: &[Op::Unary(Unary::Cosh)],
    operands: Inexact,
    summary: "hyperbolic cosine",
    cost: 16,
    accuracy: Ulps(4),
    reference: reference!(|_, x| inexact(x, f64::cosh, |z| z.cosh())),
};

/// Hyperbolic tangent.
pub(super) static TANH: ElementwiseDef = ElementwiseDef {
    name: "tanh",
    instances: &[Op::Unary(Unary::Tanh)],
    operands: Inexact,
    summary: "hyperbolic tangent",
    cost: 32,
    accuracy: Ulps(4),
    reference: reference!(|_, x| inexact(x, f64::tanh, elementary::tanh)),
};

/// Inverse hyperbolic sine.
pub(super) static ASINH: ElementwiseDef = ElementwiseDef {
    name: "asinh",
    instances: &[Op::Unary(Unary::Asinh)],
    operands: Inexact,
    summary: "inverse of sinh",
    cost: 40,
    accuracy: Ulps(4),
    reference: reference!(|_, x| inexact(x, elementary::real_asinh, elementary::asinh)),
};

/// Inverse hyperbolic cosine.
pub(super) static ACOSH: ElementwiseDef = ElementwiseDef {
    name: "acosh",
    instances: &[Op::Unary(Unary::Acosh)],
    operands: Inexact,
    summary: "inverse of cosh; NaN below 1",
    cost: 34,
    accuracy: Ulps(4),
    reference: reference!(|_, x| inexact(x, elementary::real_acosh, elementary::acosh)),
};

/// Inverse hyperbolic tangent.
pub(super) static ATANH: ElementwiseDef = ElementwiseDef {
    name: "atanh",
    instances: &[Op::Unary(Unary::Atanh)],
    operands: Inexact,
    summary: "inverse of tanh; NaN beyond [-1, 1]",
    cost: 32,
    accuracy: Ulps(4),
    reference: reference!(|_, x| inexact(x, elementary::real_atanh, elementary::atanh)),
};

/// Radians to degrees.
pub(super) static TO_DEGREES: ElementwiseDef = ElementwiseDef {
    name: "to_degrees",
    instances: &[Op::Unary(Unary::ToDegrees)],
    operands: Float,
    summary: "x radians in degrees",
    cost: 1,
    accuracy: Ulps(2),
    reference: reference!(|_, x| float(x, |[x]| x.to_degrees())),
};

/// Degrees to radians.
pub(super) static TO_RADIANS: ElementwiseDef = ElementwiseDef {
    name: "to_radians",
    instances: &[Op::Unary(Unary::ToRadians)],
    operands: Float,
    summary: "x degrees in radians",
    cost: 1,
    accuracy: Ulps(2),
    reference: reference!(|_, x| float(x, |[x]| x.to_radians())),
};

/// Length of the hypotenuse, without overflow.
pub(super) static HYPOT: ElementwiseDef = ElementwiseDef {
    name: "hypot",
    instances: &[Op::Binary(Binary::Hypot)],
    operands: Float,
    summary: "sqrt(a * a + b * b), without overflow",
    cost: 17,
    accuracy: Ulps(2),
    reference: reference!(|_, x| float(x, |[a, b]| a.hypot(b))),
};
