//! What lives in this process, beside a plan that names it by number.

use std::fmt;
use std::sync::Arc;

use chunkwise_core::{Block, BlockFn, RegionSink, RegionSource};

use crate::{Plan, Stage, Storage, Tile, Tiles};

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

impl Sources {
    /// Checks that everything that a plan names by number is there, with the dtype and shape that the plan says.
    pub(crate) fn check(&self, plan: &Plan) -> Result<(), String> {
        for (id, array) in plan.arrays.iter().enumerate() {
            let like = |block: &Block| block.dtype() == array.dtype && *block.shape() == array.shape[..];
            let fits = match &array.storage {
                Storage::Computed { .. } => true,
                Storage::Memory(n) => self.blocks.get(*n as usize).is_some_and(|block| like(block)),
                Storage::Persisted(n, grid) => self.tiles.get(*n as usize).is_some_and(|tiles| {
                    let tile_fits = |(cell, tile): (usize, &Tile)| {
                        let (start, shape) = grid.block(&grid.coords(cell));
                        tile.block.dtype() == array.dtype
                            && tile.start == start
                            && *tile.block.shape() == shape[..]
                    };
                    tiles.tiles.len() == grid.count() && tiles.tiles.iter().enumerate().all(tile_fits)
                }),
            };
            if !fits {
                return Err(format!("the source of array {id} is not there, or not the one planned"));
            }
        }
        for (number, stage) in plan.stages.iter().enumerate() {
            let there = match stage {
                Stage::Read(read) => self.regions.get(read.source as usize).is_some_and(|region| {
                    let array = plan.array(read.array);
                    match region {
                        RegionLike::Region(source) => {
                            source.dtype() == array.dtype && *source.shape() == array.shape[..]
                        }
                        RegionLike::Blocks(_) => read.closure,
                    }
                }),
                Stage::Write(write) => (write.sink as usize) < self.sinks.len(),
                Stage::Fused(_) | Stage::Combine(_) | Stage::Reshape(_) | Stage::Contract(_) => true,
            };
            if !there {
                return Err(format!(
                    "what stage {number} reads or writes is not there, or not the one planned"
                ));
            }
        }
        Ok(())
    }
}
