//! Building expressions.

use std::sync::Arc;

use chunkwise_core::{Block, DType, Grid, RegionSource, Scalar, Shape, View};
use chunkwise_kernels::Op;
use chunkwise_kernels::reduce::ReduceOp;

/// A function that makes one block of an array from the block's place.
pub trait BlockFn: Send + Sync + 'static {
    /// Makes the block at `coords` of the grid, which begins at `start` and has `shape`.
    ///
    /// # Errors
    /// Whatever keeps it from being made.
    fn call(
        &self,
        coords: &[usize],
        start: &[usize],
        shape: &[usize],
    ) -> Result<Block, Box<dyn std::error::Error + Send + Sync>>;
}

/// Why an expression cannot be built.
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
}

/// An untyped, immutable, shared expression: what to compute, with its dtype, shape and chunk grid.
#[derive(Clone)]
pub struct Expr {}

#[allow(unused_variables, missing_docs)]
impl Expr {
    /// The same value everywhere.
    #[track_caller]
    pub fn fill(value: Scalar, grid: Grid) -> Expr { todo!() }
    /// An array in memory. `block` has the shape of the grid and any strides.
    #[track_caller]
    pub fn memory(block: Block, grid: Grid) -> Expr { todo!() }
    /// An array read a region at a time. One expression is one opening of the source.
    #[track_caller]
    pub fn region_source(source: Arc<dyn RegionSource>, grid: Grid) -> Expr { todo!() }
    /// `i64` coordinate of each position along `axis`.
    #[track_caller]
    pub fn coord(axis: usize, grid: Grid) -> Expr { todo!() }
    /// Blocks made by a function of their place.
    #[track_caller]
    pub fn block_fn(name: &'static str, dtype: DType, grid: Grid, f: Arc<dyn BlockFn>) -> Expr { todo!() }
    /// An instruction applied at every position; operands broadcast, their grids are refined to one.
    #[track_caller]
    pub fn elementwise(op: Op, operands: &[&Expr]) -> Result<Expr, ExprError> { todo!() }
    /// A reduction over `axes` (each once, any order); `keep` leaves them with length one.
    #[track_caller]
    pub fn reduce(&self, op: ReduceOp, axes: &[usize], keep: bool) -> Result<Expr, ExprError> { todo!() }
    /// A view; `view` must lie within this expression's shape (the caller has checked it).
    #[track_caller]
    pub fn view(&self, view: View) -> Expr { todo!() }
    /// A view whose repeated axes take their chunks from `free`.
    #[track_caller]
    pub fn view_chunked(&self, view: View, free: &Grid) -> Expr { todo!() }
    /// Joined along an existing axis.
    #[track_caller]
    pub fn concatenate(parts: &[Expr], axis: usize) -> Result<Expr, ExprError> { todo!() }
    /// Joined along a new axis.
    #[track_caller]
    pub fn stack(parts: &[Expr], axis: usize) -> Result<Expr, ExprError> { todo!() }
    /// The same values in other chunks. The grid's shape must match.
    #[track_caller]
    pub fn rechunk(&self, grid: Grid) -> Result<Expr, ExprError> { todo!() }

    pub fn dtype(&self) -> DType { todo!() }
    pub fn shape(&self) -> &[usize] { todo!() }
    pub fn grid(&self) -> &Arc<Grid> { todo!() }
    /// Number of logical tasks: one per chunk of every node that this expression depends on.
    pub fn task_count(&self) -> u64 { todo!() }
}
