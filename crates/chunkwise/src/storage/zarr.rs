//! Arrays in Zarr stores.

use std::path::Path;
use std::sync::Arc;

use chunkwise_core::{Element, RegionSink};
use chunkwise_io::{StoreError, ZarrArray, ZarrOptions, ZarrWriter};
use ndarray::Dimension;

use super::open::opened;
use crate::{ChunkSpec, ChunkedArray, Config, Result, UNKNOWN, Write};

impl<A: Element, D: Dimension> ChunkedArray<A, D> {
    /// The array in a Zarr store of version 2 or 3, read lazily.
    ///
    /// `path` is the folder of the array, which may lie within a group. Only the metadata is read now; a computation
    /// reads and decodes the chunks that it needs, on several threads. [`Auto`](crate::Auto) chunks are those of the
    /// store, or several of them; any others may be asked for. A chunk that is not there has the fill value. The store
    /// should not change while the array is in use.
    ///
    /// [`ZarrArray::open`](crate::ZarrArray::open) gives the type, the shape and the attributes of an array of which they are not known.
    ///
    /// # Errors
    /// [`Error::Store`](crate::Error::Store) for a path that is no array or one that is not supported,
    /// [`Error::FileType`](crate::Error::FileType) if its elements are not of type `A` or its axes not as many as `D`
    /// has; a chunk spec that does not fit its shape.
    ///
    /// ```
    /// use chunkwise::prelude::*;
    ///
    /// # let folder = tempfile::tempdir().expect("a folder");
    /// # let path = folder.path().join("x.zarr");
    /// ChunkedArray::arange(0..1_000_000_i64)?.rechunk(50_000)?.write_zarr(&path)?;
    ///
    /// let x = ChunkedArray1::<i64>::from_zarr(&path, Auto)?;
    /// assert_eq!(x.chunk_shape(), [200_000]);
    /// assert_eq!(x.max().scalar()?, 999_999);
    /// # Ok::<(), chunkwise::Error>(())
    /// ```
    #[track_caller]
    pub fn from_zarr(path: impl AsRef<Path>, chunks: impl ChunkSpec<D>) -> Result<Self> {
        let path = path.as_ref();
        opened(ZarrArray::open(path)?, path, chunks)
    }

    /// Computes the array into a new Zarr store of version 3, in its own chunks, without ever holding it whole.
    ///
    /// The array appears when it is complete.
    ///
    /// # Errors
    /// [`Error::Store`](crate::Error::Store) if something is at `path` already, or cannot be written; what keeps a
    /// block from being computed.
    ///
    /// ```
    /// use chunkwise::prelude::*;
    ///
    /// # let folder = tempfile::tempdir().expect("a folder");
    /// # let path = folder.path().join("ones.zarr");
    /// ChunkedArray::<f32, _>::ones((100, 80).chunked((30, 40)))?.write_zarr(&path)?;
    /// assert_eq!(ChunkedArray2::<f32>::from_zarr(&path, Auto)?.sum().scalar()?, 8000.0);
    /// # Ok::<(), chunkwise::Error>(())
    /// ```
    pub fn write_zarr(&self, path: impl AsRef<Path>) -> Result<()> {
        self.write_zarr_with(path, ZarrOptions::default(), &Config::default())
    }

    /// Computes the array into a Zarr store that is made as the options say, in a configuration of its own.
    ///
    /// # Errors
    /// As for [`write_zarr`](Self::write_zarr) and [`compute_with`](Self::compute_with).
    pub fn write_zarr_with(
        &self,
        path: impl AsRef<Path>,
        options: ZarrOptions,
        config: &Config,
    ) -> Result<()> {
        config.compute(self.to_zarr(path, options))
    }

