//! Medians.

use chunkwise_core::{Element, Grid, Ordered};
use chunkwise_kernels::order::OrderOp;
use ndarray::{Dimension, Ix0};

use crate::late::or_late;
use crate::{Axes, ChunkedArray, Result};

/// Pairs of methods, over all axes and over some: whether NaN is left out, and an example as input, result over all axes
/// and result over axis 0.
macro_rules! medians {
    ($(
        $(#[$doc:meta])*
        $all:ident $some:ident $nan:literal, $input:literal => $result:literal, $results:literal;
    )*) => {
        impl<A: Ordered, D: Dimension> ChunkedArray<A, D> {$(
            $(#[$doc])*
            ///
            /// ```
            /// # use chunkwise::prelude::*;
            /// # use ndarray::array;
            #[doc = concat!("let x = ChunkedArray::from_array(array!", $input, ", Auto)?;")]
            #[doc = concat!("assert_eq!(x.", stringify!($all), "().scalar()?, ", $result, ");")]
            /// # Ok::<(), chunkwise::Error>(())
            /// ```
            #[track_caller]
            pub fn $all(&self) -> ChunkedArray<A::Mean, Ix0> {
                let op = OrderOp::Median { nan: $nan };
                let built = self.expr().order(op, &self.all_axes(), None, false);
                let name = stringify!($all);
                ChunkedArray::from_expr(or_late(built, name, A::Mean::DTYPE, || Grid::whole(&[])))
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
                "assert_eq!(x.", stringify!($some), "(Axis(0))?.compute()?, array!", $results, ");"
            )]
            /// # Ok::<(), chunkwise::Error>(())
            /// ```
            #[track_caller]
            pub fn $some<X: Axes<D>>(&self, axes: X) -> Result<ChunkedArray<A::Mean, X::Out>> {
                self.order_some(OrderOp::Median { nan: $nan }, axes)
            }
        )*}
    };
}

medians! {
    /// The median: the middle element, or the mean of the two in the middle. NaN if there is one, and of no elements.
    /// Of integers and bool it is an `f64`.
    ///
    /// It is exact, and found by selection (after Floyd and Rivest 1975) where the axes lie; the elements of one result
    /// are in memory together, on one thread.
    median median_axis false, "[[1i64, 7], [3, 4], [9, 5]]" => "4.5", "[3.0, 5.0]";

    /// The [median](Self::median) of what is not NaN: NaN if there is nothing else.
    nanmedian nanmedian_axis true, "[[1.0, f64::NAN], [3.0, 4.0]]" => "3.0", "[2.0, 4.0]";
}
