//! Methods that compute each element of the result from the elements at the same place.

mod arithmetic;
mod classify;
mod compare;
mod complex;
mod convert;
mod exponential;
mod extrema;
mod logic;
mod map;
mod power;
mod rounding;
mod select;
mod trigonometric;

use chunkwise_core::Element;
use chunkwise_expr::Expr;
use chunkwise_kernels::{Binary, Op, Unary};
use ndarray::{DimMax, Dimension};
use smallvec::SmallVec;

use crate::late::or_late;
use crate::operand::{Broadcast, scalar};
use crate::{ChunkedArray, Operand, Result};

impl<A: Element, D: Dimension> ChunkedArray<A, D> {
    /// An instruction with one operand, which the element class allows.
    #[track_caller]
    pub(crate) fn unary<B: Element>(&self, op: Unary) -> ChunkedArray<B, D> {
        self.instruction(Op::Unary(op))
    }

    /// An instruction with one operand and parameters.
    #[track_caller]
    pub(crate) fn instruction<B: Element>(&self, op: Op) -> ChunkedArray<B, D> {
        self.aligned(op, &[])
    }

    /// An instruction whose further operands have this array's shape, or no axes.
    #[track_caller]
    pub(crate) fn aligned<B: Element>(&self, op: Op, further: &[&Expr]) -> ChunkedArray<B, D> {
        let name = op.name();
        let operands: SmallVec<[&Expr; 3]> =
            std::iter::once(self.expr()).chain(further.iter().copied()).collect();
        let built = Expr::elementwise(op, &operands);
        ChunkedArray::from_expr(or_late(built, name, B::DTYPE, || self.grid().clone()))
    }

    /// An instruction with two operands.
    #[track_caller]
    pub(crate) fn binary<B: Element, R>(&self, op: Binary, rhs: R) -> Result<Broadcast<B, D, R::Dim>>
    where
        R: Operand<A>,
        D: DimMax<R::Dim>,
    {
        Ok(ChunkedArray::from_expr(Expr::elementwise(Op::Binary(op), &[self.expr(), &rhs.into_expr()])?))
    }

    /// An instruction whose second operand is a scalar.
    #[track_caller]
    pub(crate) fn with_scalar<B: Element>(&self, op: Binary, rhs: A) -> ChunkedArray<B, D> {
        self.aligned(Op::Binary(op), &[&scalar(rhs)])
    }
}

/// Methods of one operand: documentation, bounds, result, instruction, and an example as input and output.
macro_rules! unary_methods {
    ($(
        $(#[$doc:meta])*
        $name:ident [$($bound:tt)+] -> $Out:ty = $instruction:expr, $input:literal => $output:literal;
    )*) => {
        impl<A: Element, D: Dimension> ChunkedArray<A, D> {$(
            $(#[$doc])*
            ///
            /// ```
            /// # use chunkwise::prelude::*;
            /// # use ndarray::array;
            #[doc = concat!("let x = ChunkedArray::from_array(array!", $input, ", Auto)?;")]
            #[doc = concat!("assert_eq!(x.", stringify!($name), "().compute()?, array!", $output, ");")]
            /// # Ok::<(), chunkwise::Error>(())
            /// ```
            #[track_caller]
            pub fn $name(&self) -> ChunkedArray<$Out, D>
            where
                A: $($bound)+,
            {
                self.unary($instruction)
            }
        )*}
    };
}
pub(crate) use unary_methods;

/// Methods of two operands, which broadcast; the example has a receiver, an argument and the result.
macro_rules! binary_methods {
    ($(
        $(#[$doc:meta])*
        $name:ident [$($bound:tt)+] -> $Out:ty = $instruction:expr, $input:literal, $argument:literal => $output:literal;
    )*) => {
        impl<A: Element, D: Dimension> ChunkedArray<A, D> {$(
            $(#[$doc])*
            ///
            /// # Errors
            /// If the shapes do not broadcast.
            ///
            /// ```
            /// # use chunkwise::prelude::*;
            /// # use ndarray::array;
            #[doc = concat!("let x = ChunkedArray::from_array(array!", $input, ", Auto)?;")]
            #[doc = concat!(
                "assert_eq!(x.", stringify!($name), "(", $argument, ")?.compute()?, array!", $output, ");"
            )]
            /// # Ok::<(), chunkwise::Error>(())
            /// ```
            #[track_caller]
            pub fn $name<R>(&self, rhs: R) -> Result<Broadcast<$Out, D, R::Dim>>
            where
                A: $($bound)+,
                R: Operand<A>,
                D: DimMax<R::Dim>,
            {
                self.binary($instruction, rhs)
            }
        )*}
    };
}
pub(crate) use binary_methods;
