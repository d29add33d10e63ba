//! Sums and products.

use chunkwise_kernels::reduce::ReduceOp;

use super::{Operands::*, ReductionDef};

/// Sum; integers and bool widen to 64 bits and wrap.
pub(super) static SUM: ReductionDef = ReductionDef {
    name: "sum",
    instances: &[ReduceOp::Sum],
    operands: Any,
    summary: "sum, of integers and bool in 64 bits and wrapping; 0 of nothing",
    cost: 1,
    reference: reference!(|_, dtype, x| sum(dtype, &wide(x))),
};

/// Sum without NaN.
pub(super) static NAN_SUM: ReductionDef = ReductionDef {
    name: "nansum",
    instances: &[ReduceOp::NanSum],
    operands: Any,
    summary: "sum of all but NaN; 0 where all are",
    cost: 2,
    reference: reference!(|_, dtype, x| sum(dtype, &without_nan(x))),
};

/// Product; integers and bool widen to 64 bits and wrap.
pub(super) static PROD: ReductionDef = ReductionDef {
    name: "prod",
    instances: &[ReduceOp::Prod],
    operands: Any,
    summary: "product, of integers and bool in 64 bits and wrapping; 1 of nothing",
    cost: 2,
    reference: reference!(|_, dtype, x| product(dtype, &wide(x))),
};

/// Product without NaN.
pub(super) static NAN_PROD: ReductionDef = ReductionDef {
    name: "nanprod",
    instances: &[ReduceOp::NanProd],
    operands: Any,
    summary: "product of all but NaN; 1 where all are",
    cost: 3,
    reference: reference!(|_, dtype, x| product(dtype, &without_nan(x))),
};
