//! The stage of a contraction as data, and where each of its tasks works.

use std::ops::Range;

use chunkwise_core::{AxisGrid, DType, Grid, Shape};
use chunkwise_kernels::contract::{Product, Sizes};
use serde::{Deserialize, Serialize};

use super::Contraction;
use crate::{ArrayId, StageInfo, StageOperand, Variant};

/// A contraction: each task owns a cell of the result and adds products to it, panel after panel.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ContractStage {
    /// For messages.
    pub info: StageInfo,
    /// What is multiplied along which axes.
    pub axes: Contraction,
    /// Cuts the result. Within rows and within columns only the first axes longer than one are cut, so that each
    /// cell is a matrix with one stride either way.
    pub cells: Grid,
    /// Cuts the axes summed over into panels, which are added in row-major order.
    pub panels: Grid,
    /// Into how many partial results the panels go; the result has a first axis for them. `None`: the result
    /// itself.
    pub partials: Option<u32>,
    /// Whether each panel is a task of its own that passes the cell on to the next. Panels that other tasks
    /// compute are then there one at a time.
    pub chained: bool,
    /// The left operand.
    pub left: StageOperand,
    /// The right operand.
    pub right: StageOperand,
    /// Where the result goes.
    pub array: ArrayId,
}

/// What one task of a contraction does.
#[derive(Clone, Debug, PartialEq)]
pub struct ContractPlace {
    /// The cell of the result, its partial axis included, as the result's array numbers them.
    pub cell: usize,
    /// First position and shape of the cell, without the partial axis.
    pub start: Shape,
    /// See `start`.
    pub shape: Shape,
    /// Which partial result.
    pub partial: usize,
    /// The panels that it adds.
    pub panels: Range<usize>,
    /// The unit that passes the cell on to this one.
    pub previous: Option<u32>,
}

impl ContractStage {
    fn partial_count(&self) -> usize {
        self.partials.unwrap_or(1) as usize
    }

    /// Panels of each partial result; the last ones may have fewer, or none.
    pub fn panels_each(&self) -> usize {
        self.panels.count().div_ceil(self.partial_count().max(1))
    }

    /// Units reserved for each cell, of which those without panels do not exist.
    fn links(&self) -> usize {
        if self.chained { self.panels_each() } else { 1 }
    }

    /// Number of units: tasks, and places of tasks that do not exist.
    pub fn units(&self) -> usize {
        self.cells.count().saturating_mul(self.partial_count()).saturating_mul(self.links())
    }

    /// The panels of a partial result.
    fn panels_of(&self, partial: usize) -> Range<usize> {
        let (each, all) = (self.panels_each(), self.panels.count());
        (partial * each).min(all)..((partial + 1) * each).min(all)
    }

    /// What a unit does; `None` if there is no such task.
    pub fn place(&self, unit: usize) -> Option<ContractPlace> {
        let links = self.links();
        let (cell, link) = (unit / links, unit % links);
        if unit >= self.units() {
            return None;
        }
        let partial = cell / self.cells.count();
        let mut panels = self.panels_of(partial);
        if self.chained {
            // A partial result without panels has one task, which clears it.
            if link > 0 && link >= panels.len() {
                return None;
            }
            panels = (panels.start + link).min(panels.end)..(panels.start + link + 1).min(panels.end);
        }
        let (start, shape) = self.cells.block(&self.cells.coords(cell % self.cells.count()));
        let previous = (link > 0).then(|| unit as u32 - 1);
        Some(ContractPlace { cell, start, shape, partial, panels, previous })
    }

    /// The units that make a cell of the result's array; the last one finishes it.
    pub fn units_of(&self, cell: usize) -> Range<usize> {
        let links = self.links();
        let panels = self.panels_of(cell / self.cells.count()).len();
        let count = if self.chained { panels.max(1) } else { 1 };
        cell * links..cell * links + count
    }

    /// The grid of the result's array.
    pub fn result_grid(&self) -> Grid {
        let partials = self.partials.map(|n| AxisGrid::regular(n as usize, 1));
        Grid::new(partials.into_iter().chain(self.cells.axes().iter().cloned()))
    }

    /// The boxes of both operands that a task reads for one panel: first positions and shapes.
    pub fn operand_boxes(&self, place: &ContractPlace, panel: usize) -> [(Shape, Shape); 2] {
        let (start, shape) = self.panels.block(&self.panels.coords(panel));
        let axes = &self.axes;
        [
            (axes.left_of(&place.start, &start), axes.left_of(&place.shape, &shape)),
            (axes.right_of(&place.start, &start), axes.right_of(&place.shape, &shape)),
        ]
    }

    /// The largest panels of both operands, as shapes.
    pub fn largest_panels(&self, place: &ContractPlace) -> [Shape; 2] {
        let panel = self.panels.largest();
        [self.axes.left_of(&place.shape, &panel), self.axes.right_of(&place.shape, &panel)]
    }

    /// An upper bound of what multiplying two panels needs besides them, in bytes.
    pub fn packing_bytes(&self, place: &ContractPlace, dtype: DType) -> u64 {
        let len = |shape: &[usize]| shape.iter().fold(1, |n: usize, &k| n.saturating_mul(k));
        let (rows, cols) = place.shape[self.axes.batch..].split_at(self.axes.rows);
        let sizes = Sizes { rows: len(rows), summed: len(&self.panels.largest()), cols: len(cols) };
        Product::scratch_bytes(dtype, sizes) as u64
    }

    /// The shapes of the operands.
    pub(crate) fn operand_shapes(&self) -> [Shape; 2] {
        let (result, summed) = (self.cells.shape(), self.panels.shape());
        [self.axes.left_of(&result, &summed), self.axes.right_of(&result, &summed)]
    }

    /// Both operands.
    pub fn operands(&self) -> [&StageOperand; 2] {
        [&self.left, &self.right]
    }

    /// The programs of both operands, those of the left one first.
    pub fn variants(&self) -> impl Iterator<Item = &Variant> {
        self.left.variants.iter().chain(&self.right.variants)
    }
}
