//! Arithmetic beyond the operators.

use chunkwise_core::{Element, Number, Ordered, Real};
use chunkwise_expr::Expr;
use chunkwise_kernels::{Binary, Op, Ternary, Unary};
use ndarray::{DimMax, Dimension};

use super::{binary_methods, unary_methods};
use crate::operand::{Broadcast, Broadcast3, BroadcastDim};
use crate::{ChunkedArray, Operand, Result};

unary_methods! {
    /// Absolute values; of complex numbers the moduli, as real numbers. The smallest integer stays what it is.
    abs [Number] -> A::Abs = Unary::Abs, "[-2.5, 0.0, 3.0]" => "[2.5, 0.0, 3.0]";

    /// NumPy's `sign`: -1, 0 or 1; `x / |x|` of complex numbers; NaN stays NaN.
    sign [Number] -> A = Unary::Sign, "[-2.5, 0.0, 3.0]" => "[-1.0, 0.0, 1.0]";

    /// Squares.
    square [Number] -> A = Unary::Square, "[-2, 3]" => "[4, 9]";

    /// Squares: ndarray's name for [`square`](Self::square).
    pow2 [Number] -> A = Unary::Square, "[-2, 3]" => "[4, 9]";

    /// Reciprocals `1 / x`; of integers as integer division rounds them.
    recip [Number] -> A = Unary::Recip, "[-2.0, 4.0]" => "[-0.5, 0.25]";

    /// Degrees from radians.
    to_degrees [Real] -> A = Unary::ToDegrees, "[0.0, std::f64::consts::PI]" => "[0.0, 180.0]";

    /// Radians from degrees.
    to_radians [Real] -> A = Unary::ToRadians, "[0.0, 180.0]" => "[0.0, std::f64::consts::PI]";
}

binary_methods! {
    /// NumPy's `floor_divide`: the quotient rounded towards negative infinity; of integers 0 where the divisor
    /// is.
    floor_divide [Number + Ordered] -> A = Binary::FloorDivide, "[-7, 7]", "2" => "[-4, 3]";

    /// NumPy's `remainder`: what [`floor_divide`](Self::floor_divide) leaves, with the sign of the divisor; of
    /// integers 0 where the divisor is.
    remainder [Number + Ordered] -> A = Binary::Remainder, "[-7, 7]", "2" => "[1, 1]";

    /// The positive difference: `x - rhs`, but 0 where that is negative.
    abs_sub [Real] -> A = Binary::AbsSub, "[1.0, 5.0]", "3.0" => "[0.0, 2.0]";

    /// These magnitudes with the signs of `rhs`.
    copysign [Real] -> A = Binary::Copysign, "[1.0, -2.0]", "-0.0" => "[-1.0, -2.0]";
}

impl<A: Element, D: Dimension> ChunkedArray<A, D> {
    /// Rust's `signum`: 1 for positive numbers and `+0.0`, -1 for negative ones and `-0.0`; NaN stays NaN. See
    /// [`sign`](Self::sign) for NumPy's.
    ///
    /// ```
    /// # use chunkwise::prelude::*;
    /// # use ndarray::array;
    /// let x = ChunkedArray::from_array(array![-2.5, -0.0, 0.0, 3.0], Auto)?;
    /// assert_eq!(x.signum().compute()?, array![-1.0, -1.0, 1.0, 1.0]);
    /// # Ok::<(), chunkwise::Error>(())
    /// ```
    #[track_caller]
    pub fn signum(&self) -> Self
    where
        A: Real,
    {
        let sign: Self = self.full_like(A::one()).aligned(Op::Binary(Binary::Copysign), &[self.expr()]);
        self.is_nan().aligned(Op::Ternary(Ternary::Select), &[self.expr(), sign.expr()])
    }

    /// NumPy's `true_divide`: the quotient as floats, whatever the numbers are.
    ///
    /// # Errors
    /// If the shapes do not broadcast.
    ///
    /// ```
    /// # use chunkwise::prelude::*;
    /// # use ndarray::array;
    /// let x = ChunkedArray::from_array(array![-7, 7], Auto)?;
    /// assert_eq!(x.true_divide(2)?.compute()?, array![-3.5, 3.5]);
    /// # Ok::<(), chunkwise::Error>(())
    /// ```
    #[track_caller]
    pub fn true_divide<R>(&self, rhs: R) -> Result<Broadcast<A::Mean, D, R::Dim>>
    where
        A: Number,
        R: Operand<A>,
        D: DimMax<R::Dim>,
    {
        let rhs = ChunkedArray::<A, R::Dim>::from_expr(rhs.into_expr()).cast::<A::Mean>();
        self.cast::<A::Mean>().binary(Binary::Div, rhs)
    }

    /// Quotients and remainders: [`floor_divide`](Self::floor_divide) and [`remainder`](Self::remainder).
    ///
    /// # Errors
    /// If the shapes do not broadcast.
    #[allow(clippy::type_complexity, reason = "a pair of what every binary method returns")]
    #[track_caller]
    pub fn divmod<R>(&self, rhs: R) -> Result<(Broadcast<A, D, R::Dim>, Broadcast<A, D, R::Dim>)>
    where
        A: Number + Ordered,
        R: Operand<A>,
        D: DimMax<R::Dim>,
    {
        let rhs = ChunkedArray::<A, R::Dim>::from_expr(rhs.into_expr());
        Ok((self.floor_divide(&rhs)?, self.remainder(&rhs)?))
    }

    /// `x * factor + summand`, rounded once for floats.
    ///
    /// # Errors
    /// If the shapes do not broadcast.
    ///
    /// ```
    /// # use chunkwise::prelude::*;
    /// # use ndarray::array;
    /// let x = ChunkedArray::from_array(array![1.0, 2.0], Auto)?;
    /// assert_eq!(x.mul_add(10.0, &x)?.compute()?, array![11.0, 22.0]);
    /// # Ok::<(), chunkwise::Error>(())
    /// ```
    #[track_caller]
    pub fn mul_add<X, Y>(&self, factor: X, summand: Y) -> Result<Broadcast3<A, D, X::Dim, Y::Dim>>
    where
        A: Number,
        X: Operand<A>,
        Y: Operand<A>,
        D: DimMax<X::Dim>,
        BroadcastDim<D, X::Dim>: DimMax<Y::Dim>,
    {
        let operands = [self.expr(), &factor.into_expr(), &summand.into_expr()];
        Ok(ChunkedArray::from_expr(Expr::elementwise(Op::Ternary(Ternary::MulAdd), &operands)?))
    }
}
