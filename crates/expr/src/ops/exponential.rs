//! Roots, exponentials and logarithms, and the error function.

use chunkwise_kernels::{Binary, Op, Unary};

use super::{Accuracy::*, ElementwiseDef, Operands::*};

/// Square root, the branch with a real part of at least zero.
pub(super) static SQRT: ElementwiseDef = ElementwiseDef {
    name: "sqrt",
    instances: &[Op::Unary(Unary::Sqrt)],
    operands: Inexact,
    summary: "square root",
    cost: 4,
    accuracy: Exact,
    reference: reference!(|_, x| inexact(x, f64::sqrt, elementary::sqrt)),
};

/// Cube root, of negative numbers too.
pub(super) static CBRT: ElementwiseDef = ElementwiseDef {
    name: "cbrt",
    instances: &[Op::Unary(Unary::Cbrt)],
    operands: Float,
    summary: "cube root",
    cost: 29,
    accuracy: Ulps(4),
    reference: reference!(|_, x| float(x, |[x]| x.cbrt())),
};

/// Exponential.
pub(super) static EXP: ElementwiseDef = ElementwiseDef {
    name: "exp",
    instances: &[Op::Unary(Unary::Exp)],
    operands: Inexact,
    summary: "e to the power of x",
    cost: 15,
    accuracy: Ulps(4),
    reference: reference!(|_, x| inexact(x, f64::exp, |z| z.exp())),
};

/// Exponential with base two.
pub(super) static EXP2: ElementwiseDef = ElementwiseDef {
    name: "exp2",
    instances: &[Op::Unary(Unary::Exp2)],
    operands: Float,
    summary: "2 to the power of x",
    cost: 11,
    accuracy: Ulps(4),
    reference: reference!(|_, x| float(x, |[x]| x.exp2())),
};

/// Exponential minus one, accurate near zero.
pub(super) static EXP_M1: ElementwiseDef = ElementwiseDef {
    name: "exp_m1",
    instances: &[Op::Unary(Unary::ExpM1)],
    operands: Float,
    summary: "exp(x) - 1",
    cost: 20,
    accuracy: Ulps(4),
    reference: reference!(|_, x| float(x, |[x]| x.exp_m1())),
};

/// Natural logarithm.
pub(super) static LN: ElementwiseDef = ElementwiseDef {
    name: "ln",
    instances: &[Op::Unary(Unary::Ln)],
    operands: Inexact,
    summary: "natural logarithm",
    cost: 13,
    accuracy: Ulps(4),
    reference: reference!(|_, x| inexact(x, f64::ln, |z| z.ln())),
};

/// Natural logarithm of one more, accurate near zero.
pub(super) static LN_1P: ElementwiseDef = ElementwiseDef {
    name: "ln_1p",
    instances: &[Op::Unary(Unary::Log1p)],
    operands: Float,
    summary: "ln(1 + x)",
    cost: 25,
    accuracy: Ulps(4),
    reference: reference!(|_, x| float(x, |[x]| x.ln_1p())),
};

/// Logarithm with base two.
pub(super) static LOG2: ElementwiseDef = ElementwiseDef {
    name: "log2",
    instances: &[Op::Unary(Unary::Log2)],
    operands: Inexact,
    summary: "logarithm to base 2",
    cost: 14,
    accuracy: Ulps(4),
    reference: reference!(|_, x| inexact(x, f64::log2, |z| z.ln() / std::f64::consts::LN_2)),
};

/// Logarithm with base ten.
pub(super) static LOG10: ElementwiseDef = ElementwiseDef {
    name: "log10",
    instances: &[Op::Unary(Unary::Log10)],
    operands: Inexact,
    summary: "logarithm to base 10",
    cost: 15,
    accuracy: Ulps(4),
    reference: reference!(|_, x| inexact(x, f64::log10, |z| z.ln() / std::f64::consts::LN_10)),
};

/// Logarithm of a sum of exponentials, without overflow; the accuracy is relative to the larger of operands and result.
pub(super) static LOG_ADD_EXP: ElementwiseDef = ElementwiseDef {
    name: "logaddexp",
    instances: &[Op::Binary(Binary::LogAddExp)],
    operands: Float,
    summary: "ln(exp(a) + exp(b)), without overflow",
    cost: 60,
    accuracy: Ulps(8),
    reference: reference!(|_, x| float(x, |[a, b]| {
        let (high, low) = if a >= b { (a, b) } else { (b, a) };
        // Equal infinities have no difference.
        if a == b { a + std::f64::consts::LN_2 } else { high + (low - high).exp().ln_1p() }
    })),
};

/// The error function.
pub(super) static ERF: ElementwiseDef = ElementwiseDef {
    name: "erf",
    instances: &[Op::Unary(Unary::Erf)],
    operands: Float,
    summary: "error function",
    cost: 42,
    accuracy: Ulps(4),
    reference: reference!(|_, x| float(x, |[x]| elementary::real_erf(x))),
};
