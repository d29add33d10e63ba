//! The plan as data.

use std::borrow::Cow;
use std::fmt;
use std::panic::Location;

use chunkwise_core::{AxisGrid, DType, Grid, Shape, View};
use chunkwise_kernels::Program;
use chunkwise_kernels::reduce::grouped::{self, OfNothing};
use chunkwise_kernels::reduce::{self, ReduceOp};
use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

use crate::{CallStage, ContractStage, OrderStage, ScanStage, TaskGraph, TaskId};

/// Number of an array of a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ArrayId(pub u32);

/// Where the values of an array are while a plan runs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Storage {
    /// In memory from the start: number of the block in [`Sources`](crate::Sources).
    Memory(u32),
    /// Persisted before: number of the tiles, and their grid.
    Persisted(u32, Grid),
    /// Computed by tasks, one per cell of the grid.
    Computed {
        /// Which task makes which positions.
        grid: Grid,
        /// The task of each cell, in row-major order; [`Storage::UNUSED`] where nothing needs the cell.
        tasks: Vec<TaskId>,
        /// Which of the task's outputs it is.
        slot: u32,
        /// Whether tasks write straight into the array that the computation returns.
        returned: bool,
    },
    /// Outside of memory: a task that needs a box of it reads that box.
    Outside {
        /// Number of the source in [`Sources`](crate::Sources).
        source: u32,
        /// Which task writes which positions.
        grid: Grid,
        /// The task that writes each cell, in row-major order; [`Storage::UNUSED`] where nothing needs the cell. None
        /// at all if everything is there from the start.
        tasks: Vec<TaskId>,
    },
}

impl Storage {
    /// Marks a cell that no task makes.
    pub const UNUSED: TaskId = TaskId::MAX;

    /// Which task makes which cell, where tasks do.
    pub fn made(&self) -> Option<(&Grid, &[TaskId])> {
        match self {
            Storage::Computed { grid, tasks, .. } => Some((grid, tasks)),
            Storage::Outside { grid, tasks, .. } => (!tasks.is_empty()).then_some((grid, &tasks[..])),
            Storage::Memory(_) | Storage::Persisted(..) => None,
        }
    }
}

/// An array of a plan.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Array {
    /// Element type.
    pub dtype: DType,
    /// Lengths of the axes.
    pub shape: Shape,
    /// Where its values are.
    pub storage: Storage,
}

/// A place in the user's source code.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    /// File.
    pub file: Cow<'static, str>,
    /// Line, from one.
    pub line: u32,
    /// Column, from one.
    pub column: u32,
}

impl From<&'static Location<'static>> for Origin {
    fn from(location: &'static Location<'static>) -> Self {
        Origin { file: Cow::Borrowed(location.file()), line: location.line(), column: location.column() }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)
    }
}

/// What messages and pictures say of a stage.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StageInfo {
    /// The operations it runs.
    pub label: String,
    /// Where the user built the last of them.
    pub origin: Origin,
    /// The user's chunks of what it iterates over.
    pub chunks: Grid,
}

/// An input of a fused program: an array, and the view of it that the iteration space makes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct InputBinding {
    /// The array.
    pub array: ArrayId,
    /// From the iteration space to the array.
    pub view: View,
}

/// A coordinate of a fused program: `start` and the sum of `steps[k] * position[k]`, wrapping.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct CoordBinding {
    /// Value at position zero.
    pub start: i64,
    /// What one step along each axis of the iteration space adds.
    pub steps: SmallVec<[i64; 6]>,
}

/// The program of one part of an iteration space.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Variant {
    /// What to compute.
    pub program: Program,
    /// What the program's inputs read.
    pub inputs: Vec<InputBinding>,
    /// What the program's coordinates are.
    pub coords: Vec<CoordBinding>,
}

/// A reduction that a fused stage feeds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ReductionTarget {
    /// What it computes.
    pub op: ReduceOp,
    /// Type of the elements that it reduces.
    pub operand: DType,
    /// Axes of the iteration space that it removes, one bit each.
    pub axes: u64,
    /// Whether removed axes stay with length one.
    pub keep: bool,
    /// Elements per result.
    pub count: u64,
    /// Whether units give partial states, which a combine stage merges.
    pub partial: bool,
    /// Where the results go.
    pub array: ArrayId,
    /// The groups that have results of their own.
    pub groups: Option<GroupTarget>,
}

/// The groups of a reduction, or the one group of a masked reduction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupTarget {
    /// How many there are.
    pub count: u32,
    /// Whether the results have a first axis for them; without it there is one group.
    pub axis: bool,
    /// What becomes of a group without elements.
    pub of_nothing: OfNothing,
}

