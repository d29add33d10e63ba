//! Why an expression cannot be built or planned.

use chunkwise_core::{DType, Shape};

/// Why an expression cannot be built or planned.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ExprError {
    /// A shape, axis, index or chunk spec that does not fit.
    #[error(transparent)]
    Core(#[from] chunkwise_core::Error),
    /// An operation that is not defined for these element types.
    #[error("{op} is not defined for {dtypes:?}")]
    Undefined {
        /// The operation.
        op: &'static str,
        /// Types of the operands.
        dtypes: Vec<DType>,
    },
    /// A reduction of no elements that has no value.
    #[error("{op} of no elements (shape {shape:?}, axes {axes:?}) has no value")]
    Empty {
        /// The reduction.
        op: &'static str,
        /// Shape of the operand.
        shape: Shape,
        /// The axes reduced.
        axes: Vec<usize>,
    },
    /// An operation that needs a length that nobody knows yet.
    #[error(
        "{op} needs to know how long its operand is, which depends on a mask: \
         call `compute_chunk_sizes()` on it first, or `persist()`"
    )]
    UnknownLength {
        /// The operation.
        op: &'static str,
    },
    /// Arrays of unknown lengths that were selected by different masks.
    #[error(
        "the operands of {op} were selected by different masks, so nobody knows whether they are equally long: \
         combine them before they are masked, or call `compute_chunk_sizes()` on both"
    )]
    DifferentMasks {
        /// The operation.
        op: &'static str,
    },
    /// An optimiser pass broke a rule of the graph: a bug in this library.
    #[error("optimiser pass {pass} left a malformed graph: {what} (a bug in chunkwise; please report it)")]
    Pass {
        /// The pass that ran last.
        pass: &'static str,
        /// What is wrong.
        what: String,
    },
    /// A plan too large to number its tasks.
    #[error("the plan needs more than 2^26 tasks; compute the array in parts, or less of it")]
    TooManyTasks,
    /// A picture of more boxes or arrows than anyone could read.
    #[error(
        "a picture of {count} {what} would be unreadable (at most {most}); draw less of it, or its layers"
    )]
    TooManyToDraw {
        /// What there is too much of.
        what: &'static str,
        /// How many there are, or would be at least.
        count: u64,
        /// How many there may be.
        most: usize,
    },
    /// A fused program that the kernels refuse: a bug in this library.
    #[error("stage {stage}: {source} (a bug in chunkwise; please report it)")]
    Program {
        /// The stage.
        stage: String,
        /// What is wrong.
        source: chunkwise_kernels::ProgramError,
    },
}
