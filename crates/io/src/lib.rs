//! Arrays outside of memory: files that blocks are read from and written to, a region at a time.
//!
//! Every format here serves the same pattern: many threads at once, each with a box of its own, no shared
//! cursor and never the whole file. What a format needs for that (which bytes of the file belong to a box,
//! how many reads they take, where their elements go in memory) lives in modules that know no format, so
//! that a format is little more than its header.
//!
//! [`npy`] reads and writes NumPy's `.npy` files; [`SpillFile`] holds for a while what does not fit in memory.

#[cfg(feature = "zarr")]
mod cells;
mod check;
mod copy;
mod error;
pub mod npy;
mod position;
mod runs;
#[cfg(feature = "zarr")]
pub mod zarr;
mod spill;

pub use error::{StoreError, StoreErrorKind};
pub use npy::{NpyError, NpyErrorKind, NpyFile, NpyWriter};
#[cfg(feature = "zarr")]
pub use zarr::{
    BloscCodec, BloscShuffle, ZarrArray, ZarrCompressor, ZarrGroup, ZarrOptions, ZarrVersion, ZarrWriter,
};
pub use spill::{SpillError, SpillFile};
