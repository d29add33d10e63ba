//! Running the selections of fused stages.

use std::cell::Cell;

use chunkwise_core::{AxisGrid, Block, Grid, Shape};
use chunkwise_kernels::Selected;
use smallvec::SmallVec;

use crate::join::trimmed;
use crate::{Cause, Runner, SelectionTarget, Storage, Task, Tile};

/// What a unit has selected so far.
pub(crate) struct Selecting {
    /// Memory for all elements of the unit.
    block: Block,
    len: Cell<usize>,
}

impl Selecting {
    /// As a kernel adds to it.
    pub(crate) fn bind(&self) -> Selected {
        Selected { ptr: self.block.as_mut_ptr(), len: self.len.as_ptr() }
    }
}

/// A selection has found more or fewer elements than it did when they were counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the mask was true {now} times here, and {before} times when it was counted")]
pub struct MaskChanged {
    /// How often it was true when the sizes of the chunks were computed.
    pub before: usize,
    /// How often it is now.
    pub now: usize,
}

impl Runner<'_> {
    /// Memory for what a unit of this shape selects.
    pub(crate) fn select_from(&self, selection: &SelectionTarget, shape: &[usize]) -> Selecting {
        let dtype = self.plan.array(selection.array).dtype;
        Selecting { block: Block::uninit(dtype, &[shape.iter().product()]), len: Cell::new(0) }
    }

    /// The tile of what was selected, which is also where it belongs if it is returned.
    pub(crate) fn selected(
        &self,
        selection: &SelectionTarget,
        selecting: Selecting,
        task: Task,
    ) -> Result<Tile, Cause> {
        let array = self.plan.array(selection.array);
        let Storage::Computed { grid, .. } = &array.storage else {
            unreachable!("what is selected is computed")
        };
        let (start, planned) = grid.block(&grid.coords(task.unit as usize));
        let inner: usize = array.shape[1..].iter().product();
        let now = selecting.len.get().checked_div(inner).unwrap_or(0);
        if selection.counted && now != planned[0] {
            return Err(MaskChanged { before: planned[0], now }.into());
        }
        let mut shape: Shape = array.shape.clone();
        shape[0] = now;
        let block = Block::row_major(selecting.block.into_buffer(), array.dtype, &shape);
        let block = match &self.joins[selection.array.0 as usize] {
            Some(join) => {
                join.put(task.unit, &block);
                block
            }
            // Memory that is mostly unused goes back.
            None => trimmed(&block),
        };
        Ok(Tile { start, block })
    }
}

/// Cuts of a unit such that its boxes, one after the other, are the row-major order: before the last axis that is cut,
/// every position is a box of its own.
pub(crate) fn in_order(mut cuts: SmallVec<[SmallVec<[usize; 4]>; 4]>) -> SmallVec<[SmallVec<[usize; 4]>; 4]> {
    let last = cuts.iter().rposition(|cut| cut.len() > 2).unwrap_or(0);
    for cut in &mut cuts[..last] {
        let (first, end) = (cut[0], *cut.last().expect("a first and a last position"));
        *cut = (first..=end).collect();
    }
    cuts
}

/// The grid and the places of tiles that may hold fewer positions along the first axis than planned.
pub(crate) fn as_found(planned: &Grid, mut tiles: Vec<Tile>) -> (Grid, Vec<Tile>) {
    let fits =
        |(cell, tile): (usize, &Tile)| tile.block.shape()[..] == planned.block(&planned.coords(cell)).1[..];
    if tiles.iter().enumerate().all(fits) {
        return (planned.clone(), tiles);
    }
    let sizes: Vec<usize> = tiles.iter().map(|tile| tile.block.shape()[0]).collect();
    let mut at = 0;
    for (tile, size) in tiles.iter_mut().zip(&sizes) {
        tile.start[0] = at;
        at += size;
    }
    let first = AxisGrid::from_sizes(&sizes);
    (Grid::new(std::iter::once(first).chain(planned.axes()[1..].iter().cloned())), tiles)
}
