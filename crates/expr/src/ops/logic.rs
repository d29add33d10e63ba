//! Logic of truth values: an element is true when it is not zero. NaN is true.

use chunkwise_kernels::{Binary, Op};

use super::{Accuracy::*, ElementwiseDef, Operands::*};

/// Both.
pub(super) static LOGICAL_AND: ElementwiseDef = ElementwiseDef {
    name: "logical_and",
    instances: &[Op::Binary(Binary::LogicalAnd)],
    operands: Any,
    summary: "a != 0 and b != 0",
    cost: 1,
    accuracy: Exact,
    reference: reference!(|_, x| truth(x, |x| Some(x[0].truthy() && x[1].truthy()))),
};

/// At least one.
pub(super) static LOGICAL_OR: ElementwiseDef = ElementwiseDef {
    name: "logical_or",
    instances: &[Op::Binary(Binary::LogicalOr)],
    operands: Any,
    summary: "a != 0 or b != 0",
    cost: 1,
    accuracy: Exact,
    reference: reference!(|_, x| truth(x, |x| Some(x[0].truthy() || x[1].truthy()))),
};

/// Exactly one.
pub(super) static LOGICAL_XOR: ElementwiseDef = ElementwiseDef {
    name: "logical_xor",
    instances: &[Op::Binary(Binary::LogicalXor)],
    operands: Any,
    summary: "(a != 0) != (b != 0)",
    cost: 1,
    accuracy: Exact,
    reference: reference!(|_, x| truth(x, |x| Some(x[0].truthy() != x[1].truthy()))),
};
