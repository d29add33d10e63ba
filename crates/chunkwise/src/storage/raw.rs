//! Arrays in files of nothing but elements.

use std::path::Path;
use std::sync::Arc;

use chunkwise_core::Element;
use chunkwise_io::{RawFile, RawOptions, RawWriter};
use ndarray::Dimension;

use super::open::opened;
use crate::{ChunkedArray, Config, IntoShape, Result, Write};

impl<A: Element, D: Dimension> ChunkedArray<A, D> {
    /// The array in a file of nothing but elements (NumPy's `tofile`), read lazily.
    ///
    /// `shape` may say the chunks too, as for [`zeros`](Self::zeros). A computation reads, by position and on several
    /// threads, the parts that it needs. The file should not change while the array is in use.
    ///
    /// # Errors
    /// [`Error::Store`](crate::Error::Store) for a file that cannot be opened or is too short; chunks that do not fit the
    /// shape.
    ///
    /// ```
    /// use chunkwise::prelude::*;
    /// use chunkwise::{ByteOrder, RawOptions};
    ///
    /// # let folder = tempfile::tempdir().expect("a folder");
    /// # let path = folder.path().join("frame.bin");
    /// # std::fs::write(&path, [0, 0, 0, 1, 0, 2, 0, 3]).expect("a file");
    /// // The file holds two bytes that are something else, and the numbers 1, 2 and 3, the highest byte first.
    /// let options = RawOptions::default().offset(2).byte_order(ByteOrder::Big);
    /// let x = ChunkedArray::<u16, _>::from_raw(&path, 3, options)?;
    /// assert_eq!(x.sum().scalar()?, 6);
    /// # Ok::<(), chunkwise::Error>(())
    /// ```
    #[track_caller]
    pub fn from_raw(
        path: impl AsRef<Path>,
        shape: impl IntoShape<Dim = D>,
        options: RawOptions,
    ) -> Result<Self> {
        let chunked = shape.into_chunked();
        let chunks = chunked.grid(A::DTYPE)?;
        let file = RawFile::open(path.as_ref(), A::DTYPE, chunked.shape(), options)?;
        let chunks: Vec<_> = chunks.axes().iter().map(super::open::chunks_of).collect();
        opened(file, path.as_ref(), chunks)
    }

    /// Computes the array into a file of nothing but its elements: little endian, row-major.
    ///
    /// The file appears when it is complete; if anything fails, what was there before stays as it was.
    ///
    /// # Errors
    /// [`Error::Store`](crate::Error::Store) for a file that cannot be written, and what keeps a block from being
    /// computed.
    ///
    /// ```
    /// use chunkwise::prelude::*;
    ///
    /// # let folder = tempfile::tempdir().expect("a folder");
    /// # let path = folder.path().join("x.bin");
    /// ChunkedArray::arange(0..3_u8)?.write_raw(&path)?;
    /// assert_eq!(std::fs::read(&path).expect("the file"), [0, 1, 2]);
    /// # Ok::<(), chunkwise::Error>(())
    /// ```
    pub fn write_raw(&self, path: impl AsRef<Path>) -> Result<()> {
        self.write_raw_with(path, &Config::default())
    }

    /// Computes the array into a raw file in a configuration of its own.
    ///
    /// # Errors
    /// As for [`write_raw`](Self::write_raw) and [`compute_with`](Self::compute_with).
    pub fn write_raw_with(&self, path: impl AsRef<Path>, config: &Config) -> Result<()> {
        config.compute(self.to_raw(path))
    }

    /// A write of the array to a raw file, for [`compute`](crate::compute()) to do together with others.
    pub fn to_raw(&self, path: impl AsRef<Path>) -> Write {
        let path = path.as_ref().to_owned();
        let shape = self.shape().to_vec();
        self.write_to(path.display().to_string(), None, move || {
            Ok(Arc::new(RawWriter::create(&path, A::DTYPE, &shape)?))
        })
    }
}
