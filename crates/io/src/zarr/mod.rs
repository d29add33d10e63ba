//! Zarr arrays of version 2 and 3, read and written a region at a time.
//!
//! [`ZarrArray`] reads, [`ZarrWriter`] creates, appends and changes, [`ZarrGroup`] finds arrays in a hierarchy. Metadata
//! and codecs are those of the `zarrs` crate; files, temporary names, shards and journals are handled here.
//! The formats are described in the [specifications][format].
//!
//! [format]: https://zarr-specs.readthedocs.io/

mod array;
mod dtype;
mod folder;
mod group;
mod journal;
mod meta;
#[cfg(feature = "object-store")]
mod object_writer;
#[cfg(feature = "object-store")]
mod objects;
mod options;
mod region;
mod shards;
mod work;
mod writer;
mod zstd;

pub use array::ZarrArray;
pub use group::ZarrGroup;
#[cfg(feature = "object-store")]
pub use object_writer::ZarrObjectWriter;
pub use options::{BloscCodec, BloscShuffle, ZarrCompressor, ZarrOptions, ZarrVersion};
pub use writer::ZarrWriter;
