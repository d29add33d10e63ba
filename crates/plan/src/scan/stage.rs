//! The stage of a scan as data, and what each of its tasks does.

use chunkwise_core::{Grid, Shape};
use chunkwise_kernels::scan::ScanOp;
use serde::{Deserialize, Serialize};
use smallvec::{SmallVec, smallvec};

use crate::{ArrayId, StageInfo, StageOperand};

/// A scan along an axis: running sums or products.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ScanStage {
    /// For messages.
    pub info: StageInfo,
    /// What it computes.
    pub op: ScanOp,
    /// The axis that it runs along.
    pub axis: usize,
    /// Cuts the result. The units of this stage are, for every cell each: those that scan it, then, where totals are
    /// found first, those that do, and then those that find the states before the cell.
    pub cells: Grid,
    /// Whether the totals of cells are found first. If not, a cell passes the states of its lanes on to the next.
    pub totals: bool,
    /// What is scanned; of the result's dtype.
    pub operand: StageOperand,
    /// Where the result goes.
    pub array: ArrayId,
}

/// What a unit of a scan does with its cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScanRole {
    /// Scans it.
    Scan,
    /// Finds the states of its elements alone.
    Total,
    /// Finds the states of all that comes before it.
    Before,
}

/// A unit of a scan.
#[derive(Clone, Debug, PartialEq)]
pub struct ScanPlace {
    /// What it does.
    pub role: ScanRole,
    /// The cell.
    pub cell: usize,
    /// First position and shape of the cell.
    pub start: Shape,
    /// See `start`.
    pub shape: Shape,
    /// The cell's number along the axis.
    pub index: usize,
    /// Whether it is the last one along the axis.
    pub last: bool,
}

impl ScanPlace {
    /// The shape of the states of its lanes.
    pub fn lanes(&self, axis: usize) -> Shape {
        let mut lanes = self.shape.clone();
        lanes[axis] = 1;
        lanes
    }
}

impl ScanStage {
    /// Number of units: tasks, and places of tasks that do not exist.
    pub fn units(&self) -> usize {
        self.cells.count().saturating_mul(if self.totals { 3 } else { 1 })
    }

    /// What a unit does; `None` if there is no such task.
    pub fn place(&self, unit: usize) -> Option<ScanPlace> {
        let count = self.cells.count();
        let role = match unit.checked_div(count)? {
            0 => ScanRole::Scan,
            1 if self.totals => ScanRole::Total,
            2 if self.totals => ScanRole::Before,
            _ => return None,
        };
        let cell = unit % count;
        let coords = self.cells.coords(cell);
        let (start, shape) = self.cells.block(&coords);
        let index = coords[self.axis];
        let last = index + 1 == self.cells.axes()[self.axis].count();
        // Nobody asks for the total of the last cell; the total of the first is all there is before the second.
        let exists = match role {
            ScanRole::Scan => true,
            ScanRole::Total => !last,
            ScanRole::Before => index >= 2,
        };
        exists.then_some(ScanPlace { role, cell, start, shape, index, last })
    }

    fn unit(&self, role: ScanRole, cell: usize) -> u32 {
        (cell + self.cells.count() * role as usize) as u32
    }

    /// The cell before one of this number along the axis.
    fn cell_before(&self, cell: usize) -> usize {
        let mut coords = self.cells.coords(cell);
        coords[self.axis] -= 1;
        self.cells.index(&coords)
    }

    /// The unit that finds the states of what comes before a cell, which is number `index` along the axis.
    fn before(&self, cell: usize, index: usize) -> Option<u32> {
        match index {
            0 => None,
            _ if !self.totals => Some(self.unit(ScanRole::Scan, self.cell_before(cell))),
            1 => Some(self.unit(ScanRole::Total, self.cell_before(cell))),
            _ => Some(self.unit(ScanRole::Before, cell)),
        }
    }

    /// The unit whose states a unit begins with.
    pub fn continues(&self, place: &ScanPlace) -> Option<u32> {
        match place.role {
            ScanRole::Scan => self.before(place.cell, place.index),
            ScanRole::Total => None,
            ScanRole::Before => self.before(self.cell_before(place.cell), place.index - 1),
        }
    }

    /// The unit whose total a unit takes in: that of the cell itself, if it is to be scanned, or of the one before it.
    ///
    /// The elements of a cell that is scanned after its total was found are in cache, if they were not even computed to
    /// where the result goes.
    pub fn total_of(&self, place: &ScanPlace) -> Option<u32> {
        match place.role {
            ScanRole::Scan if self.totals && !place.last => Some(self.unit(ScanRole::Total, place.cell)),
            ScanRole::Scan | ScanRole::Total => None,
            ScanRole::Before => Some(self.unit(ScanRole::Total, self.cell_before(place.cell))),
        }
    }

    /// The units of this stage whose results a unit reads.
    pub fn reads(&self, place: &ScanPlace) -> SmallVec<[u32; 2]> {
        let mut units: SmallVec<[u32; 2]> = smallvec![];
        units.extend(self.total_of(place));
        units.extend(self.continues(place));
        units
    }

    /// Whether elements are computed, to where the result goes, when totals are found, and only scanned afterwards.
    pub fn totals_store(&self) -> bool {
        self.totals && self.operand.direct().is_none()
    }

    /// Whether a unit evaluates what is scanned.
    pub fn evaluates(&self, place: &ScanPlace) -> bool {
        match place.role {
            ScanRole::Scan => !(self.totals_store() && self.total_of(place).is_some()),
            ScanRole::Total => true,
            ScanRole::Before => false,
        }
    }

    /// Whether the unit passes states on, as its last output.
    pub fn passes_on(&self, place: &ScanPlace) -> bool {
        match place.role {
            ScanRole::Scan => !self.totals && !place.last,
            ScanRole::Total | ScanRole::Before => true,
        }
    }

    /// Whether the unit holds elements of the result, as its first output.
    pub fn holds_elements(&self, place: &ScanPlace) -> bool {
        match place.role {
            ScanRole::Scan => true,
            ScanRole::Total => self.totals_store(),
            ScanRole::Before => false,
        }
    }
}
