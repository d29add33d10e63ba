//! Variance and standard deviation.

use chunkwise_core::Element;
use chunkwise_kernels::reduce::ReduceOp;
use ndarray::{Dimension, Ix0};

use crate::{Axes, ChunkedArray, Result};

/// Pairs of methods as of `reductions!`, with a parameter.
macro_rules! spreads {
    ($(
        $(#[$doc:meta])*
        $all:ident $some:ident { std: $std:literal, nan: $nan:literal }, $input:literal => $result:literal, $results:literal;
    )*) => {
        impl<A: Element, D: Dimension> ChunkedArray<A, D> {$(
            $(#[$doc])*
            ///
            /// ```
            /// # use chunkwise::prelude::*;
            /// # use ndarray::array;
            #[doc = concat!("let x = ChunkedArray::from_array(array!", $input, ", Auto)?;")]
            #[doc = concat!("assert_eq!(x.", stringify!($all), "(0.0).scalar()?, ", $result, ");")]
            /// # Ok::<(), chunkwise::Error>(())
            /// ```
            #[track_caller]
            pub fn $all(&self, ddof: f64) -> ChunkedArray<A::Real, Ix0> {
                self.reduce_all(ReduceOp::Var { ddof, std: $std, nan: $nan })
            }

            #[doc = concat!("[`", stringify!($all), "`](Self::", stringify!($all), ") over some [axes](Axes).")]
            ///
            /// # Errors
            /// An axis that the array does not have, or one named twice.
            ///
            /// ```
            /// # use chunkwise::prelude::*;
            /// # use ndarray::{Axis, array};
            #[doc = concat!("let x = ChunkedArray::from_array(array!", $input, ", Auto)?;")]
            #[doc = concat!(
                "assert_eq!(x.", stringify!($some), "(Axis(0), 0.0)?.compute()?, array!", $results, ");"
            )]
            /// # Ok::<(), chunkwise::Error>(())
            /// ```
            #[track_caller]
            pub fn $some<X: Axes<D>>(&self, axes: X, ddof: f64) -> Result<ChunkedArray<A::Real, X::Out>> {
                self.reduce_some(ReduceOp::Var { ddof, std: $std, nan: $nan }, axes)
            }
        )*}
    };
}

spreads! {
    /// The variance: the mean of `|x - mean|²`, with the number of elements less `ddof` as divisor (0 for a
    /// population, 1 for a sample). Real for complex numbers; NaN of no elements.
    ///
    /// It is found in one pass by merging count, mean and squares of blocks (Chan, Golub and LeVeque 1979), and
    /// stays accurate where the mean is large.
    var var_axis { std: false, nan: false }, "[[1.0f64, 2.0], [3.0, 6.0]]" => "3.5", "[1.0, 4.0]";

    /// The standard deviation: the root of the [variance](Self::var).
    std std_axis { std: true, nan: false }, "[[1.0f64, 2.0], [3.0, 2.0]]" => "0.5f64.sqrt()", "[1.0, 0.0]";

    /// The variance without NaN: NaN if there is nothing else.
    nanvar nanvar_axis { std: false, nan: true }, "[[1.0, f64::NAN], [3.0, 5.0]]" => "8.0 / 3.0", "[1.0, 0.0]";

    /// The standard deviation without NaN: NaN if there is nothing else.
    nanstd nanstd_axis { std: true, nan: true }, "[[1.0, f64::NAN], [3.0, 2.0]]" => "(2.0f64 / 3.0).sqrt()", "[1.0, 0.0]";
}
