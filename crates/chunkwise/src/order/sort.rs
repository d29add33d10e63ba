//! Sorting.

use chunkwise_core::Element;
use chunkwise_kernels::order::OrderOp;
use ndarray::{Axis, Dimension, Ix1};

use crate::{ChunkedArray, Result};

impl<A: Element, D: Dimension> ChunkedArray<A, D> {
    /// All elements in ascending order, as one axis. NaN comes last; complex numbers are ordered by their real parts,
    /// then by their imaginary parts, those with a NaN last.
    ///
    /// All elements are in memory together, on one thread. A NaN comes back without its sign and payload.
    ///
    /// # Errors
    /// An array of unknown length.
    ///
    /// ```
    /// use chunkwise::prelude::*;
    /// use ndarray::array;
    ///
    /// let x = ChunkedArray::from_array(array![[3, 1], [2, 1]], Auto)?;
    /// assert_eq!(x.sort()?.compute()?, array![1, 1, 2, 3]);
    /// # Ok::<(), chunkwise::Error>(())
    /// ```
    #[track_caller]
    pub fn sort(&self) -> Result<ChunkedArray<A, Ix1>> {
        Ok(ChunkedArray::from_expr(self.expr().order(OrderOp::Sort, &self.all_axes(), Some(0), false)?))
    }

    /// [`sort`](Self::sort) along an axis: shape and chunks stay.
    ///
    /// # Errors
    /// An axis that the array does not have, or of unknown length.
    ///
    /// ```
    /// use chunkwise::prelude::*;
    /// use ndarray::{Axis, array};
    ///
    /// let x = ChunkedArray::from_array(array![[3, 1], [2, 4]], Auto)?;
    /// assert_eq!(x.sort_axis(Axis(0))?.compute()?, array![[2, 1], [3, 4]]);
    /// # Ok::<(), chunkwise::Error>(())
    /// ```
    #[track_caller]
    pub fn sort_axis(&self, axis: Axis) -> Result<Self> {
        self.order_axis(OrderOp::Sort, axis)
    }

    /// The positions of all elements in ascending order, counted in row-major order; those of equal elements, as of
    /// several NaN, are ascending.
    ///
    /// # Errors
    /// An array of unknown length.
    ///
    /// ```
    /// use chunkwise::prelude::*;
    /// use ndarray::array;
    ///
    /// let x = ChunkedArray::from_array(array![[3, 1], [2, 1]], Auto)?;
    /// assert_eq!(x.argsort()?.compute()?, array![1, 3, 2, 0]);
    /// # Ok::<(), chunkwise::Error>(())
    /// ```
    #[track_caller]
    pub fn argsort(&self) -> Result<ChunkedArray<i64, Ix1>> {
        Ok(ChunkedArray::from_expr(self.expr().order(OrderOp::ArgSort, &self.all_axes(), Some(0), false)?))
    }

    /// [`argsort`](Self::argsort) along an axis, with positions along it.
    ///
    /// # Errors
    /// An axis that the array does not have, or of unknown length.
    ///
    /// ```
    /// use chunkwise::prelude::*;
    /// use ndarray::{Axis, array};
    ///
    /// let x = ChunkedArray::from_array(array![[3, 1], [2, 4]], Auto)?;
    /// assert_eq!(x.argsort_axis(Axis(0))?.compute()?, array![[1, 0], [0, 1]]);
    /// # Ok::<(), chunkwise::Error>(())
    /// ```
    #[track_caller]
    pub fn argsort_axis(&self, axis: Axis) -> Result<ChunkedArray<i64, D>> {
        self.order_axis(OrderOp::ArgSort, axis)
    }
}
