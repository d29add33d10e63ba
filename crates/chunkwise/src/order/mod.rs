//! Order statistics and sorting: over all elements, or along axes.
//!
//! All of them are exact. What is ordered is computed a panel of lanes at a time, into memory where each lane is dense,
//! and never becomes an array; order statistics are then found by selection, without sorting.

mod fractions;
mod median;
mod quantile;
mod sort;
mod top;

use chunkwise_core::{Element, Ordered};
use chunkwise_kernels::order::OrderOp;
use ndarray::{Axis, Dimension};

pub use fractions::{Interpolation, Pick, QuantileMethod, Quantiles, QuantilesBy, QuantilesOf};

use crate::axes::{self, checked_axis};
use crate::{Axes, ChunkedArray, Result};

impl<A: Element, D: Dimension> ChunkedArray<A, D> {
    fn all_axes(&self) -> Vec<usize> {
        (0..self.ndim()).collect()
    }

    /// What has one result for each lane along some axes.
    #[track_caller]
    fn order_some<B: Element, X: Axes<D>>(&self, op: OrderOp, axes: X) -> Result<ChunkedArray<B, X::Out>> {
        let axes = axes::checked(axes, self.ndim())?;
        Ok(ChunkedArray::from_expr(self.expr().order(op, &axes, None, X::KEEP)?))
    }

    /// What keeps an axis, perhaps with another length.
    #[track_caller]
    fn order_axis<B: Element>(&self, op: OrderOp, Axis(axis): Axis) -> Result<ChunkedArray<B, D>> {
        let axis = checked_axis(axis, self.ndim())?;
        Ok(ChunkedArray::from_expr(self.expr().order(op, &[axis], Some(axis), false)?))
    }
}

impl<A: Ordered, D: Dimension> ChunkedArray<A, D> {
    /// Quantiles along some axes.
    #[track_caller]
    fn quantiles<X: Axes<D>, Q: Quantiles<A>>(
        &self,
        axes: X,
        (q, scale): (Q, f64),
        nan: bool,
    ) -> Result<QuantilesOf<A, Q, X::Out>> {
        let axes = axes::checked(axes, self.ndim())?;
        let (op, place) = fractions::op(q, scale, nan)?;
        Ok(ChunkedArray::from_expr(self.expr().order(op, &axes, place, X::KEEP)?))
    }
}
