//! A function runs later, on other threads, and must own what it captures.
use chunkwise::prelude::*;
#[allow(unused_imports)]
use ndarray::{Axis, s};

fn main() -> chunkwise::Result<()> {
    let factor = 3.0;
    let x = ChunkedArray::<f64, _>::ones(3)?;
    let _ = x.mapv(|v| v * factor);
    Ok(())
}
