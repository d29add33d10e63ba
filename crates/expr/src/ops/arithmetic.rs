//! `+ - * /` and their kin, on numbers.

use chunkwise_kernels::{Binary, Op, Unary};

use super::{Accuracy::*, ElementwiseDef, Operands::*};

/// Negation; integers wrap.
pub(super) static NEG: ElementwiseDef = ElementwiseDef {
    name: "neg",
    instances: &[Op::Unary(Unary::Neg)],
    operands: Number,
    summary: "-x; MIN stays MIN",
    cost: 1,
    accuracy: Exact,
    reference: reference!(|_, x| same(x, |x| match *x {
        [Int(a)] => Some(Int(-a)),
        [Real(a)] => Some(Real(-a)),
        [Complex(a)] => Some(Complex(-a)),
        _ => None,
    })),
};

/// Absolute value; of complex numbers the modulus, as their real type.
pub(super) static ABS: ElementwiseDef = ElementwiseDef {
    name: "abs",
    instances: &[Op::Unary(Unary::Abs)],
    operands: Number,
    summary: "|x|, real for complex x; MIN stays MIN",
    cost: 1,
    accuracy: Ulps(2),
    reference: reference!(|_, x| match Wide::of(x[0]) {
        Complex(z) => real(x, |_| Some(Real(z.re.hypot(z.im)))),
        _ => same(x, |x| match *x {
            [Int(a)] => Some(Int(a.abs())),
            [Real(a)] => Some(Real(a.abs())),
            _ => None,
        }),
    }),
};

/// NumPy's sign.
pub(super) static SIGN: ElementwiseDef = ElementwiseDef {
    name: "sign",
    instances: &[Op::Unary(Unary::Sign)],
    operands: Number,
    summary: "-1, 0 or 1; x / |x| for complex x; NaN stays NaN",
    cost: 2,
    accuracy: Ulps(2),
    reference: reference!(|_, x| same(x, |x| match *x {
        [Int(a)] => Some(Int(a.signum())),
        [Real(a)] if a > 0.0 => Some(Real(1.0)),
        [Real(a)] if a < 0.0 => Some(Real(-1.0)),
        [Real(a)] => Some(Real(a + 0.0)),
        [Complex(z)] if z.re == 0.0 && z.im == 0.0 => Some(Complex(parts(0.0, 0.0))),
        [Complex(z)] => Some(Complex(z / z.re.hypot(z.im))),
        _ => None,
    })),
};

/// Square; integers wrap.
pub(super) static SQUARE: ElementwiseDef = ElementwiseDef {
    name: "square",
    instances: &[Op::Unary(Unary::Square)],
    operands: Number,
    summary: "x * x",
    cost: 1,
    accuracy: Exact,
    reference: reference!(|_, x| same(x, |x| match *x {
        [Int(a)] => Some(Int(a.wrapping_mul(a))),
        [Real(a)] => Some(Real(a * a)),
        [Complex(a)] => Some(Complex(a * a)),
        _ => None,
    })),
};

/// Reciprocal; integers divide as `/` does.
pub(super) static RECIP: ElementwiseDef = ElementwiseDef {
    name: "recip",
    instances: &[Op::Unary(Unary::Recip)],
    operands: Number,
    summary: "1 / x; of integers 1, -1 or 0",
    cost: 3,
    accuracy: Exact,
    reference: reference!(|_, x| same(x, |x| match *x {
        [Int(a)] => Some(Int(1i128.checked_div(a).unwrap_or(0))),
        [Real(a)] => Some(Real(1.0 / a)),
        [Complex(a)] => Some(Complex(a.inv())),
        _ => None,
    })),
};

/// Addition; integers wrap.
pub(super) static ADD: ElementwiseDef = ElementwiseDef {
    name: "add",
    instances: &[Op::Binary(Binary::Add)],
    operands: Number,
    summary: "a + b",
    cost: 1,
    accuracy: Exact,
    reference: reference!(|_, x| same(x, |x| match *x {
        [Int(a), Int(b)] => Some(Int(a + b)),
        [Real(a), Real(b)] => Some(Real(a + b)),
        [Complex(a), Complex(b)] => Some(Complex(a + b)),
        _ => None,
    })),
};

/// Subtraction; integers wrap.
pub(super) static SUB: ElementwiseDef = ElementwiseDef {
    name: "sub",
    instances: &[Op::Binary(Binary::Sub)],
    operands: Number,
    summary: "a - b",
    cost: 1,
    accuracy: Exact,
    reference: reference!(|_, x| same(x, |x| match *x {
        [Int(a), Int(b)] => Some(Int(a - b)),
        [Real(a), Real(b)] => Some(Real(a - b)),
        [Complex(a), Complex(b)] => Some(Complex(a - b)),
        _ => None,
    })),
};

/// Multiplication; integers wrap.
pub(super) static MUL: ElementwiseDef = ElementwiseDef {
    name: "mul",
    instances: &[Op::Binary(Binary::Mul)],
    operands: Number,
    summary: "a * b",
    cost: 1,
    accuracy: Exact,
    reference: reference!(|_, x| same(x, |x| match *x {
        [Int(a), Int(b)] => Some(Int(a.wrapping_mul(b))),
        [Real(a), Real(b)] => Some(Real(a * b)),
        [Complex(a), Complex(b)] => Some(Complex(a * b)),
        _ => None,
    })),
};

