//! The boxes in which arrays outside of memory are read and written.

use chunkwise_core::{AxisGrid, DType, Grid, View};
use chunkwise_plan::{
    ArrayId, Granularity, RegionLike, Stage, Storage, Variant, merge_cells, whole_cell_grid,
};

use super::{Moves, Outside};
use crate::graph::NodeId;
use crate::lower::demand::grid_of;
use crate::lower::stages::{Build, Maker};

/// Pieces of spilled arrays have at most so many bytes: a piece is read and checked as a whole.
const PIECE: usize = 1 << 20;

/// What one task reads of a source that is spilled has at most this part of the memory limit.
const READ_PART: u64 = 16;

/// What one task orders of an array outside of memory has at most so many bytes, and this part of the memory limit.
const ORDERED: (usize, u64) = (16 << 20, 16);

impl Moves {
    /// The boxes in which a source is read whose cells are read whole. For one that is spilled they are as thick as
    /// memory allows where the cells are thin, so that the pieces that it is cut into are large.
    pub(in crate::lower) fn reading(
        &self,
        id: NodeId,
        cells: &Grid,
        dtype: DType,
        granularity: Granularity,
    ) -> Grid {
        let (Some(limit), Some(Outside::Spilled)) = (self.limit, self.nodes.get(&id)) else {
            return whole_cell_grid(cells, granularity);
        };
        let most = (limit / READ_PART) as usize / dtype.size();
        let (shape, mut extent) = (cells.shape(), cells.largest());
        loop {
            let thin = (0..shape.len()).filter(|&k| extent[k] < shape[k]);
            // The axis of which the cells are the smallest part.
            let thinnest = thin.min_by(|&a, &b| (extent[a] * shape[b]).cmp(&(extent[b] * shape[a])));
            let Some(k) = thinnest.filter(|_| 2 * extent.iter().product::<usize>() <= most) else {
                return merge_cells(cells, &extent);
            };
            extent[k] = (2 * extent[k]).min(shape[k]);
        }
    }

    /// Bytes of what one task may order of arrays outside of memory.
    pub(in crate::lower) fn ordered_bytes(&self) -> usize {
        self.limit.map_or(ORDERED.0, |limit| ORDERED.0.min((limit / ORDERED.1) as usize))
    }
}

impl Build {
    /// Cuts what is spilled into pieces that suit those who write it and those who read it first.
    pub(in crate::lower) fn divide_spilled(&self) {
        for spilled in &self.spilled {
            let mut pieces = grid_of(self, spilled.from).clone();
            if let Some(read) = self.first_reading(spilled.to) {
                pieces = pieces.refine(&read);
            }
            spilled.space.divide(spill_pieces(&pieces, self.plan.array(spilled.to).dtype));
        }
    }

    /// The boxes that the units of an array's first reader read of it.
    fn first_reading(&self, array: ArrayId) -> Option<Grid> {
        let shape = &self.plan.array(array).shape;
        let of = |variants: &[Variant], units: &Grid| {
            let mut inputs = variants.iter().flat_map(|variant| &variant.inputs);
            let input = inputs.find(|input| input.array == array)?;
            Some(image(units, &input.view, shape))
        };
        self.plan.stages.iter().find_map(|stage| match stage {
            Stage::Fused(fused) => of(&fused.variants, &fused.units),
            Stage::Scan(scan) => of(&scan.operand.variants, &scan.cells),
            Stage::Order(order) => of(&order.elements.variants, &order.units),
            Stage::Contract(_)
            | Stage::Reshape(_)
            | Stage::Combine(_)
            | Stage::Read(_)
            | Stage::Write(_)
            | Stage::Call(_) => None,
        })
    }
}

/// The boundaries in a source of what the units of an iteration space read through a view.
fn image(units: &Grid, view: &View, source: &[usize]) -> Grid {
    Grid::new(view.source.iter().zip(source).map(|(map, &len)| {
        let Some(axis) = map.axis.filter(|_| map.step != 0) else { return AxisGrid::whole(len) };
        let axis = &units.axes()[axis];
        if (map.start, map.step) == (0, 1) && axis.len() == len {
            return axis.clone();
        }
        let bounds = (1..axis.count()).map(|unit| {
            let first = axis.bounds(unit).start as isize;
            // Going backwards, a unit begins below the end of the one before.
            map.start.wrapping_add_signed(map.step * first) + usize::from(map.step < 0)
        });
        let mut offsets: Vec<usize> = bounds.filter(|&at| at < len).chain([0, len]).collect();
        offsets.sort_unstable();
        offsets.dedup();
        AxisGrid::from_offsets(offsets)
    }))
}

/// The pieces in which an array of these chunks is spilled: chunks, or parts of them.
pub fn spill_pieces(chunks: &Grid, dtype: DType) -> Grid {
    bounded(chunks, PIECE / dtype.size())
}

/// A grid whose cells have at most so many elements: cells of another one, or parts of them.
fn bounded(cells: &Grid, most: usize) -> Grid {
    let mut extent = cells.largest();
    let product = |extent: &[usize]| extent.iter().fold(1usize, |n, &k| n.saturating_mul(k));
    for k in 0..extent.len() {
        let now = product(&extent);
        if now <= most {
            break;
        }
        extent[k] = extent[k].div_ceil(now.div_ceil(most)).max(1);
    }
    let cut = |(axis, &extent): (&AxisGrid, &usize)| {
        if axis.largest() <= extent {
            return axis.clone();
        }
        let mut offsets = vec![0];
        for bounds in (0..axis.count()).map(|i| axis.bounds(i)) {
            offsets.extend(bounds.clone().step_by(extent).skip(1));
            offsets.push(bounds.end);
        }
        AxisGrid::from_offsets(offsets)
    };
    Grid::new(cells.axes().iter().zip(&extent).map(cut))
}

/// The units that read whole cells of a source whose cells cost as much to read in part, if a program reads one. They are
/// the same wherever the source is read, as what is reduced along them must not depend on memory.
pub(in crate::lower) fn cells_read(build: &Build, variants: &[Variant], space: &Grid) -> Option<Grid> {
    let mut inputs = variants.iter().flat_map(|variant| &variant.inputs);
    inputs.find_map(|input| {
        let array = build.plan.array(input.array);
        let read_by = |array: ArrayId| match build.makers[array.0 as usize] {
            Some(Maker::Read(stage)) => match &build.plan.stages[stage as usize] {
                Stage::Read(read) => Some(read.source),
                _ => None,
            },
            _ => None,
        };
        let source = match (&array.storage, build.makers[input.array.0 as usize]) {
            (Storage::Outside { source, .. }, None) => *source,
            (_, Some(Maker::Spill(number))) => read_by(build.spilled[number as usize].from)?,
            _ => read_by(input.array)?,
        };
        let RegionLike::Region(source) = &build.sources.regions[source as usize] else { return None };
        Some(input.view.grid(&source.grid()?, space))
    })
}
