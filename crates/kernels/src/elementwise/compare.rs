//! Comparisons, truth, the larger and the smaller.
//!
//! Written without branches on the values, so that they become vector comparisons and blends.

use chunkwise_core::{DType, dispatch};

use super::map::{map2, map3};
use super::unsigned;
use crate::Binary;
use crate::isa::{Code, Isa};

pub(super) fn equality(op: Binary, dtype: DType, isa: Isa) -> Option<Code> {
    use Binary::*;
    dispatch!(unsigned(dtype), Unsigned, T => match op {
        Eq => map2(isa, |x: T, y: T| x == y),
        Neq => map2(isa, |x: T, y: T| x != y),
        LogicalAnd => map2(isa, |x: T, y: T| (x != 0) & (y != 0)),
        LogicalOr => map2(isa, |x: T, y: T| (x | y) != 0),
        LogicalXor => map2(isa, |x: T, y: T| (x != 0) ^ (y != 0)),
        _ => None,
    }, else dispatch!(dtype, Inexact, T => match op {
        Eq => map2(isa, |x: T, y: T| x == y),
        Neq => map2(isa, |x: T, y: T| x != y),
        LogicalAnd => map2(isa, |x: T, y: T| (x != T::default()) & (y != T::default())),
        LogicalOr => map2(isa, |x: T, y: T| (x != T::default()) | (y != T::default())),
        LogicalXor => map2(isa, |x: T, y: T| (x != T::default()) ^ (y != T::default())),
        _ => None,
    }, else None))
}

pub(super) fn order(op: Binary, dtype: DType, isa: Isa) -> Option<Code> {
    use Binary::*;
    dispatch!(dtype, Ordered, T => match op {
        Maximum => map2(isa, maximum::<T>),
        Minimum => map2(isa, minimum::<T>),
        Lt => map2(isa, |x: T, y: T| x.lt(&y)),
        Le => map2(isa, |x: T, y: T| x.le(&y)),
        Gt => map2(isa, |x: T, y: T| x.gt(&y)),
        Ge => map2(isa, |x: T, y: T| x.ge(&y)),
        _ => None,
    }, else None)
}

pub(super) fn clip(dtype: DType, isa: Isa) -> Option<Code> {
    dispatch!(dtype, Ordered,
        T => map3(isa, |x: T, low: T, high: T| minimum(maximum(x, low), high)), else None)
}

#[inline(always)]
#[allow(clippy::eq_op, reason = "only NaN differs from itself")]
fn is_nan<T: PartialOrd + Copy>(x: T) -> bool {
    x != x
}

/// NaN when either is.
#[inline(always)]
fn maximum<T: PartialOrd + Copy>(x: T, y: T) -> T {
    // `y` when it is NaN, and `y` of equals, as the instructions choose
    let larger = if x > y { x } else { y };
    if is_nan(x) { x } else { larger }
}

/// NaN when either is.
#[inline(always)]
fn minimum<T: PartialOrd + Copy>(x: T, y: T) -> T {
    let smaller = if x < y { x } else { y };
    if is_nan(x) { x } else { smaller }
}
