//! Computed pieces of arrays.

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
#[derive(Clone, Debug)]
pub struct Tiles {
    /// Which cell holds which positions.
    pub grid: Grid,
    /// One per cell, in row-major order.
    pub tiles: Vec<Tile>,
}
