//! Powers.

use chunkwise_core::{Element, Number, Real};
use chunkwise_kernels::{Binary, Op};
use ndarray::{DimMax, Dimension};

use super::binary_methods;
use crate::operand::Broadcast;
use crate::{ChunkedArray, Operand, Result};

binary_methods! {
    /// Powers. Integers wrap; for a negative exponent, integers give what dividing 1 by the power gives.
    pow [Number] -> A = Binary::Pow, "[2, 3]", "ndarray::array![5, 2]" => "[32, 9]";
}

impl<A: Element, D: Dimension> ChunkedArray<A, D> {
    /// Each element to the power of `n`. Integers wrap; for negative `n`, integers give what dividing 1 by the power
    /// gives.
    ///
    /// ```
    /// # use chunkwise::prelude::*;
    /// # use ndarray::array;
    /// let x = ChunkedArray::from_array(array![2.0, -3.0], Auto)?;
    /// assert_eq!(x.powi(2).compute()?, array![4.0, 9.0]);
    /// # Ok::<(), chunkwise::Error>(())
    /// ```
    #[track_caller]
    pub fn powi(&self, n: i32) -> Self
    where
        A: Number,
    {
        self.instruction(Op::Powi(n))
    }

    /// Each element to the power of `exponent`, within 1 unit in the last place; NaN where that is not real.
    ///
    /// ```
    /// # use chunkwise::prelude::*;
    /// # use ndarray::array;
    /// let x = ChunkedArray::from_array(array![0.0, 1.0], Auto)?;
    /// assert_eq!(x.powf(1.5).compute()?, array![0.0, 1.0]);
    /// # Ok::<(), chunkwise::Error>(())
    /// ```
    #[track_caller]
    pub fn powf(&self, exponent: A) -> Self
    where
        A: Real,
    {
        self.with_scalar(Binary::Pow, exponent)
    }
}
