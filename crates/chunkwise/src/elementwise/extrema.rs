//! The larger and the smaller of two, and bounds.

use std::cmp::Ordering;

use chunkwise_core::{Element, Ordered, Real};
use chunkwise_expr::Expr;
use chunkwise_kernels::{Binary, Op, Ternary};
use ndarray::{DimMax, Dimension};

use super::binary_methods;
use crate::error::invalid;
use crate::operand::{Broadcast, Broadcast3, BroadcastDim, scalar};
use crate::{ChunkedArray, Operand, Result};

binary_methods! {
    /// The larger of each two elements; NaN if either is.
    maximum [Ordered] -> A = Binary::Maximum, "[1, 2, 3]", "2" => "[2, 2, 3]";

    /// The smaller of each two elements; NaN if either is.
    minimum [Ordered] -> A = Binary::Minimum, "[1, 2, 3]", "2" => "[1, 2, 2]";

    /// The larger of each two elements; the other one if either is NaN.
    fmax [Real] -> A = Binary::Fmax, "[1.0, 3.0, f64::NAN]", "2.0" => "[2.0, 3.0, 2.0]";

    /// The smaller of each two elements; the other one if either is NaN.
    fmin [Real] -> A = Binary::Fmin, "[1.0, 3.0, f64::NAN]", "2.0" => "[1.0, 2.0, 2.0]";
}

impl<A: Element, D: Dimension> ChunkedArray<A, D> {
    /// The nearest values from `low` to `high`, which may be arrays: NumPy's `clip`.
    ///
    /// Where `low` is above `high` the result is `high`. NaN stays NaN.
    ///
    /// # Errors
    /// If the shapes do not broadcast.
    ///
    /// ```
    /// # use chunkwise::prelude::*;
    /// # use ndarray::array;
    /// let x = ChunkedArray::arange(0..6)?;
    /// assert_eq!(x.clip(2, 4)?.compute()?, array![2, 2, 2, 3, 4, 4]);
    /// assert_eq!(x.clip(4, 2)?.compute()?, array![2, 2, 2, 2, 2, 2]);
    /// # Ok::<(), chunkwise::Error>(())
    /// ```
    #[track_caller]
    pub fn clip<X, Y>(&self, low: X, high: Y) -> Result<Broadcast3<A, D, X::Dim, Y::Dim>>
    where
        A: Ordered,
        X: Operand<A>,
        Y: Operand<A>,
        D: DimMax<X::Dim>,
        BroadcastDim<D, X::Dim>: DimMax<Y::Dim>,
    {
        let operands = [self.expr(), &low.into_expr(), &high.into_expr()];
        Ok(ChunkedArray::from_expr(Expr::elementwise(Op::Ternary(Ternary::Clip), &operands)?))
    }

    /// The nearest values from `min` to `max`: ndarray's `clamp`.
    ///
    /// # Errors
    /// If `min` is above `max`, or either is NaN.
    ///
    /// ```
    /// # use chunkwise::prelude::*;
    /// # use ndarray::array;
    /// let x = ChunkedArray::from_array(array![-1.0, 0.5, 7.0], Auto)?;
    /// assert_eq!(x.clamp(0.0, 1.0)?.compute()?, array![0.0, 0.5, 1.0]);
    /// assert!(x.clamp(1.0, 0.0).is_err());
    /// # Ok::<(), chunkwise::Error>(())
    /// ```
    #[track_caller]
    pub fn clamp(&self, min: A, max: A) -> Result<Self>
    where
        A: Ordered,
    {
        if min.partial_cmp(&max).is_none_or(Ordering::is_gt) {
            return Err(invalid(
                "clamp",
                format!("the lower bound {min:?} is not at most the upper bound {max:?}"),
            ));
        }
        Ok(self.aligned(Op::Ternary(Ternary::Clip), &[&scalar(min), &scalar(max)]))
    }
}
