//! Reading regions of a Zarr array.

use std::borrow::Cow;
use std::fmt;
use std::io;
use std::num::NonZeroU64;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use chunkwise_core::{AxisGrid, Block, BoxError, DType, Grid, RegionSource, Shape, byte_len};
use serde_json::{Map, Value};
use zarrs::array::{Array, ArrayBytes, ArrayCreateError, ArrayMetadata, ArrayToBytesCodecTraits};
use zarrs::array::{CodecError, CodecOptions};
use zarrs::storage::{ReadableStorageTraits, StorageError};

use super::dtype::dtype_of;
use super::folder::{Folder, files_version};
use super::meta::Metadata;
use super::shards::Shards;
use super::zstd::check_length;
use crate::cells::{Meeting, each_cell, fill_part, read_part};
use crate::check::check_box;
use crate::{StoreError, StoreErrorKind};

/// Bytes of scratch beyond chunks: what codecs keep for themselves, and small things.
pub(super) const SLACK: u64 = 256 << 10;

/// An array in a Zarr store of version 2 or 3, read chunk by chunk: any number of threads may read regions at once.
///
/// A chunk that is not there has the array's fill value. Of a sharded array, inner chunks are read one by one.
///
/// ```
/// use std::sync::Arc;
///
/// use chunkwise_core::{Block, Buffer, DType, RegionSink, RegionSource};
/// use chunkwise_io::{ZarrArray, ZarrOptions, ZarrWriter};
///
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("sevens.zarr");
/// let options = ZarrOptions::default().chunks([2, 2]);
/// let writer = ZarrWriter::create(&path, DType::I16, &[3, 5], options)?;
/// let memory = Arc::new([7_i16; 15]);
/// // SAFETY: the buffer keeps the array alive, and nobody writes to it.
/// let buffer = unsafe { Buffer::foreign(memory.as_ptr().cast(), 30, memory.clone()) };
/// let sevens = Block::row_major(Arc::new(buffer), DType::I16, &[3, 5]);
/// RegionSink::write(&writer, &[0, 0], &sevens)?;
/// RegionSink::finish(&writer)?;
///
/// let array = ZarrArray::open(&path)?;
/// assert_eq!((array.dtype(), array.shape()), (DType::I16, &[3, 5][..]));
/// let mut corner = Block::uninit(DType::I16, &[2, 3]);
/// array.read(&[1, 2], &mut corner)?;
/// // SAFETY: `read` has written every element.
/// assert_eq!(unsafe { corner.as_slice::<i16>() }, Some(&[7; 6][..]));
/// # Ok::<(), Box<dyn std::error::Error + Send + Sync>>(())
/// ```
pub struct ZarrArray {
    array: Array<dyn ReadableStorageTraits>,
    name: String,
    dtype: DType,
    shape: Shape,
    /// The chunks that the store has a key for each.
    chunks: Grid,
    /// The inner chunks, if the chunks are shards that can be read in part.
    shards: Option<Shards>,
    /// What is decoded at once: chunks, or inner chunks.
    grid: Grid,
    options: CodecOptions,
    /// Where it lies, if in a folder.
    folder: Option<PathBuf>,
}

