//! `ReadFile` and `WriteFile` with an offset.

use std::fs::File;
use std::io::{self, ErrorKind};
use std::os::windows::fs::FileExt;

/// Fills `len` bytes at `to` with what the file holds from `offset`.
///
/// # Safety
/// `to` must be valid for writes of `len` bytes.
///
/// # Errors
/// That of the system, or `UnexpectedEof` where the file ends early.
pub(crate) unsafe fn read_exact_at(file: &File, to: *mut u8, len: usize, mut offset: u64) -> io::Result<()> {
    // SAFETY: valid for writes by the caller's contract; cleared first, so that a slice may refer to it.
    let mut rest = unsafe {
        to.write_bytes(0, len);
        std::slice::from_raw_parts_mut(to, len)
    };
    while !rest.is_empty() {
        match file.seek_read(rest, offset) {
            Ok(0) => return Err(ErrorKind::UnexpectedEof.into()),
            Ok(read) => {
                rest = &mut rest[read..];
                offset += read as u64;
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// Writes all of `bytes` to the file from `offset`.
///
/// # Errors
/// That of the system.
pub(crate) fn write_all_at(file: &File, mut bytes: &[u8], mut offset: u64) -> io::Result<()> {
    while !bytes.is_empty() {
        match file.seek_write(bytes, offset) {
            Ok(0) => return Err(ErrorKind::WriteZero.into()),
            Ok(written) => {
                bytes = &bytes[written..];
                offset += written as u64;
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}
