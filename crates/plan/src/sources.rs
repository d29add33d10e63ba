//! What lives in this process, beside a plan that names it by number.

use std::fmt;
use std::sync::Arc;

use chunkwise_core::{Block, BlockFn, RegionSink, RegionSource};

use crate::Tiles;

/// What a read stage reads from.
#[derive(Clone)]
pub enum RegionLike {
    /// A source that any region can be read from.
    Region(Arc<dyn RegionSource>),
    /// A function that makes whole chunks.
    Blocks(Arc<dyn BlockFn>),
}

impl fmt::Debug for RegionLike {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RegionLike::Region(source) => write!(f, "Region({})", source.name()),
            RegionLike::Blocks(_) => f.write_str("Blocks"),
        }
    }
}

/// The sources and sinks of a plan: arrays in memory, tiles of persisted arrays, what can be read and written.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    /// Arrays in memory.
    pub blocks: Vec<Arc<Block>>,
    /// Persisted arrays.
    pub tiles: Vec<Arc<Tiles>>,
    /// Sources of read stages.
    pub regions: Vec<RegionLike>,
    /// Where write stages write to.
    pub sinks: Vec<Arc<dyn RegionSink>>,
}
