//! The contract of anything that elements can be read from.

use std::fmt::Debug;

use crate::{Block, DType};

/// An array outside of memory that can be read a region at a time, by any number of threads at once.
pub trait RegionSource: Debug + Send + Sync + 'static {
    /// What to call it in messages: a file name, a table.
    fn name(&self) -> String;
    /// The type of its elements.
    fn dtype(&self) -> DType;
    /// The lengths of its axes.
    fn shape(&self) -> &[usize];
    /// Reads the box that begins at `start` and has the shape of `out` into `out`.
    ///
    /// The caller holds the memory of `out` alone (or this part of it) and lets nobody read it meanwhile. Its
    /// strides may be any.
    ///
    /// # Errors
    /// Whatever keeps the region from being read whole; nothing may be read of `out` after an error.
    fn read(&self, start: &[usize], out: &mut Block) -> Result<(), Box<dyn std::error::Error + Send + Sync>>;
}

/// Somewhere outside of memory that regions of an array can be written to, by any number of threads at once.
pub trait RegionSink: Debug + Send + Sync + 'static {
    /// What to call it in messages: a file name, a table.
    fn name(&self) -> String;
    /// Writes `block` at the box that begins at `start`. Boxes of one computation never overlap.
    ///
    /// Every element of `block` has been written, and nobody writes to it meanwhile. Its strides may be any.
    ///
    /// # Errors
    /// Whatever keeps the block from being written whole.
    fn write(&self, start: &[usize], block: &Block) -> Result<(), Box<dyn std::error::Error + Send + Sync>>;
}

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
