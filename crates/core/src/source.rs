//! The contract of anything that elements can be read from or written to.

use std::error::Error;
use std::fmt::Debug;
use std::io;

use crate::{Block, DType, Grid};

/// Any error, as sources, sinks and users' functions return it: `?` and `into` make one of whatever is an error, and of
/// text.
pub type BoxError = Box<dyn Error + Send + Sync>;

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
    fn read(&self, start: &[usize], out: &mut Block) -> Result<(), BoxError>;

    /// The boxes that cost as much to read in part as whole, such as compressed chunks. The engine reads whole ones
    /// where it can. `None` if any box is as good as another.
    fn grid(&self) -> Option<Grid> {
        None
    }

    /// Bytes that reading a box of this shape takes beside the block that it fills.
    fn scratch_bytes(&self, _shape: &[usize]) -> u64 {
        0
    }

    /// Text that changes when the elements do, such as a file's length and time of change. `None`, the default, if
    /// nobody can tell: what was computed from it is then not known to be the same in another process.
    fn version(&self) -> Option<String> {
        None
    }

    /// Whether the same read may succeed if it is tried again a little later.
    fn is_transient(&self, error: &BoxError) -> bool {
        is_transient(error)
    }
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
    fn write(&self, start: &[usize], block: &Block) -> Result<(), BoxError>;

    /// The boxes that must be written as a whole, such as compressed chunks: every block written then consists of
    /// whole cells of this grid. `None` if any box may be written.
    fn grid(&self) -> Option<Grid> {
        None
    }

    /// Bytes that writing a box of this shape takes beside the block.
    fn scratch_bytes(&self, _shape: &[usize]) -> u64 {
        0
    }

    /// Is told, before anything is planned, what will be written: `fingerprint` is the same for the same
    /// computation. What an earlier process left of it may be counted as [written](Self::is_written) from then on,
    /// and what is written from now on is remembered for a later one.
    ///
    /// # Errors
    /// A sink that cannot remember, which is the default, or cannot read what it remembered.
    fn resume(&self, fingerprint: u128) -> Result<(), BoxError> {
        let _ = fingerprint;
        Err(format!("{} does not remember what was written to it", self.name()).into())
    }

    /// Whether the box was written completely by an earlier process, and what is there is what was written. Such
    /// a box is neither computed nor written.
    fn is_written(&self, _start: &[usize], _shape: &[usize]) -> bool {
        false
    }

    /// Called once, when every box has been written: makes the array visible, whole and durable.
    ///
    /// It is not called when anything failed; then the sink is dropped.
    ///
    /// # Errors
    /// Whatever keeps it from being completed.
    fn finish(&self) -> Result<(), BoxError> {
        Ok(())
    }

    /// Whether the same write may succeed if it is tried again a little later.
    fn is_transient(&self, error: &BoxError) -> bool {
        is_transient(error)
    }
}

/// Space outside of memory for one array of one computation: written once, then read, and gone with its last handle.
pub trait SpillSpace: RegionSource + RegionSink {
    /// Says, before anything is written, in which pieces the array is laid out. Every box written consists of whole
    /// pieces; boxes that are read cost least if they do.
    fn divide(&self, pieces: Grid);
}

/// Whether an error is one of the system's that may not come again: an interruption, a time-out, a lost connection.
/// Looks through the errors that led to it.
pub fn is_transient(error: &BoxError) -> bool {
    use io::ErrorKind::{
        ConnectionAborted, ConnectionRefused, ConnectionReset, Interrupted, NotConnected, TimedOut,
        WouldBlock,
    };
    let mut next: Option<&(dyn Error + 'static)> = Some(&**error);
    while let Some(error) = next {
        if let Some(error) = error.downcast_ref::<io::Error>() {
            let transient = [
                ConnectionAborted,
                ConnectionRefused,
                ConnectionReset,
                Interrupted,
                NotConnected,
                TimedOut,
                WouldBlock,
            ];
            return transient.contains(&error.kind());
        }
        next = error.source();
    }
    false
}

/// A function that makes one block of an array from the block's place.
pub trait BlockFn: Send + Sync + 'static {
    /// Makes the block at `coords` of the grid, which begins at `start` and has `shape`.
    ///
    /// # Errors
    /// Whatever keeps it from being made.
    fn call(&self, coords: &[usize], start: &[usize], shape: &[usize]) -> Result<Block, BoxError>;
}
