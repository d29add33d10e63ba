//! The typed handle on an untyped expression.

use std::marker::PhantomData;

use chunkwise_core::{AxisGrid, DType, Element, Grid, counted};
use chunkwise_expr::Expr;
use ndarray::{Dimension, Ix0, Ix1, Ix2, Ix3, Ix4, Ix5, Ix6, IxDyn};

use crate::shape::dim_of;
use crate::{ChunkSpec, Chunked, IntoShape, Result, UNKNOWN};

/// A lazy n-dimensional array, cut into chunks.
///
/// `A` is the type of the elements: `bool`, an integer of 8 to 64 bits, `f32`, `f64` or a complex number of
/// these. `D` is one of ndarray's dimension types. A `ChunkedArray` says how to obtain its elements and holds
/// none itself: methods and operators note what is to be done and return at once, whatever the size, and
/// [`compute`](Self::compute) does it, on all cores, a few blocks at a time. A clone is another handle on the
/// same expression.
///
/// Methods are named as in ndarray where ndarray has them and behave as ndarray's, else as in NumPy. What takes
/// an index, an axis, a chunk spec or a second array returns a `Result`; what cannot fail does not.
///
/// # Operators
///
/// `+ - * / %` take numbers, `& | ^ !` take bool and integers, `<< >>` integers, unary `-` signed numbers.
/// Operands are chunked arrays, ndarray arrays and, on either side, scalars, owned or by reference, and
/// broadcast as NumPy's do. The assigning forms (`+=`) exist too. Element types are never promoted:
/// [`cast`](Self::cast) first. Integers wrap; division by zero gives zero for integers, never a panic.
///
/// Operators panic on shapes that do not broadcast, as ndarray's do; [`try_add`](Self::try_add) and its
/// relatives return an error instead. Comparisons are methods: [`gt`](Self::gt), [`ge`](Self::ge),
/// [`lt`](Self::lt), [`le`](Self::le), [`eq`](Self::eq), [`neq`](Self::neq).
///
/// # Examples
///
/// ```
/// use chunkwise::prelude::*;
/// use ndarray::{Axis, array};
///
/// let x = ChunkedArray::from_array(array![[1.0, 2.0], [3.0, 4.0]], (1, Full))?;
/// let centred = &x - x.mean_axis(keep(Axis(0)))?;
/// assert_eq!(centred.compute()?, array![[-1.0, -1.0], [1.0, 1.0]]);
/// # Ok::<(), chunkwise::Error>(())
/// ```
#[must_use = "arrays are lazy: nothing happens before `compute`"]
pub struct ChunkedArray<A, D = IxDyn> {
    expr: Expr,
    marker: PhantomData<fn() -> (A, D)>,
}

/// A lazy array without axes.
pub type ChunkedArray0<A> = ChunkedArray<A, Ix0>;
/// A lazy array of one axis.
pub type ChunkedArray1<A> = ChunkedArray<A, Ix1>;
/// A lazy array of two axes.
pub type ChunkedArray2<A> = ChunkedArray<A, Ix2>;
/// A lazy array of three axes.
pub type ChunkedArray3<A> = ChunkedArray<A, Ix3>;
/// A lazy array of four axes.
pub type ChunkedArray4<A> = ChunkedArray<A, Ix4>;
/// A lazy array of five axes.
pub type ChunkedArray5<A> = ChunkedArray<A, Ix5>;
/// A lazy array of six axes.
pub type ChunkedArray6<A> = ChunkedArray<A, Ix6>;
/// A lazy array whose number of axes is known at run time only.
pub type ChunkedArrayD<A> = ChunkedArray<A, IxDyn>;

impl<A, D> Clone for ChunkedArray<A, D> {
    fn clone(&self) -> Self {
        ChunkedArray { expr: self.expr.clone(), marker: PhantomData }
    }
}

impl<A: Element, D: Dimension> ChunkedArray<A, D> {
    /// The typed handle on an expression of this element type and number of axes.
    #[doc(hidden)]
    pub fn from_expr(expr: Expr) -> Self {
        debug_assert_eq!(expr.dtype(), A::DTYPE);
        debug_assert!(D::NDIM.is_none_or(|n| n == expr.shape().len()));
        ChunkedArray { expr, marker: PhantomData }
    }
}

impl<A, D> ChunkedArray<A, D> {
    #[doc(hidden)]
    pub fn expr(&self) -> &Expr {
        &self.expr
    }

    pub(crate) fn into_expr(self) -> Expr {
        self.expr
    }

    pub(crate) fn grid(&self) -> &Grid {
        self.expr.grid()
    }

    /// Lengths of the axes; [`UNKNOWN`](crate::UNKNOWN) where a [mask](Self::mask) decides.
    pub fn shape(&self) -> &[usize] {
        self.expr.visible_shape()
    }

