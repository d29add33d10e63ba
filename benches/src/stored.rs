//! Workloads on Zarr arrays that are larger than memory is to be: `zarr_mean`, `zarr_rechunk`, `zarr_transpose_sum`.
//!
//! Each works on 8 GB of f32 numbers, which the first run writes below the data folder. They compress well, so that the
//! disk need not be large.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use chunkwise::prelude::*;
use chunkwise::{ZarrCompressor, ZarrOptions};

/// Times a workload in a folder of data: the sum of the elements of its result, and seconds.
pub type Stored = fn(&Path, &Config) -> chunkwise::Result<(f64, f64)>;

/// The workload of this name.
pub fn stored(name: &str) -> Option<Stored> {
    Some(match name {
        "zarr_mean" => |data, config| {
            let x = square(data, config)?;
            let start = Instant::now();
            let mean = config.compute(x.cast::<f64>().mean().value())?;
            Ok((mean, start.elapsed().as_secs_f64()))
        },
        "zarr_transpose_sum" => |data, config| {
            let x = square(data, config)?;
            let start = Instant::now();
            let sum = config.compute((&x + &x.t()).cast::<f64>().sum().value())?;
            Ok((sum, start.elapsed().as_secs_f64()))
        },
        "zarr_rechunk" => |data, config| {
            let x = time_major(data, config)?;
            let to = data.join("space-major.zarr");
            let start = Instant::now();
            let options = ZarrOptions::default().chunks([2000, 25, 40]).compressor(COMPRESSOR).overwrite();
            let (_, sum) = config.compute((x.to_zarr(&to, options), x.cast::<f64>().sum().value()))?;
            let elapsed = start.elapsed().as_secs_f64();
            // Nothing of it stays.
            let _ = fs::remove_dir_all(to);
            Ok((sum, elapsed))
        },
        _ => return None,
    })
}

const COMPRESSOR: ZarrCompressor = ZarrCompressor::Zstd { level: 1 };

/// 44 720 x 44 720 numbers in square chunks.
fn square(data: &Path, config: &Config) -> chunkwise::Result<ChunkedArray2<f32>> {
    let path = made(data.join("square.zarr"), config, |path| {
        let chunks = (1376, 1376);
        let x = ChunkedArray2::<f32>::from_shape_fn((44_720, 44_720).chunked(chunks), |(i, j)| {
            (i / 8 % 100) as f32 + (j / 8 % 1000) as f32 / 1000.0
        })?;
        Ok(x.to_zarr(path, ZarrOptions::default().chunks([1376, 1376]).compressor(COMPRESSOR)))
    })?;
    ChunkedArray2::from_zarr(path, Auto)
}

/// 2000 times of 1000 x 1000 places, ten times to a chunk.
fn time_major(data: &Path, config: &Config) -> chunkwise::Result<ChunkedArray3<f32>> {
    let path = made(data.join("time-major.zarr"), config, |path| {
        let x = ChunkedArray3::<f32>::from_shape_fn(
            (2000, 1000, 1000).chunked((10, 1000, 1000)),
            |(t, i, j)| (t / 10) as f32 + (i / 20) as f32 / 50.0 + (j / 20) as f32 / 2500.0,
        )?;
        Ok(x.to_zarr(path, ZarrOptions::default().chunks([10, 1000, 1000]).compressor(COMPRESSOR)))
    })?;
    ChunkedArray3::from_zarr(path, Auto)
}

/// The array at this path, written if it is not there.
fn made(
    path: PathBuf,
    config: &Config,
    write: impl FnOnce(&Path) -> chunkwise::Result<chunkwise::Write>,
) -> chunkwise::Result<PathBuf> {
    if !path.exists() {
        config.compute(write(&path)?)?;
    }
    Ok(path)
}
