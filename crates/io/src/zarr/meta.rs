//! The metadata of a new array, and changes to that of an old one.

use std::fs;
use std::path::Path;

use chunkwise_core::{AxisChunks, AxisGrid, DType, Grid};
use serde_json::{Map, Value, json};

use super::array::metadata;
use super::dtype::{name_v3, to_json, zero};
use super::options::{BloscCodec, BloscShuffle, ZarrCompressor, ZarrOptions, ZarrVersion};
use crate::{StoreErrorKind, npy};

/// What the files of metadata hold.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Metadata {
    /// Name and content of each file, the one that makes the folder an array last.
    pub(super) files: Vec<(&'static str, Value)>,
}

impl Metadata {
    pub(super) fn new(dtype: DType, shape: &[usize], options: &ZarrOptions) -> Result<Self, StoreErrorKind> {
        let chunks = chunk_shape(dtype, shape, options)?;
        let fits = |sizes: &[usize], what| {
            if sizes.len() != shape.len() || sizes.contains(&0) {
                let why = format!("{what} of shape {sizes:?} do not cut an array of shape {shape:?}");
                return Err(StoreErrorKind::Mismatch { why });
            }
            Ok(())
        };
        fits(&chunks, "chunks")?;
        if let Some(shards) = &options.shards {
            fits(shards, "shards")?;
            if shards.iter().zip(&chunks).any(|(shard, chunk)| shard % chunk != 0) {
                let why = format!("shards of shape {shards:?} do not consist of chunks of shape {chunks:?}");
                return Err(StoreErrorKind::Mismatch { why });
            }
        }
        if options.dimension_names.as_ref().is_some_and(|names| names.len() != shape.len()) {
            let why = format!("the array of shape {shape:?} needs a name for each axis, or none");
            return Err(StoreErrorKind::Mismatch { why });
        }
        let fill = options.fill_value.unwrap_or_else(|| zero(dtype));
        if fill.dtype() != dtype {
            let why = format!("a fill value of type {} in an array of {dtype}", fill.dtype());
            return Err(StoreErrorKind::Mismatch { why });
        }
        let fill = to_json(fill);
        match options.version {
            ZarrVersion::V3 => Ok(version3(dtype, shape, &chunks, fill, options)),
            ZarrVersion::V2 if options.shards.is_some() => {
                Err(StoreErrorKind::Mismatch { why: "version 2 of Zarr has no shards".into() })
            }
            ZarrVersion::V2 => Ok(version2(dtype, shape, &chunks, fill, options)),
        }
    }

