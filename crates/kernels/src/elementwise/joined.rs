//! Two or three additions, subtractions and products in one loop.
//!
//! Every operation is rounded on its own, as if it had its own loop. What is saved is the way of the result
//! between them through the first-level cache, and inputs of both are read from memory at the same time.

use chunkwise_core::DType;

use super::map::{map2, map3, map4};
use crate::Binary;
use crate::isa::{Code, Isa};

/// The operations that are joined.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Arithmetic {
    Add,
    Sub,
    Mul,
}

impl Arithmetic {
    pub(crate) fn of(op: Binary) -> Option<Self> {
        match op {
            Binary::Add => Some(Arithmetic::Add),
            Binary::Sub => Some(Arithmetic::Sub),
            Binary::Mul => Some(Arithmetic::Mul),
            _ => None,
        }
    }
}

/// Instructions on `f32` or `f64` that one loop computes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Joined {
    /// `(a . b) . c`
    Then(Arithmetic, Arithmetic),
    /// `c - (a . b)`
    SubtractedFrom(Arithmetic),
    /// `(a . b) * (a . b)`
    Squared(Arithmetic),
    /// `a * b + c * d`
    SumOfProducts,
    /// `a * b - c * d`
    DifferenceOfProducts,
}

/// The loop, for floats.
pub(crate) fn code(joined: Joined, dtype: DType, isa: Isa) -> Option<Code> {
    match dtype {
        DType::F32 => of::<f32>(joined, isa),
        DType::F64 => of::<f64>(joined, isa),
        _ => None,
    }
}

fn of<T: num_traits::Float + 'static>(joined: Joined, isa: Isa) -> Option<Code> {
    use Arithmetic::*;
    use Joined::*;
    match joined {
        Then(Add, Add) => map3(isa, |a: T, b: T, c: T| (a + b) + c),
        Then(Add, Sub) => map3(isa, |a: T, b: T, c: T| (a + b) - c),
        Then(Add, Mul) => map3(isa, |a: T, b: T, c: T| (a + b) * c),
        Then(Sub, Add) => map3(isa, |a: T, b: T, c: T| (a - b) + c),
        Then(Sub, Sub) => map3(isa, |a: T, b: T, c: T| (a - b) - c),
        Then(Sub, Mul) => map3(isa, |a: T, b: T, c: T| (a - b) * c),
        Then(Mul, Add) => map3(isa, |a: T, b: T, c: T| (a * b) + c),
        Then(Mul, Sub) => map3(isa, |a: T, b: T, c: T| (a * b) - c),
        Then(Mul, Mul) => map3(isa, |a: T, b: T, c: T| (a * b) * c),
        SubtractedFrom(Add) => map3(isa, |a: T, b: T, c: T| c - (a + b)),
        SubtractedFrom(Sub) => map3(isa, |a: T, b: T, c: T| c - (a - b)),
        SubtractedFrom(Mul) => map3(isa, |a: T, b: T, c: T| c - a * b),
        Squared(Add) => map2(isa, |a: T, b: T| (a + b) * (a + b)),
        Squared(Sub) => map2(isa, |a: T, b: T| (a - b) * (a - b)),
        Squared(Mul) => map2(isa, |a: T, b: T| (a * b) * (a * b)),
        SumOfProducts => map4(isa, |a: T, b: T, c: T, d: T| a * b + c * d),
        DifferenceOfProducts => map4(isa, |a: T, b: T, c: T, d: T| a * b - c * d),
    }
}
