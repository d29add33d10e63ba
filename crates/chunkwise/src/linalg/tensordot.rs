//! Products along any axes.

use chunkwise_core::{Element, Error};
use ndarray::{Axis, Dimension, IxDyn};

use super::contract_pairs;
use crate::axes::checked;
use crate::error::invalid;
use crate::{ChunkedArray, Operand, Result};

const WHAT: &str = "tensordot";

/// The axes that `tensordot` sums over: a number `n`, for the last `n` axes of the left array and the first `n` of the
/// right one, or a pair of lists of [`Axis`], of which each axis on the left goes with the one in its place on the
/// right.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not say what `tensordot` sums over",
    note = "use a number of axes, or a pair of lists: ([Axis(1), Axis(2)], [Axis(0), Axis(1)])"
)]
pub trait TensordotAxes {
    /// Pairs of axes of arrays of so many axes.
    #[doc(hidden)]
    fn pairs(self, left: usize, right: usize) -> Result<Vec<(usize, usize)>>;
}

impl TensordotAxes for usize {
    fn pairs(self, left: usize, right: usize) -> Result<Vec<(usize, usize)>> {
        let fewest = left.min(right);
        if self > fewest {
            return Err(Error::Axis { axis: self - 1, ndim: fewest }.into());
        }
        Ok((0..self).map(|i| (left - self + i, i)).collect())
    }
}

impl<L: AsRef<[Axis]>, R: AsRef<[Axis]>> TensordotAxes for (L, R) {
    fn pairs(self, left: usize, right: usize) -> Result<Vec<(usize, usize)>> {
        let (of_left, of_right) = (self.0.as_ref(), self.1.as_ref());
        if of_left.len() != of_right.len() {
            let why = format!("{} axes on the left, {} on the right", of_left.len(), of_right.len());
            return Err(invalid(WHAT, why));
        }
        let of_left = checked::<IxDyn, _>(of_left, left)?;
        let of_right = checked::<IxDyn, _>(of_right, right)?;
        Ok(of_left.into_iter().zip(of_right).collect())
    }
}

impl<A: Element, D: Dimension> ChunkedArray<A, D> {
    /// The product of two arrays summed over pairs of [axes](TensordotAxes), as NumPy's `tensordot`. The result has the
    /// other axes of the left array, then those of the right one; how many is known when the program runs.
    ///
    /// Arrays need not be rearranged for it. [`dot`](Self::dot) says more about elements and chunks.
    ///
    /// # Errors
    /// Axes that an array does not have or that are named twice, lists of different lengths, lengths that differ along
    /// a pair, a result too large to address.
    ///
    /// ```
    /// use chunkwise::prelude::*;
    /// use ndarray::{Array3, Axis, array};
    ///
    /// let x = ChunkedArray::from_array(Array3::from_shape_fn((2, 3, 4), |(i, j, k)| (i + j + k) as i64), 2)?;
    /// let y = array![[1, 2], [3, 4], [5, 6]];
    /// // Axis 1 of x and axis 0 of y, both of length 3.
    /// let product = x.tensordot(&y, ([Axis(1)], [Axis(0)]))?.compute()?;
    /// assert_eq!((product.shape(), product[[1, 2, 1]]), (&[2, 4, 2][..], 3 * 2 + 4 * 4 + 5 * 6));
    /// // All axes: the inner product of 24 elements.
    /// assert_eq!(x.tensordot(&x, 3)?.compute()?.sum(), x.square().sum().scalar()?);
    /// # Ok::<(), chunkwise::Error>(())
    /// ```
    #[track_caller]
    pub fn tensordot<R: Operand<A>>(
        &self,
        rhs: R,
        axes: impl TensordotAxes,
    ) -> Result<ChunkedArray<A, IxDyn>> {
        let right = rhs.into_expr();
        let pairs = axes.pairs(self.ndim(), right.shape().len())?;
        Ok(ChunkedArray::from_expr(contract_pairs(WHAT, self.expr(), &right, &pairs)?))
    }
}
