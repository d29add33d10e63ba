//! The first and the last of some elements, and how many there are.

use chunkwise_kernels::reduce::ReduceOp;

use super::{Operands::*, ReductionDef};

/// The first element in row-major order.
pub(super) static FIRST: ReductionDef = ReductionDef {
    name: "first",
    instances: &[ReduceOp::First],
    operands: Any,
    summary: "the first x in row-major order",
    cost: 1,
    reference: reference!(|_, _, x| picked(x.first())),
};

/// The last element in row-major order.
pub(super) static LAST: ReductionDef = ReductionDef {
    name: "last",
    instances: &[ReduceOp::Last],
    operands: Any,
    summary: "the last x in row-major order",
    cost: 1,
    reference: reference!(|_, _, x| picked(x.last())),
};

/// How many elements there are.
pub(super) static COUNT: ReductionDef = ReductionDef {
    name: "count",
    instances: &[ReduceOp::Count],
    operands: Any,
    summary: "number of x",
    cost: 1,
    reference: reference!(|_, _, x| truths(x, |_, all| Int(all as i128))),
};
