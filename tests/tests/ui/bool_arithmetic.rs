//! There is no arithmetic on bool.
use chunkwise::prelude::*;
#[allow(unused_imports)]
use ndarray::{Axis, s};

fn main() -> chunkwise::Result<()> {
    let x = ChunkedArray::<bool, _>::ones(3)?;
    let _ = &x + &x;
    Ok(())
}
