//! A lazy array is no iterator.
use chunkwise::prelude::*;
#[allow(unused_imports)]
use ndarray::{Axis, s};

fn main() -> chunkwise::Result<()> {
    let x = ChunkedArray::<f64, _>::ones(3)?;
    for v in x {
        println!("{v}");
    }
    Ok(())
}
