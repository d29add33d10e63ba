//! The one error type of the public interface.

use std::path::PathBuf;

use chunkwise_core::{DType, Shape};
use chunkwise_exec::{ExecError, OutOfMemory};
use chunkwise_expr::ExprError;
use chunkwise_plan::{Origin, TaskError};

/// A result whose error is [`enum@Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What can go wrong between building an array and holding its values.
///
/// Errors of shapes, axes, indices and chunk specs come from the method that was given them. Errors of data,
/// files and users' functions come from the computation, which then returns nothing of its result.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A shape, chunk spec, axis, index or parameter that does not fit.
    #[error(transparent)]
    Argument(#[from] chunkwise_core::Error),
    /// An operation that has no value, or is not defined for these element types.
    #[error(transparent)]
    Expression(ExprError),
    /// A task of a computation failed: a source could not be read, a function returned an error or panicked. Says
    /// which operation, which block, and where the program built it.
    #[error(transparent)]
    Task(Box<TaskError>),
    /// A task does not fit within the memory limit, whatever else waits.
    #[error(
        "{op}, block {block:?}, built at {origin}: needs {needed} bytes while {held} bytes are held, \
         and the memory limit is {limit} bytes; smaller chunks, or a higher limit, would help"
    )]
    MemoryLimit {
        /// The operations of the task.
        op: String,
        /// Coordinates of the chunk that the task begins in.
        block: Shape,
        /// Where the operation was built.
        origin: Origin,
        /// Bytes of the task's result and scratch.
        needed: u64,
        /// Bytes held by then, returned arrays included.
        held: u64,
        /// Bytes that may be held.
        limit: u64,
    },
    /// A computation was not run to its end for another reason: cancellation, threads.
    #[error(transparent)]
    Execution(ExecError<TaskError>),
    /// Blocks that were to be kept do not fit within the memory limit.
    #[error(transparent)]
    OutOfMemory(#[from] OutOfMemory),
    /// An `.npy` file that cannot be opened, read or written.
    #[error(transparent)]
    Npy(#[from] chunkwise_io::NpyError),
    /// A file that holds another type of array than it was opened as.
    #[error(
        "{}: holds elements of {dtype} along {ndim} axes, but was opened as {asked_dtype}{}",
        path.display(),
        asked_ndim.map_or_else(String::new, |n| format!(" along {n} axes"))
    )]
    FileType {
        /// The file.
        path: PathBuf,
        /// Its element type.
        dtype: DType,
        /// Its number of axes.
        ndim: usize,
        /// The element type that it was opened as.
        asked_dtype: DType,
        /// The number of axes that it was opened with; `None` stands for any.
        asked_ndim: Option<usize>,
    },
    /// A picture whose file name does not end in one of the formats that pictures have.
    #[error("{}: pictures are written as .svg, .dot (or .gv) or .html (or .htm) files", path.display())]
    PictureFormat {
        /// The file.
        path: PathBuf,
    },
    /// A picture that could not be written to its file.
    #[error("{}: {source}", path.display())]
    PictureFile {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
}

impl From<ExprError> for Error {
    fn from(error: ExprError) -> Self {
        match error {
            ExprError::Core(error) => Error::Argument(error),
            error => Error::Expression(error),
        }
    }
}

/// An argument that an operation does not allow, and why.
pub(crate) fn invalid(what: &'static str, why: impl Into<String>) -> Error {
    Error::Argument(chunkwise_core::Error::Invalid { what, why: why.into() })
}
