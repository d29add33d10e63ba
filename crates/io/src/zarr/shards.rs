//! Shards: chunks that hold inner chunks, each encoded on its own, and an index of where they are.
//!
//! The index is read first, then only the inner chunks that are wanted, each decoded as a whole. The partial decoders
//! of `zarrs` would skip checksums at the end of an inner chunk.

use std::borrow::Cow;
use std::num::NonZeroU64;

use chunkwise_core::{AxisGrid, BoxError, Grid, Shape};
use zarrs::array::codec::{CodecChain, ShardingCodecConfiguration};
use zarrs::array::{Array, ArrayShardedExt, ArrayToBytesCodecTraits};
use zarrs::array::{BytesRepresentation, CodecOptions, FillValue, data_type};
use zarrs::metadata::ConfigurationSerialize;
use zarrs::metadata_ext::codec::sharding::ShardingIndexLocation;
use zarrs::storage::byte_range::ByteRange;
use zarrs::storage::{ReadableStorageTraits, StoreKey};

use super::array::{fixed, lengths, metadata, plain};
use super::zstd::check_length;
use crate::StoreErrorKind;

/// How the shards of an array are made.
pub(super) struct Shards {
    inner: Vec<NonZeroU64>,
    /// The inner chunks of one shard.
    grid: Grid,
    codecs: CodecChain,
    index_codecs: CodecChain,
    index_shape: Vec<NonZeroU64>,
    index_bytes: u64,
    location: ShardingIndexLocation,
}

/// One shard, its index read.
pub(super) struct Shard<'a> {
    shards: &'a Shards,
    key: &'a StoreKey,
    bytes: u64,
    /// Offset and length of every inner chunk, in row-major order.
    index: Vec<u64>,
}

impl Shards {
    /// `None` if the array is not sharded, or its shards are encoded further, so that they are read as a whole.
    pub(super) fn of(array: &Array<dyn ReadableStorageTraits>) -> Result<Option<Self>, StoreErrorKind> {
        if !array.is_exclusively_sharded() {
            return Ok(None);
        }
        let codecs = array.codecs();
        let configuration = codecs.array_to_bytes_codec().configuration_v3(&Default::default());
        let configuration = configuration
            .ok_or_else(|| metadata("the sharding codec has no configuration"))
            .and_then(|c| {
                ShardingCodecConfiguration::try_from_configuration(c).map_err(|e| metadata(e.to_string()))
            })?;
        let ShardingCodecConfiguration::V1(configuration) = configuration else {
            return Err(metadata("the configuration of the sharding codec is of an unknown version"));
        };
        let chain =
            |metadatas: &[_]| CodecChain::from_metadata(metadatas).map_err(|e| metadata(e.to_string()));
        let shard =
            array.chunk_shape(&vec![0; array.dimensionality()]).map_err(|e| metadata(e.to_string()))?;
        let inner = configuration.chunk_shape.to_vec();
        if inner.len() != shard.len() || inner.iter().zip(shard.iter()).any(|(i, s)| s.get() % i.get() != 0) {
            return Err(metadata("inner chunks do not divide the shards"));
        }
        let grid = Grid::new(
            lengths(&shard).iter().zip(lengths(&inner)).map(|(&n, inner)| AxisGrid::regular(n, inner)),
        );
        let two = NonZeroU64::MIN.saturating_add(1);
        let counts = grid.counts().into_iter().map(|n| NonZeroU64::new(n as u64).unwrap_or(NonZeroU64::MIN));
        let index_shape: Vec<_> = counts.chain([two]).collect();
        let index_codecs = chain(&configuration.index_codecs)?;
        let representation =
            index_codecs.encoded_representation(&index_shape, &data_type::uint64(), &no_offset());
        let index_bytes = match representation {
            Ok(BytesRepresentation::FixedSize(bytes)) => bytes,
            _ => return Err(metadata("the index of a shard must have a fixed size")),
        };
        let codecs = chain(&configuration.codecs)?;
        let location = configuration.index_location;
        Ok(Some(Shards { inner, grid, codecs, index_codecs, index_shape, index_bytes, location }))
    }

