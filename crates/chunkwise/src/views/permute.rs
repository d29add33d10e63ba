//! Axes in another order.

use chunkwise_core::{Element, View, counted};
use ndarray::{Axis, Dimension, IntoDimension};

use crate::axes::{checked, checked_axis};
use crate::error::invalid;
use crate::{ChunkedArray, Result, shape};

impl<A: Element, D: Dimension> ChunkedArray<A, D> {
    /// The transpose: all axes in reverse order.
    ///
    /// ```
    /// use chunkwise::prelude::*;
    /// use ndarray::array;
    ///
    /// let x = ChunkedArray::from_array(array![[1, 2], [3, 4], [5, 6]], Auto)?;
    /// assert_eq!(x.t().compute()?, array![[1, 3, 5], [2, 4, 6]]);
    /// # Ok::<(), chunkwise::Error>(())
    /// ```
    #[track_caller]
    pub fn t(&self) -> Self {
        let axes: Vec<usize> = (0..self.ndim()).rev().collect();
        self.permuted(&axes)
    }

    /// All axes in reverse order: [`t`](Self::t) under ndarray's other name.
    #[track_caller]
    pub fn reversed_axes(&self) -> Self {
        self.t()
    }

    /// The axes in any order: axis `i` of the result is axis `axes[i]` of this array.
    ///
    /// # Errors
    /// Unless each axis is named once.
    ///
    /// ```
    /// use chunkwise::prelude::*;
    ///
    /// let x = ChunkedArray::<f64, _>::zeros((2, 3, 4))?;
    /// assert_eq!(x.permuted_axes([1, 2, 0])?.shape(), [3, 4, 2]);
    /// assert!(x.permuted_axes([1, 1, 0]).is_err());
    /// # Ok::<(), chunkwise::Error>(())
    /// ```
    #[track_caller]
    pub fn permuted_axes(&self, axes: impl IntoDimension<Dim = D>) -> Result<Self> {
        let axes = axes.into_dimension();
        let axes = shape::shape_of(&axes);
        if axes.len() != self.ndim() {
            let why =
                format!("{} given for an array of {}", counted(axes.len(), "axis", "axes"), self.ndim());
            return Err(invalid("permuted_axes", why));
        }
        let named: Vec<Axis> = axes.iter().map(|&axis| Axis(axis)).collect();
        checked::<D, _>(named, self.ndim())?;
        Ok(self.permuted(axes))
    }

    /// Two axes exchanged.
    ///
    /// # Errors
    /// An axis that the array does not have.
    ///
    /// ```
    /// use chunkwise::prelude::*;
    ///
    /// let x = ChunkedArray::<f64, _>::zeros((2, 3, 4))?;
    /// assert_eq!(x.swap_axes(0, 2)?.shape(), [4, 3, 2]);
    /// # Ok::<(), chunkwise::Error>(())
    /// ```
    #[track_caller]
    pub fn swap_axes(&self, a: usize, b: usize) -> Result<Self> {
        let mut axes: Vec<usize> = (0..self.ndim()).collect();
        axes.swap(checked_axis(a, self.ndim())?, checked_axis(b, self.ndim())?);
        Ok(self.permuted(&axes))
    }

    #[track_caller]
    fn permuted(&self, axes: &[usize]) -> Self {
        Self::from_expr(self.expr().view(View::permuted(self.expr().shape(), axes)))
    }
}
