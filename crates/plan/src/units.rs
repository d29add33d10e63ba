//! How much work one task does: unit grids from chunk grids.
//!
//! Chunks are the user's and may have any size. A unit is what a task works on: it covers many small chunks,
//! or a slice of a large one, so that a task costs far more than its scheduling and a single large chunk
//! still occupies every core. The choice depends on shape, chunks and the cost of an element only, never on
//! threads or memory, because reductions are combined along unit boundaries.

use chunkwise_core::{AxisGrid, Grid, Shape, Strides};
use smallvec::SmallVec;

mod flat;
mod scan;

pub(crate) use flat::is_flat;
pub use flat::{aligned_unit_grid, flat_unit_grid, same_ranges};
pub use scan::scan_unit_grid;

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
    /// end. The bounds keep a unit between some 10 and 100 microseconds: `least` elements of the cheapest kind are
    /// worth a unit of their own.
    fn target(self, len: usize, least: usize) -> usize {
        match self {
            Granularity::Cost(cost) => {
                let cost = 8 + cost as usize;
                let least = (8 * least / cost).clamp(least / 16, least);
                let most = ((1 << 22) / cost).clamp(1 << 15, 1 << 18);
                (len / 16).clamp(least, most)
            }
            Granularity::Elements(n) => n.max(1),
        }
    }
}

/// What is worth a unit of blocks, which wait in memory for each other and had better fit in a cache.
const LEAST_OF_BLOCKS: usize = 1 << 17;

/// What is worth a unit of memory that is only walked: waking another thread costs as much as this.
const LEAST_OF_MEMORY: usize = 1 << 18;

/// The units of an iteration space with these chunks.
pub fn unit_grid(chunks: &Grid, granularity: Granularity) -> Grid {
    let shape = chunks.shape();
    if shape.contains(&0) {
        return Grid::whole(&shape);
    }
    let len = shape.iter().fold(1usize, |n, &k| n.saturating_mul(k));
    let target = granularity.target(len, LEAST_OF_BLOCKS);
    let mut extent = grow(chunks.largest(), &shape, target);
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

/// The units of an iteration space whose results are written in whole cells of this grid: one or several of them
/// each, and never a part of one.
pub fn whole_cell_grid(cells: &Grid, granularity: Granularity) -> Grid {
    let shape = cells.shape();
    if shape.contains(&0) {
        return Grid::whole(&shape);
    }
    let len = shape.iter().fold(1usize, |n, &k| n.saturating_mul(k));
    let target = granularity.target(len, LEAST_OF_BLOCKS);
    merge_cells(cells, &grow(cells.largest(), &shape, target))
}

/// Merges neighbouring cells of a grid up to an extent that none of them exceeds.
pub fn merge_cells(cells: &Grid, extent: &[usize]) -> Grid {
    Grid::new(cells.axes().iter().zip(extent).map(|(axis, &extent)| regroup(axis, extent)))
}

/// An extent that grows along the last axes, whose elements are close in memory, up to about so many elements.
fn grow(mut extent: Shape, shape: &[usize], target: usize) -> Shape {
    for k in (0..extent.len()).rev() {
        let now = product(&extent);
        if now > target / 2 {
            break;
        }
        extent[k] = extent[k].saturating_mul(target / now).min(shape[k]);
    }
    extent
}

fn product(extent: &[usize]) -> usize {
    extent.iter().fold(1usize, |n, &k| n.saturating_mul(k))
}

/// The units of an iteration space whose operands all lie in memory, by their strides over the space.
///
/// Nothing ties such units to the chunks. Where the operands agree on an order of the axes, a unit is a range of
/// that order, so that memory is walked without a break; where they do not, a unit is as long along the innermost
/// axis of each.
pub fn strided_unit_grid(shape: &[usize], operands: &[Strides], granularity: Granularity) -> Grid {
    if shape.contains(&0) {
        return Grid::whole(shape);
    }
    let len = shape.iter().fold(1usize, |n, &k| n.saturating_mul(k));
    let mut room = granularity.target(len, LEAST_OF_MEMORY);
    if len <= room + room / 2 {
        return Grid::whole(shape);
    }
    let mut extent: Shape = SmallVec::from_elem(1, shape.len());
    let mut open = inner_to_outer(shape, operands);
    let mut shared: SmallVec<[usize; 6]> = operands.iter().filter_map(|s| innermost(shape, s)).collect();
    shared.sort_unstable_by_key(|&axis| (shape[axis], axis));
    shared.dedup();
    if shared.len() > 1 {
        for (i, &axis) in shared.iter().enumerate() {
            let side = (room as f64).powf(1.0 / (shared.len() - i) as f64) as usize;
            extent[axis] = even_part(shape[axis], side);
            room = (room / extent[axis]).max(1);
        }
        open.retain(|axis| !shared.contains(axis));
    }
    // Only whole axes leave room for the next one.
    for axis in open {
        extent[axis] = even_part(shape[axis], room);
        if extent[axis] < shape[axis] {
            break;
        }
        room = (room / shape[axis]).max(1);
    }
    Grid::new(shape.iter().zip(&extent).map(|(&n, &extent)| AxisGrid::regular(n, extent)))
}

/// The size of near-equal parts of an axis of about `wanted` elements each; the axis itself rather than a part and
/// a bit.
fn even_part(len: usize, wanted: usize) -> usize {
    let wanted = wanted.max(1);
    if len <= wanted.saturating_add(wanted / 2) { len } else { len.div_ceil(len.div_ceil(wanted)) }
}

/// The axis of more than one element along which an operand lies closest in memory.
fn innermost(shape: &[usize], strides: &Strides) -> Option<usize> {
    let moves = |&k: &usize| shape[k] > 1 && strides[k] != 0;
    (0..shape.len()).rev().filter(moves).min_by_key(|&k| strides[k].unsigned_abs())
}

/// All axes, from the innermost in memory of the operand that moves along most of them; the last such, and
/// row-major where it has no opinion.
fn inner_to_outer(shape: &[usize], operands: &[Strides]) -> SmallVec<[usize; 6]> {
    let mut axes: SmallVec<[usize; 6]> = (0..shape.len()).rev().collect();
    let moves = |strides: &Strides| strides.iter().zip(shape).filter(|&(&s, &n)| s != 0 && n > 1).count();
    if let Some(strides) = operands.iter().max_by_key(|strides| moves(strides)) {
        axes.sort_by_key(|&k| match strides[k] {
            0 => usize::MAX,
            stride => stride.unsigned_abs(),
        });
    }
    axes
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
