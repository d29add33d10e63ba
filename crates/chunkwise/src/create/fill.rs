//! Arrays of one value: `zeros`, `ones`, `from_elem` and their `_like` forms.

use chunkwise_core::{Element, Scalar, dispatch};
use chunkwise_expr::Expr;
use ndarray::Dimension;
use num_traits::One;

use crate::array::grid_of;
use crate::{ChunkedArray, IntoShape, Result};

impl<A: Element, D: Dimension> ChunkedArray<A, D> {
    /// An array of zeros (`false` for bool).
    ///
    /// # Errors
    /// A chunk spec that does not fit the shape, or a shape too large to address.
    ///
    /// ```
    /// use chunkwise::prelude::*;
    ///
    /// let x = ChunkedArray::<f32, _>::zeros((10_000, 10_000).chunked((1000, 1000)))?;
    /// assert_eq!(x.num_chunks(), 100);
    /// assert_eq!(x.sum().scalar()?, 0.0);
    /// # Ok::<(), chunkwise::Error>(())
    /// ```
    #[track_caller]
    pub fn zeros(shape: impl IntoShape<Dim = D>) -> Result<Self> {
        Self::from_elem(shape, A::default())
    }

    /// An array of ones (`true` for bool).
    ///
    /// # Errors
    /// As for [`zeros`](Self::zeros).
    ///
    /// ```
    /// use chunkwise::prelude::*;
    ///
    /// let x = ChunkedArray2::<u8>::ones((3, 4))?;
    /// assert_eq!(x.sum().scalar()?, 12);
    /// # Ok::<(), chunkwise::Error>(())
    /// ```
    #[track_caller]
    pub fn ones(shape: impl IntoShape<Dim = D>) -> Result<Self> {
        Ok(Self::from_expr(Expr::fill(one::<A>(), grid_of::<A, _>(shape)?)))
    }

    /// An array that holds `elem` everywhere.
    ///
    /// # Errors
    /// As for [`zeros`](Self::zeros).
    ///
    /// ```
    /// use chunkwise::prelude::*;
    /// use ndarray::array;
    ///
    /// assert_eq!(ChunkedArray::from_elem((1, 2), 7)?.compute()?, array![[7, 7]]);
    /// # Ok::<(), chunkwise::Error>(())
    /// ```
    #[track_caller]
    pub fn from_elem(shape: impl IntoShape<Dim = D>, elem: A) -> Result<Self> {
        Ok(Self::from_expr(Expr::fill(Scalar::new(elem), grid_of::<A, _>(shape)?)))
    }

    /// An array that holds `elem` everywhere: NumPy's name for [`from_elem`](Self::from_elem).
    ///
    /// # Errors
    /// As for [`zeros`](Self::zeros).
    #[track_caller]
    pub fn full(shape: impl IntoShape<Dim = D>, elem: A) -> Result<Self> {
        Self::from_elem(shape, elem)
    }

    /// An array whose values nobody relies on.
    ///
    /// They are zeros: nothing is allocated for a lazy array, so there is nothing to be gained by leaving its
    /// memory as it was.
    ///
    /// # Errors
    /// As for [`zeros`](Self::zeros).
    #[track_caller]
    pub fn empty(shape: impl IntoShape<Dim = D>) -> Result<Self> {
        Self::zeros(shape)
    }

    /// Zeros of the type, shape and chunks of this array.
    ///
    /// ```
    /// use chunkwise::prelude::*;
    ///
    /// let x = ChunkedArray::from_elem((6, 6).chunked((2, 3)), 5)?;
    /// let y = x.zeros_like();
    /// assert_eq!(y.chunks(), x.chunks());
    /// assert_eq!(y.max().scalar()?, 0);
    /// # Ok::<(), chunkwise::Error>(())
    /// ```
    #[track_caller]
    pub fn zeros_like(&self) -> Self {
        self.full_like(A::default())
    }

    /// Ones of the type, shape and chunks of this array.
    #[track_caller]
    pub fn ones_like(&self) -> Self {
        Self::from_expr(Expr::fill(one::<A>(), self.grid().clone()))
    }

    /// An array that holds `elem` everywhere, with the shape and chunks of this one.
    #[track_caller]
    pub fn full_like(&self, elem: A) -> Self {
        Self::from_expr(Expr::fill(Scalar::new(elem), self.grid().clone()))
    }

    /// An array whose values nobody relies on (see [`empty`](Self::empty)), with the shape and chunks of this one.
    #[track_caller]
    pub fn empty_like(&self) -> Self {
        self.zeros_like()
    }
}

fn one<A: Element>() -> Scalar {
    dispatch!(A::DTYPE, Number, T => Scalar::new(T::one()), else Scalar::new(true))
}
