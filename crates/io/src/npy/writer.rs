//! Writing an `.npy` file block by block.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use chunkwise_core::{Block, BoxError, DType, RegionSink, Shape, byte_len};
use smallvec::SmallVec;

use super::file::staging_area;
use super::header::Header;
use super::{NpyError, NpyErrorKind, descr};
use crate::check::check_box;
use crate::copy::{CopyAxis, copy, swap_bytes};
use crate::place::{parent, remove_stale, temporary_name};
use crate::position::write_all_at;
use crate::runs::{Layout, Limits, Runs};

/// A new `.npy` file, written in blocks by any number of threads at once.
///
/// Blocks go to a temporary file in the same folder. [`NpyWriter::finish`] moves it into place, so that a
/// reader sees the old file or the new one and never half of one. A writer that is dropped before that
/// removes the temporary file and leaves what was there as it was.
///
/// ```
/// use std::sync::Arc;
///
/// use chunkwise_core::{Block, Buffer, DType, RegionSource};
/// use chunkwise_io::{NpyFile, NpyWriter};
///
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("rows.npy");
/// let writer = NpyWriter::create(&path, DType::U8, &[2, 3])?;
/// for (i, row) in [[1u8, 2, 3], [4, 5, 6]].into_iter().enumerate() {
///     let memory = Arc::new(row);
///     // SAFETY: the buffer keeps the row alive, and nobody writes to it.
///     let buffer = unsafe { Buffer::foreign(memory.as_ptr(), 3, memory.clone()) };
///     let block = Block::row_major(Arc::new(buffer), DType::U8, &[1, 3]);
///     // SAFETY: every element of the block has a value.
///     unsafe { writer.write_region(&[i, 0], &block)? };
/// }
/// writer.finish()?;
/// assert_eq!(NpyFile::open(&path)?.shape(), [2, 3]);
/// # Ok::<(), Box<dyn std::error::Error + Send + Sync>>(())
/// ```
#[derive(Debug)]
pub struct NpyWriter {
    file: File,
    /// Until the file is in its place.
    temporary: Mutex<Place>,
    target: PathBuf,
    dtype: DType,
    shape: Shape,
    /// Where the elements begin.
    data: u64,
    /// Elements written so far.
    written: AtomicU64,
}

impl NpyWriter {
    /// Begins a file of this type and shape that will be at `path`: little endian, C order, format version
    /// 1.0 (2.0 where the header is too long for that).
    ///
    /// # Errors
    /// An [`NpyError`] when the shape is too large to address, when what is at `path` is neither a file nor a
    /// folder, or when the temporary file cannot be created beside it.
    pub fn create(path: impl AsRef<Path>, dtype: DType, shape: &[usize]) -> Result<Self, NpyError> {
        Self::after(&Header::format(dtype, shape), path.as_ref(), dtype, shape)
    }

    /// Begins a file that has other bytes before its elements.
    pub(crate) fn after(header: &[u8], path: &Path, dtype: DType, shape: &[usize]) -> Result<Self, NpyError> {
        let create = || {
            let bytes = byte_len(shape, dtype)? as u64;
            let target = destination(path).map_err(NpyErrorKind::Create)?;
            let (temporary, file) = Temporary::beside(&target).map_err(NpyErrorKind::Create)?;
            let data = header.len() as u64;
            write_all_at(&file, header, 0).map_err(NpyErrorKind::Write)?;
            file.set_len(data + bytes).map_err(NpyErrorKind::Write)?;
            let written = AtomicU64::new(0);
            let temporary = Mutex::new(Place::Beside(temporary));
            Ok(NpyWriter { file, temporary, target, dtype, shape: shape.into(), data, written })
        };
        create().map_err(|kind: NpyErrorKind| kind.at(path))
    }

    /// The path that the file will have.
    pub fn path(&self) -> &Path {
        &self.target
    }

    /// The type of its elements.
    pub fn dtype(&self) -> DType {
        self.dtype
    }

    /// The lengths of its axes.
    pub fn shape(&self) -> &[usize] {
        &self.shape
    }

    /// Writes a block, whose first element is at `start` of the array: [`RegionSink::write`] with the error's
    /// own type. Blocks may come in any order, from several threads at once.
    ///
    /// # Errors
    /// An [`NpyError`] when the block has another dtype or does not lie within the array, or writing fails.
    ///
    /// # Safety
    /// Every element of the block must have been written, and nobody may write to it meanwhile.
    pub unsafe fn write_region(&self, start: &[usize], block: &Block) -> Result<(), NpyError> {
        // SAFETY: the caller's contract.
        unsafe { self.write_within(start, block, Limits::WRITE) }.map_err(|kind| kind.at(&self.target))
    }

