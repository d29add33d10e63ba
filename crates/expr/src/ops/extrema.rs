//! Smallest and largest elements, and where they are. Indices count the reduced elements in C order.

use chunkwise_kernels::reduce::ReduceOp;

use super::{Operands::*, ReductionDef};

/// Smallest element; NaN if there is one.
pub(super) static MIN: ReductionDef = ReductionDef {
    name: "min",
    instances: &[ReduceOp::Min],
    operands: Ordered,
    summary: "smallest element; NaN if any is",
    cost: 1,
    reference: reference!(|_, dtype, x| extremum(dtype, x, &wide(x), smaller)),
};

/// Largest element; NaN if there is one.
pub(super) static MAX: ReductionDef = ReductionDef {
    name: "max",
    instances: &[ReduceOp::Max],
    operands: Ordered,
    summary: "largest element; NaN if any is",
    cost: 1,
    reference: reference!(|_, dtype, x| extremum(dtype, x, &wide(x), greater)),
};

/// Smallest element that is not NaN.
pub(super) static NAN_MIN: ReductionDef = ReductionDef {
    name: "nanmin",
    instances: &[ReduceOp::NanMin],
    operands: Ordered,
    summary: "smallest element but NaN; NaN where all are",
    cost: 2,
    reference: reference!(|_, dtype, x| extremum(dtype, x, &without_nan(x), smaller)),
};

/// Largest element that is not NaN.
pub(super) static NAN_MAX: ReductionDef = ReductionDef {
    name: "nanmax",
    instances: &[ReduceOp::NanMax],
    operands: Ordered,
    summary: "largest element but NaN; NaN where all are",
    cost: 2,
    reference: reference!(|_, dtype, x| extremum(dtype, x, &without_nan(x), greater)),
};

/// Peak to peak.
pub(super) static PTP: ReductionDef = ReductionDef {
    name: "ptp",
    instances: &[ReduceOp::Ptp],
    operands: RealNumber,
    summary: "largest minus smallest element, wrapping; NaN if any is",
    cost: 2,
    reference: reference!(|_, dtype, x| peak_to_peak(dtype, &wide(x))),
};

/// Index of the smallest element.
pub(super) static ARG_MIN: ReductionDef = ReductionDef {
    name: "argmin",
    instances: &[ReduceOp::ArgMin],
    operands: Ordered,
    summary: "index of the first NaN, else of the first smallest element",
    cost: 3,
    reference: reference!(|_, dtype, x| argument(dtype, &wide(x), false, smaller)),
};

/// Index of the largest element.
pub(super) static ARG_MAX: ReductionDef = ReductionDef {
    name: "argmax",
    instances: &[ReduceOp::ArgMax],
    operands: Ordered,
    summary: "index of the first NaN, else of the first largest element",
    cost: 3,
    reference: reference!(|_, dtype, x| argument(dtype, &wide(x), false, greater)),
};

/// Index of the smallest element that is not NaN.
pub(super) static NAN_ARG_MIN: ReductionDef = ReductionDef {
    name: "nanargmin",
    instances: &[ReduceOp::NanArgMin],
    operands: Ordered,
    summary: "index of the first smallest element but NaN; an error where all are",
    cost: 4,
    reference: reference!(|_, dtype, x| argument(dtype, &wide(x), true, smaller)),
};

/// Index of the largest element that is not NaN.
pub(super) static NAN_ARG_MAX: ReductionDef = ReductionDef {
    name: "nanargmax",
    instances: &[ReduceOp::NanArgMax],
    operands: Ordered,
    summary: "index of the first largest element but NaN; an error where all are",
    cost: 4,
    reference: reference!(|_, dtype, x| argument(dtype, &wide(x), true, greater)),
};
