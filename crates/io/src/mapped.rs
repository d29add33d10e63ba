//! Files as memory.

use std::path::Path;
use std::sync::Arc;

use chunkwise_core::{Block, Buffer, DType, RegionSource, Strides, byte_len, row_major_strides};
use memmap2::Mmap;

use crate::error::of_npy;
use crate::npy::{Header, NpyFile};
use crate::raw::{RawFile, RawOptions};
use crate::{StoreError, StoreErrorKind};

/// The elements of an `.npy` file as a block that is read from the file by the system, as it is needed, and never
/// copied.
///
/// # Errors
/// A [`StoreError`] when the file cannot be opened, is none, or cannot be mapped: where its bytes are not in this
/// machine's order, its elements not aligned, or it holds bools, each byte of which would have to be checked.
///
/// # Safety
/// As for [`map_raw`].
pub unsafe fn map_npy(path: impl AsRef<Path>) -> Result<Block, StoreError> {
    let path = path.as_ref();
    let name = path.display().to_string();
    let file = NpyFile::open(path).map_err(|error| of_npy(error, &name))?;
    // SAFETY: the caller's contract.
    unsafe { map(&file) }.map_err(|kind| kind.of(name))
}

/// The elements of a [raw file](RawFile) as a block that is read from the file by the system, as it is needed, and never
/// copied.
///
/// # Errors
/// As for [`RawFile::open`] and [`map_npy`].
///
/// # Safety
/// The file must not change, nor become shorter, as long as the block or a clone of it lives: its bytes are ordinary
/// memory of this process, of which the compiler assumes that nobody else writes it.
pub unsafe fn map_raw(
    path: impl AsRef<Path>,
    dtype: DType,
    shape: &[usize],
    options: RawOptions,
) -> Result<Block, StoreError> {
    let file = RawFile::open(path, dtype, shape, options)?;
    // SAFETY: the caller's contract.
    unsafe { map(file.inner()) }.map_err(|kind| kind.of(file.name()))
}

/// # Safety
/// As for [`map_raw`].
unsafe fn map(file: &NpyFile) -> Result<Block, StoreErrorKind> {
    let Header { dtype, swapped, fortran, ref shape, data } = *file.header();
    let cannot = |why: &str| StoreErrorKind::Mismatch { why: format!("cannot be mapped, only read: {why}") };
    if swapped {
        return Err(cannot("its bytes are in another order than this machine's"));
    }
    if dtype.is_bool() {
        return Err(cannot("each of its bytes would have to be checked to be a bool"));
    }
    let bytes = byte_len(shape, dtype)?;
    let first = usize::try_from(data).map_err(|_| cannot("it is too large to address"))?;
    if bytes == 0 {
        return Ok(Block::uninit(dtype, shape));
    }
    // SAFETY: nobody changes the file, by the caller's contract.
    let map = unsafe { Mmap::map(file.file()) }.map_err(StoreErrorKind::Open)?;
    if map.len() < first.saturating_add(bytes) {
        return Err(StoreErrorKind::Length { expected: data + bytes as u64, actual: map.len() as u64 });
    }
    let pointer = map[first..].as_ptr();
    if !pointer.addr().is_multiple_of(dtype.align()) {
        return Err(cannot("its elements are not aligned"));
    }
    // SAFETY: the bytes lie within the map, which the buffer holds, and nobody writes them, by the caller's contract.
    let buffer = Arc::new(unsafe { Buffer::foreign(pointer, bytes, Arc::new(map)) });
    let mut strides: Strides = row_major_strides(shape);
    if fortran {
        let reversed: Vec<usize> = shape.iter().rev().copied().collect();
        strides = row_major_strides(&reversed).into_iter().rev().collect();
    }
    // SAFETY: the strides of all elements in a row, which the buffer holds; aligned, by the check.
    Ok(unsafe { Block::from_parts(buffer, 0, dtype, shape.clone(), strides) })
}
