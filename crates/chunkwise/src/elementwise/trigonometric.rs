//! Trigonometric and hyperbolic functions, in radians.

use chunkwise_core::{Element, Inexact, Real};
use chunkwise_kernels::{Binary, Unary};
use ndarray::{DimMax, Dimension};

use super::{binary_methods, unary_methods};
use crate::operand::Broadcast;
use crate::{ChunkedArray, Operand, Result};

unary_methods! {
    /// Sines; those of floats are within one unit in the last place, for angles of any size.
    sin [Inexact] -> A = Unary::Sin, "[0.0]" => "[0.0]";

    /// Cosines; those of floats are within one unit in the last place, for angles of any size.
    cos [Inexact] -> A = Unary::Cos, "[0.0]" => "[1.0]";

    /// Tangents; those of floats are within one unit in the last place, for angles of any size.
    tan [Inexact] -> A = Unary::Tan, "[0.0]" => "[0.0]";

    /// Inverse sines, between -π/2 and π/2; NaN for floats outside of -1 to 1. Those of floats are within one unit in the
    /// last place.
    asin [Inexact] -> A = Unary::Asin, "[0.0]" => "[0.0]";

    /// Inverse cosines, between 0 and π; NaN for floats outside of -1 to 1. Those of floats are within one unit in the
    /// last place.
    acos [Inexact] -> A = Unary::Acos, "[1.0]" => "[0.0]";

    /// Inverse tangents, between -π/2 and π/2; those of floats are within one unit in the last place.
    /// [`atan2`](Self::atan2) knows the quadrant too.
    atan [Inexact] -> A = Unary::Atan, "[0.0]" => "[0.0]";

    /// Hyperbolic sines; of floats within 1 unit in the last place.
    sinh [Inexact] -> A = Unary::Sinh, "[0.0]" => "[0.0]";

    /// Hyperbolic cosines; of floats within 1 unit in the last place.
    cosh [Inexact] -> A = Unary::Cosh, "[0.0]" => "[1.0]";

    /// Hyperbolic tangents; of floats within 1 unit in the last place.
    tanh [Inexact] -> A = Unary::Tanh, "[0.0, f64::INFINITY]" => "[0.0, 1.0]";

    /// Inverse hyperbolic sines.
    asinh [Inexact] -> A = Unary::Asinh, "[0.0]" => "[0.0]";

    /// Inverse hyperbolic cosines; NaN for floats below 1.
    acosh [Inexact] -> A = Unary::Acosh, "[1.0]" => "[0.0]";

    /// Inverse hyperbolic tangents; NaN for floats outside of -1 to 1.
    atanh [Inexact] -> A = Unary::Atanh, "[0.0]" => "[0.0]";
}

binary_methods! {
    /// The angles of the points `(rhs, x)`, between -π and π: `x` is the ordinate, as in `y.atan2(x)`. Within one unit
    /// in the last place.
    atan2 [Real] -> A = Binary::Atan2, "[0.0, -0.0]", "1.0" => "[0.0, -0.0]";

    /// The hypotenuses over `x` and `rhs`, without leaving the range of floats on the way. Within 1 unit in the
    /// last place.
    hypot [Real] -> A = Binary::Hypot, "[3.0, 5.0]", "ndarray::array![4.0, 12.0]" => "[5.0, 13.0]";
}

impl<A: Element, D: Dimension> ChunkedArray<A, D> {
    /// Sines and cosines.
    ///
    /// ```
    /// # use chunkwise::prelude::*;
    /// # use ndarray::array;
    /// let (sin, cos) = ChunkedArray::from_array(array![0.0], Auto)?.sin_cos();
    /// assert_eq!(compute((sin, cos))?, (array![0.0], array![1.0]));
    /// # Ok::<(), chunkwise::Error>(())
    /// ```
    #[track_caller]
    pub fn sin_cos(&self) -> (Self, Self)
    where
        A: Inexact,
    {
        (self.sin(), self.cos())
    }
}
