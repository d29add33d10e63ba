//! The one error type of the public interface.

use std::path::PathBuf;
use std::sync::Arc;

use chunkwise_core::{BoxError, DType, Shape, counted};
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
        "{op}{}, built at {origin}: needs {needed} bytes while {held} bytes are held, \
         and the memory limit is {limit} bytes; {}",
        if block.is_empty() { String::new() } else { format!(", block {block:?}") },
        advice(*result, *limit)
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
        /// Bytes of the arrays that the computation returns or keeps.
        result: u64,
        /// Bytes that may be held.
        limit: u64,
    },
    /// A computation was not run to its end for another reason: cancellation, threads.
    #[error(transparent)]
    Execution(ExecError<TaskError>),
    /// The error of a task that a [`Client`](crate::Client) ran, which all its handles share.
    #[error(transparent)]
    Submitted(Arc<Error>),
    /// Blocks that were to be kept do not fit within the memory limit.
    #[error(transparent)]
    OutOfMemory(#[from] OutOfMemory),
    /// An `.npy` file that cannot be opened, read or written.
    #[error(transparent)]
    Npy(#[from] chunkwise_io::NpyError),
    /// An array of another format that cannot be opened, read or written.
    #[error(transparent)]
    Store(#[from] chunkwise_io::StoreError),
    /// Something that an array is written to could not be opened, resumed or completed.
    #[error("{name}: {source}")]
    Sink {
        /// What was to be written.
        name: String,
        /// Why it was not.
        source: BoxError,
    },
    /// A file that holds another type of array than it was opened as.
    #[error(
        "{}: holds elements of {dtype} along {}, but was opened as {asked_dtype}{}",
        path.display(),
        counted(*ndim, "axis", "axes"),
        asked_ndim.map_or_else(String::new, |n| format!(" along {}", counted(n, "axis", "axes")))
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
    /// A picture, or a file of a profile, that could not be written to its file.
    #[error("{}: {source}", path.display())]
    PictureFile {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
}

impl Error {
    /// The error of a sink that could not be completed, as the format's own where it has one.
    pub(crate) fn of_sink(name: String, cause: BoxError) -> Self {
        let cause = match cause.downcast::<chunkwise_io::NpyError>() {
            Ok(error) => return Error::Npy(*error),
            Err(cause) => cause,
        };
        match cause.downcast::<chunkwise_io::StoreError>() {
            Ok(error) => Error::Store(*error),
            Err(source) => Error::Sink { name, source },
        }
    }

    /// The error of this type, if it is this one or what caused it: the error that a user's function or file returned.
    ///
    /// ```
    /// use std::num::ParseIntError;
    ///
    /// use chunkwise::prelude::*;
    /// use chunkwise::TaskError;
    ///
    /// let number = try_delayed(|text: &str| text.parse::<i64>()).call("4x");
    /// let error = number.compute().unwrap_err();
    /// assert_eq!(error.find::<ParseIntError>(), "4x".parse::<i64>().as_ref().err());
    /// assert!(error.find::<TaskError>().is_some());
    /// assert!(error.find::<std::io::Error>().is_none());
    /// ```
    pub fn find<E: std::error::Error + 'static>(&self) -> Option<&E> {
        let mut next: Option<&(dyn std::error::Error + 'static)> = match self {
            // Transparent: its source is that of the task's error.
            Error::Task(error) => Some(&**error),
            Error::Submitted(error) => return error.find(),
            _ => Some(self),
        };
        while let Some(error) = next {
            if let Some(found) = error.downcast_ref() {
                return Some(found);
            }
            next = error.source();
        }
        None
    }
}

impl From<ExprError> for Error {
    fn from(error: ExprError) -> Self {
        match error {
            ExprError::Core(error) => Error::Argument(error),
            error => Error::Expression(error),
        }
    }
}

/// What helps against a limit that was too low, given the bytes of the result.
fn advice(result: u64, limit: u64) -> String {
    if result <= limit {
        return "smaller chunks where it is made or read, a smaller slice of it, or a higher limit would help".into();
    }
    format!(
        "the result alone takes {result} bytes: write it to a file (`write_npy`), reduce it first, or raise the limit"
    )
}

/// An argument that an operation does not allow, and why.
pub(crate) fn invalid(what: &'static str, why: impl Into<String>) -> Error {
    Error::Argument(chunkwise_core::Error::Invalid { what, why: why.into() })
}
