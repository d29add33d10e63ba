//! Quantiles and percentiles.

use chunkwise_core::Ordered;
use ndarray::{Axis, Dimension, Ix0};

use super::{Quantiles, QuantilesOf};
use crate::{Axes, ChunkedArray, Result};

/// Pairs of methods, over all axes and over some: the largest fraction, whether NaN is left out, and an example as input,
/// a fraction, the result over all axes, and over axis 0 with two fractions.
macro_rules! quantiles {
    ($(
        $(#[$doc:meta])*
        $all:ident $some:ident { scale: $scale:literal, nan: $nan:literal },
            $input:literal, $q:literal => $result:literal, $qs:literal => $results:literal;
    )*) => {
        impl<A: Ordered, D: Dimension> ChunkedArray<A, D> {$(
            $(#[$doc])*
            ///
            /// # Errors
            /// A fraction out of range, or NaN; no elements, where NaN does not stand for their quantile.
            ///
            /// ```
            /// # use chunkwise::prelude::*;
            /// # use ndarray::array;
            #[doc = concat!("let x = ChunkedArray::from_array(array!", $input, ", Auto)?;")]
            #[doc = concat!("assert_eq!(x.", stringify!($all), "(", $q, ")?.scalar()?, ", $result, ");")]
            /// # Ok::<(), chunkwise::Error>(())
            /// ```
            #[track_caller]
            pub fn $all<Q: Quantiles<A>>(&self, q: Q) -> Result<QuantilesOf<A, Q, Ix0>> {
                let axes: Vec<Axis> = self.all_axes().into_iter().map(Axis).collect();
                Ok(ChunkedArray::from_expr(self.quantiles(axes, (q, $scale), $nan)?.into_expr()))
            }

            #[doc = concat!("[`", stringify!($all), "`](Self::", stringify!($all), ") over some [axes](Axes).")]
            /// The axis of several quantiles comes first.
            ///
            /// # Errors
            #[doc = concat!("As for [`", stringify!($all), "`](Self::", stringify!($all), "); an axis that the array")]
            /// does not have, or one named twice.
            ///
            /// ```
            /// # use chunkwise::prelude::*;
            /// # use ndarray::{Axis, array};
            #[doc = concat!("let x = ChunkedArray::from_array(array!", $input, ", Auto)?;")]
            #[doc = concat!("let several = x.", stringify!($some), "(Axis(0), ", $qs, ")?;")]
            #[doc = concat!("assert_eq!(several.compute()?, array!", $results, ");")]
            /// # Ok::<(), chunkwise::Error>(())
            /// ```
            #[track_caller]
            pub fn $some<X: Axes<D>, Q: Quantiles<A>>(
                &self,
                axes: X,
                q: Q,
            ) -> Result<QuantilesOf<A, Q, X::Out>> {
                self.quantiles(axes, (q, $scale), $nan)
            }
        )*}
    };
}

quantiles! {
    /// [`Quantiles`] at fractions between 0 and 1, by NumPy's arithmetic. NaN where there is a NaN.
    ///
    /// One fraction gives an array without axes, several give one of as many elements. The result is of the type of
    /// [`mean`](Self::mean), or of the elements' where a [`Pick`](crate::Pick) is the method; `f32` is computed as `f64`
    /// and rounded once.
    quantile quantile_axis { scale: 1.0, nan: false },
        "[[1i64, 7], [3, 4], [9, 5]]", "0.5" => "4.5", "[0.0, 0.75]" => "[[1.0, 4.0], [6.0, 6.0]]";

    /// [Quantiles](Self::quantile) of what is not NaN: NaN if there is nothing else.
    nanquantile nanquantile_axis { scale: 1.0, nan: true },
        "[[1.0, f64::NAN], [3.0, 4.0]]", "0.5" => "3.0", "[0.0, 0.75]" => "[[1.0, 4.0], [2.5, 4.0]]";

    /// [Quantiles](Self::quantile) at percentages, between 0 and 100.
    percentile percentile_axis { scale: 100.0, nan: false },
        "[[1i64, 7], [3, 4], [9, 5]]", "50.0" => "4.5", "[0.0, 75.0]" => "[[1.0, 4.0], [6.0, 6.0]]";

    /// [Percentiles](Self::percentile) of what is not NaN: NaN if there is nothing else.
    nanpercentile nanpercentile_axis { scale: 100.0, nan: true },
        "[[1.0, f64::NAN], [3.0, 4.0]]", "50.0" => "3.0", "[0.0, 75.0]" => "[[1.0, 4.0], [2.5, 4.0]]";
}
