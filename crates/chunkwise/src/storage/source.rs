//! Arrays that users' own code reads: from a database, an object store, an instrument.

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use chunkwise_core::{AxisGrid, Block, DType, Element, Grid, RegionSource, Shape, is_transient};
use chunkwise_expr::Expr;
use ndarray::{ArrayViewMut, Dimension};

use super::open::aligned;
use super::views::cleared_view;
use crate::error::invalid;
use crate::shape::shape_of;
use crate::{BoxError, ChunkSpec, ChunkedArray, Result};

/// Something that an array of elements `A` can be read from, a box at a time: a table of a database, objects in an
/// object store, a format that Chunkwise does not know.
///
/// [`ChunkedArray::from_source`] makes a lazy array of it. A computation calls [`read`](Self::read) on several threads
/// at once, for the boxes that it needs. An `Arc` of a source is a source too.
///
/// # Example
///
/// A database of blobs, one for each row of an array:
///
/// ```
/// use std::collections::BTreeMap;
///
/// use chunkwise::prelude::*;
/// use chunkwise::{BoxError, Source};
/// use ndarray::{ArrayViewMut2, Ix2};
///
/// struct Table {
///     rows: BTreeMap<usize, Vec<u8>>,
///     columns: usize,
/// }
///
/// impl Source<f64, Ix2> for Table {
///     fn shape(&self) -> Ix2 {
///         Ix2(self.rows.len(), self.columns)
///     }
///
///     fn read(&self, start: &[usize], mut out: ArrayViewMut2<'_, f64>) -> Result<(), BoxError> {
///         for (i, mut row) in out.rows_mut().into_iter().enumerate() {
///             let key = start[0] + i;
///             let blob = self.rows.get(&key).ok_or_else(|| format!("row {key} is missing"))?;
///             let numbers = blob.as_chunks().0.iter().map(|bytes| f64::from_le_bytes(*bytes));
///             row.iter_mut().zip(numbers.skip(start[1])).for_each(|(to, from)| *to = from);
///         }
///         Ok(())
///     }
///
///     // To fetch half a row costs as much as all of it.
///     fn chunks(&self) -> Option<Vec<Vec<usize>>> {
///         Some(vec![vec![1; self.rows.len()], vec![self.columns]])
///     }
///
///     fn name(&self) -> String {
///         "table of readings".into()
///     }
/// }
///
/// let row = |i: usize| (0..4).flat_map(|j| ((i * 4 + j) as f64).to_le_bytes()).collect();
/// let table = Table { rows: (0..3).map(|i| (i, row(i))).collect(), columns: 4 };
/// let x = ChunkedArray::from_source(table, Auto)?;
/// assert_eq!(x.dim(), (3, 4));
/// assert_eq!(x.sum().scalar()?, 66.0);
///
/// let broken = Table { rows: BTreeMap::from([(0, row(0)), (2, row(2))]), columns: 4 };
/// let error = ChunkedArray::from_source(broken, Auto)?.compute().unwrap_err();
/// assert!(error.to_string().contains("row 1 is missing"));
/// # Ok::<(), chunkwise::Error>(())
/// ```
pub trait Source<A, D: Dimension>: Send + Sync + 'static {
    /// The lengths of the axes, which never change.
    fn shape(&self) -> D;

    /// Fills `out` with the elements of the box that begins at `start` and has the shape of `out`, which is zero
    /// everywhere before.
    ///
    /// # Errors
    /// Whatever keeps the box from being read whole. The computation fails with it, after further attempts if it is
    /// [transient](Self::is_transient).
    fn read(&self, start: &[usize], out: ArrayViewMut<'_, A, D>) -> Result<(), BoxError>;

    /// Sizes, along each axis, of the boxes that cost as much to read in part as whole. Computations read whole ones
    /// where they can. `None`, the default, if any box is as good as another.
    fn chunks(&self) -> Option<Vec<Vec<usize>>> {
        None
    }

    /// What to call it in messages.
    fn name(&self) -> String {
        std::any::type_name::<Self>().into()
    }

    /// Bytes that reading a box of this shape takes beside the box itself, for the memory limit.
    fn scratch_bytes(&self, shape: &[usize]) -> u64 {
        let _ = shape;
        0
    }

    /// Text that changes when the elements do, by which an interrupted computation is recognised: a version, a time of
    /// change. `None`, the default, if nobody can tell.
    fn version(&self) -> Option<String> {
        None
    }

    /// Whether the same read may succeed if it is tried again a little later. By default: errors of the system that
    /// say so, such as a time-out.
    fn is_transient(&self, error: &BoxError) -> bool {
        is_transient(error)
    }
}

