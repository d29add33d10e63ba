//! A chunk spec has as many entries as the shape has axes.
use chunkwise::prelude::*;
#[allow(unused_imports)]
use ndarray::{Axis, s};

fn main() -> chunkwise::Result<()> {
    let _ = ChunkedArray::<f32, _>::zeros((100, 100).chunked((10, 10, 10)))?;
    Ok(())
}
