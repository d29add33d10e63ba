//! Reading and writing at a position of a file, without its cursor, into memory that need not be initialised.

#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

#[cfg(unix)]
pub(crate) use unix::{read_exact_at, write_all_at};
#[cfg(windows)]
pub(crate) use windows::{read_exact_at, write_all_at};
