//! Space on disk for what does not fit in memory.
//!
//! One file holds one array of one computation, piece by piece, so that a piece is one write and one read wherever it
//! lies in the array. The file has no name that anything could find it by: the system removes it with its last handle,
//! whatever becomes of this process. A checksum of every piece stays in memory.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

use chunkwise_core::{Block, BoxError, Buffer, DType, Grid, RegionSink, RegionSource, Shape, SpillSpace};

use crate::cells::{each_cell, read_part, write_part};
use crate::position::{read_exact_at, write_all_at};

/// A file without a name that one array is written to, in pieces, and read from.
///
/// ```
/// use chunkwise_core::{Block, DType, Grid, RegionSink, RegionSource, SpillSpace};
/// use chunkwise_io::SpillFile;
///
/// let space = SpillFile::new(&std::env::temp_dir(), DType::U8, &[2, 3]);
/// space.divide(Grid::whole(&[2, 3]));
/// let block = Block::uninit(DType::U8, &[2, 3]);
/// // SAFETY: the block has room for six bytes, and nobody else knows it.
/// unsafe { block.as_mut_ptr().write_bytes(7, 6) };
/// space.write(&[0, 0], &block)?;
///
/// let mut row = Block::uninit(DType::U8, &[1, 3]);
/// space.read(&[1, 0], &mut row)?;
/// // SAFETY: all of it was read just now.
/// assert_eq!(unsafe { row.as_slice::<u8>() }, Some(&[7, 7, 7][..]));
/// # Ok::<(), chunkwise_core::BoxError>(())
/// ```
#[derive(Debug)]
pub struct SpillFile {
    folder: PathBuf,
    dtype: DType,
    shape: Shape,
    pieces: OnceLock<Pieces>,
    /// Made by the first write.
    file: OnceLock<File>,
}

#[derive(Debug)]
struct Pieces {
    grid: Grid,
    /// Checksums, with a bit above them for those that were written.
    sums: Box<[AtomicU64]>,
}

/// Marks the checksum of a piece that was written.
const WRITTEN: u64 = 1 << 32;

