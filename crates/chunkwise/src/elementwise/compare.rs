//! Comparisons, which give arrays of bool.
//!
//! They are methods because `==` must give one bool. [`ChunkedArray`] implements neither `PartialEq` nor
//! `PartialOrd`, so that these names mean nothing else.

use chunkwise_core::{Element, Ordered};
use chunkwise_kernels::Binary;
use ndarray::{DimMax, Dimension};

use super::binary_methods;
use crate::operand::Broadcast;
use crate::{ChunkedArray, Operand, Result};

binary_methods! {
    /// Where `x > rhs`.
    gt [Ordered] -> bool = Binary::Gt, "[1, 2, 3]", "2" => "[false, false, true]";

    /// Where `x >= rhs`.
    ge [Ordered] -> bool = Binary::Ge, "[1, 2, 3]", "2" => "[false, true, true]";

    /// Where `x < rhs`.
    lt [Ordered] -> bool = Binary::Lt, "[1, 2, 3]", "2" => "[true, false, false]";

    /// Where `x <= rhs`.
    le [Ordered] -> bool = Binary::Le, "[1, 2, 3]", "2" => "[true, true, false]";

    /// Where `x == rhs`; NaN equals nothing.
    eq [Element] -> bool = Binary::Eq, "[1.0, 2.0, f64::NAN]", "2.0" => "[false, true, false]";

    /// Where `x != rhs`; NaN differs from everything.
    neq [Element] -> bool = Binary::Neq, "[1.0, 2.0, f64::NAN]", "2.0" => "[true, false, true]";
}