/// Selected elements that a fused stage gathers: those of unit `i` are tile `i` of the array.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SelectionTarget {
    /// Where they go.
    pub array: ArrayId,
    /// Whether the tiles have the sizes that the array's grid says, and not at most those.
    pub counted: bool,
}

impl ReductionTarget {
    /// What one number per axis of the iteration space, as a shape or a position, is for the results: reduced axes
    /// are gone, or stay as `reduced`, which is one for shapes and zero for positions; groups come first.
    ///
    /// ```
    /// use chunkwise_core::DType;
    /// use chunkwise_kernels::reduce::ReduceOp;
    /// use chunkwise_plan::{ArrayId, ReductionTarget};
    ///
    /// let mut target = ReductionTarget {
    ///     op: ReduceOp::Any, operand: DType::Bool, axes: 0b010, keep: false, count: 5, partial: false,
    ///     array: ArrayId(0), groups: None,
    /// };
    /// assert_eq!(target.kept(&[4, 5, 6], 1)[..], [4, 6]);
    /// target.keep = true;
    /// assert_eq!(target.kept(&[4, 5, 6], 1)[..], [4, 1, 6]);
    /// ```
    pub fn kept(&self, of: &[usize], reduced: usize) -> Shape {
        let groups = self.groups.filter(|groups| groups.axis).map(|groups| groups.count as usize * reduced);
        let axes = of.iter().enumerate().filter_map(|(k, &n)| {
            if self.axes & (1 << k) == 0 { Some(n) } else { self.keep.then_some(reduced) }
        });
        groups.into_iter().chain(axes).collect()
    }

    /// The grid of the results of an iteration space in these units.
    pub fn grid(&self, units: &Grid) -> Grid {
        let groups = self.groups.filter(|groups| groups.axis);
        let axes = units.axes().iter().enumerate().filter_map(|(k, axis)| {
            if self.axes & (1 << k) == 0 { Some(axis.clone()) } else { self.keep.then(|| AxisGrid::whole(1)) }
        });
        Grid::new(groups.map(|groups| AxisGrid::whole(groups.count as usize)).into_iter().chain(axes))
    }

    /// Bytes of a state of so many cells.
    pub fn state_bytes(&self, cells: usize) -> usize {
        match self.groups {
            Some(_) => grouped::bytes(self.op, self.operand, cells),
            None => reduce::layout(self.op, self.operand).bytes(cells),
        }
    }
}

/// A fused program run over the units of an iteration space.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FusedStage {
    /// For messages.
    pub info: StageInfo,
    /// The units: one task each.
    pub units: Grid,
    /// Cuts the iteration space into the parts of the variants.
    pub parts: Grid,
    /// One per cell of `parts`, in row-major order.
    pub variants: Vec<Variant>,
    /// Arrays stored, in the order of the programs' stores.
    pub stores: Vec<ArrayId>,
    /// Reductions fed, in the order of the programs' reductions.
    pub reductions: Vec<ReductionTarget>,
    /// Selections made, in the order of the programs' selections. The units of a stage that has any are ranges of
    /// the row-major order.
    pub selections: Vec<SelectionTarget>,
}

/// One task of a combine stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CombineNode {
    /// The cell of the result's grid that it is for.
    pub cell: u32,
    /// Whether it is the last one, which finishes the result.
    pub finish: bool,
}

/// Merges the partial states of one reduction of a fused stage.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CombineStage {
    /// For messages.
    pub info: StageInfo,
    /// The fused stage.
    pub stage: u32,
    /// Which of its reductions.
    pub reduction: u32,
    /// One per task.
    pub nodes: Vec<CombineNode>,
}

/// Reads or makes the blocks of a source.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ReadStage {
    /// For messages.
    pub info: StageInfo,
    /// Number of the source in [`Sources`](crate::Sources).
    pub source: u32,
    /// The array that it fills.
    pub array: ArrayId,
    /// One per task: cell of the array's grid, first position and shape of what is needed of it.
    pub boxes: Vec<(u32, Shape, Shape)>,
    /// Whether a closure or a call makes the blocks, so that the stage cannot leave this process.
    pub closure: bool,
}

/// Writes the tiles of an array to a sink, one task per tile.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WriteStage {
    /// For messages.
    pub info: StageInfo,
    /// The array.
    pub array: ArrayId,
    /// Number of the sink in [`Sources`](crate::Sources).
    pub sink: u32,
}

/// Copies an array in row-major order into another shape.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ReshapeStage {
    /// For messages.
    pub info: StageInfo,
    /// The array in its own shape.
    pub input: ArrayId,
    /// The array in the new one.
    pub array: ArrayId,
    /// The units of the new shape, each one range of the row-major order: one task each.
    pub units: Grid,
}