impl<A, D, S> Source<A, D> for Arc<S>
where
    A: 'static,
    D: Dimension,
    S: Source<A, D> + ?Sized,
{
    fn shape(&self) -> D {
        (**self).shape()
    }

    fn read(&self, start: &[usize], out: ArrayViewMut<'_, A, D>) -> Result<(), BoxError> {
        (**self).read(start, out)
    }

    fn chunks(&self) -> Option<Vec<Vec<usize>>> {
        (**self).chunks()
    }

    fn name(&self) -> String {
        (**self).name()
    }

    fn scratch_bytes(&self, shape: &[usize]) -> u64 {
        (**self).scratch_bytes(shape)
    }

    fn version(&self) -> Option<String> {
        (**self).version()
    }

    fn is_transient(&self, error: &BoxError) -> bool {
        (**self).is_transient(error)
    }
}

impl<A: Element, D: Dimension + 'static> ChunkedArray<A, D> {
    /// The array in a [`Source`] of one's own, read lazily.
    ///
    /// [`Auto`](crate::Auto) chunks are those of the source, or several of them.
    ///
    /// # Errors
    /// A chunk spec that does not fit the source's shape; chunks of the source that do not.
    ///
    /// An example is at [`Source`].
    #[track_caller]
    pub fn from_source(source: impl Source<A, D>, chunks: impl ChunkSpec<D>) -> Result<Self> {
        let dim = source.shape();
        let shape: Shape = shape_of(&dim).into();
        let grid = source.chunks().map(|chunks| grid_of(&chunks, &shape, "from_source")).transpose()?;
        let specs = chunks.axes(shape.len())?;
        let chunks = aligned(&specs, &shape, A::DTYPE, grid.as_ref())?;
        let source = Typed { source, shape, grid, marker: PhantomData };
        Ok(Self::from_expr(Expr::region_source(Arc::new(source), chunks)))
    }
}

/// The grid of the sizes that a user gave for each axis.
pub(super) fn grid_of(chunks: &[Vec<usize>], shape: &[usize], what: &'static str) -> Result<Grid> {
    let sum = |sizes: &Vec<usize>| sizes.iter().try_fold(0_usize, |sum, &n| sum.checked_add(n));
    let fits =
        chunks.len() == shape.len() && chunks.iter().zip(shape).all(|(sizes, &n)| sum(sizes) == Some(n));
    if !fits {
        return Err(invalid(what, format!("its chunks {chunks:?} do not add up to its shape {shape:?}")));
    }
    Ok(Grid::new(chunks.iter().map(|sizes| AxisGrid::from_sizes(sizes))))
}

/// A source without its types.
struct Typed<S, A, D> {
    source: S,
    shape: Shape,
    grid: Option<Grid>,
    marker: PhantomData<fn() -> (A, D)>,
}

impl<S: Source<A, D>, A, D: Dimension> fmt::Debug for Typed<S, A, D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Source").field("name", &self.source.name()).field("shape", &self.shape).finish()
    }
}

impl<S: Source<A, D>, A: Element, D: Dimension + 'static> RegionSource for Typed<S, A, D> {
    fn name(&self) -> String {
        self.source.name()
    }

    fn dtype(&self) -> DType {
        A::DTYPE
    }

    fn shape(&self) -> &[usize] {
        &self.shape
    }

    fn read(&self, start: &[usize], out: &mut Block) -> Result<(), BoxError> {
        // SAFETY: the caller holds the memory of `out` alone, and lets nobody read it meanwhile.
        let view = unsafe { cleared_view::<A, D>(out) };
        self.source.read(start, view)
    }

    fn grid(&self) -> Option<Grid> {
        self.grid.clone()
    }

    fn scratch_bytes(&self, shape: &[usize]) -> u64 {
        self.source.scratch_bytes(shape)
    }

    fn version(&self) -> Option<String> {
        self.source.version()
    }

    fn is_transient(&self, error: &BoxError) -> bool {
        self.source.is_transient(error)
    }
}
