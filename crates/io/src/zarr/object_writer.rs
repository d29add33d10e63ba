//! Writing Zarr arrays in object stores, chunk by chunk.

use std::sync::Arc;

use chunkwise_core::{Block, BoxError, DType, Grid, RegionSink, byte_len};
use object_store::ObjectStore;

use super::array::{ZarrArray, described};
use super::meta::{Metadata, resized};
use super::objects::Objects;
use super::options::ZarrOptions;
use super::region::Region;
use crate::{StoreError, StoreErrorKind};

/// The names of the objects that make a path an array.
const NAMES: [&str; 2] = ["zarr.json", ".zarray"];

/// A Zarr array in an object store that is being made, made longer or changed, chunk by chunk, by any number of threads
/// at once.
///
/// Stores replace objects whole, so that a reader finds the old chunk or the new one. The metadata of a new array comes
/// last: it is no array before. What is written is not remembered, so that it cannot be resumed.
#[derive(Debug)]
pub struct ZarrObjectWriter {
    objects: Objects,
    name: String,
    mode: Mode,
    region: Region,
}

#[derive(Debug)]
enum Mode {
    Create(Metadata),
    Append { axis: usize },
    Region,
}

impl ZarrArray {
    /// Opens the array at `path` of an object store. Reads the metadata alone.
    ///
    /// # Errors
    /// As for [`open`](Self::open).
    pub fn open_object(store: Arc<dyn ObjectStore>, path: &str) -> Result<Self, StoreError> {
        let objects = Objects::new(store, path);
        let name = objects.name();
        Self::from_storage(Arc::new(objects), "/", name)
    }
}

impl ZarrObjectWriter {
    /// A new array at `path` of a store. Where one is to be overwritten, it is removed now.
    ///
    /// # Errors
    /// A [`StoreError`] when an array is there, unless the options say to overwrite; when the options do not fit the
    /// array; when the store cannot be asked.
    pub fn create(
        store: Arc<dyn ObjectStore>,
        path: &str,
        dtype: DType,
        shape: &[usize],
        options: ZarrOptions,
    ) -> Result<Self, StoreError> {
        let objects = Objects::new(store, path);
        let create = || {
            byte_len(shape, dtype)?;
            let metadata = Metadata::new(dtype, shape, &options)?;
            for name in NAMES {
                if objects.read(name).map_err(StoreErrorKind::Create)?.is_some() {
                    if !options.overwrite {
                        let why = "the options can say to overwrite it, or choose another path".into();
                        return Err(StoreErrorKind::Exists { why });
                    }
                    objects.clear().map_err(StoreErrorKind::Write)?;
                }
            }
            let array = described(Arc::new(objects.clone()), &objects.name(), &metadata)?;
            let region = Region::new(array, vec![0; shape.len()].into(), shape.into())?;
            Ok((Mode::Create(metadata), region))
        };
        let begun = create();
        Self::begun(objects, begun)
    }

    /// The array at `path` of a store, to be made longer along `axis` by what has this shape.
    ///
    /// # Errors
    /// A [`StoreError`] when there is no such array, or type or shape do not fit it.
    pub fn append(
        store: Arc<dyn ObjectStore>,
        path: &str,
        axis: usize,
        dtype: DType,
        shape: &[usize],
    ) -> Result<Self, StoreError> {
        let array = ZarrArray::open_object(store.clone(), path)?;
        let region = Region::after(array, axis, dtype, shape);
        Self::begun(Objects::new(store, path), region.map(|region| (Mode::Append { axis }, region)))
    }

    /// The part of the array at `path` of a store that begins at `start` and has `shape`.
    ///
    /// # Errors
    /// A [`StoreError`] when there is no such array or part, or the type is not the array's.
    pub fn region(
        store: Arc<dyn ObjectStore>,
        path: &str,
        start: &[usize],
        dtype: DType,
        shape: &[usize],
    ) -> Result<Self, StoreError> {
        let array = ZarrArray::open_object(store.clone(), path)?;
        let region = Region::within(array, start, dtype, shape);
        Self::begun(Objects::new(store, path), region.map(|region| (Mode::Region, region)))
    }

    fn begun(objects: Objects, begun: Result<(Mode, Region), StoreErrorKind>) -> Result<Self, StoreError> {
        let name = objects.name();
        match begun {
            Ok((mode, region)) => Ok(ZarrObjectWriter { objects, name, mode, region }),
            Err(kind) => Err(kind.of(name)),
        }
    }

    fn complete(&self) -> Result<(), StoreErrorKind> {
        self.region.check_complete()?;
        match &self.mode {
            Mode::Create(metadata) => {
                for (name, bytes) in metadata.encoded() {
                    self.objects.put(name, bytes).map_err(StoreErrorKind::Write)?;
                }
            }
            Mode::Append { axis } => {
                for name in NAMES {
                    let content =
                        self.objects.read(name).map_err(|error| StoreErrorKind::Read(error.into()))?;
                    if let Some(content) = content {
                        let content = resized(&content, *axis, self.region.end(*axis))?;
                        self.objects.put(name, content).map_err(StoreErrorKind::Write)?;
                        break;
                    }
                }
            }
            Mode::Region => {}
        }
        Ok(())
    }
}

impl RegionSink for ZarrObjectWriter {
    fn name(&self) -> String {
        self.name.clone()
    }

    fn write(&self, start: &[usize], block: &Block) -> Result<(), BoxError> {
        let put = |_: usize, key: &str, encoded: Option<&[u8]>| match encoded {
            Some(encoded) => self.objects.put(key, encoded.to_vec()),
            None => self.objects.remove(key),
        };
        // SAFETY: what the trait asks of its callers.
        Ok(unsafe { self.region.write(start, block, &put) }.map_err(|kind| kind.of(&*self.name))?)
    }

    fn grid(&self) -> Option<Grid> {
        Some(self.region.grid.clone())
    }

    fn scratch_bytes(&self, _shape: &[usize]) -> u64 {
        // The request has the encoded chunk once more.
        self.region.scratch_bytes() * 4 / 3
    }

    fn finish(&self) -> Result<(), BoxError> {
        Ok(self.complete().map_err(|kind| kind.of(&*self.name))?)
    }
}
