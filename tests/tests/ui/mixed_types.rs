//! Element types are never promoted.
use chunkwise::prelude::*;
#[allow(unused_imports)]
use ndarray::{Axis, s};

fn main() -> chunkwise::Result<()> {
    let x = ChunkedArray::<f64, _>::ones(3)?;
    let y = ChunkedArray::<f32, _>::ones(3)?;
    let _ = &x + &y;
    Ok(())
}