impl ZarrArray {
    /// Opens the array in the folder at `path`: the folder that holds `zarr.json` or `.zarray`, which may lie within
    /// a group. Reads the metadata alone.
    ///
    /// # Errors
    /// A [`StoreError`] when there is no array, its metadata cannot be used (an unknown codec, a malformed entry), or
    /// its elements are of a type that is not supported.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, StoreError> {
        let path = path.as_ref();
        let name = path.display().to_string();
        if let Err(error) = std::fs::metadata(path) {
            return Err(StoreErrorKind::Open(error).of(name));
        }
        let array = Self::from_storage(Arc::new(Folder::new(path)), "/", name)?;
        Ok(ZarrArray { folder: Some(path.to_owned()), ..array })
    }

    /// Opens the array at `path` (`"/"`, `"/group/array"`) of a store of any kind, to be called `name` in messages.
    ///
    /// # Errors
    /// As for [`open`](Self::open).
    pub fn from_storage(
        storage: Arc<dyn ReadableStorageTraits>,
        path: &str,
        name: impl Into<String>,
    ) -> Result<Self, StoreError> {
        let name = name.into();
        let array = Array::open(storage, path).map_err(create_error);
        match array.and_then(|array| Self::new(array, name.clone())) {
            Ok(array) => Ok(array),
            Err(kind) => Err(kind.of(name)),
        }
    }

    pub(super) fn new(array: Array<dyn ReadableStorageTraits>, name: String) -> Result<Self, StoreErrorKind> {
        let Some(dtype) = dtype_of(array.data_type()) else {
            return Err(StoreErrorKind::DType { name: format!("{:?}", array.data_type()) });
        };
        let fill = array.fill_value().as_ne_bytes();
        if fill.len() != dtype.size() || (dtype.is_bool() && fill[0] > 1) {
            return Err(metadata(format!("the fill value is no {dtype}")));
        }
        let axis = |&n: &u64| usize::try_from(n).map_err(|_| metadata("the array is too large to address"));
        let shape = array.shape().iter().map(axis).collect::<Result<Shape, _>>()?;
        byte_len(&shape, dtype)?;
        let chunks = chunk_grid(&array, &shape)?;
        byte_len(&chunks.largest(), dtype)?;
        let shards = Shards::of(&array)?;
        let grid = match &shards {
            Some(shards) => Grid::new(
                shape.iter().zip(shards.inner_shape()).map(|(&n, inner)| AxisGrid::regular(n, inner)),
            ),
            None => chunks.clone(),
        };
        // A task is one thread; the executor has the others.
        let options = CodecOptions::default().with_concurrent_target(1);
        Ok(ZarrArray { array, name, dtype, shape, chunks, shards, grid, options, folder: None })
    }

    /// The type of its elements.
    pub fn dtype(&self) -> DType {
        self.dtype
    }

    /// The lengths of its axes.
    pub fn shape(&self) -> &[usize] {
        &self.shape
    }

    /// The metadata of the array that users may add to.
    pub fn attributes(&self) -> &Map<String, Value> {
        self.array.attributes()
    }

    /// The names of the axes, if they have any.
    pub fn dimension_names(&self) -> Option<Vec<Option<String>>> {
        self.array.dimension_names().clone()
    }

    /// The chunks that are files (or objects) of their own: chunks, or shards.
    pub fn storage_grid(&self) -> &Grid {
        &self.chunks
    }

    /// The bytes of one element that stands for every element of a chunk that is not there, in this machine's order.
    pub fn fill_value(&self) -> &[u8] {
        self.array.fill_value().as_ne_bytes()
    }

    pub(super) fn array(&self) -> &Array<dyn ReadableStorageTraits> {
        &self.array
    }

    /// As [`RegionSource::read`], with the error's own type.
    ///
    /// # Errors
    /// A [`StoreError`] when the region is not one of the array's, the dtype of `out` is not the array's, or a chunk
    /// cannot be read or is not what a chunk of this array can be.
    pub fn read_region(&self, start: &[usize], out: &mut Block) -> Result<(), StoreError> {
        self.read_cells(start, out).map_err(|kind| kind.of(&*self.name))
    }

    fn read_cells(&self, start: &[usize], out: &mut Block) -> Result<(), StoreErrorKind> {
        check_box("reading a region", (self.dtype, &self.shape), start, out)?;
        let shape: Shape = out.shape().into();
        each_cell(&self.chunks, start, &shape, |chunk| {
            let indices: Vec<u64> = chunk.coords.iter().map(|&i| i as u64).collect();
            let read = match &self.shards {
                Some(shards) => self.read_shard(shards, &indices, chunk, out),
                None => self.read_chunk(&indices, chunk, out),
            };
            read.map_err(|cause| self.chunk_error(indices, cause))
        })
    }

    fn read_chunk(&self, indices: &[u64], chunk: &Meeting, out: &Block) -> Result<(), BoxError> {
        match self.decoded(indices)? {
            Some(bytes) => {
                let shape = self.chunk_shape(indices)?;
                read_part(&bytes, &lengths(&shape), &chunk.in_cell, out, &chunk.in_box, &chunk.shape);
            }
            None => fill_part(self.fill_value(), out, &chunk.in_box, &chunk.shape),
        }
        Ok(())
    }

    fn read_shard(
        &self,
        shards: &Shards,
        indices: &[u64],
        chunk: &Meeting,
        out: &Block,
    ) -> Result<(), BoxError> {
        let key = self.array.chunk_key(indices);
        let Some(shard) = shards.open(&self.array, &key, &self.options)? else {
            fill_part(self.fill_value(), out, &chunk.in_box, &chunk.shape);
            return Ok(());
        };
        let inner_shape: Shape = shards.inner_shape().collect();
        each_cell(shards.grid(), &chunk.in_cell, &chunk.shape, |inner| {
            let in_box: Shape = chunk.in_box.iter().zip(&inner.in_box).map(|(a, b)| a + b).collect();
            match shard.read(&self.array, &inner.coords, &self.options)? {
                Some(bytes) => {
                    self.check(&bytes, inner_shape.iter().product())?;
                    read_part(&bytes, &inner_shape, &inner.in_cell, out, &in_box, &inner.shape);
                }
                None => fill_part(self.fill_value(), out, &in_box, &inner.shape),
            }
            Ok(())
        })
    }

    /// The elements of a whole chunk (a shard if these are shards), row-major; `None` if it is not there.
    pub(super) fn decoded(&self, indices: &[u64]) -> Result<Option<Vec<u8>>, BoxError> {
        let Some(encoded) = self.array.storage().get(&self.array.chunk_key(indices)).map_err(plain)? else {
            return Ok(None);
        };
        let shape = self.chunk_shape(indices)?;
        let elements: usize = lengths(&shape).iter().product();
        let (data_type, fill) = (self.array.data_type(), self.array.fill_value());
        check_length(&self.array.codecs(), &encoded, elements as u64 * self.dtype.size() as u64)?;
        let encoded = Cow::Owned(encoded.into());
        let decoded = self.array.codecs().decode(encoded, &shape, data_type, fill, &self.options);
        let bytes = fixed(decoded)?;
        self.check(&bytes, elements)?;
        Ok(Some(bytes))
    }

    /// Encodes a whole chunk, row-major; `None` if it is nothing but the fill value, which is not stored.
    pub(super) fn encoded<'a>(
        &self,
        elements: &'a [u8],
        shape: &[NonZeroU64],
    ) -> Result<Option<Cow<'a, [u8]>>, BoxError> {
        let (data_type, fill) = (self.array.data_type(), self.array.fill_value());
        if fill.equals_all(elements) {
            return Ok(None);
        }
        let bytes = ArrayBytes::new_flen(elements);
        Ok(Some(self.array.codecs().encode(bytes, shape, data_type, fill, &self.options)?))
    }

    pub(super) fn chunk_shape(&self, indices: &[u64]) -> Result<Vec<NonZeroU64>, BoxError> {
        Ok(self.array.chunk_shape(indices)?.to_vec())
    }

    fn check(&self, bytes: &[u8], elements: usize) -> Result<(), BoxError> {
        let expected = elements * self.dtype.size();
        if bytes.len() != expected {
            return Err(format!("decodes to {} bytes instead of {expected}", bytes.len()).into());
        }
        if self.dtype.is_bool() && bytes.iter().fold(0, |all, byte| all | byte) > 1 {
            return Err("holds a byte that is no bool".into());
        }
        Ok(())
    }

    pub(super) fn chunk_error(&self, indices: Vec<u64>, cause: BoxError) -> StoreErrorKind {
        let key = self.array.chunk_key(&indices).as_str().to_owned();
        StoreErrorKind::Chunk { indices, key, cause }
    }
}

