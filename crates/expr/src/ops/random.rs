//! Draws: what the element of an index is in a random array.

use chunkwise_core::DType::{self, Bool, F32, F64, I8, I16, I32, I64, U8, U16, U32, U64};
use chunkwise_kernels::Op;
use chunkwise_kernels::random::Distribution::{self, *};
use chunkwise_kernels::random::{Draw, Parameter};

use super::{Accuracy::*, ElementwiseDef, Operands};

/// A draw to test by.
const fn draw(dtype: DType, distribution: Distribution) -> Draw {
    Draw { key: 42, dtype, distribution }
}

const fn p(value: f64) -> Parameter {
    Parameter::new(value)
}

/// Floats of an interval.
pub(super) static UNIFORM: ElementwiseDef = ElementwiseDef {
    name: "uniform",
    instances: &[
        Op::Draw(draw(F64, Uniform { low: p(0.0), high: p(1.0) })),
        Op::Draw(draw(F64, Uniform { low: p(-3.5), high: p(1e3) })),
        Op::Draw(draw(F32, Uniform { low: p(0.0), high: p(1.0) })),
        Op::Draw(draw(F32, Uniform { low: p(-3.5), high: p(1e3) })),
    ],
    operands: Operands::Index,
    summary: "low + (high - low) u, with u from 0 up to 1, exclusive",
    cost: 10,
    accuracy: Exact,
    reference: reference!(draw),
};

/// Integers of a range.
pub(super) static INTEGERS: ElementwiseDef = ElementwiseDef {
    name: "integers",
    instances: &[
        Op::Draw(draw(I64, Integers { low: 0, span: 99 })),
        Op::Draw(draw(I64, Integers { low: i64::MIN, span: u64::MAX })),
        Op::Draw(draw(U64, Integers { low: 5, span: 1 << 40 })),
        Op::Draw(draw(I32, Integers { low: -7, span: 1 << 20 })),
        Op::Draw(draw(U32, Integers { low: 0, span: u32::MAX as u64 })),
        Op::Draw(draw(I16, Integers { low: -300, span: 600 })),
        Op::Draw(draw(U16, Integers { low: 300, span: 600 })),
        Op::Draw(draw(I8, Integers { low: -128, span: 255 })),
        Op::Draw(draw(U8, Integers { low: 1, span: 5 })),
    ],
    operands: Operands::Index,
    summary: "one of low, low + 1, .. low + span, all as likely",
    cost: 10,
    accuracy: Exact,
    reference: reference!(draw),
};

/// Truths of a probability.
pub(super) static BERNOULLI: ElementwiseDef = ElementwiseDef {
    name: "bernoulli",
    instances: &[Op::Draw(draw(Bool, Bernoulli { probability: p(0.3) }))],
    operands: Operands::Index,
    summary: "true with a probability",
    cost: 10,
    accuracy: Exact,
    reference: reference!(draw),
};

/// Normal floats.
pub(super) static NORMAL: ElementwiseDef = ElementwiseDef {
    name: "normal",
    instances: &[
        Op::Draw(draw(F64, Normal { mean: p(0.0), std: p(1.0) })),
        Op::Draw(draw(F64, Normal { mean: p(100.0), std: p(1.5) })),
        Op::Draw(draw(F32, Normal { mean: p(0.0), std: p(1.0) })),
    ],
    operands: Operands::Index,
    summary: "mean + std z, with z the abscissa of a random point below the normal density",
    cost: 40,
    accuracy: Ulps(8),
    reference: reference!(draw),
};

/// Exponential floats.
pub(super) static EXPONENTIAL: ElementwiseDef = ElementwiseDef {
    name: "exponential",
    instances: &[
        Op::Draw(draw(F64, Exponential { scale: p(2.0) })),
        Op::Draw(draw(F32, Exponential { scale: p(2.0) })),
    ],
    operands: Operands::Index,
    summary: "-scale ln(u), with u above 0, at most 1",
    cost: 25,
    accuracy: Ulps(4),
    reference: reference!(draw),
};

/// Gamma floats.
pub(super) static GAMMA: ElementwiseDef = ElementwiseDef {
    name: "gamma",
    instances: &[
        Op::Draw(draw(F64, Gamma { shape: p(0.5), scale: p(2.0) })),
        Op::Draw(draw(F32, Gamma { shape: p(3.0), scale: p(2.0) })),
    ],
    operands: Operands::Index,
    summary: "a gamma number, by Marsaglia and Tsang",
    cost: 250,
    accuracy: Exact,
    reference: reference!(draw),
};

/// Beta floats.
pub(super) static BETA: ElementwiseDef = ElementwiseDef {
    name: "beta",
    instances: &[
        Op::Draw(draw(F64, Beta { alpha: p(0.5), beta: p(2.0) })),
        Op::Draw(draw(F32, Beta { alpha: p(3.0), beta: p(2.0) })),
    ],
    operands: Operands::Index,
    summary: "a beta number, by Cheng",
    cost: 550,
    accuracy: Exact,
    reference: reference!(draw),
};

/// Student's t.
pub(super) static STUDENT_T: ElementwiseDef = ElementwiseDef {
    name: "student_t",
    instances: &[
        Op::Draw(draw(F64, StudentT { freedom: p(3.0) })),
        Op::Draw(draw(F32, StudentT { freedom: p(3.0) })),
    ],
    operands: Operands::Index,
    summary: "a number of Student's t distribution",
    cost: 250,
    accuracy: Exact,
    reference: reference!(draw),
};

/// Events in an interval.
pub(super) static POISSON: ElementwiseDef = ElementwiseDef {
    name: "poisson",
    instances: &[
        Op::Draw(draw(I64, Poisson { rate: p(0.0) })),
        Op::Draw(draw(I64, Poisson { rate: p(3.0) })),
        Op::Draw(draw(I64, Poisson { rate: p(1e4) })),
    ],
    operands: Operands::Index,
    summary: "a Poisson number, by Knuth's products or rejection from a Cauchy distribution",
    cost: 350,
    accuracy: Exact,
    reference: reference!(draw),
};

/// Successes in trials.
pub(super) static BINOMIAL: ElementwiseDef = ElementwiseDef {
    name: "binomial",
    instances: &[
        Op::Draw(draw(I64, Binomial { trials: 10, probability: p(0.3) })),
        Op::Draw(draw(I64, Binomial { trials: 10_000, probability: p(0.7) })),
    ],
    operands: Operands::Index,
    summary: "a binomial number, by inversion or Kachitvichyanukul and Schmeiser's BTPE",
    cost: 400,
    accuracy: Exact,
    reference: reference!(draw),
};

/// Failures before a success.
pub(super) static GEOMETRIC: ElementwiseDef = ElementwiseDef {
    name: "geometric",
    instances: &[Op::Draw(draw(I64, Geometric { probability: p(0.01) }))],
    operands: Operands::Index,
    summary: "a geometric number, by Bringmann and Friedrich",
    cost: 500,
    accuracy: Exact,
    reference: reference!(draw),
};

/// Places of a permutation.
pub(super) static PERMUTATION: ElementwiseDef = ElementwiseDef {
    name: "permutation",
    instances: &[
        Op::Draw(draw(I64, Permutation { len: 10 })),
        Op::Draw(draw(I64, Permutation { len: 1_000_000 })),
    ],
    operands: Operands::Index,
    summary: "where a random permutation of 0..len puts x modulo len",
    cost: 600,
    accuracy: Exact,
    reference: reference!(draw),
};
