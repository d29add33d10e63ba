//! Files of nothing but elements: raw binary.

use std::fs::File;
use std::io;
use std::path::Path;

use chunkwise_core::{Block, BoxError, DType, RegionSink, RegionSource, byte_len};

use crate::error::{from_npy, of_npy};
use crate::npy::{Header, NpyFile, NpyWriter, number_width};
use crate::{StoreError, StoreErrorKind};

/// The order of the bytes of a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ByteOrder {
    /// The lowest byte first, as most machines have it.
    Little,
    /// The highest byte first.
    Big,
}

/// How a raw file holds its elements. The default: from the first byte on, little endian, row-major.
#[derive(Clone, Copy, Debug)]
#[must_use]
pub struct RawOptions {
    offset: u64,
    order: ByteOrder,
    fortran: bool,
}

impl Default for RawOptions {
    fn default() -> Self {
        RawOptions { offset: 0, order: ByteOrder::Little, fortran: false }
    }
}

impl RawOptions {
    /// Bytes before the first element.
    pub fn offset(mut self, bytes: u64) -> Self {
        self.offset = bytes;
        self
    }

    /// The order of the bytes of a number.
    pub fn byte_order(mut self, order: ByteOrder) -> Self {
        self.order = order;
        self
    }

    /// The first axis is the fastest (Fortran order, column-major).
    pub fn fortran_order(mut self) -> Self {
        self.fortran = true;
        self
    }

    fn header(self, dtype: DType, shape: &[usize]) -> Header {
        let other = if cfg!(target_endian = "big") { ByteOrder::Little } else { ByteOrder::Big };
        let swapped = self.order == other && number_width(dtype) > 1;
        Header { dtype, swapped, fortran: self.fortran, shape: shape.into(), data: self.offset }
    }
}

/// A file of elements whose type and shape the reader knows, read by position: any number of threads may read regions of
/// it at once.
///
/// ```
/// use chunkwise_core::{Block, DType, RegionSource};
/// use chunkwise_io::{ByteOrder, RawFile, RawOptions};
///
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("frame.bin");
/// std::fs::write(&path, [0xff, 0, 1, 0, 2, 0, 3, 0, 4])?;
/// let options = RawOptions::default().offset(1).byte_order(ByteOrder::Big);
/// let file = RawFile::open(&path, DType::U16, &[2, 2], options)?;
/// let mut column = Block::uninit(DType::U16, &[2, 1]);
/// file.read(&[0, 1], &mut column)?;
/// // SAFETY: `read` has written every element.
/// assert_eq!(unsafe { column.as_slice::<u16>() }, Some(&[2, 4][..]));
/// # Ok::<(), Box<dyn std::error::Error + Send + Sync>>(())
/// ```
#[derive(Debug)]
pub struct RawFile {
    file: NpyFile,
    name: String,
}

impl RawFile {
    /// Opens a file. Reads no elements. What follows the last element is not looked at.
    ///
    /// # Errors
    /// A [`StoreError`] when the file cannot be opened or is too short.
    pub fn open(
        path: impl AsRef<Path>,
        dtype: DType,
        shape: &[usize],
        options: RawOptions,
    ) -> Result<Self, StoreError> {
        let path = path.as_ref();
        let name = path.display().to_string();
        let open = || {
            let bytes = byte_len(shape, dtype)? as u64;
            let file = File::open(path).map_err(StoreErrorKind::Open)?;
            let metadata = file.metadata().map_err(StoreErrorKind::Open)?;
            if metadata.is_dir() {
                return Err(StoreErrorKind::Open(io::ErrorKind::IsADirectory.into()));
            }
            let (expected, actual) = (options.offset.saturating_add(bytes), metadata.len());
            if actual < expected {
                return Err(StoreErrorKind::Length { expected, actual });
            }
            Ok(NpyFile::of(file, path, options.header(dtype, shape)))
        };
        match open() {
            Ok(file) => Ok(RawFile { file, name }),
            Err(kind) => Err(kind.of(name)),
        }
    }

    /// The path that was opened.
    pub fn path(&self) -> &Path {
        self.file.path()
    }

    pub(crate) fn inner(&self) -> &NpyFile {
        &self.file
    }
}

impl RegionSource for RawFile {
    fn name(&self) -> String {
        self.name.clone()
    }

    fn dtype(&self) -> DType {
        self.file.dtype()
    }

    fn shape(&self) -> &[usize] {
        self.file.shape()
    }

    fn read(&self, start: &[usize], out: &mut Block) -> Result<(), BoxError> {
        Ok(self.file.read_plain(start, out).map_err(|kind| from_npy(kind).of(&*self.name))?)
    }

    fn version(&self) -> Option<String> {
        self.file.version()
    }
}

/// A new file of elements: little endian, row-major, nothing else. It appears when it is complete, like that of an
/// [`NpyWriter`].
///
/// ```
/// use chunkwise_core::DType;
/// use chunkwise_io::{RawFile, RawOptions, RawWriter};
///
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("empty.bin");
/// let writer = RawWriter::create(&path, DType::F32, &[0, 4])?;
/// chunkwise_core::RegionSink::finish(&writer)?;
/// RawFile::open(&path, DType::F32, &[0, 4], RawOptions::default())?;
/// # Ok::<(), Box<dyn std::error::Error + Send + Sync>>(())
/// ```
#[derive(Debug)]
pub struct RawWriter {
    writer: NpyWriter,
    name: String,
}

impl RawWriter {
    /// Begins a file that will be at `path`.
    ///
    /// # Errors
    /// A [`StoreError`] when the shape is too large to address, when what is at `path` is neither a file nor a folder, or
    /// when the temporary file cannot be created beside it.
    pub fn create(path: impl AsRef<Path>, dtype: DType, shape: &[usize]) -> Result<Self, StoreError> {
        let name = path.as_ref().display().to_string();
        match NpyWriter::after(&[], path.as_ref(), dtype, shape) {
            Ok(writer) => Ok(RawWriter { writer, name }),
            Err(error) => Err(of_npy(error, &name)),
        }
    }
}

impl RegionSink for RawWriter {
    fn name(&self) -> String {
        self.name.clone()
    }

    fn write(&self, start: &[usize], block: &Block) -> Result<(), BoxError> {
        // SAFETY: what the trait asks of its callers.
        let written = unsafe { self.writer.write_region(start, block) };
        Ok(written.map_err(|error| of_npy(error, &self.name))?)
    }

    fn finish(&self) -> Result<(), BoxError> {
        Ok(self.writer.finish().map_err(|error| of_npy(error, &self.name))?)
    }
}
