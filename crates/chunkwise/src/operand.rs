//! The other side of a binary operation.

use chunkwise_core::{Element, Grid, Scalar};
use chunkwise_expr::Expr;
use ndarray::{ArrayBase, Data, DimMax, Dimension, Ix0};
use num_complex::Complex;

use crate::{ChunkedArray, create};

/// The dimension type of what arrays of dimension `D` and `E` broadcast to.
pub type BroadcastDim<D, E> = <D as DimMax<E>>::Output;

/// An array of the shape that arrays of dimension `D` and `E` broadcast to.
pub type Broadcast<A, D, E> = ChunkedArray<A, BroadcastDim<D, E>>;

/// An array of the shape that arrays of dimension `D`, `E` and `F` broadcast to.
pub type Broadcast3<A, D, E, F> = Broadcast<A, BroadcastDim<D, E>, F>;

/// What an array of `A` can be combined with: a scalar, a chunked array or an ndarray array, owned or by
/// reference.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be combined with an array of `{A}`",
    label = "expected `{A}`, an array of `{A}` or a reference to one",
    note = "element types are never promoted: cast first, `x.cast::<{A}>()`"
)]
pub trait Operand<A: Element> {
    /// Its dimension type; a scalar has no axes.
    type Dim: Dimension;

    #[doc(hidden)]
    fn into_expr(self) -> Expr;
}

impl<A: Element> Operand<A> for A {
    type Dim = Ix0;

    #[track_caller]
    fn into_expr(self) -> Expr {
        scalar(self)
    }
}

impl<A: Element, E: Dimension> Operand<A> for ChunkedArray<A, E> {
    type Dim = E;

    fn into_expr(self) -> Expr {
        self.into_expr()
    }
}

impl<A: Element, E: Dimension> Operand<A> for &ChunkedArray<A, E> {
    type Dim = E;

    fn into_expr(self) -> Expr {
        self.expr().clone()
    }
}

// Naming the third parameter of `ArrayBase` lets the compiler see that an array of `A` is never an `A` itself,
// which the implementation for scalars needs.
impl<A: Element, S: Data<Elem = A>, E: Dimension> Operand<A> for ArrayBase<S, E, A> {
    type Dim = E;

    #[track_caller]
    fn into_expr(self) -> Expr {
        create::memory::operand(self)
    }
}

impl<A: Element, S: Data<Elem = A>, E: Dimension> Operand<A> for &ArrayBase<S, E, A> {
    type Dim = E;

    #[track_caller]
    fn into_expr(self) -> Expr {
        create::memory::operand(self.to_shared())
    }
}

/// A value without axes, which broadcasts to everything.
#[track_caller]
pub(crate) fn scalar<A: Element>(value: A) -> Expr {
    Expr::fill(Scalar::new(value), Grid::whole(&[]))
}

macro_rules! real_as_complex {
    ($($R:ty),*) => {$(
        impl Operand<Complex<$R>> for $R {
            type Dim = Ix0;

            #[track_caller]
            fn into_expr(self) -> Expr {
                scalar(Complex::new(self, 0.0))
            }
        }
    )*};
}

real_as_complex!(f32, f64);
