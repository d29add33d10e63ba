//! What is said of a task to those who watch a run: the kind of its stage, what it makes, which chunk it is about.

use chunkwise_core::{DType, Grid, Shape};

use crate::failure::chunk_at;
use crate::{ArrayId, CombineStage, FusedStage, Plan, ReductionTarget, ScanRole, Stage, Storage, TaskId};

/// What the tasks of a stage do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum StageKind {
    /// Run a fused program over a unit.
    Fused,
    /// Merge partial states of a reduction.
    Combine,
    /// Read or make a block of a source.
    Read,
    /// Write a tile to a sink.
    Write,
    /// Write a tile to disk until it is read again.
    Spill,
    /// Copy into another shape.
    Reshape,
    /// Add products to a cell.
    Contract,
    /// Scan along an axis.
    Scan,
    /// Find order statistics, or sort.
    Order,
    /// Call a user's function.
    Call,
}

impl StageKind {
    /// A short word for it, as explanations have it: `"fused"`, `"merge"`, `"dot"`.
    ///
    /// ```
    /// assert_eq!(chunkwise_plan::StageKind::Combine.word(), "merge");
    /// ```
    pub fn word(self) -> &'static str {
        match self {
            StageKind::Fused => "fused",
            StageKind::Combine => "merge",
            StageKind::Read => "read",
            StageKind::Write => "write",
            StageKind::Spill => "spill",
            StageKind::Reshape => "copy",
            StageKind::Contract => "dot",
            StageKind::Scan => "scan",
            StageKind::Order => "order",
            StageKind::Call => "call",
        }
    }
}

impl Stage {
    /// As far as the stage alone tells: a stage that writes may also spill.
    fn kind(&self) -> StageKind {
        match self {
            Stage::Fused(_) => StageKind::Fused,
            Stage::Combine(_) => StageKind::Combine,
            Stage::Read(_) => StageKind::Read,
            Stage::Write(_) => StageKind::Write,
            Stage::Reshape(_) => StageKind::Reshape,
            Stage::Contract(_) => StageKind::Contract,
            Stage::Scan(_) => StageKind::Scan,
            Stage::Order(_) => StageKind::Order,
            Stage::Call(_) => StageKind::Call,
        }
    }
}

impl Plan {
    /// What the tasks of each stage do.
    pub fn stage_kinds(&self) -> Vec<StageKind> {
        let mut kinds: Vec<StageKind> = self.stages.iter().map(Stage::kind).collect();
        for array in &self.arrays {
            let Storage::Outside { tasks, .. } = &array.storage else { continue };
            if let Some(&writer) = tasks.iter().find(|&&task| task != Storage::UNUSED) {
                kinds[self.tasks[writer as usize].stage as usize] = StageKind::Spill;
            }
        }
        kinds
    }

    /// Bytes of what a task makes or writes: elements, wherever they go, and partial states. For a call, what it is
    /// said to return. Where several tasks work on a cell one after the other, the last one makes it.
    pub fn bytes_made(&self, task: TaskId) -> u64 {
        let place = self.tasks[task as usize];
        let unit = place.unit as usize;
        let in_unit = |grid: &Grid| grid.block(&grid.coords(unit)).1;
        match &self.stages[place.stage as usize] {
            Stage::Fused(fused) => {
                let shape = in_unit(&fused.units);
                let arrays = fused.stores.iter().chain(fused.selections.iter().map(|s| &s.array));
                let elements: u64 = arrays.map(|&array| self.elements(array, &shape)).sum();
                let states = fused.reductions.iter().map(|target| {
                    let kept = target.kept(&shape, 1);
                    if target.partial { state(target, &kept) } else { self.elements(target.array, &kept) }
                });
                elements + states.sum::<u64>()
            }
            Stage::Combine(combine) => {
                let node = combine.nodes[unit];
                let Some(target) = self.combined(combine) else { return 0 };
                let Some(grid) = self.grid_of(target.array) else { return 0 };
                let (_, shape) = grid.block(&grid.coords(node.cell as usize));
                if node.finish { self.elements(target.array, &shape) } else { state(target, &shape) }
            }
            Stage::Read(read) => self.elements(read.array, &read.boxes[unit].2),
            Stage::Write(write) => {
                self.grid_of(write.array).map_or(0, |grid| self.elements(write.array, &in_unit(grid)))
            }
            Stage::Reshape(reshape) => self.elements(reshape.array, &in_unit(&reshape.units)),
            Stage::Order(order) => {
                let results = order.of_results(&in_unit(&order.units), order.results());
                self.elements(order.array, &results)
            }
            Stage::Contract(contract) => match contract.place(unit) {
                Some(place) if unit + 1 == contract.units_of(place.cell).end => {
                    self.elements(contract.array, &place.shape)
                }
                _ => 0,
            },
            Stage::Scan(scan) => match scan.place(unit) {
                Some(place) if place.role == ScanRole::Scan => self.elements(scan.array, &place.shape),
                _ => 0,
            },
            Stage::Call(_) => self.graph.output_bytes(task),
        }
    }

    /// The user's chunk that a task begins in; empty for calls.
    pub fn chunk_of(&self, task: TaskId) -> Shape {
        let place = self.tasks[task as usize];
        let stage = &self.stages[place.stage as usize];
        let (cells, cell) = match stage {
            Stage::Fused(fused) => (Some(&fused.units), place.unit),
            Stage::Combine(combine) => (
                self.combined(combine).and_then(|target| self.grid_of(target.array)),
                combine.nodes[place.unit as usize].cell,
            ),
            Stage::Read(read) => (self.grid_of(read.array), read.boxes[place.unit as usize].0),
            Stage::Write(write) => (self.grid_of(write.array), place.unit),
            Stage::Reshape(reshape) => (Some(&reshape.units), place.unit),
            Stage::Order(order) => (Some(&order.units), place.unit),
            Stage::Contract(contract) => {
                let place = contract.place(place.unit as usize);
                (Some(&contract.cells), place.map_or(0, |p| (p.cell % contract.cells.count()) as u32))
            }
            Stage::Scan(scan) => (Some(&scan.cells), place.unit % scan.cells.count() as u32),
            Stage::Call(_) => (None, 0),
        };
        cells.map_or_else(Shape::new, |cells| {
            let (start, _) = cells.block(&cells.coords(cell as usize));
            let chunks = &stage.info().chunks;
            if start.len() == chunks.ndim() { chunk_at(chunks, &start) } else { start }
        })
    }

    /// The reduction whose states a stage merges.
    fn combined(&self, combine: &CombineStage) -> Option<&ReductionTarget> {
        match &self.stages[combine.stage as usize] {
            Stage::Fused(FusedStage { reductions, .. }) => reductions.get(combine.reduction as usize),
            _ => None,
        }
    }

    /// The cells of a computed array.
    fn grid_of(&self, array: ArrayId) -> Option<&Grid> {
        match &self.array(array).storage {
            Storage::Computed { grid, .. } | Storage::Outside { grid, .. } => Some(grid),
            Storage::Memory(_) | Storage::Persisted(..) => None,
        }
    }

    /// Bytes of a box of an array.
    fn elements(&self, array: ArrayId, shape: &[usize]) -> u64 {
        let dtype: DType = self.array(array).dtype;
        cells(shape) as u64 * dtype.size() as u64
    }
}

fn cells(shape: &[usize]) -> usize {
    shape.iter().product()
}

fn state(target: &ReductionTarget, kept: &[usize]) -> u64 {
    target.state_bytes(cells(kept)) as u64
}