impl fmt::Debug for ZarrArray {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ZarrArray")
            .field("name", &self.name)
            .field("dtype", &self.dtype)
            .field("shape", &self.shape)
            .field("chunks", &self.chunks)
            .finish_non_exhaustive()
    }
}

impl RegionSource for ZarrArray {
    fn name(&self) -> String {
        self.name.clone()
    }

    fn dtype(&self) -> DType {
        self.dtype
    }

    fn shape(&self) -> &[usize] {
        &self.shape
    }

    fn read(&self, start: &[usize], out: &mut Block) -> Result<(), BoxError> {
        Ok(self.read_region(start, out)?)
    }

    fn grid(&self) -> Option<Grid> {
        Some(self.grid.clone())
    }

    /// Of the length and the time of change of every file.
    fn version(&self) -> Option<String> {
        files_version(self.folder.as_deref()?).ok()
    }

    /// Chunks are decoded one after the other: the encoded one and the decoded one are there at once, or two decoded
    /// ones where a codec changes the order of elements.
    fn scratch_bytes(&self, _shape: &[usize]) -> u64 {
        let cell = match &self.shards {
            Some(shards) => shards.inner_shape().product::<usize>() as u64,
            // A chunk at the edge is stored whole.
            None => {
                largest(&self.array).unwrap_or_else(|| self.chunks.largest().iter().product::<usize>() as u64)
            }
        };
        let index = self.shards.as_ref().map_or(0, Shards::index_bytes);
        cell * self.dtype.size() as u64 * 2 + index * 2 + SLACK
    }
}

