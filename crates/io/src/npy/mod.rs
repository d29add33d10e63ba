//! NumPy's `.npy` files, read and written a region at a time.
//!
//! [`NpyFile`] reads any box of a file of any supported type, in C or Fortran order and either byte order.
//! [`NpyWriter`] makes a file block by block, from any number of threads, and puts it into place when it is
//! complete. The format is described in [NumPy's documentation][format].
//!
//! The header is parsed here rather than by a general reader of Python literals: those found take time
//! exponential in the depth of a nested header, which a file from elsewhere may well have.
//!
//! [format]: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html

mod descr;
mod error;
mod file;
mod header;
mod literal;
mod writer;

#[cfg(test)]
mod tests;

pub use error::{NpyError, NpyErrorKind};
pub use file::NpyFile;
pub use writer::NpyWriter;

pub(crate) use descr::{name, number_width};
pub(crate) use header::Header;
