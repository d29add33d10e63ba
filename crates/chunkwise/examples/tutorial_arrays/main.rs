//! The exercises on arrays of the tutorials for lazy arrays, at their full sizes.
//!
//! `cargo run --release --example tutorial_arrays [DIRECTORY FOR PICTURES]`

mod exercises;
mod report;

use std::path::PathBuf;

use exercises::Sizes;
use report::Report;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let pictures = match std::env::args_os().nth(1) {
        Some(directory) => PathBuf::from(directory),
        None => std::env::temp_dir().join("chunkwise-tutorial-arrays"),
    };
    std::fs::create_dir_all(&pictures)?;

    let mut report = Report::new(&pictures);
    exercises::all(&mut report, &Sizes { integers: (10_000, 1000, 100), side: 5000, large: 10_000 })?;
    if let Some(line) = report.wrong().next() {
        return Err(format!("this must hold: {}", line.trim()).into());
    }
    println!("\ntime to look at the pictures: {}", pictures.display());
    Ok(())
}
