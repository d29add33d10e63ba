//! Formats other than Zarr, and users' own sources and sinks, by the public interface.

mod files;
#[cfg(feature = "hdf5")]
mod hdf5;
#[cfg(feature = "npz")]
mod npz;
#[cfg(feature = "object-store")]
mod objects;
mod own;
