//! What lives in this process, beside a plan that names it by number.

use std::fmt;
use std::sync::Arc;

use chunkwise_core::{Block, BlockFn, RegionSink, RegionSource};

use crate::{Function, Operand, Plan, Root, Stage, Storage, Tile, Tiles, Value};

/// What a read stage reads from.
#[derive(Clone)]
pub enum RegionLike {
    /// A source that any region can be read from.
    Region(Arc<dyn RegionSource>),
    /// A function that makes whole chunks, and the bytes that one call of it holds beside the chunk.
    Blocks(Arc<dyn BlockFn>, u64),
    /// Values that are the chunks, and how to see one as a block. The value of each chunk, in row-major order,
    /// is there from the start or else the one input of the chunk's task.
    Values(fn(&Value) -> Block, Vec<Option<Value>>),
}

impl fmt::Debug for RegionLike {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RegionLike::Region(source) => write!(f, "Region({})", source.name()),
            RegionLike::Blocks(..) => f.write_str("Blocks"),
            RegionLike::Values(..) => f.write_str("Values"),
        }
    }
}

/// The sources and sinks of a plan: arrays in memory, tiles of persisted arrays, what can be read and written.
#[derive(Clone, Default)]
pub struct Sources {
    /// Arrays in memory.
    pub blocks: Vec<Arc<Block>>,
    /// Persisted arrays.
    pub tiles: Vec<Arc<Tiles>>,
    /// Sources of read stages.
    pub regions: Vec<RegionLike>,
    /// Where write stages write to.
    pub sinks: Vec<Arc<dyn RegionSink>>,
    /// What call stages call.
    pub functions: Vec<Function>,
    /// Values that calls and roots name by number.
    pub values: Vec<Value>,
}

impl Sources {
    /// Text that changes whenever an element of a source does.
    ///
    /// # Errors
    /// Says which source has no such text: an array in memory, a persisted one, a function, or a source that does not
    /// know.
    pub fn versions(&self) -> Result<String, String> {
        if !self.blocks.is_empty() || !self.tiles.is_empty() {
            return Err("an array in memory cannot be recognised by another process".to_owned());
        }
        if !self.functions.is_empty() || !self.values.is_empty() {
            return Err("a delayed value cannot be recognised by another process".to_owned());
        }
        let mut versions = String::new();
        for region in &self.regions {
            let RegionLike::Region(source) = region else {
                return Err("a function of blocks cannot be recognised by another process".to_owned());
            };
            let version =
                source.version().ok_or_else(|| format!("{} does not tell when it changes", source.name()))?;
            versions.extend([&source.name(), " ", &version, "\n"]);
        }
        Ok(versions)
    }

    /// Checks that everything that a plan names by number is there, with the dtype and shape that the plan says.
    pub(crate) fn check(&self, plan: &Plan) -> Result<(), String> {
        for (id, array) in plan.arrays.iter().enumerate() {
            let like = |block: &Block| block.dtype() == array.dtype && *block.shape() == array.shape[..];
            let fits = match &array.storage {
                Storage::Computed { .. } => true,
                Storage::Outside { source, .. } => match self.regions.get(*source as usize) {
                    Some(RegionLike::Region(source)) => {
                        source.dtype() == array.dtype && *source.shape() == array.shape[..]
                    }
                    _ => false,
                },
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
                        RegionLike::Blocks(..) | RegionLike::Values(..) => read.closure,
                    }
                }),
                Stage::Write(write) => (write.sink as usize) < self.sinks.len(),
                Stage::Fused(_)
                | Stage::Combine(_)
                | Stage::Reshape(_)
                | Stage::Contract(_)
                | Stage::Scan(_)
                | Stage::Order(_) => true,
                Stage::Call(stage) => {
                    let operands = stage.calls.iter().flat_map(|call| &call.operands);
                    let mut constants = operands.filter_map(|operand| match operand {
                        Operand::Constant(number) => Some(*number as usize),
                        Operand::Input(_) | Operand::Array(_) => None,
                    });
                    stage.first as usize + stage.names.len() <= self.functions.len()
                        && constants.all(|number| number < self.values.len())
                }
            };
            if !there {
                return Err(format!(
                    "what stage {number} reads or writes is not there, or not the one planned"
                ));
            }
        }
        let missing = |root: &Root| matches!(root, Root::Constant(n) if *n as usize >= self.values.len());
        match plan.roots.iter().position(missing) {
            Some(root) => Err(format!("the value of root {root} is not there")),
            None => Ok(()),
        }
    }
}

impl fmt::Debug for Sources {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sources")
            .field("blocks", &self.blocks)
            .field("tiles", &self.tiles)
            .field("regions", &self.regions)
            .field("sinks", &self.sinks)
            .field("functions", &self.functions)
            .field("values", &self.values.len())
            .finish()
    }
}
