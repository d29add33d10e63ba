//! Arrays that users' own code writes.

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use chunkwise_core::{Block, Element, Grid, RegionSink, Shape, is_transient};
use ndarray::{ArrayView, Dimension};

use super::source::grid_of;
use super::views::view;
use crate::{BoxError, ChunkedArray, Result, Write};

/// Something that an array of elements `A` can be written to, a box at a time: a table of a database, objects in an
/// object store, a format that Chunkwise does not know.
///
/// [`ChunkedArray::to_sink`] makes a write of it, which is computed like any other. [`write`](Self::write) is called on
/// several threads at once, with boxes that never overlap, and [`finish`](Self::finish) when all is written. An `Arc`
/// of a sink is a sink too.
///
/// # Example
///
/// A database of blobs, one for each row of an array:
///
/// ```
/// use std::collections::BTreeMap;
/// use std::sync::{Arc, Mutex};
///
/// use chunkwise::prelude::*;
/// use chunkwise::{BoxError, Sink};
/// use ndarray::{ArrayView2, Ix2};
///
/// #[derive(Default)]
/// struct Table {
///     rows: Mutex<BTreeMap<usize, Vec<u8>>>,
/// }
///
/// impl Sink<f64, Ix2> for Table {
///     fn write(&self, start: &[usize], block: ArrayView2<'_, f64>) -> Result<(), BoxError> {
///         for (i, row) in block.rows().into_iter().enumerate() {
///             let blob = row.iter().flat_map(|x| x.to_le_bytes()).collect();
///             self.rows.lock().map_err(|error| error.to_string())?.insert(start[0] + i, blob);
///         }
///         Ok(())
///     }
///
///     // A row is written as a whole, however the array is chunked.
///     fn chunks(&self, shape: &[usize]) -> Option<Vec<Vec<usize>>> {
///         Some(vec![vec![1; shape[0]], vec![shape[1]]])
///     }
///
///     fn name(&self) -> String {
///         "table of readings".into()
///     }
/// }
///
/// let table = Arc::new(Table::default());
/// let x = ChunkedArray::from_shape_fn((3, 4).chunked(2), |(i, j)| (i * 4 + j) as f64)?;
/// let (_, largest) = compute((x.to_sink(table.clone())?, x.max().value()))?;
/// assert_eq!(largest, 11.0);
/// let rows = table.rows.lock().unwrap();
/// assert_eq!(rows[&2][..8], 8.0_f64.to_le_bytes());
/// # Ok::<(), chunkwise::Error>(())
/// ```
pub trait Sink<A, D: Dimension>: Send + Sync + 'static {
    /// Writes the elements of the box that begins at `start` and has the shape of `block`.
    ///
    /// # Errors
    /// Whatever keeps the box from being written whole. The computation fails with it, after further attempts if it is
    /// [transient](Self::is_transient).
    fn write(&self, start: &[usize], block: ArrayView<'_, A, D>) -> Result<(), BoxError>;

    /// Sizes, along each axis, of the boxes that must be written as a whole, of an array of this shape: every block
    /// then consists of such boxes. `None`, the default, if any box may be written.
    fn chunks(&self, shape: &[usize]) -> Option<Vec<Vec<usize>>> {
        let _ = shape;
        None
    }

    /// What to call it in messages.
    fn name(&self) -> String {
        std::any::type_name::<Self>().into()
    }

    /// Bytes that writing a box of this shape takes beside the box itself, for the memory limit.
    fn scratch_bytes(&self, shape: &[usize]) -> u64 {
        let _ = shape;
        0
    }

    /// For sinks that can take up what an earlier process left: is told before anything is planned, what will be
    /// written. `fingerprint` is the same for the same computation.
    ///
    /// # Errors
    /// A sink that cannot remember what was written to it, which is the default.
    fn resume(&self, fingerprint: u128) -> Result<(), BoxError> {
        let _ = fingerprint;
        Err(format!("{} does not remember what was written to it", self.name()).into())
    }

    /// Whether the box was written completely by an earlier process, and is as it was written: it is then neither
    /// computed nor written again.
    fn is_written(&self, start: &[usize], shape: &[usize]) -> bool {
        let _ = (start, shape);
        false
    }

    /// Called when every box has been written. It is not called when anything failed.
    ///
    /// # Errors
    /// Whatever keeps the array from being completed.
    fn finish(&self) -> Result<(), BoxError> {
        Ok(())
    }

    /// Whether the same write may succeed if it is tried again a little later. By default: errors of the system that
    /// say so, such as a time-out.
    fn is_transient(&self, error: &BoxError) -> bool {
        is_transient(error)
    }
}

