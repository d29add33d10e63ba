//! Arrays over memory that is already there.

use chunkwise_core::{Element, Grid};
use chunkwise_expr::Expr;
use ndarray::{ArrayBase, Data, Dimension};

use crate::memory::block_of;
use crate::{ChunkSpec, Chunked, ChunkedArray, Result};

impl<A: Element, D: Dimension> ChunkedArray<A, D> {
    /// The elements of an ndarray array, in these chunks.
    ///
    /// Owned and shared arrays (`Array`, `ArcArray`) are taken as they are, in any memory order, without a
    /// copy; chunks are only a way of looking at them. Views are copied.
    ///
    /// # Errors
    /// A chunk spec that does not fit the array's shape.
    ///
    /// ```
    /// use chunkwise::prelude::*;
    /// use ndarray::{Array2, s};
    ///
    /// let x = ChunkedArray::from_array(Array2::<f64>::eye(500), Auto)?;
    /// assert_eq!(x.sum().scalar()?, 500.0);
    ///
    /// let shared = Array2::<f64>::ones((6, 6)).into_shared();
    /// let every_other = shared.clone().slice_move(s![.., ..;-2]);
    /// let y = ChunkedArray::from_array(every_other, (3, Full))?; // nothing is copied
    /// assert_eq!(y.sum().scalar()?, 18.0);
    /// # Ok::<(), chunkwise::Error>(())
    /// ```
    #[track_caller]
    pub fn from_array<S>(array: ArrayBase<S, D>, chunks: impl ChunkSpec<D>) -> Result<Self>
    where
        S: Data<Elem = A>,
    {
        let grid = Chunked::new(array.raw_dim(), chunks).grid(A::DTYPE)?;
        Ok(Self::from_expr(Expr::memory(block_of(array), grid)))
    }
}

/// An ndarray array as the other operand of a chunked one: one chunk, so that it adds no boundaries.
#[track_caller]
pub(crate) fn operand<A, S, D>(array: ArrayBase<S, D>) -> Expr
where
    A: Element,
    S: Data<Elem = A>,
    D: Dimension,
{
    let grid = Grid::whole(array.shape());
    Expr::memory(block_of(array), grid)
}
