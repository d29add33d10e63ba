//! Arrays in files and stores: those that are read lazily, and those that are written.

#[cfg(feature = "hdf5")]
mod hdf5;
mod mapped;
#[cfg(feature = "npz")]
mod npz;
#[cfg(feature = "object-store")]
mod objects;
mod open;
mod raw;
mod sink;
mod source;
mod stack;
mod views;
mod write;
#[cfg(feature = "zarr")]
mod zarr;

pub use sink::Sink;
pub use source::Source;
