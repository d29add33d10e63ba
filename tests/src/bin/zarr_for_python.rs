//! Writes Zarr arrays that `.ci/zarr_python.py` then reads with zarr-python: `zarr_for_python FOLDER`.
//!
//! Element `i` in row-major order is `i % 100`, as the type has it; of complex numbers that is the real part, and the
//! imaginary part is its negative.

use std::error::Error;
use std::path::Path;

use chunkwise::num_complex::Complex;
use chunkwise::prelude::*;
use chunkwise::{BloscCodec, BloscShuffle, ZarrCompressor, ZarrGroup, ZarrOptions, ZarrVersion};
use ndarray::{Array2, Axis};

const SHAPE: (usize, usize) = (23, 17);

fn elements<A: Element>(from: impl Fn(u8) -> A) -> Array2<A> {
    Array2::from_shape_fn(SHAPE, |(i, j)| from(((i * SHAPE.1 + j) % 100) as u8))
}

fn write<A: Element>(folder: &Path, name: &str, from: impl Fn(u8) -> A) -> chunkwise::Result<()> {
    let x = ChunkedArray::from_array(elements(from), (5, 6))?;
    let options = ZarrOptions::default().chunks([4, 6]).attribute("made by", "chunkwise");
    let zarr = |kind: &str| folder.join(format!("{kind}-{name}"));
    let sharded = options.clone().shards([8, 18]);
    let old = options.clone().version(ZarrVersion::V2);
    compute((
        x.to_zarr(zarr("v3"), options),
        x.to_zarr(zarr("sharded"), sharded),
        x.to_zarr(zarr("v2"), old),
    ))?;
    Ok(())
}

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args_os().nth(1).ok_or("the folder to write to is missing")?;
    let folder = Path::new(&folder);
    write(folder, "bool", |n| n % 2 == 1)?;
    write(folder, "int8", |n| n as i8)?;
    write(folder, "int16", i16::from)?;
    write(folder, "int32", i32::from)?;
    write(folder, "int64", i64::from)?;
    write(folder, "uint8", |n| n)?;
    write(folder, "uint16", u16::from)?;
    write(folder, "uint32", u32::from)?;
    write(folder, "uint64", u64::from)?;
    write(folder, "float32", f32::from)?;
    write(folder, "float64", f64::from)?;
    write(folder, "complex64", |n| Complex::new(f32::from(n), -f32::from(n)))?;
    write(folder, "complex128", |n| Complex::new(f64::from(n), -f64::from(n)))?;

    let x = ChunkedArray::from_array(elements(f64::from), (4, 6))?;
    let blosc = |codec, shuffle| ZarrCompressor::Blosc { codec, level: 5, shuffle };
    for (name, compressor) in [
        ("none", ZarrCompressor::None),
        ("zstd", ZarrCompressor::Zstd { level: 9 }),
        ("gzip", ZarrCompressor::Gzip { level: 6 }),
        ("lz4", blosc(BloscCodec::Lz4, BloscShuffle::Bytes)),
        ("lz4hc", blosc(BloscCodec::Lz4Hc, BloscShuffle::None)),
        ("blosclz", blosc(BloscCodec::BloscLz, BloscShuffle::Bits)),
        ("blosczstd", blosc(BloscCodec::Zstd, BloscShuffle::Bits)),
        ("zlib", blosc(BloscCodec::Zlib, BloscShuffle::Bytes)),
    ] {
        for version in [ZarrVersion::V2, ZarrVersion::V3] {
            let options = ZarrOptions::default().compressor(compressor).version(version);
            x.to_zarr(folder.join(format!("{name}-{version:?}")), options.clone()).compute()?;
            let plain = folder.join(format!("{name}-{version:?}-unchecked"));
            x.to_zarr(plain, options.without_checksum()).compute()?;
        }
    }

    // Chunks of nothing but the fill value are left out.
    for version in [ZarrVersion::V2, ZarrVersion::V3] {
        let sparse = x.mapv(|x| if x < 50.0 { x } else { f64::NAN });
        let options = ZarrOptions::default().version(version).fill_value(f64::NAN).chunks([1, 5]);
        sparse.to_zarr(folder.join(format!("sparse-{version:?}")), options).compute()?;
        let options = ZarrOptions::default().version(version).dimension_names(["y", "x"]);
        x.to_zarr(folder.join(format!("named-{version:?}")), options).compute()?;

        let grown = folder.join(format!("grown-{version:?}"));
        x.to_zarr(&grown, ZarrOptions::default().version(version)).compute()?;
        x.append_zarr(&grown, Axis(0)).compute()?;
        ChunkedArray::<f64, _>::zeros((5, 5))?.to_zarr_region(&grown, &[1, 1]).compute()?;

        let group = folder.join(format!("group-{version:?}"));
        ZarrGroup::create(&group, version, [("title".to_owned(), "a run".into())].into_iter().collect())?;
        // What a complete array remembers of its making disturbs nobody.
        let level = x.to_zarr(group.join("level"), ZarrOptions::default().version(version));
        level.clone().resume_as("level").compute()?;
        level.resume_as("level").compute()?;
    }
    Ok(())
}