/// Elements of a chunk of a regular grid, those outside of the array included.
fn largest(array: &Array<dyn ReadableStorageTraits>) -> Option<u64> {
    let shape = array.chunk_shape(&vec![0; array.dimensionality()]).ok()?;
    Some(shape.iter().map(|n| n.get()).product())
}

/// The chunks that have keys. Regular ones stay two numbers for each axis.
fn chunk_grid(array: &Array<dyn ReadableStorageTraits>, shape: &[usize]) -> Result<Grid, StoreErrorKind> {
    let ndim = shape.len();
    let counts = array.chunk_grid().grid_shape();
    let unusable = |error: &dyn fmt::Display| metadata(format!("the chunk grid: {error}"));
    let mut axes = Vec::with_capacity(ndim);
    for k in 0..ndim {
        let mut indices = vec![0; ndim];
        if shape[k] == 0 {
            axes.push(AxisGrid::whole(0));
            continue;
        }
        let size = |i: u64, indices: &mut Vec<u64>| {
            indices[k] = i;
            let shape = array.chunk_shape(indices).map_err(|error| unusable(&error))?;
            usize::try_from(shape[k].get()).map_err(|error| unusable(&error))
        };
        let regular = array.chunk_grid().metadata().name() == "regular";
        let first = size(0, &mut indices)?;
        if regular {
            axes.push(AxisGrid::regular(shape[k], first));
            continue;
        }
        let mut offsets = vec![0];
        for i in 0..counts[k] {
            let end = offsets[offsets.len() - 1] + size(i, &mut indices)?;
            offsets.push(end.min(shape[k]));
        }
        if offsets[offsets.len() - 1] != shape[k] {
            return Err(metadata("the chunk grid does not cover the array"));
        }
        axes.push(AxisGrid::from_offsets(offsets));
    }
    Ok(Grid::new(axes))
}

/// The array that metadata describes, before any of it is written.
pub(super) fn described(
    storage: Arc<dyn ReadableStorageTraits>,
    name: &str,
    description: &Metadata,
) -> Result<ZarrArray, StoreErrorKind> {
    let content: ArrayMetadata =
        serde_json::from_value(description.main()).map_err(|error| metadata(error.to_string()))?;
    let array = Array::new_with_metadata(storage, "/", content).map_err(create_error)?;
    ZarrArray::new(array, name.to_owned())
}

pub(super) fn lengths(shape: &[NonZeroU64]) -> Shape {
    shape.iter().map(|n| n.get() as usize).collect()
}

/// The bytes of elements of a fixed size.
pub(super) fn fixed(decoded: Result<ArrayBytes<'_>, CodecError>) -> Result<Vec<u8>, BoxError> {
    match decoded {
        Ok(bytes) => Ok(bytes.into_fixed()?.into_owned()),
        Err(CodecError::StorageError(error)) => Err(plain(error)),
        Err(error) => Err(error.into()),
    }
}

/// The system's error, where that is what it is, so that its kind can be told.
pub(super) fn plain(error: StorageError) -> BoxError {
    match error {
        StorageError::IOError(error) => io::Error::new(error.kind(), error).into(),
        error => error.into(),
    }
}

pub(super) fn metadata(why: impl Into<String>) -> StoreErrorKind {
    StoreErrorKind::Metadata { why: why.into() }
}

pub(super) fn create_error(error: ArrayCreateError) -> StoreErrorKind {
    match error {
        ArrayCreateError::MissingMetadata => StoreErrorKind::NotFound {
            why: "holds no Zarr array: neither `zarr.json` nor `.zarray` is there".into(),
        },
        ArrayCreateError::StorageError(StorageError::IOError(error)) => {
            StoreErrorKind::Open(io::Error::new(error.kind(), error))
        }
        error => metadata(error.to_string()),
    }
}
