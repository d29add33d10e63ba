//! Counting and quantifying. An element of any type is true when it is not zero, NaN included.

use chunkwise_core::Element;
use chunkwise_kernels::reduce::ReduceOp;
use ndarray::{Dimension, Ix0};

use super::reductions;
use crate::{Axes, ChunkedArray, Result};

reductions! {
    /// Whether any element is true; of no elements false.
    any any_axis [Element] -> bool = ReduceOp::Any, "[[0, 0], [0, 3]]" => "true", "[false, true]";

    /// Whether all elements are true; of no elements true.
    all all_axis [Element] -> bool = ReduceOp::All, "[[1, 0], [2, 3]]" => "false", "[true, false]";

    /// How many elements are not zero.
    count_nonzero count_nonzero_axis [Element] -> i64 = ReduceOp::CountNonzero,
        "[[1, 0], [2, 0]]" => "2", "[2, 0]";
}
