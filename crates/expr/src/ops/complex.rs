//! Parts of complex numbers. Real numbers are complex ones without an imaginary part.

use chunkwise_kernels::{Binary, Op, Unary};

use super::{Accuracy::*, ElementwiseDef, Operands::*};

/// Real part.
pub(super) static RE: ElementwiseDef = ElementwiseDef {
    name: "re",
    instances: &[Op::Unary(Unary::Re)],
    operands: Number,
    summary: "real part; real x unchanged",
    cost: 1,
    accuracy: Exact,
    reference: reference!(|_, x| part(x, |z| z.re, Some)),
};

/// Imaginary part.
pub(super) static IM: ElementwiseDef = ElementwiseDef {
    name: "im",
    instances: &[Op::Unary(Unary::Im)],
    operands: Number,
    summary: "imaginary part; 0 for real x",
    cost: 1,
    accuracy: Exact,
    reference: reference!(|_, x| part(x, |z| z.im, |_| Some(Int(0)))),
};

/// Conjugate.
pub(super) static CONJ: ElementwiseDef = ElementwiseDef {
    name: "conj",
    instances: &[Op::Unary(Unary::Conj)],
    operands: Number,
    summary: "the imaginary part negated; real x unchanged",
    cost: 1,
    accuracy: Exact,
    reference: reference!(|_, x| same(x, |x| match *x {
        [Complex(z)] => Some(Complex(parts(z.re, -z.im))),
        [Int(_) | Real(_)] => Some(x[0]),
        _ => None,
    })),
};

/// Angle.
pub(super) static ARG: ElementwiseDef = ElementwiseDef {
    name: "arg",
    instances: &[Op::Unary(Unary::Arg)],
    operands: Number,
    summary: "angle in radians; for real x 0 or pi by its sign",
    cost: 50,
    accuracy: Ulps(4),
    reference: reference!(|_, x| real(x, |x| match *x {
        [Complex(z)] => Some(Real(z.im.atan2(z.re))),
        [Real(x)] => Some(Real(0f64.atan2(x))),
        [Int(x)] => Some(Real(0f64.atan2(x as f64))),
        _ => None,
    })),
};

/// A complex number from its parts.
pub(super) static COMPLEX: ElementwiseDef = ElementwiseDef {
    name: "complex",
    instances: &[Op::Binary(Binary::Complex)],
    operands: Float,
    summary: "a + bi",
    cost: 1,
    accuracy: Exact,
    reference: reference!(|_, x| {
        let dtype = if x[0].dtype() == DType::F32 { DType::C32 } else { DType::C64 };
        typed(dtype, x, |x| match *x {
            [Real(re), Real(im)] => Some(Complex(parts(re, im))),
            _ => None,
        })
    }),
};
