//! Logic on elements of any type: an element is true when it is not zero, NaN included.

use chunkwise_core::Element;
use chunkwise_kernels::Binary;
use ndarray::{DimMax, Dimension};

use super::binary_methods;
use crate::operand::Broadcast;
use crate::{ChunkedArray, Operand, Result};

binary_methods! {
    /// Where both elements are true (not zero).
    logical_and [Element] -> bool = Binary::LogicalAnd, "[0, 1, 2]", "array![1, 0, 4]" => "[false, false, true]";

    /// Where either element is true (not zero).
    logical_or [Element] -> bool = Binary::LogicalOr, "[0, 1, 2]", "array![0, 0, 4]" => "[false, true, true]";

    /// Where exactly one of the elements is true (not zero).
    logical_xor [Element] -> bool = Binary::LogicalXor, "[0, 1, 2]", "array![1, 0, 4]" => "[true, true, false]";
}

impl<A: Element, D: Dimension> ChunkedArray<A, D> {
    /// Where the element is false (zero).
    ///
    /// ```
    /// # use chunkwise::prelude::*;
    /// # use ndarray::array;
    /// let x = ChunkedArray::from_array(array![0.0, 2.0, f64::NAN], Auto)?;
    /// assert_eq!(x.logical_not().compute()?, array![true, false, false]);
    /// # Ok::<(), chunkwise::Error>(())
    /// ```
    #[track_caller]
    pub fn logical_not(&self) -> ChunkedArray<bool, D> {
        self.with_scalar(Binary::Eq, A::default())
    }
}
