//! Reading regions of an `.npy` file.

use std::fs::File;
use std::path::{Path, PathBuf};

use chunkwise_core::{Block, BoxError, Buffer, DType, RegionSource};
use smallvec::SmallVec;

use super::header::Header;
use super::{NpyError, NpyErrorKind, descr};
use crate::check::{check_bools, check_box};
use crate::copy::{CopyAxis, copy, swap_bytes};
use crate::place::version_of;
use crate::position::read_exact_at;
use crate::runs::{Layout, Limits, Runs};

/// An open `.npy` file, read by position: any number of threads may read regions of it at once.
///
/// ```
/// use chunkwise_core::{Block, DType, RegionSource};
/// use chunkwise_io::NpyFile;
///
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("ramp.npy");
/// # ndarray_npy::write_npy(&path, &ndarray::arr2(&[[0i16, 1, 2], [3, 4, 5]]))?;
/// // The file holds [[0, 1, 2], [3, 4, 5]].
/// let file = NpyFile::open(&path)?;
/// assert_eq!(file.dtype(), DType::I16);
/// assert_eq!(file.shape(), [2, 3]);
///
/// let mut right = Block::uninit(DType::I16, &[2, 2]);
/// file.read(&[0, 1], &mut right)?;
/// // SAFETY: `read` has written every element.
/// assert_eq!(unsafe { right.as_slice::<i16>() }, Some(&[1, 2, 4, 5][..]));
/// # Ok::<(), Box<dyn std::error::Error + Send + Sync>>(())
/// ```
#[derive(Debug)]
pub struct NpyFile {
    file: File,
    path: PathBuf,
    header: Header,
}

impl NpyFile {
    /// Opens a file and checks its header, and its length against it. Reads no elements.
    ///
    /// # Errors
    /// An [`NpyError`] when the file cannot be opened, is not an `.npy` file of format version 1.0, 2.0 or
    /// 3.0, has a header that is malformed or truncated, holds elements of a type that is not supported, or
    /// is shorter or longer than its shape says.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, NpyError> {
        let path = path.as_ref();
        let open = || {
            let mut file = File::open(path).map_err(NpyErrorKind::Open)?;
            let metadata = file.metadata().map_err(NpyErrorKind::Open)?;
            if metadata.is_dir() {
                return Err(NpyErrorKind::Open(std::io::ErrorKind::IsADirectory.into()));
            }
            let header = Header::read(&mut file, metadata.len())?;
            Ok(NpyFile { file, path: path.to_owned(), header })
        };
        open().map_err(|kind: NpyErrorKind| kind.at(path))
    }

    /// The array that a header describes and a file holds, whether that has the form of an `.npy` file or not.
    pub(crate) fn of(file: File, path: &Path, header: Header) -> Self {
        NpyFile { file, path: path.to_owned(), header }
    }

    pub(crate) fn file(&self) -> &File {
        &self.file
    }

    pub(crate) fn header(&self) -> &Header {
        &self.header
    }

    /// The path that was opened.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether the first axis is the fastest in the file (Fortran order). Regions that span the fast axes
    /// are read with the fewest calls.
    pub fn is_fortran_order(&self) -> bool {
        self.header.fortran
    }

    /// As [`RegionSource::read`], with the error's own type.
    ///
    /// # Errors
    /// An [`NpyError`] when the region is not one of the array's, the dtype of `out` is not the file's,
    /// reading fails, the file has become shorter, or a bool is neither 0 nor 1.
    pub fn read_region(&self, start: &[usize], out: &mut Block) -> Result<(), NpyError> {
        self.read_plain(start, out).map_err(|kind| kind.at(&self.path))
    }

    /// As [`read_region`](Self::read_region), without the path.
    pub(crate) fn read_plain(&self, start: &[usize], out: &mut Block) -> Result<(), NpyErrorKind> {
        self.read_within(start, out, Limits::READ)
    }

    pub(super) fn read_within(
        &self,
        start: &[usize],
        out: &mut Block,
        limits: Limits,
    ) -> Result<(), NpyErrorKind> {
        let Header { dtype, swapped, fortran, ref shape, data } = self.header;
        check_box("reading a region", (dtype, shape), start, out)?;
        if out.is_empty() {
            return Ok(());
        }
        let size = dtype.size();
        let width = descr::number_width(dtype);
        let runs = Runs::new(Layout { shape, fortran }, start, out.shape(), out.strides());
        let mut staging = None;
        let fetch = |at: usize, elements: usize, target: *mut u8| -> Result<(), NpyErrorKind> {
            let bytes = elements * size;
            // SAFETY: the two callers below vouch for `target`.
            unsafe { read_exact_at(&self.file, target, bytes, data + at as u64 * size as u64) }
                .map_err(NpyErrorKind::Read)?;
            if swapped {
                // SAFETY: just read.
                swap_bytes(unsafe { std::slice::from_raw_parts_mut(target, bytes) }, width);
            }
            Ok(())
        };
        runs.pieces(size, limits, |piece| {
            let memory = out.as_mut_ptr().wrapping_offset(piece.memory * size as isize);
            let Some(staged) = piece.staged else {
                // `span` elements are contiguous in `out` when nothing is staged, and ours to write.
                return fetch(piece.file, piece.span, memory);
            };
            let area = staging_area(&mut staging, staged.room() * size, limits).as_mut_ptr();
            // There is room for `span` elements from each of these positions.
            staged
                .transfers(|file, at| fetch(piece.file + file, piece.span, area.wrapping_add(at * size)))?;
            let axes: SmallVec<[CopyAxis; 6]> =
                staged.axes().into_iter().map(|(len, from, to)| CopyAxis { len, from, to }).collect();
            // SAFETY: the axes of a piece reach within what was transferred, and within the box in memory.
            unsafe { copy(size, &axes, area, memory) };
            Ok(())
        })?;
        if dtype.is_bool() {
            // SAFETY: every element was read just now.
            unsafe { check_bools(start, out) }.map_err(|(index, byte)| NpyErrorKind::Bool { index, byte })?;
        }
        Ok(())
    }
}

impl RegionSource for NpyFile {
    fn name(&self) -> String {
        self.path.display().to_string()
    }

    fn dtype(&self) -> DType {
        self.header.dtype
    }

    fn shape(&self) -> &[usize] {
        &self.header.shape
    }

    fn read(&self, start: &[usize], out: &mut Block) -> Result<(), BoxError> {
        Ok(self.read_region(start, out)?)
    }

    fn version(&self) -> Option<String> {
        version_of(&self.file.metadata().ok()?)
    }
}

/// The staging area, made when first needed.
pub(super) fn staging_area(area: &mut Option<Buffer>, bytes: usize, limits: Limits) -> &Buffer {
    // A single element may be larger than a (very small) staging area.
    let area = area.get_or_insert_with(|| Buffer::uninit(limits.staging.min(1 << 30).max(bytes)));
    assert!(bytes <= area.bytes(), "a piece of {bytes} bytes in a staging area of {}", area.bytes());
    area
}
