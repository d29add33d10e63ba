//! The stage as data, and what its axes become.

use chunkwise_core::{AxisGrid, DType, Grid, Shape};
use chunkwise_kernels::order::OrderOp;
use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

use crate::{ArrayId, StageInfo, StageOperand};

/// Does something to every lane of an iteration space; each task owns the lanes of one unit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OrderStage {
    /// For messages.
    pub info: StageInfo,
    /// What is done.
    pub op: OrderOp,
    /// The axes of the space that make up a lane, one bit each. Elements of a lane are in row-major order of these.
    pub axes: u64,
    /// Where the results of a lane are among the axes of the result; `None` if each lane has one and no axis for it.
    pub place: Option<u32>,
    /// The units: one task each. Lanes are not cut.
    pub units: Grid,
    /// Type of the elements.
    pub operand: DType,
    /// How the elements come about. With a mask, the programs store a second thing: which elements are meant.
    pub elements: StageOperand,
    /// Whether there is a mask.
    pub masked: bool,
    /// Where the results go.
    pub array: ArrayId,
}

impl OrderStage {
    /// Whether an axis of the space is part of lanes.
    fn in_lane(&self, axis: usize) -> bool {
        axis < 64 && self.axes & (1 << axis) != 0
    }

    /// The axes of the space, those of lanes last.
    pub fn lanes_last(&self) -> SmallVec<[usize; 6]> {
        let axes = || 0..self.units.ndim();
        axes().filter(|&k| !self.in_lane(k)).chain(axes().filter(|&k| self.in_lane(k))).collect()
    }

    /// Number of axes of the space that are not part of lanes.
    pub fn kept_axes(&self) -> usize {
        (0..self.units.ndim()).filter(|&k| !self.in_lane(k)).count()
    }

    /// Number of lanes in a box of this shape, if its size can be addressed, and elements of each lane.
    pub fn lanes(&self, shape: &[usize]) -> (usize, usize) {
        let product = |lanes: bool| {
            let axes = shape.iter().enumerate().filter(|&(k, _)| self.in_lane(k) == lanes);
            axes.fold(1, |n: usize, (_, &k)| n.saturating_mul(k))
        };
        (product(false), product(true))
    }

    /// How many results each lane has.
    pub fn results(&self) -> usize {
        self.op.len(self.lanes(&self.units.shape()).1)
    }

    /// What one number per axis of the space, as a shape or a position, is for the results; `results` is the one for
    /// the axis of a lane's results.
    pub fn of_results(&self, of: &[usize], results: usize) -> Shape {
        let kept = of.iter().enumerate().filter(|&(k, _)| !self.in_lane(k));
        let mut result: Shape = kept.map(|(_, &n)| n).collect();
        if let Some(place) = self.place {
            result.insert(place as usize, results);
        }
        result
    }

    /// The grid of the result's array: its cells are the units.
    pub fn result_grid(&self) -> Grid {
        let axes = self.units.axes().iter().enumerate().filter(|&(k, _)| !self.in_lane(k));
        let mut axes: Vec<AxisGrid> = axes.map(|(_, axis)| axis.clone()).collect();
        if let Some(place) = self.place {
            axes.insert(place as usize, AxisGrid::whole(self.results()));
        }
        Grid::new(axes)
    }

    /// Bytes that a task on a unit of this shape needs besides its result and what its programs need.
    pub fn scratch_bytes(&self, shape: &[usize], result: DType) -> u64 {
        let (count, len) = self.lanes(shape);
        let elements = count.saturating_mul(len);
        let each = self.operand.size() + usize::from(self.masked);
        let results = if self.is_direct() { 0 } else { count.saturating_mul(self.results()) };
        let bytes = elements.saturating_mul(each) as u64;
        bytes
            .saturating_add(self.op.scratch_bytes(self.operand, len) as u64)
            .saturating_add(results.saturating_mul(result.size()) as u64)
    }

    /// Whether the results of lanes are in the order of the result's axes, so that they may be written there at once.
    pub(super) fn is_direct(&self) -> bool {
        self.place.is_none_or(|place| place as usize == self.kept_axes())
    }
}
