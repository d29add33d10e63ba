//! What kind of number each element is.

use chunkwise_core::{Element, Ordered, Real, Signed};
use chunkwise_expr::Expr;
use chunkwise_kernels::{Binary, Op, Ternary, Unary};
use ndarray::{DimMax, Dimension, Ix0};

use super::unary_methods;
use crate::operand::{Broadcast, scalar};
use crate::{ChunkedArray, Operand, Result};

unary_methods! {
    /// Whether each element is NaN; of complex numbers, whether a part is. Integers and bool never are.
    is_nan [Element] -> bool = Unary::IsNan, "[0.0, f64::NAN, f64::INFINITY]" => "[false, true, false]";

    /// Whether each element is infinite; of complex numbers, whether a part is.
    is_infinite [Element] -> bool = Unary::IsInfinite, "[0.0, f64::NAN, f64::INFINITY]" => "[false, false, true]";

    /// Whether each element is neither NaN nor infinite.
    is_finite [Element] -> bool = Unary::IsFinite, "[0.0, f64::NAN, f64::INFINITY]" => "[true, false, false]";

    /// Whether the sign bit of each element is set, as it is for `-0.0`: NumPy's `signbit`.
    sign_bit [Signed + Ordered] -> bool = Unary::SignBit, "[-1.0, -0.0, 0.0]" => "[true, true, false]";
}

macro_rules! whole_array {
    ($($any:ident $all:ident $each:ident $what:literal;)*) => {
        impl<A: Element, D: Dimension> ChunkedArray<A, D> {$(
            #[doc = concat!("Whether any element is ", $what, ", as an array without axes.")]
            #[track_caller]
            pub fn $any(&self) -> ChunkedArray<bool, Ix0> {
                self.$each().any()
            }

            #[doc = concat!("Whether all elements are ", $what, ", as an array without axes.")]
            #[track_caller]
            pub fn $all(&self) -> ChunkedArray<bool, Ix0> {
                self.$each().all()
            }
        )*}
    };
}

whole_array! {
    is_any_nan is_all_nan is_nan "NaN";
    is_any_infinite is_all_infinite is_infinite "infinite";
}

impl<A: Element, D: Dimension> ChunkedArray<A, D> {
    /// Finite numbers in place of what is none: 0 for NaN, the largest and smallest float for the infinities.
    ///
    /// ```
    /// # use chunkwise::prelude::*;
    /// # use ndarray::array;
    /// let x = ChunkedArray::from_array(array![1.5, f64::NAN, f64::NEG_INFINITY], Auto)?;
    /// assert_eq!(x.nan_to_num().compute()?, array![1.5, 0.0, f64::MIN]);
    /// # Ok::<(), chunkwise::Error>(())
    /// ```
    #[track_caller]
    pub fn nan_to_num(&self) -> Self
    where
        A: Real,
    {
        let bounds = [scalar(A::min_value()), scalar(A::max_value())];
        let clipped: Self = self.aligned(Op::Ternary(Ternary::Clip), &[&bounds[0], &bounds[1]]);
        self.is_nan()
            .aligned(Op::Ternary(Ternary::Select), &[&self.full_like(A::zero()).into_expr(), clipped.expr()])
    }

    /// Whether each element is near that of `rhs`: NumPy's `isclose`.
    ///
    /// Near is `|x - rhs| <= absolute + relative * |rhs|`. Equal infinities are near, NaN is near to nothing. NumPy's
    /// tolerances are `relative = 1e-5`, `absolute = 1e-8`.
    ///
    /// # Errors
    /// If the shapes do not broadcast.
    ///
    /// ```
    /// # use chunkwise::prelude::*;
    /// # use ndarray::array;
    /// let x = ChunkedArray::from_array(array![1.0, 1.1, f64::INFINITY], Auto)?;
    /// let near = x.is_close(array![1.01, 1.01, f64::INFINITY], 0.0, 0.05)?;
    /// assert_eq!(near.compute()?, array![true, false, true]);
    /// # Ok::<(), chunkwise::Error>(())
    /// ```
    #[track_caller]
    pub fn is_close<R>(&self, rhs: R, relative: A, absolute: A) -> Result<Broadcast<bool, D, R::Dim>>
    where
        A: Real,
        R: Operand<A>,
        D: DimMax<R::Dim>,
    {
        let rhs = ChunkedArray::<A, R::Dim>::from_expr(rhs.into_expr());
        let difference = self.binary::<A, _>(Binary::Sub, &rhs)?;
        let allowed = rhs.abs() * relative + absolute;
        let near = binary(Binary::Le, difference.abs().expr(), allowed.expr())?;
        let near = binary(Binary::BitAnd, &near, rhs.is_finite().expr())?;
        let same = binary(Binary::Eq, self.expr(), rhs.expr())?;
        Ok(ChunkedArray::from_expr(binary(Binary::BitOr, &near, &same)?))
    }
}

#[track_caller]
fn binary(op: Binary, left: &Expr, right: &Expr) -> Result<Expr> {
    Ok(Expr::elementwise(Op::Binary(op), &[left, right])?)
}
