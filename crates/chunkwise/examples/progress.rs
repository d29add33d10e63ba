//! A computation that shows its progress, that Ctrl-C stops, and that leaves a profile behind.
//!
//! `cargo run --release --example progress [rows] [folder]` stores a matrix in a file and reduces it again. The library
//! installs no signal handler: the program does, and has it cancel a token. What runs then is finished, nothing more is
//! begun, and nothing is left of a file that was being written. The profile is written in any case.

use std::error::Error;
use std::path::PathBuf;

use chunkwise::prelude::*;
use chunkwise::{Error as ChunkwiseError, ExecError, Profile, Progress};

fn main() -> Result<(), Box<dyn Error>> {
    let mut args = std::env::args().skip(1);
    let rows = args.next().map_or(Ok(8192), |text| text.parse::<usize>())?;
    let folder = args.next().map_or_else(std::env::temp_dir, PathBuf::from);

    let token = CancelToken::new();
    let on_interrupt = token.clone();
    ctrlc::set_handler(move || on_interrupt.cancel())?;

    let profile = Profile::new();
    let config =
        Config::default().cancel(&token).profile(&profile).observe(Progress::new().label("store and mean"));
    let path = folder.join("chunkwise-progress.npy");
    let result = store_and_reduce(rows, &path, &config);
    if path.exists() {
        std::fs::remove_file(path)?;
    }

    println!("{}", profile.report());
    profile.write_html(folder.join("chunkwise-progress.html"))?;
    profile.write_trace(folder.join("chunkwise-progress.json"))?;
    println!("chunkwise-progress.html and .json are in {}", folder.display());

    match result {
        Ok(mean) => println!("mean {mean:.6}"),
        Err(ChunkwiseError::Execution(ExecError::Cancelled)) => println!("stopped"),
        Err(error) => return Err(error.into()),
    }
    Ok(())
}

/// Writes a matrix of this many rows and as many columns, and takes the mean of what the file holds.
fn store_and_reduce(rows: usize, path: &std::path::Path, config: &Config) -> chunkwise::Result<f64> {
    let x = Generator::seeded(1).normal(10.0, 2.0, (rows, rows).chunked(1024))?;
    (x.sin() * x.exp().ln()).write_npy_with(path, config)?;
    let y = ChunkedArray2::<f64>::from_npy(path, (1024, 1024))?;
    config.compute(y.mean().value())
}
