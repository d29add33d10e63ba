//! Ones on a diagonal.

use chunkwise_core::{DType, Element, Scalar};
use chunkwise_expr::Expr;
use chunkwise_kernels::{Binary, Op};
use ndarray::{Ix1, Ix2};

use crate::error::invalid;
use crate::{Chunked, ChunkedArray, IntoShape, Result};

impl<A: Element> ChunkedArray<A, Ix2> {
    /// The identity matrix of `n` rows and columns; a chunk spec holds for both.
    ///
    /// # Errors
    /// As for [`zeros`](Self::zeros).
    ///
    /// ```
    /// use chunkwise::prelude::*;
    /// use ndarray::array;
    ///
    /// let x: ChunkedArray2<i32> = ChunkedArray::eye(2)?;
    /// assert_eq!(x.compute()?, array![[1, 0], [0, 1]]);
    /// assert_eq!(ChunkedArray2::<f64>::eye(100.chunked(30))?.num_chunks(), 16);
    /// # Ok::<(), chunkwise::Error>(())
    /// ```
    #[track_caller]
    pub fn eye(n: impl IntoShape<Dim = Ix1>) -> Result<Self> {
        let rows = n.into_chunked();
        let n = rows.shape()[0];
        Self::diagonal(rows.map(Ix2(n, n), |rows| [rows.clone(), rows].concat()), 0)
    }

    /// Ones where the column is the row plus `offset`, zeros elsewhere, in any shape: NumPy's `eye(m, n, k)`.
    ///
    /// # Errors
    /// As for [`zeros`](Self::zeros).
    ///
    /// ```
    /// use chunkwise::prelude::*;
    /// use ndarray::array;
    ///
    /// let x = ChunkedArray2::<u8>::eye_offset((2, 4), 1)?;
    /// assert_eq!(x.compute()?, array![[0, 1, 0, 0], [0, 0, 1, 0]]);
    /// # Ok::<(), chunkwise::Error>(())
    /// ```
    #[track_caller]
    pub fn eye_offset(shape: impl IntoShape<Dim = Ix2>, offset: isize) -> Result<Self> {
        Self::diagonal(shape.into_chunked(), offset)
    }

    #[track_caller]
    fn diagonal(shape: Chunked<Ix2>, offset: isize) -> Result<Self> {
        let grid = shape.grid(A::DTYPE)?;
        let offset =
            i64::try_from(offset).map_err(|_| invalid("eye", "the offset does not fit in an i64"))?;
        let row = Expr::coord(0, grid.clone());
        let column = Expr::coord(1, grid);
        let offset = Expr::fill(Scalar::new(offset), chunkwise_core::Grid::whole(&[]));
        let shifted = Expr::elementwise(Op::Binary(Binary::Add), &[&row, &offset])?;
        let on = Expr::elementwise(Op::Binary(Binary::Eq), &[&shifted, &column])?;
        let on = if A::DTYPE == DType::Bool { on } else { Expr::elementwise(Op::Cast(A::DTYPE), &[&on])? };
        Ok(Self::from_expr(on))
    }
}
