//! Reductions of truth values: an element is true when it is not zero. NaN is true.

use chunkwise_kernels::reduce::ReduceOp;

use super::{Operands::*, ReductionDef};

/// Whether any element is true.
pub(super) static ANY: ReductionDef = ReductionDef {
    name: "any",
    instances: &[ReduceOp::Any],
    operands: Any,
    summary: "any x != 0; false of nothing",
    cost: 1,
    reference: reference!(|_, _, x| truths(x, |true_ones, _| Bool(true_ones > 0))),
};

/// Whether all elements are true.
pub(super) static ALL: ReductionDef = ReductionDef {
    name: "all",
    instances: &[ReduceOp::All],
    operands: Any,
    summary: "all x != 0; true of nothing",
    cost: 1,
    reference: reference!(|_, _, x| truths(x, |true_ones, all| Bool(true_ones == all))),
};

/// How many elements are true.
pub(super) static COUNT_NONZERO: ReductionDef = ReductionDef {
    name: "count_nonzero",
    instances: &[ReduceOp::CountNonzero],
    operands: Any,
    summary: "number of x != 0",
    cost: 1,
    reference: reference!(|_, _, x| truths(x, |true_ones, _| Int(true_ones as i128))),
};
