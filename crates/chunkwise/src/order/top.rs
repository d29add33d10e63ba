//! The largest and the smallest elements.

use chunkwise_core::Ordered;
use chunkwise_kernels::order::OrderOp;
use ndarray::{Axis, Dimension, Ix1};

use crate::{ChunkedArray, Result};

impl<A: Ordered, D: Dimension> ChunkedArray<A, D> {
    /// The `k` largest of all elements in descending order, or the `-k` smallest in ascending order; all elements if there
    /// are no more. NaN is larger than everything else.
    ///
    /// # Errors
    /// An array of unknown length.
    ///
    /// ```
    /// use chunkwise::prelude::*;
    /// use ndarray::array;
    ///
    /// let x = ChunkedArray::from_array(array![[3, 1], [2, 4]], Auto)?;
    /// assert_eq!(x.topk(3)?.compute()?, array![4, 3, 2]);
    /// assert_eq!(x.topk(-2)?.compute()?, array![1, 2]);
    /// assert_eq!(x.topk(9)?.shape(), [4]);
    /// # Ok::<(), chunkwise::Error>(())
    /// ```
    #[track_caller]
    pub fn topk(&self, k: isize) -> Result<ChunkedArray<A, Ix1>> {
        let op = OrderOp::Top { k: k as i64 };
        Ok(ChunkedArray::from_expr(self.expr().order(op, &self.all_axes(), Some(0), false)?))
    }

    /// [`topk`](Self::topk) along an axis, which stays with as many elements.
    ///
    /// # Errors
    /// An axis that the array does not have, or of unknown length.
    ///
    /// ```
    /// use chunkwise::prelude::*;
    /// use ndarray::{Axis, array};
    ///
    /// let x = ChunkedArray::from_array(array![[3, 1, 9], [2, 4, 7]], Auto)?;
    /// assert_eq!(x.topk_axis(Axis(1), 2)?.compute()?, array![[9, 3], [7, 4]]);
    /// # Ok::<(), chunkwise::Error>(())
    /// ```
    #[track_caller]
    pub fn topk_axis(&self, axis: Axis, k: isize) -> Result<Self> {
        self.order_axis(OrderOp::Top { k: k as i64 }, axis)
    }

    /// The positions of what [`topk`](Self::topk) gives, counted in row-major order. Of equal elements the first ones
    /// are taken, in ascending order.
    ///
    /// # Errors
    /// An array of unknown length.
    ///
    /// ```
    /// use chunkwise::prelude::*;
    /// use ndarray::array;
    ///
    /// let x = ChunkedArray::from_array(array![[3, 1], [2, 3]], Auto)?;
    /// assert_eq!(x.argtopk(2)?.compute()?, array![0, 3]);
    /// # Ok::<(), chunkwise::Error>(())
    /// ```
    #[track_caller]
    pub fn argtopk(&self, k: isize) -> Result<ChunkedArray<i64, Ix1>> {
        let op = OrderOp::ArgTop { k: k as i64 };
        Ok(ChunkedArray::from_expr(self.expr().order(op, &self.all_axes(), Some(0), false)?))
    }

    /// [`argtopk`](Self::argtopk) along an axis, with positions along it.
    ///
    /// # Errors
    /// An axis that the array does not have, or of unknown length.
    ///
    /// ```
    /// use chunkwise::prelude::*;
    /// use ndarray::{Axis, array};
    ///
    /// let x = ChunkedArray::from_array(array![[3, 1, 9], [2, 4, 7]], Auto)?;
    /// assert_eq!(x.argtopk_axis(Axis(1), -2)?.compute()?, array![[1, 0], [0, 1]]);
    /// # Ok::<(), chunkwise::Error>(())
    /// ```
    #[track_caller]
    pub fn argtopk_axis(&self, axis: Axis, k: isize) -> Result<ChunkedArray<i64, D>> {
        self.order_axis(OrderOp::ArgTop { k: k as i64 }, axis)
    }
}
