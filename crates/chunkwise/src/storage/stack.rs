//! Arrays in folders of `.npy` files.

use std::path::Path;
use std::sync::Arc;

use chunkwise_core::{AxisGrid, Element, Grid};
use chunkwise_io::{NpyStack, NpyStackWriter};
use ndarray::{Axis, Dimension};

use super::open::opened;
use crate::error::invalid;
use crate::{ChunkSpec, ChunkedArray, Result, Write};

impl<A: Element, D: Dimension> ChunkedArray<A, D> {
    /// The array whose parts along an axis are the files `0.npy`, `1.npy`, ... of a folder, read lazily (dask's
    /// `from_npy_stack`).
    ///
    /// # Errors
    /// [`Error::Store`](crate::Error::Store) for a folder without such files, or files that do not fit each other,
    /// [`Error::FileType`](crate::Error::FileType) for another type or number of axes; chunks that do not fit.
    ///
    /// ```
    /// use chunkwise::prelude::*;
    /// use ndarray::Axis;
    ///
    /// # let folder = tempfile::tempdir().expect("a folder");
    /// # let path = folder.path().join("days");
    /// let x = ChunkedArray::<f32, _>::ones((31, 24).chunked((10, Full)))?;
    /// x.to_npy_stack(&path, Axis(0))?.compute()?; // 0.npy to 3.npy
    /// let x = ChunkedArray2::<f32>::from_npy_stack(&path, Axis(0), Auto)?;
    /// assert_eq!(x.dim(), (31, 24));
    /// # Ok::<(), chunkwise::Error>(())
    /// ```
    #[track_caller]
    pub fn from_npy_stack(folder: impl AsRef<Path>, axis: Axis, chunks: impl ChunkSpec<D>) -> Result<Self> {
        opened(NpyStack::open(folder.as_ref(), axis.index())?, folder.as_ref(), chunks)
    }

    /// A write of the array to a folder of `.npy` files, one for each chunk along an axis, each with all of the other
    /// axes. dask reads the folder too.
    ///
    /// # Errors
    /// An axis that the array does not have; a shape that is not known.
    pub fn to_npy_stack(&self, folder: impl AsRef<Path>, axis: Axis) -> Result<Write> {
        self.known("to_npy_stack")?;
        let Some(sizes) = self.chunks().get(axis.index()).cloned() else {
            let why = format!("axis {} is out of bounds for an array of {} axes", axis.index(), self.ndim());
            return Err(invalid("to_npy_stack", why));
        };
        let folder = folder.as_ref().to_owned();
        let shape = self.shape().to_vec();
        let cells = Grid::new(shape.iter().enumerate().map(|(k, &n)| match k == axis.index() {
            true => AxisGrid::from_sizes(&sizes),
            false => AxisGrid::whole(n),
        }));
        Ok(self.write_to(folder.display().to_string(), Some(cells), move || {
            Ok(Arc::new(NpyStackWriter::create(&folder, A::DTYPE, &shape, axis.index(), &sizes)?))
        }))
    }
}
