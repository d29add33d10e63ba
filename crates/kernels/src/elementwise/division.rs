//! Quotients and rests: Rust's (`div`, `rem`) and NumPy's (`floor_divide`, `remainder`).

use chunkwise_core::{DType, dispatch};
use num_traits::Float;

use super::map::{map2, scalar2};
use super::{complex, integer};
use crate::Binary;
use crate::isa::{Code, Isa};

pub(super) fn binary(op: Binary, dtype: DType, isa: Isa) -> Option<Code> {
    use Binary::*;
    dispatch!(dtype, Integer, T => match op {
        Div => map2(isa, <T as integer::Integer>::quotient),
        Rem => map2(isa, integer::rem::<T>),
        FloorDivide => map2(isa, integer::floor_divide::<T>),
        Remainder => map2(isa, integer::remainder::<T>),
        _ => None,
    }, else dispatch!(dtype, Real, T => match op {
        Div => map2(isa, |x: T, y: T| x / y),
        Rem => scalar2(isa, |x: T, y: T| x % y),
        FloorDivide => scalar2(isa, |x: T, y: T| divmod(x, y).0),
        Remainder => scalar2(isa, |x: T, y: T| divmod(x, y).1),
        _ => None,
    }, else dispatch!(dtype, ComplexNumber, T => match op {
        Div => map2(isa, |x: T, y: T| complex::divide(x, y)),
        Rem => scalar2(isa, |x: T, y: T| x % y),
        _ => None,
    }, else None)))
}

/// NumPy's quotient and remainder of floats, which are Python's.
///
/// The remainder is exact or the divisor plus an exact one; the quotient is rounded to the whole number that
/// fits it, so that both agree where `floor(x / y)` would not: `1 // 0.1` is 9.
fn divmod<T: Float>(x: T, y: T) -> (T, T) {
    let rest = x % y;
    if y == T::zero() {
        return (x / y, rest);
    }
    let mut quotient = (x - rest) / y;
    let remainder = if rest == T::zero() {
        T::zero().copysign(y)
    } else if (y < T::zero()) != (rest < T::zero()) {
        quotient = quotient - T::one();
        rest + y
    } else {
        rest
    };
    if quotient == T::zero() {
        return (T::zero().copysign(x / y), remainder);
    }
    let floor = quotient.floor();
    let half = T::one() / (T::one() + T::one());
    (if quotient - floor > half { floor + T::one() } else { floor }, remainder)
}
