//! How a new array is laid out and encoded.

use chunkwise_core::Scalar;
use serde_json::{Map, Value};

/// The version of the format.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ZarrVersion {
    /// Version 2: `.zarray` and `.zattrs`, no shards.
    V2,
    /// Version 3: `zarr.json`.
    #[default]
    V3,
}

/// What chunks are compressed with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ZarrCompressor {
    /// Nothing: chunks are as long as their elements.
    None,
    /// Zstandard, at a level from -131072 to 22.
    Zstd {
        /// Higher is smaller and slower.
        level: i32,
    },
    /// The format of gzip, at a level from 0 to 9.
    Gzip {
        /// Higher is smaller and slower.
        level: u32,
    },
    /// Blosc: shuffled and cut into pieces that fit in cache, at a level from 0 to 9.
    Blosc {
        /// The compressor of the pieces.
        codec: BloscCodec,
        /// Higher is smaller and slower.
        level: u8,
        /// How bytes are ordered before.
        shuffle: BloscShuffle,
    },
}

/// The compressors of Blosc.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum BloscCodec {
    /// BloscLZ.
    BloscLz,
    /// LZ4.
    Lz4,
    /// LZ4 HC.
    Lz4Hc,
    /// Zlib.
    Zlib,
    /// Zstandard.
    Zstd,
}

/// How Blosc orders bytes before it compresses them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BloscShuffle {
    /// As they are.
    None,
    /// The first bytes of all elements, then the second bytes, and so on.
    Bytes,
    /// The same with bits.
    Bits,
}

/// How a new array is laid out and encoded. The default is version 3, one file for each chunk, Zstandard at level 3, a
/// checksum for each chunk, and the fill value zero.
///
/// ```
/// use chunkwise_io::{ZarrCompressor, ZarrOptions, ZarrVersion};
///
/// let sharded = ZarrOptions::default().chunks([100, 100]).shards([1000, 1000]);
/// let old = ZarrOptions::default().version(ZarrVersion::V2).compressor(ZarrCompressor::Gzip { level: 6 });
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct ZarrOptions {
    pub(super) version: ZarrVersion,
    pub(super) chunks: Option<Vec<usize>>,
    pub(super) shards: Option<Vec<usize>>,
    pub(super) compressor: ZarrCompressor,
    pub(super) checksum: bool,
    pub(super) fill_value: Option<Scalar>,
    pub(super) dimension_names: Option<Vec<Option<String>>>,
    pub(super) attributes: Map<String, Value>,
    pub(super) overwrite: bool,
}

impl Default for ZarrOptions {
    fn default() -> Self {
        ZarrOptions {
            version: ZarrVersion::V3,
            chunks: None,
            shards: None,
            compressor: ZarrCompressor::Zstd { level: 3 },
            checksum: true,
            fill_value: None,
            dimension_names: None,
            attributes: Map::new(),
            overwrite: false,
        }
    }
}

impl ZarrOptions {
    /// The version of the format.
    pub fn version(mut self, version: ZarrVersion) -> Self {
        self.version = version;
        self
    }

    /// The shape of the chunks, all the same; those at the ends may reach over them. Without it they are about 2 MiB.
    pub fn chunks(mut self, chunks: impl Into<Vec<usize>>) -> Self {
        self.chunks = Some(chunks.into());
        self
    }

    /// The shape of the chunks, unless one was given.
    pub fn default_chunks(self, chunks: impl FnOnce() -> Vec<usize>) -> Self {
        let given = self.chunks.is_some();
        if given { self } else { self.chunks(chunks()) }
    }

    /// Puts chunks together into files of this shape, which must be a multiple of theirs along every axis. A shard is
    /// written as a whole; reading fetches the chunks in it one by one.
    pub fn shards(mut self, shards: impl Into<Vec<usize>>) -> Self {
        self.shards = Some(shards.into());
        self
    }

    /// What chunks are compressed with.
    pub fn compressor(mut self, compressor: ZarrCompressor) -> Self {
        self.compressor = compressor;
        self
    }

    /// Leaves out the checksums (CRC-32C in version 3, that of Zstandard in version 2), by which a chunk that was
    /// damaged is found.
    pub fn without_checksum(mut self) -> Self {
        self.checksum = false;
        self
    }

    /// The element that a chunk that is not there is full of. Chunks that hold nothing else are not written.
    pub fn fill_value<A: chunkwise_core::Element>(mut self, value: A) -> Self {
        self.fill_value = Some(Scalar::new(value));
        self
    }

    /// Names of the axes. Version 2 has none; there they are the attribute `_ARRAY_DIMENSIONS`, as xarray reads it.
    pub fn dimension_names<S: Into<String>>(mut self, names: impl IntoIterator<Item = S>) -> Self {
        self.dimension_names = Some(names.into_iter().map(|name| Some(name.into())).collect());
        self
    }

    /// Adds an attribute.
    pub fn attribute(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.attributes.insert(name.into(), value.into());
        self
    }

    /// Replaces an array that is there. The old one stays until the new one is complete.
    pub fn overwrite(mut self) -> Self {
        self.overwrite = true;
        self
    }
}