/// What the tasks of one kind do.
#[allow(clippy::large_enum_variant, reason = "a plan has a handful of stages")]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Stage {
    /// Run a fused program over a unit.
    Fused(FusedStage),
    /// Merge partial states.
    Combine(CombineStage),
    /// Read a box of a source.
    Read(ReadStage),
    /// Write a tile to a sink.
    Write(WriteStage),
    /// Copy a range of the row-major order into another shape.
    Reshape(ReshapeStage),
    /// Add products to a cell.
    Contract(ContractStage),
    /// Scan a cell along an axis.
    Scan(ScanStage),
    /// Find order statistics of lanes, or sort them.
    Order(OrderStage),
    /// Call a user's function.
    Call(CallStage),
}

impl Stage {
    fn info_mut(&mut self) -> &mut StageInfo {
        match self {
            Stage::Fused(stage) => &mut stage.info,
            Stage::Combine(stage) => &mut stage.info,
            Stage::Read(stage) => &mut stage.info,
            Stage::Write(stage) => &mut stage.info,
            Stage::Reshape(stage) => &mut stage.info,
            Stage::Contract(stage) => &mut stage.info,
            Stage::Scan(stage) => &mut stage.info,
            Stage::Order(stage) => &mut stage.info,
            Stage::Call(stage) => &mut stage.info,
        }
    }

    /// What messages say of it.
    pub fn info(&self) -> &StageInfo {
        match self {
            Stage::Fused(stage) => &stage.info,
            Stage::Combine(stage) => &stage.info,
            Stage::Read(stage) => &stage.info,
            Stage::Write(stage) => &stage.info,
            Stage::Reshape(stage) => &stage.info,
            Stage::Contract(stage) => &stage.info,
            Stage::Scan(stage) => &stage.info,
            Stage::Order(stage) => &stage.info,
            Stage::Call(stage) => &stage.info,
        }
    }
}

/// One task: which stage, and which unit, node or box of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Task {
    /// The stage.
    pub stage: u32,
    /// Number within the stage.
    pub unit: u32,
}

/// What the computation returns of one root.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Root {
    /// The whole array, in one piece.
    Array(ArrayId),
    /// Its tiles.
    Tiles(ArrayId),
    /// What was selected, in one piece, as long as it is found to be.
    Selected(ArrayId),
    /// Nothing: it was written to a sink.
    Written(ArrayId),
    /// The value of a call.
    Value(TaskId),
    /// A value that is there from the start: its number in [`Sources`](crate::Sources).
    Constant(u32),
}

/// Everything there is to do for one computation.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// Arrays, by [`ArrayId`].
    pub arrays: Vec<Array>,
    /// Stages, producers before consumers.
    pub stages: Vec<Stage>,
    /// Tasks, by [`TaskId`].
    pub tasks: Vec<Task>,
    /// Who reads whom.
    pub graph: TaskGraph,
    /// What is returned.
    pub roots: Vec<Root>,
}

impl Plan {
    /// The array with this id.
    pub fn array(&self, id: ArrayId) -> &Array {
        &self.arrays[id.0 as usize]
    }

    /// The arrays that hold what fused stages select.
    pub(crate) fn selected_arrays(&self) -> Vec<ArrayId> {
        let of = |stage: &Stage| match stage {
            Stage::Fused(fused) => fused.selections.iter().map(|selection| selection.array).collect(),
            Stage::Combine(_)
            | Stage::Read(_)
            | Stage::Write(_)
            | Stage::Reshape(_)
            | Stage::Contract(_)
            | Stage::Scan(_)
            | Stage::Order(_)
            | Stage::Call(_) => Vec::new(),
        };
        self.stages.iter().flat_map(of).collect()
    }

    /// Forgets where stages were built, so that the same work has the same bytes wherever it was written down.
    pub fn forget_origins(&mut self) {
        for stage in &mut self.stages {
            stage.info_mut().origin = Origin { file: Cow::Borrowed(""), line: 0, column: 0 };
        }
    }

    /// Bytes of the arrays that the computation returns in one piece: at most, for those that are selected.
    pub fn returned_bytes(&self) -> u64 {
        let returned = |a: &&Array| matches!(a.storage, Storage::Computed { returned: true, .. });
        self.arrays
            .iter()
            .filter(returned)
            .map(|a| a.shape.iter().product::<usize>() as u64 * a.dtype.size() as u64)
            .sum()
    }

    /// Bytes that the plan itself takes while it runs, with the scheduler's: what counts per task and per edge.
    pub fn own_bytes(&self) -> u64 {
        const TASK: u64 = 96;
        const EDGE: u64 = 12;
        TASK * self.tasks.len() as u64 + EDGE * self.graph.edges() as u64
    }

    /// The most bytes that the plan holds at once when one thread runs it in order: returned arrays, results
    /// in flight, scratch, and the plan itself.
    pub fn projected_peak(&self) -> u64 {
        self.graph.projected_peak()
    }
}
