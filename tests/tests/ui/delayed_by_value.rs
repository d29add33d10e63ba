//! Values are shared, so types of one's own are taken by reference.
use chunkwise::prelude::*;

struct Table;

fn rows(_: Table) -> usize {
    0
}

fn main() {
    let _ = delayed(rows);
}