/// Division; of integers towards zero.
pub(super) static DIV: ElementwiseDef = ElementwiseDef {
    name: "div",
    instances: &[Op::Binary(Binary::Div)],
    operands: Number,
    summary: "a / b; of integers towards zero, 0 for b = 0, MIN for MIN / -1",
    cost: 5,
    accuracy: Exact,
    reference: reference!(|_, x| same(x, |x| match *x {
        [Int(a), Int(b)] => Some(Int(a.checked_div(b).unwrap_or(0))),
        [Real(a), Real(b)] => Some(Real(a / b)),
        [Complex(a), Complex(b)] => Some(Complex(a / b)),
        _ => None,
    })),
};

/// Rust's remainder.
pub(super) static REM: ElementwiseDef = ElementwiseDef {
    name: "rem",
    instances: &[Op::Binary(Binary::Rem)],
    operands: Number,
    summary: "a % b with the sign of a, as in Rust; of integers 0 for b = 0",
    cost: 38,
    accuracy: Exact,
    reference: reference!(|_, x| same(x, |x| match *x {
        [Int(a), Int(b)] => Some(Int(a.checked_rem(b).unwrap_or(0))),
        [Real(a), Real(b)] => Some(Real(a % b)),
        [Complex(a), Complex(b)] => Some(Complex(a % b)),
        _ => None,
    })),
};

/// NumPy's `floor_divide`.
pub(super) static FLOOR_DIVIDE: ElementwiseDef = ElementwiseDef {
    name: "floor_divide",
    instances: &[Op::Binary(Binary::FloorDivide)],
    operands: RealNumber,
    summary: "floor(a / b); of integers 0 for b = 0",
    cost: 60,
    accuracy: Exact,
    reference: reference!(|_, x| integers(x, |a, b| integer_divmod(a, b).0).or_else(|| in_precision(
        x,
        |a, b| float_divmod(a, b).0,
        |a, b| float_divmod(a, b).0
    ))),
};

/// NumPy's `remainder`.
pub(super) static REMAINDER: ElementwiseDef = ElementwiseDef {
    name: "remainder",
    instances: &[Op::Binary(Binary::Remainder)],
    operands: RealNumber,
    summary: "a - b * floor(a / b), with the sign of b; of integers 0 for b = 0",
    cost: 42,
    accuracy: Exact,
    reference: reference!(|_, x| integers(x, |a, b| integer_divmod(a, b).1).or_else(|| in_precision(
        x,
        |a, b| float_divmod(a, b).1,
        |a, b| float_divmod(a, b).1
    ))),
};

/// Power; integers wrap.
pub(super) static POW: ElementwiseDef = ElementwiseDef {
    name: "pow",
    instances: &[Op::Binary(Binary::Pow)],
    operands: Number,
    summary: "a to the power of b; of integers wrapping, and for b < 0 as 1 / a^-b",
    cost: 75,
    accuracy: Ulps(4),
    reference: reference!(|_, x| same(x, |x| match *x {
        [Int(a), Int(b)] => Some(Int(integer_power(a, b))),
        [Real(a), Real(b)] => Some(Real(a.powf(b))),
        [Complex(a), Complex(b)] => Some(Complex(a.powc(b))),
        _ => None,
    })),
};

/// Power with an exponent that is the same everywhere.
pub(super) static POWI: ElementwiseDef = ElementwiseDef {
    name: "powi",
    instances: &[
        Op::Powi(0),
        Op::Powi(1),
        Op::Powi(2),
        Op::Powi(3),
        Op::Powi(4),
        Op::Powi(7),
        Op::Powi(-1),
        Op::Powi(-2),
        Op::Powi(-5),
    ],
    operands: Number,
    summary: "x to an integer power; of integers wrapping, and for negative powers as 1 / x^n",
    cost: 3,
    accuracy: Ulps(8),
    reference: reference!(|op, x| {
        let Op::Powi(n) = *op else { return None };
        same(x, |x| match *x {
            [Int(a)] => Some(Int(integer_power(a, n.into()))),
            [Real(a)] => Some(Real(a.powf(n.into()))),
            [Complex(a)] => Some(Complex(a.powi(n))),
            _ => None,
        })
    }),
};

/// Multiplication and addition in one.
pub(super) static MUL_ADD: ElementwiseDef = ElementwiseDef {
    name: "mul_add",
    instances: &[Op::Ternary(chunkwise_kernels::Ternary::MulAdd)],
    operands: Number,
    summary: "a * b + c, floats as if rounded once; integers wrap",
    cost: 1,
    accuracy: Ulps(1),
    reference: reference!(|_, x| {
        if let [a, b, c] = *x
            && let (Some(a), Some(b), Some(c)) = (a.get::<f32>(), b.get::<f32>(), c.get::<f32>())
        {
            return Some(Scalar::new(a.mul_add(b, c)));
        }
        same(x, |x| match *x {
            [Int(a), Int(b), Int(c)] => Some(Int(a.wrapping_mul(b).wrapping_add(c))),
            [Real(a), Real(b), Real(c)] => Some(Real(a.mul_add(b, c))),
            [Complex(a), Complex(b), Complex(c)] => Some(Complex(a * b + c)),
            _ => None,
        })
    }),
};
