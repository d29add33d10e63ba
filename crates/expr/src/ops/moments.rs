//! Means, variances and standard deviations.
//!
//! Variances of parts are merged as in Chan, Golub and LeVeque, "Updating formulae and a pairwise algorithm
//! for computing sample variances" (1979), so that a large mean does not drown a small spread.

use chunkwise_kernels::reduce::ReduceOp;

use super::{Operands::*, ReductionDef};

/// Arithmetic mean; of integers and bool as `f64`.
pub(super) static MEAN: ReductionDef = ReductionDef {
    name: "mean",
    instances: &[ReduceOp::Mean],
    operands: Any,
    summary: "sum / count, of integers and bool in f64; NaN of nothing",
    cost: 1,
    reference: reference!(|_, dtype, x| mean(dtype, &wide(x))),
};

/// Mean without NaN.
pub(super) static NAN_MEAN: ReductionDef = ReductionDef {
    name: "nanmean",
    instances: &[ReduceOp::NanMean],
    operands: Any,
    summary: "mean of all but NaN; NaN where all are",
    cost: 2,
    reference: reference!(|_, dtype, x| mean(dtype, &without_nan(x))),
};

/// Variance; real for complex numbers.
pub(super) static VAR: ReductionDef = ReductionDef {
    name: "var",
    instances: &[
        ReduceOp::Var { ddof: 0.0, std: false, nan: false },
        ReduceOp::Var { ddof: 1.0, std: false, nan: false },
    ],
    operands: Any,
    summary: "mean of |x - mean|^2, over count - ddof (at least 0)",
    cost: 4,
    reference: reference!(|op, dtype, x| variance(op, dtype, &wide(x))),
};

/// Standard deviation; real for complex numbers.
pub(super) static STD: ReductionDef = ReductionDef {
    name: "std",
    instances: &[
        ReduceOp::Var { ddof: 0.0, std: true, nan: false },
        ReduceOp::Var { ddof: 0.5, std: true, nan: false },
    ],
    operands: Any,
    summary: "square root of var",
    cost: 4,
    reference: reference!(|op, dtype, x| variance(op, dtype, &wide(x))),
};

/// Variance without NaN.
pub(super) static NAN_VAR: ReductionDef = ReductionDef {
    name: "nanvar",
    instances: &[
        ReduceOp::Var { ddof: 0.0, std: false, nan: true },
        ReduceOp::Var { ddof: 1.0, std: false, nan: true },
    ],
    operands: Any,
    summary: "var of all but NaN; NaN where no more than ddof are left",
    cost: 5,
    reference: reference!(|op, dtype, x| variance(op, dtype, &without_nan(x))),
};

/// Standard deviation without NaN.
pub(super) static NAN_STD: ReductionDef = ReductionDef {
    name: "nanstd",
    instances: &[ReduceOp::Var { ddof: 0.0, std: true, nan: true }],
    operands: Any,
    summary: "square root of nanvar",
    cost: 5,
    reference: reference!(|op, dtype, x| variance(op, dtype, &without_nan(x))),
};
