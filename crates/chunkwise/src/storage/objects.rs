//! Arrays in object stores.

use std::sync::Arc;

use chunkwise_core::{Element, RegionSink};
use chunkwise_io::{StoreError, ZarrArray, ZarrObjectWriter, ZarrOptions};
use ndarray::{Axis, Dimension};
use object_store::ObjectStore;

use super::open::opened;
use crate::{ChunkSpec, ChunkedArray, Result, UNKNOWN, Write};

impl<A: Element, D: Dimension> ChunkedArray<A, D> {
    /// The Zarr array at `path` of an object store (S3 and the like), read lazily: [`from_zarr`](Self::from_zarr) for
    /// objects instead of files.
    ///
    /// The store is one of the crate [`object_store`](crate::object_store), whose features say which there are. Requests
    /// that fail because of the connection are tried again, by the store and by the computation.
    ///
    /// # Errors
    /// As for [`from_zarr`](Self::from_zarr).
    ///
    /// ```
    /// use std::sync::Arc;
    ///
    /// use chunkwise::object_store::{ObjectStore, memory::InMemory};
    /// use chunkwise::prelude::*;
    /// use chunkwise::ZarrOptions;
    ///
    /// let store: Arc<dyn ObjectStore> = Arc::new(InMemory::new());
    /// let x = ChunkedArray::<f64, _>::ones((100, 80).chunked(30))?;
    /// x.to_zarr_object(&store, "run/level", ZarrOptions::default()).compute()?;
    ///
    /// let x = ChunkedArray2::<f64>::from_zarr_object(&store, "run/level", Auto)?;
    /// assert_eq!(x.sum().scalar()?, 8000.0);
    /// # Ok::<(), chunkwise::Error>(())
    /// ```
    #[track_caller]
    pub fn from_zarr_object(
        store: &Arc<dyn ObjectStore>,
        path: &str,
        chunks: impl ChunkSpec<D>,
    ) -> Result<Self> {
        opened(ZarrArray::open_object(store.clone(), path)?, path.as_ref(), chunks)
    }

    /// A write of the array to a Zarr array at `path` of an object store. It is no array before it is complete; where
    /// one is to be overwritten, that is removed first.
    pub fn to_zarr_object(&self, store: &Arc<dyn ObjectStore>, path: &str, options: ZarrOptions) -> Write {
        let (store, path) = (store.clone(), path.to_owned());
        let shape = self.shape().to_vec();
        let options = options.default_chunks(|| self.chunk_shape().iter().map(|&n| n.max(1)).collect());
        let cells = if shape.contains(&UNKNOWN) { None } else { options.grid(A::DTYPE, &shape) };
        self.write_to(path.clone(), cells, move || {
            let options = options.clone();
            Ok(Arc::new(ZarrObjectWriter::create(store.clone(), &path, A::DTYPE, &shape, options)?))
        })
    }

    /// A write of the array to the end of one in an object store, which grows along `axis`.
    pub fn append_zarr_object(&self, store: &Arc<dyn ObjectStore>, path: &str, axis: Axis) -> Write {
        let (store, name) = (store.clone(), path.to_owned());
        let shape = self.shape().to_vec();
        self.write_into_object(path, move || {
            ZarrObjectWriter::append(store.clone(), &name, axis.index(), A::DTYPE, &shape)
        })
    }

    /// A write of the array to a part of one in an object store, which begins at `start`.
    pub fn to_zarr_object_region(&self, store: &Arc<dyn ObjectStore>, path: &str, start: &[usize]) -> Write {
        let (store, name) = (store.clone(), path.to_owned());
        let (start, shape) = (start.to_vec(), self.shape().to_vec());
        self.write_into_object(path, move || {
            ZarrObjectWriter::region(store.clone(), &name, &start, A::DTYPE, &shape)
        })
    }

    /// A write to an array that is there; what is wrong with it is said when it is computed.
    fn write_into_object(
        &self,
        path: &str,
        open: impl Fn() -> Result<ZarrObjectWriter, StoreError> + Send + Sync + 'static,
    ) -> Write {
        let cells = open().ok().and_then(|writer| writer.grid());
        self.write_to(path.to_owned(), cells, move || Ok(Arc::new(open()?)))
    }
}
