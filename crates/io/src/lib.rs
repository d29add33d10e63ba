//! Arrays outside of memory: files that blocks are read from and written to, a region at a time.
//!
//! Every format here serves the same pattern: many threads at once, each with a box of its own, no shared
//! cursor and never the whole file. What a format needs for that (which bytes of the file belong to a box,
//! how many reads they take, where their elements go in memory) lives in modules that know no format, so
//! that a format is little more than its header.
//!
//! [`SpillFile`] holds for a while what does not fit in memory.
//! [`npy`] reads and writes NumPy's `.npy` files, [`NpyStack`] folders of them, [`RawFile`] elements without a header;
//! [`map_npy`] and [`map_raw`] make files memory. Features add formats: `npz` NumPy's archives, `zarr` Zarr
//! arrays, `hdf5` HDF5 and NetCDF-4 files.

mod cells;
mod check;
mod copy;
mod error;
#[cfg(feature = "hdf5")]
mod hdf5;
mod mapped;
pub mod npy;
#[cfg(feature = "npz")]
mod npz;
mod place;
mod position;
mod raw;
mod runs;
mod spill;
mod stack;
#[cfg(feature = "zarr")]
pub mod zarr;

pub use error::{StoreError, StoreErrorKind};
#[cfg(feature = "hdf5")]
pub use hdf5::{Hdf5Array, Hdf5Entry, Hdf5Options, Hdf5Writer, hdf5_names};
pub use mapped::{map_npy, map_raw};
pub use npy::{NpyError, NpyErrorKind, NpyFile, NpyWriter};
#[cfg(feature = "npz")]
pub use npz::{NpzArray, NpzEntry, NpzWriter, npz_names};
pub use raw::{ByteOrder, RawFile, RawOptions, RawWriter};
pub use spill::{SpillError, SpillFile, spill_folder};
pub use stack::{NpyStack, NpyStackWriter};
#[cfg(feature = "object-store")]
pub use zarr::ZarrObjectWriter;
#[cfg(feature = "zarr")]
pub use zarr::{
    BloscCodec, BloscShuffle, ZarrArray, ZarrCompressor, ZarrGroup, ZarrOptions, ZarrVersion, ZarrWriter,
};
