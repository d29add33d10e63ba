//! Exponentials, logarithms and roots, and the error function.

use chunkwise_core::{Element, Inexact, Real};
use chunkwise_kernels::{Binary, Unary};
use ndarray::{DimMax, Dimension};

use super::{binary_methods, unary_methods};
use crate::operand::Broadcast;
use crate::{ChunkedArray, Operand, Result};

unary_methods! {
    /// Square roots; NaN for negative floats, the principal root for complex numbers.
    sqrt [Inexact] -> A = Unary::Sqrt, "[0.0, 2.25, 9.0]" => "[0.0, 1.5, 3.0]";

    /// Cube roots, within 1 unit in the last place.
    cbrt [Real] -> A = Unary::Cbrt, "[0.0]" => "[0.0]";

    /// Exponentials, `e` to the power of each element; of floats within 1.01 units in the last place.
    exp [Inexact] -> A = Unary::Exp, "[0.0, f64::NEG_INFINITY]" => "[1.0, 0.0]";

    /// 2 to the power of each element, within 1 unit in the last place.
    exp2 [Real] -> A = Unary::Exp2, "[0.0, f64::NEG_INFINITY]" => "[1.0, 0.0]";

    /// `exp(x) - 1`, within 1 unit in the last place near zero too.
    exp_m1 [Real] -> A = Unary::ExpM1, "[0.0, f64::NEG_INFINITY]" => "[0.0, -1.0]";

    /// Natural logarithms; NaN for negative floats, the principal value for complex numbers. Of floats within 1 unit in the
    /// last place.
    ln [Inexact] -> A = Unary::Ln, "[0.0, 1.0]" => "[f64::NEG_INFINITY, 0.0]";

    /// `ln(1 + x)`, within 1 unit in the last place near zero too.
    ln_1p [Real] -> A = Unary::Log1p, "[-1.0, 0.0]" => "[f64::NEG_INFINITY, 0.0]";

    /// Logarithms to base 2; of floats within 1 unit in the last place.
    log2 [Inexact] -> A = Unary::Log2, "[0.0, 1.0]" => "[f64::NEG_INFINITY, 0.0]";

    /// Logarithms to base 10; of floats within 1 unit in the last place.
    log10 [Inexact] -> A = Unary::Log10, "[0.0, 1.0]" => "[f64::NEG_INFINITY, 0.0]";

    /// The error function, `2 / √π` times the integral of `exp(-t²)` from 0 to each element. Within 1 unit in
    /// the last place, 1.2 on processors without FMA.
    erf [Real] -> A = Unary::Erf, "[0.0, f64::INFINITY]" => "[0.0, 1.0]";
}

binary_methods! {
    /// `ln(exp(x) + exp(rhs))` without leaving the range of floats on the way.
    logaddexp [Real] -> A = Binary::LogAddExp, "[f64::NEG_INFINITY, 1.0]", "f64::NEG_INFINITY"
        => "[f64::NEG_INFINITY, 1.0]";
}

impl<A: Element, D: Dimension> ChunkedArray<A, D> {
    /// Logarithms to any base: `ln(x) / ln(base)`.
    ///
    /// ```
    /// # use chunkwise::prelude::*;
    /// # use ndarray::array;
    /// let x = ChunkedArray::from_array(array![0.0, 1.0], Auto)?;
    /// assert_eq!(x.log(3.0).compute()?, array![f64::NEG_INFINITY, 0.0]);
    /// # Ok::<(), chunkwise::Error>(())
    /// ```
    #[track_caller]
    pub fn log(&self, base: A) -> Self
    where
        A: Real,
    {
        self.ln().with_scalar(Binary::Div, base.ln())
    }

    /// `log2(2^x + 2^rhs)` without leaving the range of floats on the way.
    ///
    /// # Errors
    /// If the shapes do not broadcast.
    #[track_caller]
    pub fn logaddexp2<R>(&self, rhs: R) -> Result<Broadcast<A, D, R::Dim>>
    where
        A: Real,
        R: Operand<A>,
        D: DimMax<R::Dim>,
    {
        let ln2 = (A::one() + A::one()).ln();
        let rhs = ChunkedArray::<A, R::Dim>::from_expr(rhs.into_expr());
        let sum =
            self.with_scalar::<A>(Binary::Mul, ln2).logaddexp(rhs.with_scalar::<A>(Binary::Mul, ln2))?;
        Ok(sum.with_scalar(Binary::Div, ln2))
    }
}