impl<A, D, S> Sink<A, D> for Arc<S>
where
    A: 'static,
    D: Dimension,
    S: Sink<A, D> + ?Sized,
{
    fn write(&self, start: &[usize], block: ArrayView<'_, A, D>) -> Result<(), BoxError> {
        (**self).write(start, block)
    }

    fn chunks(&self, shape: &[usize]) -> Option<Vec<Vec<usize>>> {
        (**self).chunks(shape)
    }

    fn name(&self) -> String {
        (**self).name()
    }

    fn scratch_bytes(&self, shape: &[usize]) -> u64 {
        (**self).scratch_bytes(shape)
    }

    fn resume(&self, fingerprint: u128) -> Result<(), BoxError> {
        (**self).resume(fingerprint)
    }

    fn is_written(&self, start: &[usize], shape: &[usize]) -> bool {
        (**self).is_written(start, shape)
    }

    fn finish(&self) -> Result<(), BoxError> {
        (**self).finish()
    }

    fn is_transient(&self, error: &BoxError) -> bool {
        (**self).is_transient(error)
    }
}

impl<A: Element, D: Dimension + 'static> ChunkedArray<A, D> {
    /// A write of the array to a [`Sink`] of one's own, for [`compute`](crate::compute()) to do together with others.
    ///
    /// # Errors
    /// Chunks of the sink that do not fit the array's shape; a shape that is not known.
    ///
    /// An example is at [`Sink`].
    pub fn to_sink(&self, sink: impl Sink<A, D>) -> Result<Write> {
        self.known("to_sink")?;
        let name = sink.name();
        let grid =
            sink.chunks(self.shape()).map(|chunks| grid_of(&chunks, self.shape(), "to_sink")).transpose()?;
        let shape = self.shape().into();
        let sink: Arc<dyn RegionSink> =
            Arc::new(Typed { sink, shape, grid: grid.clone(), marker: PhantomData::<fn() -> (A, D)> });
        Ok(self.write_to(name, grid, move || Ok(sink.clone())))
    }
}

/// A sink without its types.
struct Typed<S, A, D> {
    sink: S,
    shape: Shape,
    grid: Option<Grid>,
    marker: PhantomData<fn() -> (A, D)>,
}

impl<S: Sink<A, D>, A, D: Dimension> fmt::Debug for Typed<S, A, D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sink").field("name", &self.sink.name()).field("shape", &self.shape).finish()
    }
}

impl<S: Sink<A, D>, A: Element, D: Dimension + 'static> RegionSink for Typed<S, A, D> {
    fn name(&self) -> String {
        self.sink.name()
    }

    fn write(&self, start: &[usize], block: &Block) -> Result<(), BoxError> {
        // SAFETY: the caller has written every element, and nobody writes to it meanwhile.
        self.sink.write(start, unsafe { view::<A, D>(block) })
    }

    fn grid(&self) -> Option<Grid> {
        self.grid.clone()
    }

    fn scratch_bytes(&self, shape: &[usize]) -> u64 {
        self.sink.scratch_bytes(shape)
    }

    fn resume(&self, fingerprint: u128) -> Result<(), BoxError> {
        self.sink.resume(fingerprint)
    }

    fn is_written(&self, start: &[usize], shape: &[usize]) -> bool {
        self.sink.is_written(start, shape)
    }

    fn finish(&self) -> Result<(), BoxError> {
        self.sink.finish()
    }

    fn is_transient(&self, error: &BoxError) -> bool {
        self.sink.is_transient(error)
    }
}
