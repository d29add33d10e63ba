//! Repeating an array to a larger shape.

use chunkwise_core::{Element, Error, View, broadcast_shapes};
use ndarray::Dimension;

use crate::{ChunkedArray, IntoShape, Result};

impl<A: Element, D: Dimension> ChunkedArray<A, D> {
    /// The array repeated to a shape as NumPy broadcasts: axes of length one, and new ones in front, take any length.
    ///
    /// Axes that are not repeated keep their chunks; the others take those given with the shape.
    ///
    /// # Errors
    /// If the array does not broadcast to the shape, or the shape is too large to address.
    ///
    /// ```
    /// use chunkwise::prelude::*;
    ///
    /// let x = ChunkedArray::arange(0..10_i64)?.broadcast((1000, 10).chunked(100))?;
    /// assert_eq!((x.num_chunks(), x.sum().scalar()?), (10, 45_000));
    /// assert!(x.broadcast((1000, 20)).is_err());
    /// # Ok::<(), chunkwise::Error>(())
    /// ```
    #[track_caller]
    pub fn broadcast<Sh: IntoShape>(&self, shape: Sh) -> Result<ChunkedArray<A, Sh::Dim>> {
        let shape = shape.into_chunked();
        let free = shape.grid(A::DTYPE)?;
        self.known("broadcast")?;
        let (from, to) = (self.shape(), shape.shape());
        if broadcast_shapes(from, to).is_ok_and(|both| both[..] == *to) {
            let view = View::broadcast(from, to);
            return Ok(ChunkedArray::from_expr(self.expr().view_chunked(view, &free)));
        }
        Err(Error::Broadcast { left: from.into(), right: to.into() }.into())
    }
}
