//! Rounding to whole numbers.

use chunkwise_core::{DType, dispatch};

use super::choice;
use super::map::map1;
use crate::Unary;
use crate::isa::{Code, Isa};

pub(super) fn unary(op: Unary, dtype: DType, isa: Isa) -> Option<Code> {
    use Unary::*;
    dispatch!(dtype, Real, T => match op {
        Floor => map1(isa, |x: T| x.floor()),
        Ceil => map1(isa, |x: T| x.ceil()),
        Trunc => map1(isa, |x: T| x.trunc()),
        Round => map1(isa, |x: T| x.round()),
        Rint => map1(isa, |x: T| x.round_ties_even()),
        _ => None,
    }, else choice::copy(dtype, isa))
}
