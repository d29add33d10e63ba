//! Reductions: over all axes, or over some.
//!
//! `x.sum()` gives an array without axes, [`scalar`](ChunkedArray::scalar) computes it to a number;
//! `x.sum_axis(axes)` takes the [axes](crate::Axes) to reduce.

mod extrema;
mod moments;
mod sums;
mod truth;

use chunkwise_core::{Element, Grid};
use chunkwise_kernels::reduce::ReduceOp;
use ndarray::{Dimension, Ix0};

use crate::late::or_late;
use crate::{Axes, ChunkedArray, Result, axes};

impl<A: Element, D: Dimension> ChunkedArray<A, D> {
    /// A reduction over all axes. One that has no value reports that when it is computed.
    #[track_caller]
    pub(crate) fn reduce_all<B: Element>(&self, op: ReduceOp) -> ChunkedArray<B, Ix0> {
        let axes: Vec<usize> = (0..self.ndim()).collect();
        let built = self.expr().reduce(op, &axes, false);
        ChunkedArray::from_expr(or_late(built, op.name(), B::DTYPE, || Grid::whole(&[])))
    }

    /// A reduction over some axes.
    #[track_caller]
    pub(crate) fn reduce_some<B: Element, X: Axes<D>>(
        &self,
        op: ReduceOp,
        axes: X,
    ) -> Result<ChunkedArray<B, X::Out>> {
        let axes = axes::checked(axes, self.ndim())?;
        Ok(ChunkedArray::from_expr(self.expr().reduce(op, &axes, X::KEEP)?))
    }
}

/// Pairs of methods, over all axes and over some: bounds, result, reduction, and an example as input, result over
/// all axes and result over axis 0.
macro_rules! reductions {
    ($(
        $(#[$doc:meta])*
        $all:ident $some:ident [$($bound:tt)+] -> $Out:ty = $op:expr, $input:literal => $result:literal, $results:literal;
    )*) => {
        impl<A: Element, D: Dimension> ChunkedArray<A, D> {$(
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
            pub fn $all(&self) -> ChunkedArray<$Out, Ix0>
            where
                A: $($bound)+,
            {
                self.reduce_all($op)
            }

            #[doc = concat!("[`", stringify!($all), "`](Self::", stringify!($all), ") over some [axes](Axes).")]
            ///
            /// # Errors
            /// An axis that the array does not have, or one named twice; no elements along the axes, if the reduction
            /// has no value then.
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
            pub fn $some<X: Axes<D>>(&self, axes: X) -> Result<ChunkedArray<$Out, X::Out>>
            where
                A: $($bound)+,
            {
                self.reduce_some($op, axes)
            }
        )*}
    };
}
pub(crate) use reductions;
