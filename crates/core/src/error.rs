//! Errors of shapes, grids and blocks.

use crate::{DType, Shape, counted};

/// A result whose error is [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What can be wrong with a shape, a chunk spec, an index or a dtype.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The array would have more elements or bytes than `isize` counts.
    #[error("an array of shape {shape:?} is too large to address")]
    TooLarge {
        /// The shape asked for.
        shape: Shape,
    },
    /// Shapes that do not broadcast.
    #[error("shapes {left:?} and {right:?} do not broadcast together")]
    Broadcast {
        /// The left operand's shape.
        left: Shape,
        /// The right operand's shape.
        right: Shape,
    },
    /// The chunk sizes of an axis do not add up to its length.
    #[error("chunks of axis {axis} add up to {sum}, but the axis has length {len}")]
    ChunkSum {
        /// The axis.
        axis: usize,
        /// The length of the axis.
        len: usize,
        /// What the sizes add up to.
        sum: usize,
    },
    /// A chunk size of zero on an axis that has elements.
    #[error("axis {axis} has length {len}, its chunks cannot have size zero")]
    ZeroChunk {
        /// The axis.
        axis: usize,
        /// The length of the axis.
        len: usize,
    },
    /// A chunk spec with the wrong number of entries.
    #[error("the chunk spec has {}, the array has {}", counted(*got, "entry", "entries"), counted(*expected, "axis", "axes"))]
    ChunkArity {
        /// Entries in the spec.
        got: usize,
        /// Axes of the array.
        expected: usize,
    },
    /// A byte size that cannot be read.
    #[error("{text:?} is not a size in bytes; write a number and a unit, as in \"16 MiB\"")]
    ByteSize {
        /// The text given.
        text: String,
    },
    /// An axis that the array does not have.
    #[error("axis {axis} is out of bounds for an array of {}", counted(*ndim, "dimension", "dimensions"))]
    Axis {
        /// The axis given.
        axis: usize,
        /// Axes of the array.
        ndim: usize,
    },
    /// The same axis given twice.
    #[error("axis {axis} is named more than once")]
    RepeatedAxis {
        /// The axis.
        axis: usize,
    },
    /// An index outside an axis.
    #[error("index {index} is out of bounds for axis {axis} of length {len}")]
    Index {
        /// The axis.
        axis: usize,
        /// The index given.
        index: isize,
        /// The length of the axis.
        len: usize,
    },
    /// A shape of another size than the array that should take it on.
    #[error(
        "an array of shape {from:?} ({}) cannot be reshaped to {to:?} ({})",
        elements(from),
        elements(to)
    )]
    Reshape {
        /// The shape of the array.
        from: Shape,
        /// The shape asked for.
        to: Shape,
    },
    /// Two shapes that should have matched.
    #[error("{what}: expected shape {expected:?}, got {got:?}")]
    ShapeMismatch {
        /// The operation that compared them.
        what: &'static str,
        /// What was expected.
        expected: Shape,
        /// What came.
        got: Shape,
    },
    /// Lengths that differ along axes that were to be multiplied and summed.
    #[error(
        "{what}: axis {left_axis} of shape {left:?} has length {}, but axis {right_axis} of shape {right:?} has \
         length {}",
        left[*left_axis], right[*right_axis]
    )]
    Product {
        /// The operation.
        what: &'static str,
        /// Shape of the left operand.
        left: Shape,
        /// Shape of the right operand.
        right: Shape,
        /// The axis of the left operand.
        left_axis: usize,
        /// The axis of the right operand.
        right_axis: usize,
    },
    /// Two dtypes that should have matched.
    #[error("{what}: expected {expected}, got {got}")]
    DTypeMismatch {
        /// The operation that compared them.
        what: &'static str,
        /// What was expected.
        expected: DType,
        /// What came.
        got: DType,
    },
    /// A parameter outside of what the operation allows.
    #[error("{what}: {why}")]
    Invalid {
        /// The operation.
        what: &'static str,
        /// What is wrong.
        why: String,
    },
}

/// How many elements a shape has, in words.
fn elements(shape: &[usize]) -> String {
    match crate::checked_len(shape) {
        Ok(n) => counted(n, "element", "elements").to_string(),
        Err(_) => "too many to count".to_owned(),
    }
}
