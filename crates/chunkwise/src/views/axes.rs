//! Axes of length one, added and removed.

use chunkwise_core::{Element, Error, View};
use ndarray::{Axis, Dimension, RemoveAxis};

use crate::axes::checked;
use crate::error::invalid;
use crate::{Axes, ChunkedArray, ChunkedArrayD, Result};

impl<A: Element, D: Dimension> ChunkedArray<A, D> {
    /// With a new axis of length one, at place `axis` of the result.
    ///
    /// # Errors
    /// If `axis` is larger than the number of axes.
    ///
    /// ```
    /// use chunkwise::prelude::*;
    /// use ndarray::Axis;
    ///
    /// let x = ChunkedArray::<f64, _>::zeros((2, 3))?;
    /// assert_eq!(x.insert_axis(Axis(1))?.dim(), (2, 1, 3));
    /// # Ok::<(), chunkwise::Error>(())
    /// ```
    #[track_caller]
    pub fn insert_axis(&self, axis: Axis) -> Result<ChunkedArray<A, D::Larger>> {
        let ndim = self.ndim() + 1;
        if axis.0 >= ndim {
            return Err(Error::Axis { axis: axis.0, ndim }.into());
        }
        Ok(ChunkedArray::from_expr(self.known("insert_axis")?.insert_axis(axis.0)))
    }

    /// Without an axis, of which the first position is taken.
    ///
    /// # Errors
    /// An axis that the array does not have, or that has no positions.
    ///
    /// ```
    /// use chunkwise::prelude::*;
    /// use ndarray::{Axis, array};
    ///
    /// let x = ChunkedArray::from_array(array![[1, 2, 3]], Auto)?;
    /// assert_eq!(x.remove_axis(Axis(0))?.compute()?, array![1, 2, 3]);
    /// # Ok::<(), chunkwise::Error>(())
    /// ```
    #[track_caller]
    pub fn remove_axis(&self, axis: Axis) -> Result<ChunkedArray<A, D::Smaller>>
    where
        D: RemoveAxis,
    {
        self.index_axis(axis, 0)
    }

    /// Without the axes of length one, whichever they are.
    ///
    /// ```
    /// use chunkwise::prelude::*;
    ///
    /// let x = ChunkedArray::<f64, _>::zeros((1, 3, 1, 4))?;
    /// assert_eq!(x.squeeze().shape(), [3, 4]);
    /// # Ok::<(), chunkwise::Error>(())
    /// ```
    #[track_caller]
    pub fn squeeze(&self) -> ChunkedArrayD<A> {
        let shape = self.expr().shape();
        let axes: Vec<usize> = (0..self.ndim()).filter(|&axis| self.shape()[axis] == 1).collect();
        ChunkedArray::from_expr(self.expr().view(without(shape, &axes)))
    }

    /// Without these axes, which have length one.
    ///
    /// # Errors
    /// An axis that the array does not have, one named twice, or one of another length.
    ///
    /// ```
    /// use chunkwise::prelude::*;
    /// use ndarray::Axis;
    ///
    /// let x = ChunkedArray::<f64, _>::zeros((1, 3, 1, 4))?;
    /// assert_eq!(x.squeeze_axis([Axis(0), Axis(2)])?.dim(), (3, 4));
    /// assert!(x.squeeze_axis(Axis(1)).is_err());
    /// # Ok::<(), chunkwise::Error>(())
    /// ```
    #[track_caller]
    pub fn squeeze_axis<X: Axes<D>>(&self, axes: X) -> Result<ChunkedArray<A, X::Out>> {
        let axes = checked(axes, self.ndim())?;
        if let Some(&axis) = axes.iter().find(|&&axis| self.shape()[axis] != 1) {
            let why = format!(
                "axis {axis} has length {}, only axes of length 1 can be left out",
                self.shape()[axis]
            );
            return Err(invalid("squeeze_axis", why));
        }
        let axes = if X::KEEP { Vec::new() } else { axes };
        Ok(ChunkedArray::from_expr(self.known("squeeze_axis")?.view(without(self.shape(), &axes))))
    }
}

/// The view at the first position of some axes, without them.
pub(super) fn without(shape: &[usize], axes: &[usize]) -> View {
    let mut view = View::identity(shape);
    view.shape.clear();
    for (k, &n) in shape.iter().enumerate() {
        if axes.contains(&k) {
            view.source[k].axis = None;
        } else {
            view.source[k].axis = Some(view.shape.len());
            view.shape.push(n);
        }
    }
    view
}
