//! An axis is an `Axis`, not a number.
use chunkwise::prelude::*;
#[allow(unused_imports)]
use ndarray::{Axis, s};

fn main() -> chunkwise::Result<()> {
    let x = ChunkedArray::<f64, _>::ones((3, 4))?;
    let _ = x.flip(0)?;
    Ok(())
}