    /// A write of the array to a Zarr store that is made as the options say, for [`compute`](crate::compute()) to do
    /// together with others. Chunks of the store are those of the array, unless the options say otherwise: an array of
    /// any chunks is cut along those of the store, each of which one thread writes.
    ///
    /// The array appears when it is complete; if anything fails, what was there before stays as it was.
    ///
    /// ```
    /// use chunkwise::prelude::*;
    /// use chunkwise::{ZarrCompressor, ZarrOptions};
    ///
    /// # let folder = tempfile::tempdir().expect("a folder");
    /// # let path = folder.path().join("rows.zarr");
    /// let x = ChunkedArray::<f64, _>::ones((300, 200).chunked((Full, 10)))?;
    /// let options = ZarrOptions::default()
    ///     .chunks([10, 200])
    ///     .shards([100, 200])
    ///     .compressor(ZarrCompressor::Zstd { level: 1 })
    ///     .attribute("units", "K");
    /// let (_, sum) = compute((x.to_zarr(&path, options), x.sum().value()))?; // computes `x` once
    /// assert_eq!(sum, 60_000.0);
    /// # Ok::<(), chunkwise::Error>(())
    /// ```
    pub fn to_zarr(&self, path: impl AsRef<Path>, options: ZarrOptions) -> Write {
        let path = path.as_ref().to_owned();
        let shape = self.shape().to_vec();
        let options = options.default_chunks(|| self.chunk_shape().iter().map(|&n| n.max(1)).collect());
        let cells = if shape.contains(&UNKNOWN) { None } else { options.grid(A::DTYPE, &shape) };
        let write = self.write_to(path.display().to_string(), cells, {
            let (path, shape, options) = (path.clone(), shape.clone(), options.clone());
            move || Ok(Arc::new(ZarrWriter::create(&path, A::DTYPE, &shape, options.clone())?))
        });
        write
            .or_reopen(move || Ok(Arc::new(ZarrWriter::continued(&path, A::DTYPE, &shape, options.clone())?)))
    }

    /// A write of the array to the end of one in a Zarr store, which grows along `axis`. What is there stays, and the
    /// array becomes longer when all of the new part is there.
    ///
    /// ```
    /// use chunkwise::prelude::*;
    /// use ndarray::Axis;
    ///
    /// # let folder = tempfile::tempdir().expect("a folder");
    /// # let path = folder.path().join("log.zarr");
    /// let day = ChunkedArray::<f32, _>::ones((24, 10))?;
    /// day.write_zarr(&path)?;
    /// day.append_zarr(&path, Axis(0)).compute()?;
    /// assert_eq!(ChunkedArray2::<f32>::from_zarr(&path, Auto)?.shape(), [48, 10]);
    /// # Ok::<(), chunkwise::Error>(())
    /// ```
    pub fn append_zarr(&self, path: impl AsRef<Path>, axis: ndarray::Axis) -> Write {
        let path = path.as_ref().to_owned();
        let shape = self.shape().to_vec();
        let name = path.display().to_string();
        self.write_into(name, move || ZarrWriter::append(&path, axis.index(), A::DTYPE, &shape))
    }

    /// A write of the array to a part of one in a Zarr store, which begins at `start`. The rest stays as it is.
    ///
    /// Chunks of which only a part is written are read before; no other write may meet them at the same time.
    ///
    /// ```
    /// use chunkwise::prelude::*;
    ///
    /// # let folder = tempfile::tempdir().expect("a folder");
    /// # let path = folder.path().join("x.zarr");
    /// ChunkedArray::<i32, _>::zeros((8, 8).chunked(3))?.write_zarr(&path)?;
    /// ChunkedArray::<i32, _>::ones((2, 5))?.to_zarr_region(&path, &[4, 1]).compute()?;
    /// assert_eq!(ChunkedArray2::<i32>::from_zarr(&path, Auto)?.sum().scalar()?, 10);
    /// # Ok::<(), chunkwise::Error>(())
    /// ```
    pub fn to_zarr_region(&self, path: impl AsRef<Path>, start: &[usize]) -> Write {
        let path = path.as_ref().to_owned();
        let shape = self.shape().to_vec();
        let start = start.to_vec();
        let name = path.display().to_string();
        self.write_into(name, move || ZarrWriter::region(&path, &start, A::DTYPE, &shape))
    }

    /// A write to an array that is there; what is wrong with it is said when it is computed.
    fn write_into(
        &self,
        name: String,
        open: impl Fn() -> Result<ZarrWriter, StoreError> + Send + Sync + 'static,
    ) -> Write {
        let cells = open().ok().and_then(|writer| writer.grid());
        self.write_to(name, cells, move || Ok(Arc::new(open()?)))
    }
}
