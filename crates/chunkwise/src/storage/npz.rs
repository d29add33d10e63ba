//! Arrays in NumPy's `.npz` files.

use std::path::Path;
use std::sync::Arc;

use chunkwise_core::Element;
use chunkwise_io::{NpzArray, NpzWriter};
use ndarray::Dimension;

use super::open::opened;
use crate::{ChunkSpec, ChunkedArray, Result, Write};

impl<A: Element, D: Dimension> ChunkedArray<A, D> {
    /// The array of this name in an `.npz` file, read lazily.
    ///
    /// What `numpy.savez` wrote is read by position, as from an `.npy` file. What `numpy.savez_compressed` wrote can only
    /// be decompressed from its beginning: it is read as a whole whenever a part of it is needed, and takes as much
    /// memory meanwhile. [`npz_names`](crate::npz_names) lists the names.
    ///
    /// # Errors
    /// [`Error::Store`](crate::Error::Store) for a file that is no archive or has no array of this name,
    /// [`Error::FileType`](crate::Error::FileType) for one of another type or number of axes; chunks that do not fit.
    ///
    /// ```
    /// use chunkwise::prelude::*;
    /// use chunkwise::NpzWriter;
    ///
    /// # let folder = tempfile::tempdir().expect("a folder");
    /// # let path = folder.path().join("both.npz");
    /// let x = ChunkedArray::linspace(0.0, 1.0, 100)?;
    /// let archive = NpzWriter::create(&path)?;
    /// compute((x.to_npz(&archive, "x"), x.square().to_npz(&archive, "y")))?;
    /// assert_eq!(ChunkedArray1::<f64>::from_npz(&path, "y", Auto)?.max().scalar()?, 1.0);
    /// # Ok::<(), chunkwise::Error>(())
    /// ```
    #[track_caller]
    pub fn from_npz(path: impl AsRef<Path>, name: &str, chunks: impl ChunkSpec<D>) -> Result<Self> {
        opened(NpzArray::open(path.as_ref(), name)?, path.as_ref(), chunks)
    }

    /// A write of the array to an `.npz` file, for [`compute`](crate::compute()) to do together with those of the other
    /// arrays of the file, which appears when the last of them is complete. It is not compressed.
    pub fn to_npz(&self, archive: &Arc<NpzWriter>, name: impl Into<String>) -> Write {
        let (archive, name) = (archive.clone(), name.into());
        let shape = self.shape().to_vec();
        self.write_to(name.clone(), None, move || Ok(Arc::new(archive.array(&name, A::DTYPE, &shape)?)))
    }
}
