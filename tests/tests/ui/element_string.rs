//! Only numbers and bool can be elements.
use chunkwise::prelude::*;
#[allow(unused_imports)]
use ndarray::{Axis, s};

fn main() -> chunkwise::Result<()> {
    let _ = ChunkedArray::<String, _>::zeros((100, 100))?;
    Ok(())
}