    /// Number of axes.
    pub fn ndim(&self) -> usize {
        self.shape().len()
    }

    /// Number of elements.
    pub fn len(&self) -> usize {
        self.shape().iter().fold(1, |len, &n| len.saturating_mul(n))
    }

    /// Whether there are no elements.
    pub fn is_empty(&self) -> bool {
        self.shape().contains(&0)
    }

    /// The type of the elements, as a value.
    pub fn dtype(&self) -> DType {
        self.expr.dtype()
    }

    /// Bytes of all elements together.
    pub fn nbytes(&self) -> usize {
        self.len().saturating_mul(self.dtype().size())
    }

    /// Sizes of the chunks along each axis.
    ///
    /// This is a [chunk spec](ChunkSpec) too: `y.rechunk(x.chunks())?`.
    ///
    /// ```
    /// use chunkwise::prelude::*;
    ///
    /// let x = ChunkedArray::<f64, _>::zeros((10, 3).chunked((4, Full)))?;
    /// assert_eq!(x.chunks(), [vec![4, 4, 2], vec![3]]);
    /// assert_eq!((x.num_chunks(), x.chunk_shape()), (3, vec![4, 3]));
    /// # Ok::<(), chunkwise::Error>(())
    /// ```
    pub fn chunks(&self) -> Vec<Vec<usize>> {
        let sizes = |(k, axis): (usize, &AxisGrid)| match self.shape()[k] {
            UNKNOWN => vec![UNKNOWN; axis.count()],
            _ => axis.sizes().collect(),
        };
        self.grid().axes().iter().enumerate().map(sizes).collect()
    }

    /// Shape of the largest chunk.
    pub fn chunk_shape(&self) -> Vec<usize> {
        let mut shape = self.grid().largest().to_vec();
        if self.expr.is_unknown() {
            shape[0] = UNKNOWN;
        }
        shape
    }

    /// Number of chunks.
    pub fn num_chunks(&self) -> usize {
        self.grid().count()
    }
}

impl<A: Element, D: Dimension> ChunkedArray<A, D> {
    /// Lengths of the axes as ndarray's dimension value, for making arrays of the same shape.
    pub fn raw_dim(&self) -> D {
        dim_of(self.shape())
    }

    /// Lengths of the axes in their pattern form: `let (rows, columns) = x.dim();`.
    pub fn dim(&self) -> D::Pattern {
        self.raw_dim().into_pattern()
    }

    /// The same array in other chunks.
    ///
    /// Where the elements come from a generator, a file or memory, they are simply taken in other pieces.
    ///
    /// # Errors
    /// A spec that does not fit the shape.
    ///
    /// ```
    /// use chunkwise::prelude::*;
    ///
    /// let x = ChunkedArray::<f64, _>::ones((6, 6).chunked(1))?.rechunk((3, Full))?;
    /// assert_eq!(x.chunks(), [vec![3, 3], vec![6]]);
    /// # Ok::<(), chunkwise::Error>(())
    /// ```
    #[track_caller]
    pub fn rechunk(&self, chunks: impl ChunkSpec<D>) -> Result<Self> {
        self.known("rechunk")?;
        let grid = Chunked::new(self.raw_dim(), chunks).grid(A::DTYPE)?;
        Ok(Self::from_expr(self.expr.rechunk(grid)?))
    }

    /// The same array with a number of axes that only the run time knows.
    pub fn into_dyn(self) -> ChunkedArrayD<A> {
        ChunkedArray::from_expr(self.expr)
    }

    /// The same array with another dimension type that has as many axes.
    ///
    /// # Errors
    /// If `E` has another number of axes.
    ///
    /// ```
    /// use chunkwise::prelude::*;
    /// use ndarray::Ix2;
    ///
    /// let x = ChunkedArray::<f64, _>::ones(vec![2, 3])?;
    /// let y: ChunkedArray2<f64> = x.into_dimensionality::<Ix2>()?;
    /// assert_eq!(y.dim(), (2, 3));
    /// # Ok::<(), chunkwise::Error>(())
    /// ```
    pub fn into_dimensionality<E: Dimension>(self) -> Result<ChunkedArray<A, E>> {
        match E::NDIM {
            Some(n) if n != self.ndim() => Err(crate::error::invalid(
                "into_dimensionality",
                format!("an array of {} has no dimension type of {n}", counted(self.ndim(), "axis", "axes")),
            )),
            _ => Ok(ChunkedArray::from_expr(self.expr)),
        }
    }
}

/// The chunk boundaries of a shape given by the user.
pub(crate) fn grid_of<A: Element, Sh: IntoShape>(shape: Sh) -> Result<Grid> {
    shape.into_chunked().grid(A::DTYPE)
}
