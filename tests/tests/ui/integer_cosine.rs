//! Functions of floats need floats: the message says how to get them.
use chunkwise::prelude::*;
#[allow(unused_imports)]
use ndarray::{Axis, s};

fn main() -> chunkwise::Result<()> {
    let x = ChunkedArray::<i32, _>::ones(3)?;
    let _ = x.cos();
    Ok(())
}
