//! Axes backwards.

use chunkwise_core::{Element, View};
use ndarray::{Axis, Dimension};

use crate::axes::{checked, checked_axis};
use crate::{Axes, ChunkedArray, Result};

impl<A: Element, D: Dimension> ChunkedArray<A, D> {
    /// The elements along some axes in reverse order: NumPy's `flip`.
    ///
    /// # Errors
    /// An axis that the array does not have, or one named twice.
    ///
    /// ```
    /// use chunkwise::prelude::*;
    /// use ndarray::{Axis, array};
    ///
    /// let x = ChunkedArray::from_array(array![[1, 2], [3, 4]], Auto)?;
    /// assert_eq!(x.flip(Axis(0))?.compute()?, array![[3, 4], [1, 2]]);
    /// assert_eq!(x.flip([Axis(0), Axis(1)])?.compute()?, array![[4, 3], [2, 1]]);
    /// # Ok::<(), chunkwise::Error>(())
    /// ```
    #[track_caller]
    pub fn flip<X: Axes<D>>(&self, axes: X) -> Result<Self> {
        self.known("flip")?;
        let axes = checked(axes, self.ndim())?;
        Ok(self.flipped(&axes))
    }

    /// The elements along one axis in reverse order: ndarray's name.
    ///
    /// # Errors
    /// An axis that the array does not have.
    #[track_caller]
    pub fn invert_axis(&self, axis: Axis) -> Result<Self> {
        self.known("invert_axis")?;
        Ok(self.flipped(&[checked_axis(axis.0, self.ndim())?]))
    }

    #[track_caller]
    fn flipped(&self, axes: &[usize]) -> Self {
        let mut view = View::identity(self.expr().shape());
        for &axis in axes {
            // With fewer than two positions there is nothing to turn round.
            if let last @ 1.. = self.expr().shape()[axis].saturating_sub(1) {
                view.source[axis].start = last;
                view.source[axis].step = -1;
            }
        }
        Self::from_expr(self.expr().view(view))
    }
}
