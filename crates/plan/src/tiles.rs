//! Computed pieces of arrays.

use std::any::Any;
use std::fmt;
use std::sync::Arc;

use chunkwise_core::{Block, Grid, Shape};

/// A computed box of an array.
#[derive(Clone, Debug)]
pub struct Tile {
    /// The array's position of the block's first element.
    pub start: Shape,
    /// The elements.
    pub block: Block,
}

/// An array that lives in memory as one block per cell of a grid.
#[derive(Clone)]
pub struct Tiles {
    /// Which cell holds which positions.
    pub grid: Grid,
    /// One per cell, in row-major order.
    pub tiles: Vec<Tile>,
    /// Dropped with the tiles: the claim on an executor's memory that they are counted under.
    pub guard: Option<Arc<dyn Any + Send + Sync>>,
}

impl fmt::Debug for Tiles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Tiles({} of {:?})", self.tiles.len(), self.grid.shape())
    }
}
