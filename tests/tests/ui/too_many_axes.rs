//! An array of two axes has no three to reduce.
use chunkwise::prelude::*;
#[allow(unused_imports)]
use ndarray::{Axis, s};

fn main() -> chunkwise::Result<()> {
    let x = ChunkedArray::<f64, _>::ones((3, 4))?;
    let _ = x.sum_axis([Axis(0), Axis(1), Axis(2)])?;
    Ok(())
}
