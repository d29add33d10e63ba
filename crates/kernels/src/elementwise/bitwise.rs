//! Bits of integers, logic of `bool`, shifts.

use chunkwise_core::{DType, dispatch};

use super::map::{map1, map2};
use super::unsigned;
use crate::Binary;
use crate::isa::{Code, Isa};

pub(super) fn not(dtype: DType, isa: Isa) -> Option<Code> {
    if dtype.is_bool() {
        return map1(isa, |x: bool| !x);
    }
    dispatch!(unsigned(dtype), Unsigned, T => map1(isa, |x: T| !x), else None)
}

pub(super) fn binary(op: Binary, dtype: DType, isa: Isa) -> Option<Code> {
    use Binary::*;
    if op == Shr && dtype.is_signed_integer() {
        return shift_right(dtype, isa);
    }
    dispatch!(unsigned(dtype), Unsigned, T => match op {
        BitAnd => map2(isa, |x: T, y: T| x & y),
        BitOr => map2(isa, |x: T, y: T| x | y),
        BitXor => map2(isa, |x: T, y: T| x ^ y),
        Shl => map2(isa, |x: T, y: T| if y < T::BITS as T { x << (y % T::BITS as T) } else { 0 }),
        Shr => map2(isa, |x: T, y: T| if y < T::BITS as T { x >> (y % T::BITS as T) } else { 0 }),
        _ => None,
    }, else None)
}

/// The arithmetic shift: amounts that are negative or too large leave the sign.
fn shift_right(dtype: DType, isa: Isa) -> Option<Code> {
    match dtype {
        DType::I8 => map2(isa, |x: i8, y: i8| x >> (y as u8).min(7)),
        DType::I16 => map2(isa, |x: i16, y: i16| x >> (y as u16).min(15)),
        DType::I32 => map2(isa, |x: i32, y: i32| x >> (y as u32).min(31)),
        DType::I64 => map2(isa, |x: i64, y: i64| x >> (y as u64).min(63)),
        _ => None,
    }
}
