//! Products of all pairs.

use chunkwise_core::Element;
use chunkwise_expr::Expr;
use chunkwise_kernels::{Binary, Op};
use ndarray::{Ix1, Ix2};

use crate::{ChunkedArray, Operand, Result};

impl<A: Element> ChunkedArray<A, Ix1> {
    /// The products of every element of this array with every element of another: `(m)` and `(n)` give `(m, n)`.
    ///
    /// This is an elementwise operation on broadcast arrays and fuses as such. The product of two bools is `&`.
    ///
    /// # Errors
    /// A result too large to address.
    ///
    /// ```
    /// use chunkwise::prelude::*;
    /// use ndarray::array;
    ///
    /// let x = ChunkedArray::from_array(array![1, 2, 3], 2)?;
    /// assert_eq!(x.outer(array![10, 1])?.compute()?, array![[10, 1], [20, 2], [30, 3]]);
    /// # Ok::<(), chunkwise::Error>(())
    /// ```
    #[track_caller]
    pub fn outer<R: Operand<A, Dim = Ix1>>(&self, rhs: R) -> Result<ChunkedArray<A, Ix2>> {
        Ok(ChunkedArray::from_expr(times(&self.expr().insert_axis(1), &rhs.into_expr())?))
    }
}

/// The elementwise product with broadcasting, of bools too.
#[track_caller]
pub(super) fn times(left: &Expr, right: &Expr) -> Result<Expr> {
    let op = if left.dtype().is_bool() { Binary::BitAnd } else { Binary::Mul };
    Ok(Expr::elementwise(Op::Binary(op), &[left, right])?)
}
