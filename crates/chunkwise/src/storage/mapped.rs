//! Arrays over files that are memory.

use std::path::Path;

use chunkwise_core::{Block, Element};
use chunkwise_expr::Expr;
use chunkwise_io::{RawOptions, map_npy, map_raw};
use ndarray::Dimension;

use crate::shape::dim_of;
use crate::{ChunkSpec, Chunked, ChunkedArray, Error, IntoShape, Result};

impl<A: Element, D: Dimension> ChunkedArray<A, D> {
    /// The array in an `.npy` file, as memory: the system reads a page when it is first touched, and nothing is copied.
    ///
    /// That is an array in memory in every respect. A [memory limit](crate::Config::memory_limit) does not count it,
    /// though what was touched may stay in memory for as long as nothing else needs it; [`from_npy`](Self::from_npy)
    /// reads by position instead, and only what it needs.
    ///
    /// # Errors
    /// As for [`from_npy`](Self::from_npy); a file that cannot be mapped, because of the order of its bytes, where its
    /// elements lie, or because it holds bools.
    ///
    /// # Safety
    /// The file must not change, nor become shorter, as long as the array or anything made of it lives.
    ///
    /// ```
    /// use chunkwise::prelude::*;
    ///
    /// # let folder = tempfile::tempdir().expect("a folder");
    /// # let path = folder.path().join("x.npy");
    /// ChunkedArray::arange(0..100_i32)?.write_npy(&path)?;
    /// // SAFETY: nobody else knows the file.
    /// let x = unsafe { ChunkedArray1::<i32>::map_npy(&path, Auto) }?;
    /// assert_eq!(x.max().scalar()?, 99);
    /// # Ok::<(), chunkwise::Error>(())
    /// ```
    #[track_caller]
    pub unsafe fn map_npy(path: impl AsRef<Path>, chunks: impl ChunkSpec<D>) -> Result<Self> {
        let path = path.as_ref();
        // SAFETY: the caller's contract.
        let block = unsafe { map_npy(path) }?;
        let (dtype, ndim) = (block.dtype(), block.shape().len());
        if dtype != A::DTYPE || D::NDIM.is_some_and(|n| n != ndim) {
            let path = path.to_owned();
            return Err(Error::FileType { path, dtype, ndim, asked_dtype: A::DTYPE, asked_ndim: D::NDIM });
        }
        let chunked = Chunked::new(dim_of::<D>(block.shape()), chunks);
        Self::from_map(block, &chunked)
    }

    /// The array in a file of nothing but elements, as memory (`numpy.memmap`). See [`map_npy`](Self::map_npy).
    ///
    /// # Errors
    /// As for [`from_raw`](Self::from_raw) and [`map_npy`](Self::map_npy).
    ///
    /// # Safety
    /// As for [`map_npy`](Self::map_npy).
    ///
    /// ```
    /// use chunkwise::prelude::*;
    /// use chunkwise::RawOptions;
    ///
    /// # let folder = tempfile::tempdir().expect("a folder");
    /// # let path = folder.path().join("x.bin");
    /// ChunkedArray::<f32, _>::ones((10, 10))?.write_raw(&path)?;
    /// // SAFETY: nobody else knows the file.
    /// let x = unsafe { ChunkedArray::<f32, _>::map_raw(&path, (10, 10), RawOptions::default()) }?;
    /// assert_eq!(x.sum().scalar()?, 100.0);
    /// # Ok::<(), chunkwise::Error>(())
    /// ```
    #[track_caller]
    pub unsafe fn map_raw(
        path: impl AsRef<Path>,
        shape: impl IntoShape<Dim = D>,
        options: RawOptions,
    ) -> Result<Self> {
        let chunked = shape.into_chunked();
        // SAFETY: the caller's contract.
        let block = unsafe { map_raw(path, A::DTYPE, chunked.shape(), options) }?;
        Self::from_map(block, &chunked)
    }

    #[track_caller]
    fn from_map(block: Block, chunked: &Chunked<D>) -> Result<Self> {
        let grid = chunked.grid(A::DTYPE)?;
        Ok(Self::from_expr(Expr::memory(block, grid)))
    }
}
