//! Running the tasks of scans.

use chunkwise_core::{Block, DType, Shape, Strides, row_major_strides};
use chunkwise_kernels::scan::{Operand, Scan, ScanBox, States};
use smallvec::{SmallVec, smallvec};

use super::pieces::for_pieces;
use super::stage::{ScanPlace, ScanRole, ScanStage};
use crate::fetch::Inputs;
use crate::fused::{Programs, Unit};
use crate::{Cause, Runner, Task, TaskId, TaskOutput, Tile};

/// The states of the lanes of a cell.
struct Kept {
    block: Block,
    count: usize,
    strides: Strides,
}

/// A cell that is scanned, with where its results go; nowhere if only its total is wanted.
struct Cell<'a> {
    stage: &'a ScanStage,
    scan: &'a Scan,
    place: &'a ScanPlace,
    states: &'a Kept,
}

impl Runner<'_> {
    pub(crate) fn run_scan(
        &self,
        id: TaskId,
        task: Task,
        stage: &ScanStage,
        inputs: &[TaskOutput],
    ) -> Result<SmallVec<[Tile; 1]>, Cause> {
        let place = stage.place(task.unit as usize).expect("only units that exist are tasks");
        let scan = self.compiled.scans[task.stage as usize].as_ref().expect("scans have loops");
        let made = |unit: u32| {
            let made = Task { unit, ..task };
            let found = self.plan.graph.inputs(id).iter().position(|&i| self.plan.tasks[i as usize] == made);
            &inputs[found.expect("a task reads only its inputs")]
        };
        let states = states(scan, &place, stage.axis, stage.continues(&place).map(made));
        let total = stage.total_of(&place).map(made);
        let cell = Cell { stage, scan, place: &place, states: &states };
        let operands = if stage.evaluates(&place) {
            self.fetch(&self.programs(id, stage), (&place.start, &place.shape), inputs)?
        } else {
            Inputs::of_tasks(inputs)
        };
        let mut outputs: SmallVec<[Tile; 1]> = smallvec![];
        if stage.holds_elements(&place) {
            let computed = total.filter(|_| !stage.evaluates(&place)).map(|total| &total[0].block);
            let block = match computed {
                Some(block) => block.clone(),
                None => match &self.returned[stage.array.0 as usize] {
                    Some(returned) => returned.region(&place.start, &place.shape),
                    None => Block::uninit(self.plan.array(stage.array).dtype, &place.shape),
                },
            };
            match (place.role, computed) {
                (ScanRole::Scan, Some(_)) => {
                    cell.run(&whole(&place), (block.as_ptr(), block.strides()), Some(&block))
                }
                (ScanRole::Scan, None) => self.scan_operand(id, &cell, Some(&block), &operands),
                (ScanRole::Total | ScanRole::Before, _) => self.compute_total(id, &cell, &block, &operands),
            }
            outputs.push(Tile { start: place.start.clone(), block });
        } else if place.role == ScanRole::Total {
            self.scan_operand(id, &cell, None, &operands);
        } else if let Some(total) = total {
            let from = states_of(total).as_ptr();
            // SAFETY: both are states of the lanes of a cell with the same lanes; the first are this task's own.
            unsafe { scan.merge(states.block.as_mut_ptr(), from, states.count) };
        }
        if stage.passes_on(&place) {
            outputs.push(Tile { start: place.start.clone(), block: states.block });
        }
        Ok(outputs)
    }

    /// Scans what the programs of a cell give: where it lies, if it lies well, or computed piece by piece, to where the
    /// results go or to memory that is used again.
    fn scan_operand(&self, id: TaskId, cell: &Cell<'_>, results: Option<&Block>, inputs: &Inputs<'_>) {
        let (stage, place) = (cell.stage, cell.place);
        if place.shape.contains(&0) {
            return;
        }
        let programs = self.programs(id, stage);
        if let Some(input) = stage.operand.direct() {
            let cuts = self.cuts(&programs, &place.start, &place.shape);
            if cuts.iter().all(|cut| cut.len() <= 2) {
                let input = self.bind(id, input, &place.start, &place.shape, inputs);
                if Scan::reads_well(&place.shape, &input.strides) {
                    return cell.run(&whole(place), (input.ptr, &input.strides), results);
                }
            }
        }
        let dtype = self.plan.array(stage.array).dtype;
        let mut memory: Option<Block> = None;
        for_pieces(&place.shape, stage.axis, |offset, shape| {
            let piece = match results {
                Some(results) => results.region(offset, shape),
                None => {
                    let memory = memory.get_or_insert_with(|| Block::uninit(dtype, shape));
                    Block::row_major(memory.buffer().clone(), dtype, shape)
                }
            };
            self.compute_piece(id, (cell, programs), offset, &piece, inputs);
            let to = results.map(|_| &piece);
            cell.run(&(offset.into(), shape.into()), (piece.as_ptr(), piece.strides()), to);
        });
    }

    /// Computes the elements of a cell to where the results will go, and takes in their total.
    fn compute_total(&self, id: TaskId, cell: &Cell<'_>, elements: &Block, inputs: &Inputs<'_>) {
        let programs = self.programs(id, cell.stage);
        for_pieces(&cell.place.shape, cell.stage.axis, |offset, shape| {
            let piece = elements.region(offset, shape);
            self.compute_piece(id, (cell, programs), offset, &piece, inputs);
            cell.run(&(offset.into(), shape.into()), (piece.as_ptr(), piece.strides()), None);
        });
    }

    fn programs<'a>(&'a self, id: TaskId, stage: &'a ScanStage) -> Programs<'a> {
        let kernels = &self.compiled.kernels[self.plan.tasks[id as usize].stage as usize];
        Programs { parts: &stage.operand.parts, variants: &stage.operand.variants, kernels }
    }

    /// Runs the programs over a piece of a cell.
    fn compute_piece(
        &self,
        id: TaskId,
        (cell, programs): (&Cell<'_>, Programs<'_>),
        offset: &[usize],
        piece: &Block,
        inputs: &Inputs<'_>,
    ) {
        let start: Shape = cell.place.start.iter().zip(offset).map(|(start, at)| start + at).collect();
        let shape = piece.shape();
        let outputs = [Tile { start: start.clone(), block: piece.clone() }];
        let cuts = self.cuts(&programs, &start, shape);
        let unit =
            Unit { programs, start: &start, shape, outputs: &outputs, in_place: &[false], selections: &[] };
        self.run_boxes(id, &unit, (&[], &[]), &cuts, inputs);
    }
}

