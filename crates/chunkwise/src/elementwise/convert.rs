//! Changing the element type.

use chunkwise_core::Element;
use chunkwise_kernels::Op;
use ndarray::Dimension;

use crate::ChunkedArray;

impl<A: Element, D: Dimension> ChunkedArray<A, D> {
    /// The elements as another type, converted as Rust's `as` does.
    ///
    /// Floats are cut towards zero and to the range of an integer, NaN becomes 0; integers wrap. To bool: not
    /// zero. Complex numbers become real ones by their real part.
    ///
    /// ```
    /// # use chunkwise::prelude::*;
    /// # use ndarray::array;
    /// let x = ChunkedArray::from_array(array![-1.5, 2.7, 300.0], Auto)?;
    /// assert_eq!(x.cast::<u8>().compute()?, array![0, 2, 255]);
    /// # Ok::<(), chunkwise::Error>(())
    /// ```
    #[track_caller]
    pub fn cast<B: Element>(&self) -> ChunkedArray<B, D> {
        if A::DTYPE == B::DTYPE {
            return ChunkedArray::from_expr(self.expr().clone());
        }
        self.instruction(Op::Cast(B::DTYPE))
    }
}