    pub(super) fn inner_shape(&self) -> impl Iterator<Item = usize> + '_ {
        self.inner.iter().map(|n| n.get() as usize)
    }

    pub(super) fn grid(&self) -> &Grid {
        &self.grid
    }

    pub(super) fn index_bytes(&self) -> u64 {
        self.index_bytes
    }

    /// Reads the index of a shard; `None` if the shard is not there.
    pub(super) fn open<'a>(
        &'a self,
        array: &Array<dyn ReadableStorageTraits>,
        key: &'a StoreKey,
        options: &CodecOptions,
    ) -> Result<Option<Shard<'a>>, BoxError> {
        let Some(bytes) = array.storage().size_key(key).map_err(plain)? else { return Ok(None) };
        if bytes < self.index_bytes {
            return Err(
                format!("the shard has {bytes} bytes, its index alone takes {}", self.index_bytes).into()
            );
        }
        let range = match self.location {
            ShardingIndexLocation::Start => ByteRange::FromStart(0, Some(self.index_bytes)),
            ShardingIndexLocation::End => {
                ByteRange::FromStart(bytes - self.index_bytes, Some(self.index_bytes))
            }
        };
        let Some(encoded) = array.storage().get_partial(key, range).map_err(plain)? else { return Ok(None) };
        let index = self.index_codecs.decode(
            Cow::Owned(encoded.into()),
            &self.index_shape,
            &data_type::uint64(),
            &no_offset(),
            options,
        );
        let index = fixed(index).map_err(|error| format!("the index of the shard: {error}"))?;
        let index: Vec<u64> = index.as_chunks().0.iter().map(|bytes| u64::from_ne_bytes(*bytes)).collect();
        if index.len() != self.grid.count() * 2 {
            return Err("the index of the shard has the wrong length".into());
        }
        Ok(Some(Shard { shards: self, key, bytes, index }))
    }
}

impl Shard<'_> {
    /// The elements of an inner chunk, row-major; `None` if it is not there.
    pub(super) fn read(
        &self,
        array: &Array<dyn ReadableStorageTraits>,
        coords: &Shape,
        options: &CodecOptions,
    ) -> Result<Option<Vec<u8>>, BoxError> {
        let at = self.shards.grid.index(coords) * 2;
        let (offset, length) = (self.index[at], self.index[at + 1]);
        if (offset, length) == (u64::MAX, u64::MAX) {
            return Ok(None);
        }
        let inner = |cause: &dyn std::fmt::Display| format!("inner chunk {coords:?} of the shard: {cause}");
        if offset.checked_add(length).is_none_or(|end| end > self.bytes) {
            let why = format!(
                "the index places it at {offset} with {length} bytes, the shard has {} bytes",
                self.bytes
            );
            return Err(inner(&why).into());
        }
        let range = ByteRange::FromStart(offset, Some(length));
        let Some(encoded) = array.storage().get_partial(self.key, range).map_err(plain)? else {
            return Err(inner(&"the shard disappeared while it was read").into());
        };
        let elements: u64 = self.shards.inner.iter().map(|n| n.get()).product();
        let expected = elements * array.data_type().fixed_size().unwrap_or(1) as u64;
        check_length(&self.shards.codecs, &encoded, expected).map_err(|error| inner(&error))?;
        let decoded = self.shards.codecs.decode(
            Cow::Owned(encoded.into()),
            &self.shards.inner,
            array.data_type(),
            array.fill_value(),
            options,
        );
        Ok(Some(fixed(decoded).map_err(|error| inner(&error))?))
    }
}

fn no_offset() -> FillValue {
    FillValue::from(u64::MAX)
}
