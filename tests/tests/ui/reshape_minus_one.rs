//! The length that follows from the others is `Auto`, not -1.
use chunkwise::prelude::*;

fn main() -> chunkwise::Result<()> {
    let x = ChunkedArray::<f64, _>::ones((3, 4))?;
    let _ = x.reshape((-1isize, 6))?;
    Ok(())
}
