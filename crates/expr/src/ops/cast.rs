//! Conversions, copies and users' functions.

use chunkwise_core::DType;
use chunkwise_kernels::Op;

use super::{Accuracy::*, ElementwiseDef, Operands::*};

/// Conversion to another type.
pub(super) static CAST: ElementwiseDef = ElementwiseDef {
    name: "cast",
    instances: &[
        Op::Cast(DType::Bool),
        Op::Cast(DType::I8),
        Op::Cast(DType::I16),
        Op::Cast(DType::I32),
        Op::Cast(DType::I64),
        Op::Cast(DType::U8),
        Op::Cast(DType::U16),
        Op::Cast(DType::U32),
        Op::Cast(DType::U64),
        Op::Cast(DType::F32),
        Op::Cast(DType::F64),
        Op::Cast(DType::C32),
        Op::Cast(DType::C64),
    ],
    operands: Any,
    summary: "x as Rust's `as` converts it; to bool: x != 0; complex to real: the real part",
    cost: 1,
    accuracy: Exact,
    reference: reference!(|op, x| {
        let Op::Cast(dtype) = *op else { return None };
        Some(Wide::of(x[0]).narrow(dtype))
    }),
};

/// The element itself.
pub(super) static COPY: ElementwiseDef = ElementwiseDef {
    name: "copy",
    instances: &[Op::Copy],
    operands: Any,
    summary: "x",
    cost: 0,
    accuracy: Exact,
    reference: reference!(|_, x| Some(x[0])),
};
