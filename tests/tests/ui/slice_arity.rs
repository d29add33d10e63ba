//! A slice has as many entries as the array has axes.
use chunkwise::prelude::*;
#[allow(unused_imports)]
use ndarray::{Axis, s};

fn main() -> chunkwise::Result<()> {
    let x = ChunkedArray::<f64, _>::ones((3, 4))?;
    let _ = x.slice(s![.., .., 0])?;
    Ok(())
}
