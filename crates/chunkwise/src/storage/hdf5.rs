//! Arrays in HDF5 and NetCDF-4 files.

use std::path::Path;
use std::sync::Arc;

use chunkwise_core::Element;
use chunkwise_io::{Hdf5Array, Hdf5Options, Hdf5Writer};
use ndarray::Dimension;

use super::open::opened;
use crate::{ChunkSpec, ChunkedArray, Result, Write};

impl<A: Element, D: Dimension> ChunkedArray<A, D> {
    /// The dataset of this name (or path: `"group/name"`) of an HDF5 file, or the variable of a NetCDF-4 file, read
    /// lazily.
    ///
    /// The HDF5 library does one thing at a time, so that threads read one after the other.
    /// [`Auto`](crate::Auto) chunks are those of the dataset, or several of them. [`hdf5_names`](crate::hdf5_names) lists
    /// the names. Values are as stored: `scale_factor` and `_FillValue` of NetCDF are not applied.
    ///
    /// # Errors
    /// [`Error::Store`](crate::Error::Store) for a file that is no HDF5 file or has no such dataset,
    /// [`Error::FileType`](crate::Error::FileType) for one of another type or number of axes; chunks that do not fit.
    ///
    /// ```
    /// use chunkwise::prelude::*;
    /// use chunkwise::{Hdf5Options, Hdf5Writer};
    ///
    /// # let folder = tempfile::tempdir().expect("a folder");
    /// # let path = folder.path().join("run.h5");
    /// let x = ChunkedArray::<f64, _>::ones((100, 100))?;
    /// let file = Hdf5Writer::create(&path)?;
    /// let options = Hdf5Options::default().chunks([10, 100]).deflate(4).shuffle();
    /// compute((x.to_hdf5(&file, "level", options), x.sum_axis(ndarray::Axis(0))?.to_hdf5(&file, "sums", Hdf5Options::default())))?;
    /// assert_eq!(ChunkedArray1::<f64>::from_hdf5(&path, "sums", Auto)?.max().scalar()?, 100.0);
    /// # Ok::<(), chunkwise::Error>(())
    /// ```
    #[track_caller]
    pub fn from_hdf5(path: impl AsRef<Path>, name: &str, chunks: impl ChunkSpec<D>) -> Result<Self> {
        opened(Hdf5Array::open(path.as_ref(), name)?, path.as_ref(), chunks)
    }

    /// A write of the array to a dataset of a new HDF5 file, for [`compute`](crate::compute()) to do together with those
    /// of the other datasets of the file, which appears when the last of them is complete.
    pub fn to_hdf5(&self, file: &Arc<Hdf5Writer>, name: impl Into<String>, options: Hdf5Options) -> Write {
        let (file, name) = (file.clone(), name.into());
        let shape = self.shape().to_vec();
        let cells = options.grid(&shape);
        self.write_to(name.clone(), cells, move || {
            Ok(Arc::new(file.dataset(&name, A::DTYPE, &shape, &options)?))
        })
    }
}
