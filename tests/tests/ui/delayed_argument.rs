//! Arguments have the type that the function takes.
use chunkwise::prelude::*;

fn main() {
    let inc = delayed(|v: &i64| v + 1);
    let _ = inc.call("one");
}
