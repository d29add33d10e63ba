//! How much work one task does: unit grids from chunk grids.
//!
//! Chunks are the user's and may have any size. A unit is what a task works on: it covers many small chunks,
//! or a slice of a large one, so that a task costs far more than its scheduling and a single large chunk
//! still occupies every core. The choice depends on shape, chunks and the cost of an element only, never on
//! threads or memory, because reductions are combined along unit boundaries.

use chunkwise_core::{AxisGrid, Grid};

mod flat;

pub(crate) use flat::is_flat;
pub use flat::{aligned_unit_grid, flat_unit_grid, same_ranges};

/// How large units are to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Granularity {
    /// As suits elements that each cost as much as this many additions.
    Cost(u32),
    /// This many elements, however few, so that tests have many units of small arrays.
    Elements(usize),
}

impl Granularity {
    /// Elements of a unit for a space of `len` elements.
    ///
    /// Sixteen units balance over a few cores; more cost too much scheduling, fewer leave cores idle at the
    /// end. The bounds keep a unit between some 10 and 100 microseconds.
    fn target(self, len: usize) -> usize {
        match self {
            Granularity::Cost(cost) => {
                let cost = 8 + cost as usize;
                let least = ((1 << 20) / cost).clamp(1 << 13, 1 << 17);
                let most = ((1 << 22) / cost).clamp(1 << 15, 1 << 18);
                (len / 16).clamp(least, most)
            }
            Granularity::Elements(n) => n.max(1),
        }
    }
}

/// The units of an iteration space with these chunks.
pub fn unit_grid(chunks: &Grid, granularity: Granularity) -> Grid {
    let shape = chunks.shape();
    if shape.contains(&0) {
        return Grid::whole(&shape);
    }
    let len = shape.iter().fold(1usize, |n, &k| n.saturating_mul(k));
    let target = granularity.target(len);
    let mut extent = chunks.largest();
    let product = |extent: &[usize]| extent.iter().fold(1usize, |n, &k| n.saturating_mul(k));
    // Grow along the last axes, whose elements are close in memory.
    for k in (0..extent.len()).rev() {
        let now = product(&extent);
        if now > target / 2 {
            break;
        }
        extent[k] = extent[k].saturating_mul(target / now).min(shape[k]);
    }
    // Shrink along the first axes, for the same reason.
    for k in 0..extent.len() {
        let now = product(&extent);
        if now <= target + target / 2 {
            break;
        }
        extent[k] = extent[k].div_ceil(now.div_ceil(target)).max(1);
    }
    Grid::new(chunks.axes().iter().zip(&extent).map(|(axis, &extent)| regroup(axis, extent)))
}

/// Merges neighbouring chunks up to `extent` and cuts longer ones into near-equal parts of at most `extent`.
fn regroup(axis: &AxisGrid, extent: usize) -> AxisGrid {
    if extent >= axis.len() {
        return AxisGrid::whole(axis.len());
    }
    if let AxisGrid::Regular { len, size } = *axis {
        if size <= extent {
            return AxisGrid::regular(len, extent / size * size);
        }
        if size >= len {
            let pieces = len.div_ceil(extent);
            return AxisGrid::regular(len, len.div_ceil(pieces));
        }
        let piece = size.div_ceil(size.div_ceil(extent));
        // Too many chunks to list are too many tasks to number: where they are cut will not matter.
        if size % piece == 0 || len / piece > u32::MAX as usize {
            return AxisGrid::regular(len, piece);
        }
    }
    let mut offsets = vec![0];
    let mut start = 0;
    for i in 0..axis.count() {
        let chunk = axis.bounds(i);
        if chunk.end - start > extent && chunk.start > start {
            offsets.push(chunk.start);
            start = chunk.start;
        }
        if chunk.len() > extent {
            let pieces = chunk.len().div_ceil(extent);
            let size = chunk.len().div_ceil(pieces);
            offsets.extend((chunk.start + size..chunk.end).step_by(size));
            offsets.push(chunk.end);
            start = chunk.end;
        }
    }
    if axis.len() > start {
        offsets.push(axis.len());
    }
    AxisGrid::from_offsets(offsets)
}

#[cfg(test)]
mod tests;
