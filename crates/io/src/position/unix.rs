//! `pread` and `pwrite`.

use std::fs::File;
use std::io::{self, ErrorKind};
use std::os::fd::AsRawFd;
use std::os::unix::fs::FileExt;

/// Some systems refuse requests of 2 GiB and more, the others shorten them.
const MOST: usize = 1 << 30;

/// Fills `len` bytes at `to` with what the file holds from `offset`.
///
/// Not `FileExt::read_exact_at`, which takes a slice: the destination is fresh memory, and clearing it first
/// would cost about as much as the read.
///
/// # Safety
/// `to` must be valid for writes of `len` bytes.
///
/// # Errors
/// That of the system, or `UnexpectedEof` where the file ends early.
pub(crate) unsafe fn read_exact_at(
    file: &File,
    mut to: *mut u8,
    mut len: usize,
    mut offset: u64,
) -> io::Result<()> {
    while len > 0 {
        let at = libc::off_t::try_from(offset).map_err(|_| ErrorKind::FileTooLarge)?;
        // SAFETY: `to` is valid for `len` bytes by the caller's contract, less what was read already.
        let read = unsafe { libc::pread(file.as_raw_fd(), to.cast(), len.min(MOST), at) };
        match usize::try_from(read) {
            Ok(0) => return Err(ErrorKind::UnexpectedEof.into()),
            Ok(read) => {
                to = to.wrapping_add(read);
                len -= read;
                offset += read as u64;
            }
            Err(_) => {
                let error = io::Error::last_os_error();
                if error.kind() != ErrorKind::Interrupted {
                    return Err(error);
                }
            }
        }
    }
    Ok(())
}

/// Writes all of `bytes` to the file from `offset`.
///
/// # Errors
/// That of the system.
pub(crate) fn write_all_at(file: &File, bytes: &[u8], offset: u64) -> io::Result<()> {
    file.write_all_at(bytes, offset)
}