/// What keeps a piece from being spilled, or from coming back.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SpillError {
    /// No file can be made in the folder.
    #[error("no space to spill to can be made in {}: {source}", folder.display())]
    Create {
        /// The folder.
        folder: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// A piece cannot be written.
    #[error("spilling to {}: {source}", folder.display())]
    Write {
        /// The folder.
        folder: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// A piece cannot be read.
    #[error("reading what was spilled to {}: {source}", folder.display())]
    Read {
        /// The folder.
        folder: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// A piece is not what was written.
    #[error("what was spilled to {} has changed there: piece {piece:?}", folder.display())]
    Corrupt {
        /// The folder.
        folder: PathBuf,
        /// Coordinates of the piece.
        piece: Shape,
    },
}

impl SpillFile {
    /// Space in this folder for an array of this type and shape. Nothing is made before the first write.
    pub fn new(folder: &Path, dtype: DType, shape: &[usize]) -> Self {
        let (pieces, file) = (OnceLock::new(), OnceLock::new());
        SpillFile { folder: folder.to_owned(), dtype, shape: shape.into(), pieces, file }
    }

    fn pieces(&self) -> &Pieces {
        self.pieces.get_or_init(|| Pieces::new(Grid::whole(&self.shape)))
    }

    fn file(&self) -> Result<&File, SpillError> {
        if let Some(file) = self.file.get() {
            return Ok(file);
        }
        let made = tempfile::tempfile_in(&self.folder);
        let made = made.map_err(|source| SpillError::Create { folder: self.folder.clone(), source })?;
        // Of two threads that come here at once, one keeps its file.
        Ok(self.file.get_or_init(|| made))
    }

    /// Where a piece begins in the file, in elements: pieces lie one after the other in row-major order.
    fn place(&self, start: &[usize], shape: &[usize]) -> usize {
        (0..start.len())
            .map(|k| {
                shape[..k].iter().product::<usize>()
                    * start[k]
                    * self.shape[k + 1..].iter().product::<usize>()
            })
            .sum()
    }
}

impl Pieces {
    fn new(grid: Grid) -> Self {
        let sums = (0..grid.count()).map(|_| AtomicU64::new(0)).collect();
        Pieces { grid, sums }
    }
}

impl RegionSink for SpillFile {
    fn name(&self) -> String {
        format!("what is spilled to {}", self.folder.display())
    }

    fn write(&self, start: &[usize], block: &Block) -> Result<(), BoxError> {
        let (pieces, file, size) = (self.pieces(), self.file()?, self.dtype.size());
        let mut staging: Option<Buffer> = None;
        each_cell(&pieces.grid, start, block.shape(), |met| {
            let (first, shape) = pieces.grid.block(&met.coords);
            assert!(met.shape == shape, "a box that is spilled consists of whole pieces");
            let piece = block.region(&met.in_box, &shape);
            let from = if piece.is_row_major() {
                piece.as_ptr()
            } else {
                let staging = staging_for(&mut staging, piece.bytes()).as_mut_ptr();
                // SAFETY: the elements of the block are written; there is room for those of the piece.
                unsafe { write_part(block, &met.in_box, &shape, staging, &shape, &met.in_cell) };
                staging
            };
            // SAFETY: the elements of the piece follow each other from here.
            let memory = unsafe { std::slice::from_raw_parts(from, piece.bytes()) };
            write_all_at(file, memory, (self.place(&first, &shape) * size) as u64)
                .map_err(|source| SpillError::Write { folder: self.folder.clone(), source })?;
            let sum = WRITTEN | u64::from(crc32c::crc32c(memory));
            pieces.sums[pieces.grid.index(&met.coords)].store(sum, Ordering::Release);
            Ok(())
        })
    }

    fn grid(&self) -> Option<Grid> {
        self.pieces.get().map(|pieces| pieces.grid.clone())
    }

    fn scratch_bytes(&self, shape: &[usize]) -> u64 {
        RegionSource::scratch_bytes(self, shape)
    }
}

impl RegionSource for SpillFile {
    fn name(&self) -> String {
        RegionSink::name(self)
    }

    fn dtype(&self) -> DType {
        self.dtype
    }

    fn shape(&self) -> &[usize] {
        &self.shape
    }

    fn read(&self, start: &[usize], out: &mut Block) -> Result<(), BoxError> {
        let (pieces, file, size) = (self.pieces(), self.file()?, self.dtype.size());
        let mut staging: Option<Buffer> = None;
        each_cell(&pieces.grid, start, out.shape(), |met| {
            let (first, shape) = pieces.grid.block(&met.coords);
            let target = out.region(&met.in_box, &met.shape);
            let bytes = shape.iter().product::<usize>() * size;
            let direct = met.shape == shape && target.is_row_major();
            let into =
                if direct { target.as_mut_ptr() } else { staging_for(&mut staging, bytes).as_mut_ptr() };
            let place = (self.place(&first, &shape) * size) as u64;
            // SAFETY: there is room for the piece; the target is the caller's alone.
            unsafe { read_exact_at(file, into, bytes, place) }
                .map_err(|source| SpillError::Read { folder: self.folder.clone(), source })?;
            // SAFETY: all of it was read just now.
            let memory = unsafe { std::slice::from_raw_parts(into, bytes) };
            let sum = pieces.sums[pieces.grid.index(&met.coords)].load(Ordering::Acquire);
            if sum != WRITTEN | u64::from(crc32c::crc32c(memory)) {
                let piece = met.coords.clone();
                return Err(SpillError::Corrupt { folder: self.folder.clone(), piece }.into());
            }
            if !direct {
                read_part(memory, &shape, &met.in_cell, out, &met.in_box, &met.shape);
            }
            Ok(())
        })
    }

    fn grid(&self) -> Option<Grid> {
        RegionSink::grid(self)
    }

    fn scratch_bytes(&self, _shape: &[usize]) -> u64 {
        let piece: usize = self.pieces.get().map_or(0, |pieces| pieces.grid.largest().iter().product());
        (piece * self.dtype.size()) as u64
    }
}

impl SpillSpace for SpillFile {
    fn divide(&self, pieces: Grid) {
        // Once something is written it is too late, and the first division stays.
        let _ = self.pieces.set(Pieces::new(pieces));
    }
}

/// Memory for a piece, kept for the next one.
fn staging_for(staging: &mut Option<Buffer>, bytes: usize) -> &Buffer {
    if staging.as_ref().is_none_or(|buffer| buffer.bytes() < bytes) {
        *staging = Some(Buffer::uninit(bytes));
    }
    staging.get_or_insert_with(|| Buffer::uninit(bytes))
}

/// Where to spill to unless told otherwise: the system's folder for temporary files; or, where that is held in memory,
/// as on some Linux systems, `/var/tmp`, which is for large ones.
///
/// `TMPDIR` is obeyed: whoever sets it means it.
///
/// ```
/// assert!(chunkwise_io::spill_folder().is_dir());
/// ```
pub fn spill_folder() -> PathBuf {
    let usual = std::env::temp_dir();
    let large = Path::new("/var/tmp");
    let is_chosen = std::env::var_os("TMPDIR").is_some_and(|folder| !folder.is_empty());
    if !is_chosen && is_in_memory(&usual) && large.is_dir() && !is_in_memory(large) {
        return large.to_owned();
    }
    usual
}

/// Whether the files in a folder are held in memory.
#[cfg(target_os = "linux")]
fn is_in_memory(folder: &Path) -> bool {
    use std::ffi::CString;
    use std::os::unix::ffi::OsStrExt;
    const RAMFS: u64 = 0x8584_58f6;
    let Ok(folder) = CString::new(folder.as_os_str().as_bytes()) else { return false };
    // SAFETY: numbers, all of which may be zero.
    let mut about: libc::statfs = unsafe { std::mem::zeroed() };
    // SAFETY: the path ends with zero, and there is room for the answer.
    if unsafe { libc::statfs(folder.as_ptr(), &raw mut about) } != 0 {
        return false;
    }
    // Magic numbers are of 32 bits, whatever the width and sign of the field is here.
    let kind = about.f_type as u64 & u64::from(u32::MAX);
    kind == libc::TMPFS_MAGIC as u64 || kind == RAMFS
}

#[cfg(not(target_os = "linux"))]
fn is_in_memory(_folder: &Path) -> bool {
    false
}

impl SpillError {
    /// The folder that was spilled to.
    pub fn folder(&self) -> &Path {
        match self {
            SpillError::Create { folder, .. }
            | SpillError::Write { folder, .. }
            | SpillError::Read { folder, .. }
            | SpillError::Corrupt { folder, .. } => folder,
        }
    }
}

#[cfg(test)]
mod tests;
