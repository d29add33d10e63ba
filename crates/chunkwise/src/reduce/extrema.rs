//! Extreme values and where they are.

use chunkwise_core::{Element, Number, Ordered};
use chunkwise_kernels::reduce::ReduceOp;
use ndarray::{Dimension, Ix0};

use super::reductions;
use crate::{Axes, ChunkedArray, Result};

reductions! {
    /// The smallest element, NaN if there is one. Of no elements it has no value: computing it is an error.
    min min_axis [Ordered] -> A = ReduceOp::Min, "[[4, 2], [3, 5]]" => "2", "[3, 2]";

    /// The largest element, NaN if there is one. Of no elements it has no value: computing it is an error.
    max max_axis [Ordered] -> A = ReduceOp::Max, "[[4, 2], [3, 5]]" => "5", "[4, 5]";

    /// The difference of largest and smallest element. Of no elements it has no value: computing it is an error.
    ptp ptp_axis [Number + Ordered] -> A = ReduceOp::Ptp, "[[4, 2], [3, 5]]" => "3", "[1, 3]";

    /// The smallest element that is not NaN, or NaN if all are. Of no elements it has no value: computing it is an
    /// error.
    nanmin nanmin_axis [Ordered] -> A = ReduceOp::NanMin,
        "[[4.0, f64::NAN], [3.0, 5.0]]" => "3.0", "[3.0, 5.0]";

    /// The largest element that is not NaN, or NaN if all are. Of no elements it has no value: computing it is an
    /// error.
    nanmax nanmax_axis [Ordered] -> A = ReduceOp::NanMax,
        "[[4.0, f64::NAN], [3.0, 2.0]]" => "4.0", "[4.0, 2.0]";

    /// The index of the smallest element, the first of several, or of the first NaN. Over several axes it counts in
    /// row-major order. Of no elements it has no value: computing it is an error.
    argmin argmin_axis [Ordered] -> i64 = ReduceOp::ArgMin, "[[4, 2], [3, 5]]" => "1", "[1, 0]";

    /// The index of the largest element, the first of several, or of the first NaN. Over several axes it counts in
    /// row-major order. Of no elements it has no value: computing it is an error.
    argmax argmax_axis [Ordered] -> i64 = ReduceOp::ArgMax, "[[4, 2], [3, 5]]" => "3", "[0, 1]";

    /// The index of the smallest element that is not NaN, counted as [`argmin`](Self::argmin) does. Where all are NaN
    /// it has no value: computing it is an error.
    nanargmin nanargmin_axis [Ordered] -> i64 = ReduceOp::NanArgMin,
        "[[f64::NAN, 2.0], [3.0, 1.0]]" => "3", "[1, 1]";

    /// The index of the largest element that is not NaN, counted as [`argmax`](Self::argmax) does. Where all are NaN
    /// it has no value: computing it is an error.
    nanargmax nanargmax_axis [Ordered] -> i64 = ReduceOp::NanArgMax,
        "[[f64::NAN, 2.0], [3.0, 1.0]]" => "2", "[1, 0]";
}
