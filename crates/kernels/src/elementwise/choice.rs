//! Selection and copies, which do not look at what they move.

use chunkwise_core::{DType, dispatch};

use super::bits;
use super::map::{map1, map3};
use crate::isa::{Code, Isa};

pub(super) fn select(dtype: DType, isa: Isa) -> Option<Code> {
    dispatch!(bits(dtype), Unsigned, T => map3(isa, |which: bool, x: T, y: T| if which { x } else { y }),
        else dispatch!(dtype, ComplexNumber,
            T => map3(isa, |which: bool, x: T, y: T| if which { x } else { y }), else None))
}

pub(super) fn copy(dtype: DType, isa: Isa) -> Option<Code> {
    dispatch!(bits(dtype), Unsigned, T => map1(isa, |x: T| x),
        else dispatch!(dtype, ComplexNumber, T => map1(isa, |z: T| z), else None))
}
