//! Text is no chunk spec: `bytes` makes one of it.
use chunkwise::prelude::*;
#[allow(unused_imports)]
use ndarray::{Axis, s};

fn main() -> chunkwise::Result<()> {
    let x = ChunkedArray::<f64, _>::zeros((100, 100))?;
    let _ = x.rechunk("16 MiB")?;
    Ok(())
}
