//! What can be wrong with an `.npy` file.

use std::error::Error;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use chunkwise_core::{DType, Shape};

/// Why a file cannot be opened, read or written: its path and the reason.
///
/// ```
/// use chunkwise_io::{NpyErrorKind, NpyFile};
///
/// let error = NpyFile::open("no/such/file.npy").unwrap_err();
/// assert!(matches!(error.kind(), NpyErrorKind::Open { .. }));
/// assert!(error.to_string().starts_with("no/such/file.npy: "));
/// ```
#[derive(Debug)]
pub struct NpyError {
    path: PathBuf,
    kind: Box<NpyErrorKind>,
}

impl NpyError {
    /// What is wrong, without the file.
    pub(crate) fn into_kind(self) -> NpyErrorKind {
        *self.kind
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What is wrong with it.
    pub fn kind(&self) -> &NpyErrorKind {
        &self.kind
    }
}

impl fmt::Display for NpyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path.display(), self.kind)
    }
}

impl Error for NpyError {
    /// What caused the kind, whose own message is part of this one's.
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.kind.source()
    }
}

/// What can be wrong with an `.npy` file.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NpyErrorKind {
    /// The file does not exist or cannot be opened.
    #[error("cannot be opened: {0}")]
    Open(#[source] io::Error),
    /// The file does not begin as an `.npy` file does.
    #[error("is not an npy file: it does not begin with \"\\x93NUMPY\"")]
    Magic,
    /// A format version other than 1.0, 2.0 and 3.0.
    #[error("has npy format version {major}.{minor}; 1.0, 2.0 and 3.0 can be read")]
    Version {
        /// Major version.
        major: u8,
        /// Minor version.
        minor: u8,
    },
    /// The file ends within its header.
    #[error("is truncated: the header takes {expected} bytes, the file has {actual}")]
    TruncatedHeader {
        /// Bytes of the header, as far as known.
        expected: u64,
        /// Bytes of the file.
        actual: u64,
    },
    /// A header that does not say what a header has to.
    #[error("has a malformed header: {why}")]
    Header {
        /// What is wrong.
        why: String,
    },
    /// An element type that no array here can have.
    #[error("holds elements of dtype {descr}, which is not supported; {}", SUPPORTED)]
    DType {
        /// The type as the header gives it.
        descr: String,
    },
    /// Python objects, which are pickled: reading them would run code from the file.
    #[error("holds Python objects, which are refused: to read them would run code from the file")]
    Objects,
    /// A shape whose elements could not be addressed.
    #[error("has shape {shape}, which is too large to address")]
    TooLarge {
        /// The shape as the header gives it.
        shape: String,
    },
    /// The header's shape and the length of the file disagree.
    #[error(
        "has the wrong length: shape {shape:?} of {dtype} takes {expected} bytes after the header, the file has {actual}"
    )]
    Length {
        /// Shape in the header.
        shape: Shape,
        /// Element type in the header.
        dtype: DType,
        /// Bytes that the elements take.
        expected: u64,
        /// Bytes that follow the header.
        actual: u64,
    },
    /// An element of a bool array that is neither 0 nor 1.
    #[error("holds the byte {byte:#04x} at index {index:?} of a bool array; only 0 and 1 are bools")]
    Bool {
        /// Position in the array.
        index: Shape,
        /// What is there.
        byte: u8,
    },
    /// A region that the array does not have, or a block that does not fit it.
    #[error(transparent)]
    Request(#[from] chunkwise_core::Error),
    /// Reading failed, or the file became shorter after it was opened.
    #[error("cannot be read: {0}")]
    Read(#[source] io::Error),
    /// The file or its temporary neighbour cannot be created.
    #[error("cannot be created: {0}")]
    Create(#[source] io::Error),
    /// Writing failed.
    #[error("cannot be written: {0}")]
    Write(#[source] io::Error),
    /// A file was to be finished before all of it was written.
    #[error("is incomplete: {written} of {expected} elements were written")]
    Incomplete {
        /// Elements written.
        written: u64,
        /// Elements of the array.
        expected: u64,
    },
}

const SUPPORTED: &str = "bool, i1 to i8, u1 to u8, f4, f8, c8 and c16 are";

impl NpyErrorKind {
    /// The error of the file at `path`.
    pub(crate) fn at(self, path: &Path) -> NpyError {
        NpyError { path: path.to_owned(), kind: Box::new(self) }
    }

    /// A malformed header.
    pub(crate) fn header(why: impl Into<String>) -> Self {
        NpyErrorKind::Header { why: why.into() }
    }
}
