//! Arrays side by side.

use std::borrow::Borrow;

use chunkwise_core::Element;
use chunkwise_expr::Expr;
use ndarray::{Axis, Dimension, RemoveAxis};

use crate::{ChunkedArray, Result};

/// Joins arrays (or references to arrays) along an axis that they have.
///
/// The result has the chunks of all of them.
///
/// # Errors
/// No arrays, an axis that they do not have, shapes that differ along another axis, a result too large to address.
///
/// ```
/// use chunkwise::prelude::*;
/// use ndarray::{Axis, array};
///
/// let x = ChunkedArray::from_array(array![[1, 2]], Auto)?;
/// let y = ChunkedArray::from_array(array![[3, 4], [5, 6]], Auto)?;
/// let joined = concatenate(Axis(0), &[&x, &y])?;
/// assert_eq!(joined.chunks(), [vec![1, 2], vec![2]]);
/// assert_eq!(joined.compute()?, array![[1, 2], [3, 4], [5, 6]]);
/// # Ok::<(), chunkwise::Error>(())
/// ```
#[track_caller]
pub fn concatenate<A, D, X>(axis: Axis, arrays: &[X]) -> Result<ChunkedArray<A, D>>
where
    A: Element,
    D: RemoveAxis,
    X: Borrow<ChunkedArray<A, D>>,
{
    Ok(ChunkedArray::from_expr(Expr::concatenate(&parts(arrays), axis.0)?))
}

/// Joins arrays (or references to arrays) of one shape along a new axis, at place `axis` of the result.
///
/// # Errors
/// No arrays, an axis larger than their number of axes, shapes that differ, a result too large to address.
///
/// ```
/// use chunkwise::prelude::*;
/// use ndarray::{Axis, array};
///
/// let x = ChunkedArray::from_array(array![1, 2], Auto)?;
/// assert_eq!(stack(Axis(0), &[&x, &(&x * 10)])?.compute()?, array![[1, 2], [10, 20]]);
/// assert_eq!(stack(Axis(1), &[&x, &(&x * 10)])?.compute()?, array![[1, 10], [2, 20]]);
/// # Ok::<(), chunkwise::Error>(())
/// ```
#[track_caller]
pub fn stack<A, D, X>(axis: Axis, arrays: &[X]) -> Result<ChunkedArray<A, D::Larger>>
where
    A: Element,
    D: Dimension,
    X: Borrow<ChunkedArray<A, D>>,
{
    Ok(ChunkedArray::from_expr(Expr::stack(&parts(arrays), axis.0)?))
}

fn parts<A, D, X: Borrow<ChunkedArray<A, D>>>(arrays: &[X]) -> Vec<Expr> {
    arrays.iter().map(|array| array.borrow().expr().clone()).collect()
}

impl<A: Element, D: Dimension> ChunkedArray<A, D> {
    /// This array and others after it, along an axis that they have. See also [`concatenate`].
    ///
    /// # Errors
    /// As for [`concatenate`].
    ///
    /// ```
    /// use chunkwise::prelude::*;
    /// use ndarray::{Axis, array};
    ///
    /// let x = ChunkedArray::arange(0..2)?;
    /// assert_eq!(x.append(Axis(0), &ChunkedArray::arange(7..9)?)?.compute()?, array![0, 1, 7, 8]);
    /// # Ok::<(), chunkwise::Error>(())
    /// ```
    #[track_caller]
    pub fn append(&self, axis: Axis, other: &Self) -> Result<Self>
    where
        D: RemoveAxis,
    {
        concatenate(axis, &[self, other])
    }
}
