//! A delayed closure names the types of its parameters.
use chunkwise::prelude::*;

fn main() {
    let _ = delayed(|v| v + 1);
}
