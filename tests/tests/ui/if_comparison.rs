//! A comparison is an array, not a condition.
use chunkwise::prelude::*;
#[allow(unused_imports)]
use ndarray::{Axis, s};

fn main() -> chunkwise::Result<()> {
    let x = ChunkedArray::<f64, _>::ones(3)?;
    if x.gt(0.5)? {
        println!("yes");
    }
    Ok(())
}
