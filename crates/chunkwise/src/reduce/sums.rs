//! Sums, products and means.

use chunkwise_core::Element;
use chunkwise_kernels::reduce::ReduceOp;
use ndarray::{Dimension, Ix0};

use super::reductions;
use crate::{Axes, ChunkedArray, Result};

reductions! {
    /// The sum; of no elements 0. Integers and bool are summed as 64-bit integers, which wrap.
    sum sum_axis [Element] -> A::Sum = ReduceOp::Sum, "[[1u8, 2], [3, 250]]" => "256", "[4, 252]";

    /// The product; of no elements 1. Integers and bool are multiplied as 64-bit integers, which wrap.
    prod prod_axis [Element] -> A::Sum = ReduceOp::Prod, "[[1i64, 2], [3, 4]]" => "24", "[3, 8]";

    /// The mean; of no elements NaN. Of integers and bool it is an `f64`.
    mean mean_axis [Element] -> A::Mean = ReduceOp::Mean, "[[1i64, 2], [3, 4]]" => "2.5", "[2.0, 3.0]";

    /// The sum without NaN: 0 if there is nothing else.
    nansum nansum_axis [Element] -> A::Sum = ReduceOp::NanSum,
        "[[1.0, f64::NAN], [3.0, f64::NAN]]" => "4.0", "[4.0, 0.0]";

    /// The product without NaN: 1 if there is nothing else.
    nanprod nanprod_axis [Element] -> A::Sum = ReduceOp::NanProd,
        "[[2.0, f64::NAN], [3.0, f64::NAN]]" => "6.0", "[6.0, 1.0]";

    /// The mean without NaN: NaN if there is nothing else.
    nanmean nanmean_axis [Element] -> A::Mean = ReduceOp::NanMean,
        "[[1.0, f64::NAN], [3.0, 5.0]]" => "3.0", "[2.0, 5.0]";
}

impl<A: Element, D: Dimension> ChunkedArray<A, D> {
    /// The product: ndarray's name for [`prod`](Self::prod).
    #[track_caller]
    pub fn product(&self) -> ChunkedArray<A::Sum, Ix0> {
        self.prod()
    }

    /// The product over some axes: ndarray's name for [`prod_axis`](Self::prod_axis).
    ///
    /// # Errors
    /// As for [`prod_axis`](Self::prod_axis).
    #[track_caller]
    pub fn product_axis<X: Axes<D>>(&self, axes: X) -> Result<ChunkedArray<A::Sum, X::Out>> {
        self.prod_axis(axes)
    }
}
