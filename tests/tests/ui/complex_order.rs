//! Complex numbers have no order.
use chunkwise::prelude::*;
#[allow(unused_imports)]
use ndarray::{Axis, s};

fn main() -> chunkwise::Result<()> {
    let x = ChunkedArray::<num_complex::Complex<f64>, _>::ones(3)?;
    let _ = x.max();
    Ok(())
}
