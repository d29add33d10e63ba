//! Products of vectors and matrices.

use chunkwise_core::Element;
use chunkwise_expr::Expr;
use ndarray::{Dimension, Ix0, Ix1, Ix2, IxDyn};

use super::contract_pairs;
use super::outer::times;
use crate::{ChunkedArray, Operand, Result};

/// The dimension type of `a.dot(b)`, from those of `a` (`D`) and `b` (`Self`).
#[diagnostic::on_unimplemented(
    message = "`dot` is not defined between arrays of dimension `{D}` and `{Self}`",
    note = "dot takes 1-D and 2-D arrays, or dynamic ones; for batches use `matmul`, for any axes `tensordot`"
)]
pub trait DotRhs<D: Dimension>: Dimension {
    /// The dimension type of the product.
    type Dot: Dimension;
}

macro_rules! dot_dimensions {
    ($($D:ty, $E:ty => $Dot:ty;)*) => {$(
        impl DotRhs<$D> for $E {
            type Dot = $Dot;
        }
    )*};
}

dot_dimensions! {
    Ix1, Ix1 => Ix0;
    Ix1, Ix2 => Ix1;
    Ix2, Ix1 => Ix1;
    Ix2, Ix2 => Ix2;
    IxDyn, IxDyn => IxDyn;
    IxDyn, Ix1 => IxDyn;
    IxDyn, Ix2 => IxDyn;
    Ix1, IxDyn => IxDyn;
    Ix2, IxDyn => IxDyn;
}

impl<A: Element, D: Dimension> ChunkedArray<A, D> {
    /// The product of vectors and matrices, as ndarray's and NumPy's `dot`.
    ///
    /// | left | right | result |
    /// |---|---|---|
    /// | `(k)` | `(k)` | `()`, the inner product |
    /// | `(m, k)` | `(k)` | `(m)` |
    /// | `(k)` | `(k, n)` | `(n)` |
    /// | `(m, k)` | `(k, n)` | `(m, n)` |
    ///
    /// Dynamic arrays may have any number of axes: the last one of the left array and the last but one of the right
    /// array are summed over, the others follow each other. An array without axes multiplies every element.
    ///
    /// The result has the type of the elements: integers wrap around, bool is whether any pair is true. Complex
    /// numbers are not conjugated. Chunks of the rows are those of the left array, chunks of the columns those of the
    /// right one. The right-hand side may be an ndarray array.
    ///
    /// Blocks of the result are computed in place, whatever the chunks and the memory order of the operands:
    /// transposes cost nothing, and operands that are cheap to compute are computed where they are multiplied.
    ///
    /// # Errors
    /// Lengths that differ along the axes that are summed over; a result too large to address.
    ///
    /// ```
    /// use chunkwise::prelude::*;
    /// use ndarray::array;
    ///
    /// let a = ChunkedArray::from_array(array![[1, 2], [3, 4], [5, 6]], (2, Full))?;
    /// assert_eq!(a.t().dot(&a)?.compute()?, array![[35, 44], [44, 56]]);
    /// assert_eq!(a.dot(array![1, -1])?.compute()?, array![-1, -1, -1]);
    ///
    /// let v = ChunkedArray::arange(0..1_000_000_i64)?;
    /// assert_eq!(v.dot(&v)?.scalar()?, 333_332_833_333_500_000);
    /// assert!(a.dot(&a).is_err());
    /// # Ok::<(), chunkwise::Error>(())
    /// ```
    #[track_caller]
    pub fn dot<R: Operand<A>>(&self, rhs: R) -> Result<ChunkedArray<A, <R::Dim as DotRhs<D>>::Dot>>
    where
        R::Dim: DotRhs<D>,
    {
        Ok(ChunkedArray::from_expr(dot(self.expr(), &rhs.into_expr())?))
    }
}

#[track_caller]
fn dot(left: &Expr, right: &Expr) -> Result<Expr> {
    let (m, n) = (left.shape().len(), right.shape().len());
    if m == 0 || n == 0 {
        return times(left, right);
    }
    contract_pairs("dot", left, right, &[(m - 1, n.saturating_sub(2))])
}
