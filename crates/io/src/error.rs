//! What can be wrong with a store of any format but `.npy`, which has an error of its own.

use std::error::Error;
use std::fmt;
use std::io;

use chunkwise_core::BoxError;

use crate::{NpyError, NpyErrorKind};

/// Why an array in a store cannot be opened, read or written: the array's name and the reason.
///
/// ```
/// use chunkwise_io::{RawFile, RawOptions, StoreErrorKind};
/// use chunkwise_core::DType;
///
/// let error = RawFile::open("no/such/file.bin", DType::F64, &[3], RawOptions::default()).unwrap_err();
/// assert!(matches!(error.kind(), StoreErrorKind::Open(_)));
/// assert!(error.to_string().starts_with("no/such/file.bin: "));
/// ```
#[derive(Debug)]
pub struct StoreError {
    name: String,
    kind: Box<StoreErrorKind>,
}

impl StoreError {
    /// The array: its path, and its name within a file that holds several.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What is wrong with it.
    pub fn kind(&self) -> &StoreErrorKind {
        &self.kind
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.name, self.kind)
    }
}

impl Error for StoreError {
    /// What caused the kind, whose own message is part of this one's.
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.kind.source()
    }
}

/// What can be wrong with an array in a store.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreErrorKind {
    /// It does not exist or cannot be opened.
    #[error("cannot be opened: {0}")]
    Open(#[source] io::Error),
    /// Nothing there is an array of the format asked for.
    #[error("{why}")]
    NotFound {
        /// What was looked for.
        why: String,
    },
    /// Its description is malformed, contradicts itself or asks for what is not supported.
    #[error("has metadata that cannot be used: {why}")]
    Metadata {
        /// What is wrong.
        why: String,
    },
    /// An element type that no array here can have.
    #[error("holds elements of type {name}, which is not supported")]
    DType {
        /// The type as the store names it.
        name: String,
    },
    /// The length of the file is not what shape and type say.
    #[error("has the wrong length: {expected} bytes are needed, there are {actual}")]
    Length {
        /// Bytes that the elements and what is before them take.
        expected: u64,
        /// Bytes of the file.
        actual: u64,
    },
    /// One chunk that cannot be read or written: it is corrupt or cut off, or the system failed.
    #[error("chunk {indices:?} ({key}): {cause}")]
    Chunk {
        /// Coordinates of the chunk in the grid of the store.
        indices: Vec<u64>,
        /// The name of the chunk in the store.
        key: String,
        /// What happened.
        #[source]
        cause: BoxError,
    },
    /// An element of a bool array that is neither 0 nor 1.
    #[error("holds the byte {byte:#04x} at index {index:?} of a bool array; only 0 and 1 are bools")]
    Bool {
        /// Position in the array.
        index: Vec<usize>,
        /// What is there.
        byte: u8,
    },
    /// Something is there already, and may not be replaced.
    #[error("exists already: {why}")]
    Exists {
        /// What may be done about it.
        why: String,
    },
    /// An unfinished store is there, which another computation began.
    #[error("was begun by another computation: {why}")]
    Unfinished {
        /// What may be done about it.
        why: String,
    },
    /// The array in the store and what is to be written do not fit each other.
    #[error("{why}")]
    Mismatch {
        /// What does not fit.
        why: String,
    },
    /// A region that the array does not have, or a block that does not fit it.
    #[error(transparent)]
    Request(#[from] chunkwise_core::Error),
    /// Reading failed.
    #[error("cannot be read: {0}")]
    Read(#[source] BoxError),
    /// It, or its temporary neighbour, cannot be created.
    #[error("cannot be created: {0}")]
    Create(#[source] io::Error),
    /// Writing failed.
    #[error("cannot be written: {0}")]
    Write(#[source] BoxError),
    /// It was to be finished before all of it was written.
    #[error("is incomplete: {written} of {expected} {what} were written")]
    Incomplete {
        /// What is counted.
        what: &'static str,
        /// How many were written.
        written: u64,
        /// How many there are.
        expected: u64,
    },
}

impl StoreErrorKind {
    /// The error of the array of this name.
    pub(crate) fn of(self, name: impl Into<String>) -> StoreError {
        StoreError { name: name.into(), kind: Box::new(self) }
    }
}

/// What is wrong with elements, wherever they lie.
pub(crate) fn from_npy(kind: NpyErrorKind) -> StoreErrorKind {
    match kind {
        NpyErrorKind::Open(error) => StoreErrorKind::Open(error),
        NpyErrorKind::Read(error) => StoreErrorKind::Read(error.into()),
        NpyErrorKind::Write(error) => StoreErrorKind::Write(error.into()),
        NpyErrorKind::Create(error) => StoreErrorKind::Create(error),
        NpyErrorKind::Request(error) => StoreErrorKind::Request(error),
        NpyErrorKind::Bool { index, byte } => StoreErrorKind::Bool { index: index.to_vec(), byte },
        NpyErrorKind::Incomplete { written, expected } => {
            StoreErrorKind::Incomplete { what: "elements", written, expected }
        }
        kind => StoreErrorKind::Metadata { why: kind.to_string() },
    }
}

/// The error of the array of this name, whose elements are in files like those that `.npy` files hold.
pub(crate) fn of_npy(error: NpyError, name: &str) -> StoreError {
    from_npy(error.into_kind()).of(name)
}
