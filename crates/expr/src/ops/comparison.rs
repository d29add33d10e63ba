//! Comparisons of two elements.

use chunkwise_kernels::{Binary, Op};

use super::{Accuracy::*, ElementwiseDef, Operands::*};

/// Equality; NaN equals nothing.
pub(super) static EQ: ElementwiseDef = ElementwiseDef {
    name: "eq",
    instances: &[Op::Binary(Binary::Eq)],
    operands: Any,
    summary: "a == b",
    cost: 1,
    accuracy: Exact,
    reference: reference!(|_, x| truth(x, |x| Some(x[0] == x[1]))),
};

/// Inequality; NaN differs from everything.
pub(super) static NEQ: ElementwiseDef = ElementwiseDef {
    name: "neq",
    instances: &[Op::Binary(Binary::Neq)],
    operands: Any,
    summary: "a != b",
    cost: 1,
    accuracy: Exact,
    reference: reference!(|_, x| truth(x, |x| Some(x[0] != x[1]))),
};

/// Less; false with NaN.
pub(super) static LT: ElementwiseDef = ElementwiseDef {
    name: "lt",
    instances: &[Op::Binary(Binary::Lt)],
    operands: Ordered,
    summary: "a < b",
    cost: 1,
    accuracy: Exact,
    reference: reference!(|_, x| ordered(x, std::cmp::Ordering::is_lt)),
};

/// Less or equal; false with NaN.
pub(super) static LE: ElementwiseDef = ElementwiseDef {
    name: "le",
    instances: &[Op::Binary(Binary::Le)],
    operands: Ordered,
    summary: "a <= b",
    cost: 1,
    accuracy: Exact,
    reference: reference!(|_, x| ordered(x, std::cmp::Ordering::is_le)),
};

/// Greater; false with NaN.
pub(super) static GT: ElementwiseDef = ElementwiseDef {
    name: "gt",
    instances: &[Op::Binary(Binary::Gt)],
    operands: Ordered,
    summary: "a > b",
    cost: 1,
    accuracy: Exact,
    reference: reference!(|_, x| ordered(x, std::cmp::Ordering::is_gt)),
};

/// Greater or equal; false with NaN.
pub(super) static GE: ElementwiseDef = ElementwiseDef {
    name: "ge",
    instances: &[Op::Binary(Binary::Ge)],
    operands: Ordered,
    summary: "a >= b",
    cost: 1,
    accuracy: Exact,
    reference: reference!(|_, x| ordered(x, std::cmp::Ordering::is_ge)),
};
