//! `==` would have to give one bool; `eq` gives an array.
use chunkwise::prelude::*;
#[allow(unused_imports)]
use ndarray::{Axis, s};

fn main() -> chunkwise::Result<()> {
    let x = ChunkedArray::<f64, _>::ones(3)?;
    if x == x {
        println!("equal");
    }
    Ok(())
}
