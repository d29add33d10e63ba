//! Rounding. Integers are what they are.

use chunkwise_core::{Element, Number, Ordered, Real};
use chunkwise_kernels::Unary;
use ndarray::Dimension;

use super::unary_methods;
use crate::ChunkedArray;

unary_methods! {
    /// The greatest integers that are not above.
    floor [Number + Ordered] -> A = Unary::Floor, "[-1.5, 1.5]" => "[-2.0, 1.0]";

    /// The smallest integers that are not below.
    ceil [Number + Ordered] -> A = Unary::Ceil, "[-1.5, 1.5]" => "[-1.0, 2.0]";

    /// The integer parts: rounded towards zero.
    trunc [Number + Ordered] -> A = Unary::Trunc, "[-1.5, 1.5]" => "[-1.0, 1.0]";

    /// The nearest integers, halves away from zero, as Rust rounds. See [`rint`](Self::rint) for NumPy's way.
    round [Number + Ordered] -> A = Unary::Round, "[-2.5, 0.5, 1.4]" => "[-3.0, 1.0, 1.0]";

    /// The nearest integers, halves to the even one, as NumPy's `rint` and `round`.
    rint [Number + Ordered] -> A = Unary::Rint, "[-2.5, 0.5, 1.5]" => "[-2.0, 0.0, 2.0]";

    /// The fractional parts, with the sign of the number.
    fract [Real] -> A = Unary::Fract, "[-1.5, 1.25]" => "[-0.5, 0.25]";
}
