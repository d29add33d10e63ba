//! A choice for each element.

use chunkwise_core::{Element, Real};
use chunkwise_expr::Expr;
use chunkwise_kernels::{Binary, Op, Ternary};
use ndarray::{DimMax, Dimension};

use crate::operand::{Broadcast3, BroadcastDim, scalar};
use crate::{ChunkedArray, Operand, Result};

impl<D: Dimension> ChunkedArray<bool, D> {
    /// The elements of `yes` where this array is true, of `no` elsewhere: NumPy's `where`.
    ///
    /// # Errors
    /// If the shapes do not broadcast.
    ///
    /// ```
    /// # use chunkwise::prelude::*;
    /// # use ndarray::array;
    /// let x = ChunkedArray::arange(0..4)?;
    /// assert_eq!(x.gt(1)?.select(&x, -1)?.compute()?, array![-1, -1, 2, 3]);
    /// # Ok::<(), chunkwise::Error>(())
    /// ```
    #[track_caller]
    pub fn select<A, X, Y>(&self, yes: X, no: Y) -> Result<Broadcast3<A, D, X::Dim, Y::Dim>>
    where
        A: Element,
        X: Operand<A>,
        Y: Operand<A>,
        D: DimMax<X::Dim>,
        BroadcastDim<D, X::Dim>: DimMax<Y::Dim>,
    {
        let operands = [self.expr(), &yes.into_expr(), &no.into_expr()];
        Ok(ChunkedArray::from_expr(Expr::elementwise(Op::Ternary(Ternary::Select), &operands)?))
    }
}

impl<A: Element, D: Dimension> ChunkedArray<A, D> {
    /// NumPy's `heaviside`: 0 below zero, 1 above, `at_zero` at zero; NaN stays NaN.
    ///
    /// ```
    /// # use chunkwise::prelude::*;
    /// # use ndarray::array;
    /// let x = ChunkedArray::from_array(array![-2.0, 0.0, 3.0], Auto)?;
    /// assert_eq!(x.heaviside(0.5).compute()?, array![0.0, 0.5, 1.0]);
    /// # Ok::<(), chunkwise::Error>(())
    /// ```
    #[track_caller]
    pub fn heaviside(&self, at_zero: A) -> Self
    where
        A: Real,
    {
        let positive: Self = self.with_scalar::<bool>(Binary::Gt, A::zero()).cast();
        let zero: ChunkedArray<bool, D> = self.with_scalar(Binary::Eq, A::zero());
        let step: Self = zero.aligned(Op::Ternary(Ternary::Select), &[&scalar(at_zero), positive.expr()]);
        self.is_nan().aligned(Op::Ternary(Ternary::Select), &[self.expr(), step.expr()])
    }
}
