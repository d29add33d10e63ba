//! Arrays in NumPy's `.npy` files.

use std::path::Path;
use std::sync::Arc;

use chunkwise_core::{Element, RegionSource};
use chunkwise_expr::Expr;
use chunkwise_io::{NpyFile, NpyWriter};
use ndarray::Dimension;

use crate::shape::dim_of;
use crate::{ChunkSpec, Chunked, ChunkedArray, Config, Error, Result, Write};

impl<A: Element, D: Dimension> ChunkedArray<A, D> {
    /// The array in an `.npy` file, read lazily.
    ///
    /// Only the header is read now. A computation reads, by position and on several threads, the parts that it needs
    /// and never the whole file at once. C and Fortran order and both byte orders are understood. The file should
    /// not change while the array is in use.
    ///
    /// # Errors
    /// [`Error::Npy`] for a file that cannot be opened, is none, or lies about itself; [`Error::FileType`] if its
    /// elements are not of type `A` or its axes not as many as `D` has; a chunk spec that does not fit its shape.
    ///
    /// ```
    /// use chunkwise::prelude::*;
    /// use ndarray::array;
    ///
    /// # let folder = tempfile::tempdir().expect("a folder");
    /// # let path = folder.path().join("x.npy");
    /// ChunkedArray::from_array(array![[1.0, 2.0], [3.0, 4.0]], Auto)?.write_npy(&path)?;
    ///
    /// let x = ChunkedArray2::<f64>::from_npy(&path, (1, Full))?;
    /// assert_eq!(x.sum().scalar()?, 10.0);
    ///
    /// let error = ChunkedArray2::<f32>::from_npy(&path, Auto).unwrap_err();
    /// assert!(error.to_string().contains("f64"));
    /// # Ok::<(), chunkwise::Error>(())
    /// ```
    #[track_caller]
    pub fn from_npy(path: impl AsRef<Path>, chunks: impl ChunkSpec<D>) -> Result<Self> {
        let file = NpyFile::open(path)?;
        let (dtype, ndim) = (file.dtype(), file.shape().len());
        if dtype != A::DTYPE || D::NDIM.is_some_and(|n| n != ndim) {
            let path = file.path().to_owned();
            return Err(Error::FileType { path, dtype, ndim, asked_dtype: A::DTYPE, asked_ndim: D::NDIM });
        }
        let grid = Chunked::new(dim_of::<D>(file.shape()), chunks).grid(dtype)?;
        Ok(Self::from_expr(Expr::region_source(Arc::new(file), grid)))
    }

    /// Computes the array into an `.npy` file, block by block on several threads, without ever holding it whole.
    ///
    /// The file appears when it is complete; if anything fails, what was there before stays as it was.
    ///
    /// # Errors
    /// [`Error::Npy`] for a file that cannot be written, and what keeps a block from being computed.
    ///
    /// ```
    /// use chunkwise::prelude::*;
    ///
    /// # let folder = tempfile::tempdir().expect("a folder");
    /// # let path = folder.path().join("squares.npy");
    /// let x = ChunkedArray::arange(0..1000)?.rechunk(100)?;
    /// x.square().write_npy(&path)?;
    /// assert_eq!(ChunkedArray1::<i32>::from_npy(&path, Auto)?.max().scalar()?, 998_001);
    /// # Ok::<(), chunkwise::Error>(())
    /// ```
    pub fn write_npy(&self, path: impl AsRef<Path>) -> Result<()> {
        self.write_npy_with(path, &Config::default())
    }

    /// Computes the array into an `.npy` file in a configuration of its own.
    ///
    /// # Errors
    /// As for [`write_npy`](Self::write_npy) and [`compute_with`](Self::compute_with).
    pub fn write_npy_with(&self, path: impl AsRef<Path>, config: &Config) -> Result<()> {
        config.compute(self.to_npy(path))
    }

    /// A write of the array to an `.npy` file, for [`compute`](crate::compute()) to do together with others.
    ///
    /// The file appears when it is complete; if anything fails, what was there before stays as it was. The length of
    /// the array must be known.
    ///
    /// ```
    /// use chunkwise::prelude::*;
    ///
    /// # let folder = tempfile::tempdir().expect("a folder");
    /// # let path = folder.path().join("halves.npy");
    /// let x = ChunkedArray::arange(0..1000_i64)?;
    /// let (_, sum) = compute(((&x / 2).to_npy(&path), x.sum().value()))?; // reads `x` once
    /// assert_eq!(sum, 499_500);
    /// # Ok::<(), chunkwise::Error>(())
    /// ```
    pub fn to_npy(&self, path: impl AsRef<Path>) -> Write {
        let path = path.as_ref().to_owned();
        let name = path.display().to_string();
        let shape = self.shape().to_vec();
        self.write_to(name, None, move || Ok(Arc::new(NpyWriter::create(&path, A::DTYPE, &shape)?)))
    }
}
