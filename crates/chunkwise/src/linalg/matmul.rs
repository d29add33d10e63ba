//! Products of stacks of matrices.

use chunkwise_core::{Element, Error, View, broadcast_shapes};
use chunkwise_expr::{Contraction, Expr};
use ndarray::{DimMax, Dimension, Ix2, Ix3, Ix4, Ix5, Ix6, IxDyn};

use crate::operand::Broadcast;
use crate::{ChunkedArray, Operand, Result};

/// Two axes or more: what `matmul` takes.
#[diagnostic::on_unimplemented(
    message = "matmul needs arrays of two axes or more, not of dimension `{Self}`",
    note = "for vectors use `dot`"
)]
pub trait AtLeast2: Dimension {}

macro_rules! at_least_2 {
    ($($D:ty),*) => {$( impl AtLeast2 for $D {} )*};
}

at_least_2!(Ix2, Ix3, Ix4, Ix5, Ix6, IxDyn);

impl<A: Element, D: AtLeast2> ChunkedArray<A, D> {
    /// The products of matrices, which the last two axes hold; all others broadcast, as with NumPy's `matmul`:
    /// `(.., m, k)` and `(.., k, n)` give `(.., m, n)`.
    ///
    /// A dynamic array of one axis is a row on the left, a column on the right, and the axis that this adds is
    /// removed again. Of 2-D arrays it is [`dot`](Self::dot), which says more about elements and chunks.
    ///
    /// # Errors
    /// Lengths that differ along the axes that are summed over, leading axes that do not broadcast, a result too large
    /// to address, an array without axes.
    ///
    /// ```
    /// use chunkwise::prelude::*;
    /// use ndarray::{Array3, array};
    ///
    /// let stack = ChunkedArray::from_array(Array3::from_shape_fn((2, 2, 2), |(b, i, j)| (b + (i + j) % 2) as i64), 1)?;
    /// let product = stack.matmul(array![[1, 2], [3, 4]])?;
    /// assert_eq!(product.compute()?, array![[[3, 4], [1, 2]], [[7, 10], [5, 8]]]);
    /// # Ok::<(), chunkwise::Error>(())
    /// ```
    #[track_caller]
    pub fn matmul<R: Operand<A>>(&self, rhs: R) -> Result<Broadcast<A, D, R::Dim>>
    where
        R::Dim: AtLeast2,
        D: DimMax<R::Dim>,
    {
        Ok(ChunkedArray::from_expr(matmul(self.expr(), &rhs.into_expr())?))
    }
}

#[track_caller]
fn matmul(left: &Expr, right: &Expr) -> Result<Expr> {
    const WHAT: &str = "matmul";
    let (m, n) = (left.shape().len(), right.shape().len());
    if m == 0 || n == 0 {
        let why = "an array without axes is no matrix; multiply with `*` instead".to_owned();
        return Err(Error::Invalid { what: WHAT, why }.into());
    }
    let (left_axis, right_axis) = (m - 1, n.saturating_sub(2));
    if left.shape()[left_axis] != right.shape()[right_axis] {
        let (left, right) = (left.shape().into(), right.shape().into());
        return Err(Error::Product { what: WHAT, left, right, left_axis, right_axis }.into());
    }
    let (row, column) = (m > 1, n > 1);
    let (left_batch, right_batch) = (m.saturating_sub(2), n.saturating_sub(2));
    let batch =
        broadcast_shapes(&left.shape()[..left_batch], &right.shape()[..right_batch]).map_err(|_| {
            let (left, right) = (left.shape().into(), right.shape().into());
            Error::Broadcast { left, right }
        })?;
    let repeated = |expr: &Expr, own: usize| {
        let shape: Vec<usize> = batch.iter().chain(&expr.shape()[own..]).copied().collect();
        expr.view(View::broadcast(expr.shape(), &shape))
    };
    let (left, right) = (repeated(left, left_batch), repeated(right, right_batch));
    let axes =
        Contraction { batch: batch.len(), rows: usize::from(row), summed: 1, cols: usize::from(column) };
    Ok(Expr::contract(WHAT, axes, &left, &right)?)
}
