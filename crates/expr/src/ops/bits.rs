//! Bits of integers, and logic of bool.

use chunkwise_kernels::{Binary, Op, Unary};

use super::{Accuracy::*, ElementwiseDef, Operands::*};

/// Every bit inverted.
pub(super) static NOT: ElementwiseDef = ElementwiseDef {
    name: "not",
    instances: &[Op::Unary(Unary::Not)],
    operands: Bits,
    summary: "!x",
    cost: 1,
    accuracy: Exact,
    reference: reference!(|_, x| same(x, |x| match *x {
        [Bool(a)] => Some(Bool(!a)),
        [Int(a)] => Some(Int(!a)),
        _ => None,
    })),
};

/// Bits set in both.
pub(super) static BIT_AND: ElementwiseDef = ElementwiseDef {
    name: "bitand",
    instances: &[Op::Binary(Binary::BitAnd)],
    operands: Bits,
    summary: "a & b",
    cost: 1,
    accuracy: Exact,
    reference: reference!(|_, x| same(x, |x| match *x {
        [Bool(a), Bool(b)] => Some(Bool(a & b)),
        [Int(a), Int(b)] => Some(Int(a & b)),
        _ => None,
    })),
};

/// Bits set in either.
pub(super) static BIT_OR: ElementwiseDef = ElementwiseDef {
    name: "bitor",
    instances: &[Op::Binary(Binary::BitOr)],
    operands: Bits,
    summary: "a | b",
    cost: 1,
    accuracy: Exact,
    reference: reference!(|_, x| same(x, |x| match *x {
        [Bool(a), Bool(b)] => Some(Bool(a | b)),
        [Int(a), Int(b)] => Some(Int(a | b)),
        _ => None,
    })),
};

/// Bits that differ.
pub(super) static BIT_XOR: ElementwiseDef = ElementwiseDef {
    name: "bitxor",
    instances: &[Op::Binary(Binary::BitXor)],
    operands: Bits,
    summary: "a ^ b",
    cost: 1,
    accuracy: Exact,
    reference: reference!(|_, x| same(x, |x| match *x {
        [Bool(a), Bool(b)] => Some(Bool(a ^ b)),
        [Int(a), Int(b)] => Some(Int(a ^ b)),
        _ => None,
    })),
};

/// Shift to higher bits.
pub(super) static SHL: ElementwiseDef = ElementwiseDef {
    name: "shl",
    instances: &[Op::Binary(Binary::Shl)],
    operands: Integer,
    summary: "a << b; 0 for b < 0 or b of the full width",
    cost: 2,
    accuracy: Exact,
    reference: reference!(|_, x| {
        let width = 8 * x[0].dtype().size() as i128;
        integers(x, |a, b| if (0..width).contains(&b) { a.wrapping_shl(b as u32) } else { 0 })
    }),
};

/// Shift to lower bits, keeping the sign.
pub(super) static SHR: ElementwiseDef = ElementwiseDef {
    name: "shr",
    instances: &[Op::Binary(Binary::Shr)],
    operands: Integer,
    summary: "a >> b; 0 or -1 by the sign of a for b < 0 or b of the full width",
    cost: 2,
    accuracy: Exact,
    reference: reference!(|_, x| {
        let width = 8 * x[0].dtype().size() as i128;
        integers(x, |a, b| a >> if (0..width).contains(&b) { b } else { width })
    }),
};
