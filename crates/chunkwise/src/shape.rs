//! Shapes with chunks: `(1000, 1000).chunked((100, Full))`.

use chunkwise_core::{AxisChunks, DType, Error, Grid};
use ndarray::{Dimension, IntoDimension};

use crate::{ChunkSpec, Result};

/// The result of reading a chunk spec: one entry per axis.
pub(crate) type AxisSpecs = Result<Vec<AxisChunks>, Error>;

/// A shape together with its chunks, made by [`ShapeExt::chunked`].
#[derive(Clone, Debug)]
pub struct Chunked<D> {
    dim: D,
    chunks: AxisSpecs,
}

impl<D: Dimension> Chunked<D> {
    pub(crate) fn new(dim: D, spec: impl ChunkSpec<D>) -> Self {
        let chunks = spec.axes(dim.ndim());
        Chunked { dim, chunks }
    }

    /// The lengths of the axes.
    pub(crate) fn shape(&self) -> &[usize] {
        shape_of(&self.dim)
    }

    /// The chunk boundaries of an array of `dtype`.
    pub(crate) fn grid(&self, dtype: DType) -> Result<Grid> {
        let chunks = self.chunks.as_deref().map_err(Error::clone)?;
        Ok(AxisChunks::resolve(chunks, self.shape(), dtype)?)
    }

    /// The same chunks for another shape.
    pub(crate) fn map<E>(
        self,
        dim: E,
        chunks: impl FnOnce(Vec<AxisChunks>) -> Vec<AxisChunks>,
    ) -> Chunked<E> {
        Chunked { dim, chunks: self.chunks.map(chunks) }
    }
}

/// A shape, or a shape with chunks: what `zeros` and its relatives take.
///
/// A shape is what ndarray takes as one: `n`, `(m, n)`, `[m, n]`, a `Vec` or slice for a number of axes that
/// is only known at run time, or another array's `raw_dim()`. Alone it means automatic chunks;
/// [`chunked`](ShapeExt::chunked) says which.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not the shape of an array",
    note = "a shape is usize, (usize, usize, ..), [usize; N] or Vec<usize>, optionally `.chunked(spec)`"
)]
pub trait IntoShape {
    /// The dimension type of arrays of this shape.
    type Dim: Dimension;

    #[doc(hidden)]
    fn into_chunked(self) -> Chunked<Self::Dim>;
}

impl<T: IntoDimension> IntoShape for T {
    type Dim = T::Dim;

    fn into_chunked(self) -> Chunked<T::Dim> {
        let dim = self.into_dimension();
        let chunks = Ok(vec![AxisChunks::Auto; dim.ndim()]);
        Chunked { dim, chunks }
    }
}

impl<D: Dimension> IntoShape for Chunked<D> {
    type Dim = D;

    fn into_chunked(self) -> Chunked<D> {
        self
    }
}

/// Says how a shape is cut into chunks.
pub trait ShapeExt: IntoDimension + Sized {
    /// This shape in these chunks: one [spec](ChunkSpec) for all axes, or one per axis.
    ///
    /// A spec that does not fit the shape is reported by the function that the shape is given to.
    ///
    /// ```
    /// use chunkwise::prelude::*;
    ///
    /// let x = ChunkedArray::<f64, _>::zeros((100, 100).chunked(40))?;
    /// assert_eq!(x.chunks(), [[40, 40, 20], [40, 40, 20]]);
    ///
    /// let x = ChunkedArray::<f64, _>::zeros((100, 100).chunked(([30, 70], Full)))?;
    /// assert_eq!(x.chunks(), [vec![30, 70], vec![100]]);
    ///
    /// assert!(ChunkedArray::<f64, _>::zeros((100, 100).chunked(([30, 60], Full))).is_err());
    /// # Ok::<(), chunkwise::Error>(())
    /// ```
    // Not `chunks`: on `vec![1, 2, 3].chunks(2)` the trait would win over the slice's method.
    fn chunked<C: ChunkSpec<Self::Dim>>(self, spec: C) -> Chunked<Self::Dim> {
        Chunked::new(self.into_dimension(), spec)
    }
}

impl<T: IntoDimension> ShapeExt for T {}

/// The lengths that a dimension value holds.
pub(crate) fn shape_of<D: Dimension>(dim: &D) -> &[usize] {
    dim.as_array_view().to_slice().expect("the lengths of a dimension are contiguous")
}

/// The dimension value of these lengths, which must be as many as `D` has.
pub(crate) fn dim_of<D: Dimension>(shape: &[usize]) -> D {
    let mut dim = D::zeros(shape.len());
    for (k, &n) in shape.iter().enumerate() {
        dim[k] = n;
    }
    dim
}