    /// # Safety
    /// As [`NpyWriter::write_region`].
    pub(super) unsafe fn write_within(
        &self,
        start: &[usize],
        block: &Block,
        limits: Limits,
    ) -> Result<(), NpyErrorKind> {
        check_box("writing a region", (self.dtype, &self.shape), start, block)?;
        if block.is_empty() {
            return Ok(());
        }
        let size = self.dtype.size();
        let layout = Layout { shape: &self.shape, fortran: false };
        let runs = Runs::new(layout, start, block.shape(), block.strides());
        let mut staging = None;
        // Where the machine's order is not the file's, nothing goes out unstaged.
        let swapped = cfg!(target_endian = "big") && descr::number_width(self.dtype) > 1;
        let limits = if swapped { Limits { direct: None, ..limits } } else { limits };
        let send = |at: usize, elements: usize, from: *const u8| -> Result<(), NpyErrorKind> {
            // SAFETY: the two callers below vouch for `from`.
            let bytes = unsafe { std::slice::from_raw_parts(from, elements * size) };
            write_all_at(&self.file, bytes, self.data + at as u64 * size as u64).map_err(NpyErrorKind::Write)
        };
        runs.pieces(size, limits, |piece| {
            let memory = block.as_ptr().wrapping_offset(piece.memory * size as isize);
            let Some(staged) = piece.staged else {
                // `span` elements are contiguous in the block when nothing is staged.
                return send(piece.file, piece.span, memory);
            };
            let area = staging_area(&mut staging, staged.room() * size, limits).as_mut_ptr();
            let axes: SmallVec<[CopyAxis; 6]> =
                staged.axes().into_iter().map(|(len, to, from)| CopyAxis { len, from, to }).collect();
            // SAFETY: the axes of a piece reach within the block, and within the room it has here.
            unsafe { copy(size, &axes, memory, area) };
            staged.transfers(|file, at| {
                let from = area.wrapping_add(at * size);
                if swapped {
                    // SAFETY: as below.
                    let bytes = unsafe { std::slice::from_raw_parts_mut(from, piece.span * size) };
                    swap_bytes(bytes, descr::number_width(self.dtype));
                }
                // Without gaps, the elements copied fill all of a transfer's span.
                send(piece.file + file, piece.span, from)
            })
        })?;
        self.written.fetch_add(block.len() as u64, Ordering::Relaxed);
        Ok(())
    }

    /// Makes the file durable and moves it into place, over what was there. Once it is there, this does nothing.
    ///
    /// # Errors
    /// An [`NpyError`] when not every element was written: the rest may still be. An [`NpyError`] when the system cannot
    /// write or rename the file: what was at the path stays; only when the folder itself cannot be made durable is the
    /// new file already in place.
    pub fn finish(&self) -> Result<(), NpyError> {
        let finish = || {
            let expected = self.shape.iter().product::<usize>() as u64;
            let written = self.written.load(Ordering::Relaxed);
            if written < expected {
                return Err(NpyErrorKind::Incomplete { written, expected });
            }
            self.file.sync_all().map_err(NpyErrorKind::Write)?;
            let mut temporary = self.temporary.lock().unwrap_or_else(PoisonError::into_inner);
            match std::mem::take(&mut *temporary) {
                Place::Beside(file) => {
                    // If this fails, the temporary file is gone, and there is nothing to finish any more.
                    *temporary = Place::Lost;
                    file.rename(&self.target).map_err(NpyErrorKind::Write)?;
                    *temporary = Place::There;
                }
                Place::There => *temporary = Place::There,
                Place::Lost => {
                    return Err(NpyErrorKind::Write(io::Error::other("it could not be completed before")));
                }
            }
            Ok(())
        };
        finish().map_err(|kind| kind.at(&self.target))
    }
}

impl RegionSink for NpyWriter {
    fn name(&self) -> String {
        self.target.display().to_string()
    }

    fn write(&self, start: &[usize], block: &Block) -> Result<(), BoxError> {
        // SAFETY: what the trait asks of its callers.
        Ok(unsafe { self.write_region(start, block) }?)
    }

    fn finish(&self) -> Result<(), BoxError> {
        Ok(NpyWriter::finish(self)?)
    }
}

/// Where the file will be: at the end of symbolic links, and never in the place of a device, a pipe or a socket,
/// which renaming would replace. A folder in the way is found when the file is moved.
fn destination(path: &Path) -> io::Result<PathBuf> {
    match fs::metadata(path) {
        Ok(there) if !there.is_file() && !there.is_dir() => {
            Err(io::Error::new(io::ErrorKind::InvalidInput, "what is there is not a file"))
        }
        Ok(_) if fs::symlink_metadata(path)?.is_symlink() => fs::canonicalize(path),
        _ => Ok(path.to_owned()),
    }
}

/// Where the elements are.
#[derive(Debug, Default)]
enum Place {
    /// In a temporary file.
    Beside(Temporary),
    /// In the file that was asked for.
    There,
    /// Nowhere: the file could not be moved.
    #[default]
    Lost,
}

/// A file that is removed on drop, unless it was renamed before.
#[derive(Debug)]
struct Temporary {
    path: Option<PathBuf>,
}

impl Temporary {
    /// A new file in the folder of `target`, so that it can be renamed to it. What processes that were killed left there
    /// is removed.
    fn beside(target: &Path) -> io::Result<(Self, File)> {
        if target.file_name().is_none() {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "the path does not name a file"));
        }
        remove_stale(parent(target));
        // The name does not contain the target's, which may be as long as names can be.
        let path = target.with_file_name(temporary_name());
        let file = OpenOptions::new().write(true).create_new(true).open(&path)?;
        Ok((Temporary { path: Some(path) }, file))
    }

    fn rename(mut self, target: &Path) -> io::Result<()> {
        if let Some(path) = &self.path {
            fs::rename(path, target)?;
        }
        self.path = None;
        sync_folder(target)
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        if let Some(path) = &self.path {
            // Nothing can be done about a file that cannot be removed.
            let _ = fs::remove_file(path);
        }
    }
}

/// Makes the new name durable. Only unix systems open folders for that.
fn sync_folder(target: &Path) -> io::Result<()> {
    if cfg!(unix) {
        File::open(parent(target))?.sync_all()?;
    }
    Ok(())
}