impl Cell<'_> {
    /// Takes in a part of the cell, given by its place in the cell and its shape.
    fn run(&self, (offset, shape): &(Shape, Shape), from: (*const u8, &[isize]), to: Option<&Block>) {
        let first =
            offset.iter().zip(&self.states.strides).map(|(&at, &step)| at as isize * step).sum::<isize>();
        let part = ScanBox {
            shape,
            axis: self.stage.axis,
            from: Operand { ptr: from.0, strides: from.1 },
            to: to.map(|block| Operand { ptr: block.as_mut_ptr(), strides: block.strides() }),
            states: States {
                ptr: self.states.block.as_mut_ptr(),
                count: self.states.count,
                first: first as usize,
                strides: &self.states.strides,
            },
        };
        // SAFETY: elements lie within a block that was written before (`bind`, or just now by their programs); results
        // and states are this task's own, or were made for it alone, and results are where the elements are or
        // nowhere near; the states are of the lanes of the cell, which the part is in.
        unsafe { self.scan.run(&part) };
    }
}

/// All of a cell.
fn whole(place: &ScanPlace) -> (Shape, Shape) {
    (place.shape.iter().map(|_| 0).collect(), place.shape.clone())
}

/// What a task has passed on: the states are its last output.
fn states_of(output: &TaskOutput) -> &Block {
    &output.last().expect("what passes states on has them").block
}

/// Fresh states of the lanes of a cell: copies of those that another task has passed on, or of no elements.
fn states(scan: &Scan, place: &ScanPlace, axis: usize, from: Option<&TaskOutput>) -> Kept {
    let lanes = place.lanes(axis);
    let count = lanes.iter().product();
    let mut strides = row_major_strides(&lanes);
    strides[axis] = 0;
    let block = Block::uninit(DType::U8, &[scan.state_bytes(count)]);
    match from.map(states_of) {
        // SAFETY: both are states of as many lanes; the copy is fresh.
        Some(from) => unsafe {
            std::ptr::copy_nonoverlapping(from.as_ptr(), block.as_mut_ptr(), block.bytes());
        },
        // SAFETY: the block has the bytes of the states, and is aligned to 64.
        None => unsafe { scan.init(block.as_mut_ptr(), count) },
    }
    Kept { block, count, strides }
}
