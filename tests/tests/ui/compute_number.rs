//! What is already a number cannot be computed.
use chunkwise::prelude::*;
#[allow(unused_imports)]
use ndarray::{Axis, s};

fn main() -> chunkwise::Result<()> {
    let x = ChunkedArray::<f64, _>::ones((3, 4))?;
    let _ = compute((&x, 5))?;
    Ok(())
}