    /// The bytes of each file.
    pub(super) fn encoded(&self) -> impl Iterator<Item = (&'static str, Vec<u8>)> + '_ {
        self.files.iter().map(|(name, content)| {
            let mut bytes = format!("{content:#}").into_bytes();
            bytes.push(b'\n');
            (*name, bytes)
        })
    }

    /// Whether a folder holds these files.
    pub(super) fn is_in(&self, folder: &Path) -> bool {
        self.encoded().all(|(name, bytes)| fs::read(folder.join(name)).is_ok_and(|there| there == bytes))
    }

    /// The file that makes the folder an array, as `zarrs` reads it.
    pub(super) fn main(&self) -> Value {
        let mut main = self.files[self.files.len() - 1].1.clone();
        if let [(_, attributes), _] = &self.files[..] {
            main["attributes"] = attributes.clone();
        }
        main
    }
}

/// The shape of the chunks: those asked for, or automatic ones.
fn chunk_shape(dtype: DType, shape: &[usize], options: &ZarrOptions) -> Result<Vec<usize>, StoreErrorKind> {
    if let Some(chunks) = &options.chunks {
        return Ok(chunks.clone());
    }
    let axes = vec![AxisChunks::Auto; shape.len()];
    Ok(AxisChunks::resolve(&axes, shape, dtype)?.largest().iter().map(|&n| n.max(1)).collect())
}

impl ZarrOptions {
    /// What one writer of an array of this type and shape must write as a whole: chunks, or shards. `None` if the
    /// options do not fit the array.
    pub fn grid(&self, dtype: DType, shape: &[usize]) -> Option<Grid> {
        let sizes = match &self.shards {
            Some(shards) => shards.clone(),
            None => chunk_shape(dtype, shape, self).ok()?,
        };
        (sizes.len() == shape.len())
            .then(|| Grid::new(shape.iter().zip(sizes).map(|(&n, size)| AxisGrid::regular(n, size))))
    }
}

fn version3(dtype: DType, shape: &[usize], chunks: &[usize], fill: Value, options: &ZarrOptions) -> Metadata {
    let mut codecs = vec![match dtype.size() {
        1 => json!({"name": "bytes"}),
        _ => json!({"name": "bytes", "configuration": {"endian": "little"}}),
    }];
    match options.compressor {
        ZarrCompressor::None => {}
        ZarrCompressor::Zstd { level } => {
            codecs.push(json!({"name": "zstd", "configuration": {"level": level, "checksum": false}}));
        }
        ZarrCompressor::Gzip { level } => {
            codecs.push(json!({"name": "gzip", "configuration": {"level": level}}));
        }
        ZarrCompressor::Blosc { codec, level, shuffle } => {
            let (shuffle, _) = shuffle_names(shuffle);
            codecs.push(json!({"name": "blosc", "configuration": {
                "cname": blosc_name(codec), "clevel": level, "shuffle": shuffle, "typesize": dtype.size(), "blocksize": 0
            }}));
        }
    }
    if options.checksum {
        codecs.push(json!({"name": "crc32c"}));
    }
    let stored = options.shards.as_deref().unwrap_or(chunks);
    if options.shards.is_some() {
        codecs = vec![json!({"name": "sharding_indexed", "configuration": {
            "chunk_shape": chunks,
            "codecs": codecs,
            "index_codecs": [{"name": "bytes", "configuration": {"endian": "little"}}, {"name": "crc32c"}],
            "index_location": "end",
        }})];
    }
    let mut content = json!({
        "zarr_format": 3,
        "node_type": "array",
        "shape": shape,
        "data_type": name_v3(dtype),
        "chunk_grid": {"name": "regular", "configuration": {"chunk_shape": stored}},
        "chunk_key_encoding": {"name": "default", "configuration": {"separator": "/"}},
        "fill_value": fill,
        "codecs": codecs,
        "attributes": options.attributes,
    });
    if let Some(names) = &options.dimension_names {
        content["dimension_names"] = json!(names);
    }
    Metadata { files: vec![("zarr.json", content)] }
}

fn version2(dtype: DType, shape: &[usize], chunks: &[usize], fill: Value, options: &ZarrOptions) -> Metadata {
    let compressor = match options.compressor {
        ZarrCompressor::None => Value::Null,
        ZarrCompressor::Zstd { level } => json!({"id": "zstd", "level": level, "checksum": options.checksum}),
        ZarrCompressor::Gzip { level } => json!({"id": "gzip", "level": level}),
        ZarrCompressor::Blosc { codec, level, shuffle } => {
            let (_, shuffle) = shuffle_names(shuffle);
            json!({"id": "blosc", "cname": blosc_name(codec), "clevel": level, "shuffle": shuffle, "blocksize": 0})
        }
    };
    let content = json!({
        "zarr_format": 2,
        "shape": shape,
        "chunks": chunks,
        "dtype": npy::name(dtype),
        "compressor": compressor,
        "fill_value": fill,
        "order": "C",
        "filters": null,
        "dimension_separator": ".",
    });
    let mut attributes: Map<String, Value> = options.attributes.clone();
    if let Some(names) = &options.dimension_names {
        attributes.insert("_ARRAY_DIMENSIONS".into(), json!(names));
    }
    let mut files = vec![(".zarray", content)];
    if !attributes.is_empty() {
        files.insert(0, (".zattrs", attributes.into()));
    }
    Metadata { files }
}

fn blosc_name(codec: BloscCodec) -> &'static str {
    match codec {
        BloscCodec::BloscLz => "blosclz",
        BloscCodec::Lz4 => "lz4",
        BloscCodec::Lz4Hc => "lz4hc",
        BloscCodec::Zlib => "zlib",
        BloscCodec::Zstd => "zstd",
    }
}

/// The names of version 3 and of version 2.
fn shuffle_names(shuffle: BloscShuffle) -> (&'static str, u8) {
    match shuffle {
        BloscShuffle::None => ("noshuffle", 0),
        BloscShuffle::Bytes => ("shuffle", 1),
        BloscShuffle::Bits => ("bitshuffle", 2),
    }
}

/// The metadata of an array with another length along an axis; whatever else it says stays.
pub(super) fn resized(content: &[u8], axis: usize, len: usize) -> Result<Vec<u8>, StoreErrorKind> {
    let mut content: Value = serde_json::from_slice(content).map_err(|error| metadata(error.to_string()))?;
    match content.get_mut("shape").and_then(|shape| shape.get_mut(axis)) {
        Some(entry) => *entry = json!(len),
        None => return Err(metadata(format!("the shape has no axis {axis}"))),
    }
    let mut bytes = format!("{content:#}").into_bytes();
    bytes.push(b'\n');
    Ok(bytes)
}
