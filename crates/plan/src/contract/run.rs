//! Running the tasks of contractions.

use chunkwise_core::{Block, Shape, Strides};
use chunkwise_kernels::contract::{Matrix, MatrixMut, Product, Sizes};
use smallvec::{SmallVec, smallvec};

use super::ContractStage;
use crate::fused::{Programs, Unit};
use crate::{Cause, Runner, Task, TaskId, TaskOutput, Tile};

/// A panel of an operand: its elements, and what keeps them there.
struct Panel {
    ptr: *const u8,
    strides: Strides,
    _memory: Option<Block>,
}

impl Runner<'_> {
    pub(crate) fn run_contract(
        &self,
        id: TaskId,
        task: Task,
        stage: &ContractStage,
        inputs: &mut [TaskOutput],
    ) -> Result<SmallVec<[Tile; 1]>, Cause> {
        let place = stage.place(task.unit as usize).expect("only units that exist are tasks");
        let (mut start, mut shape) = (place.start.clone(), place.shape.clone());
        if stage.partials.is_some() {
            start.insert(0, place.partial);
            shape.insert(0, 1);
        }
        let previous = place.previous.map(|unit| {
            let made = Task { unit, ..task };
            let inputs = self.plan.graph.inputs(id);
            inputs
                .iter()
                .position(|&i| self.plan.tasks[i as usize] == made)
                .expect("a link reads the one before")
        });
        let dtype = self.plan.array(stage.array).dtype;
        let result = match (&self.returned[stage.array.0 as usize], previous) {
            (Some(returned), _) => returned.region(&start, &shape),
            (None, None) => Block::uninit(dtype, &shape),
            (None, Some(previous)) => take_cell(&mut inputs[previous]),
        };
        let tile = Tile { start, block: result.clone() };
        if result.is_empty() {
            return Ok(smallvec![tile]);
        }
        let cell = Cell {
            stage,
            product: self.compiled.products[task.stage as usize]
                .as_ref()
                .expect("contractions have products"),
            into: result.as_mut_ptr(),
            strides: &result.strides()[usize::from(stage.partials.is_some())..],
            shape: &place.shape,
        };
        let mut add = place.previous.is_some();
        if !stage.panels.shape().contains(&0) {
            let largest = stage.largest_panels(&place);
            let mut memory: [Option<Block>; 2] = [None, None];
            for panel in place.panels.clone() {
                let boxes = stage.operand_boxes(&place, panel);
                let [left, right] = [0, 1].map(|side| {
                    let memory = (&mut memory[side], &largest[side]);
                    self.panel(id, (stage, side), &boxes[side], memory, inputs)
                });
                let (left, right) = (left?, right?);
                cell.multiply(&boxes, (&left, &right), add);
                add = true;
            }
        }
        if !add {
            cell.clear();
        }
        Ok(smallvec![tile])
    }

    /// The elements of an operand (0: the left one, 1: the right one) in a box: where they lie, if that is one
    /// matrix, or computed to `memory`.
    fn panel(
        &self,
        id: TaskId,
        (stage, side): (&ContractStage, usize),
        (start, shape): &(Shape, Shape),
        (memory, largest): (&mut Option<Block>, &Shape),
        tiles: &[TaskOutput],
    ) -> Result<Panel, Cause> {
        let operand = stage.operands()[side];
        let kernels = &self.compiled.kernels[self.plan.tasks[id as usize].stage as usize];
        let (left, right) = kernels.split_at(stage.left.variants.len());
        let programs =
            Programs { parts: &operand.parts, variants: &operand.variants, kernels: [left, right][side] };
        let cuts = self.cuts(&programs, start, shape);
        let inputs = self.fetch(&programs, (start, shape), tiles)?;
        let direct = operand.direct().filter(|_| cuts.iter().all(|cut| cut.len() <= 2));
        let input = direct.map(|input| self.bind(id, input, start, shape, &inputs));
        if let Some(input) = input.filter(|input| matrix_axes(stage, side, shape, &input.strides).is_some()) {
            let memory = direct.and_then(|input| inputs.memory_of(input));
            return Ok(Panel { ptr: input.ptr, strides: input.strides, _memory: memory });
        }
        let dtype = self.plan.array(stage.array).dtype;
        let memory = memory.get_or_insert_with(|| Block::uninit(dtype, largest));
        let block = Block::row_major(memory.buffer().clone(), dtype, shape);
        let outputs = [Tile { start: start.clone(), block: block.clone() }];
        let unit = Unit { programs, start, shape, outputs: &outputs, in_place: &[false], selections: &[] };
        self.run_boxes(id, &unit, (&[], &[]), &cuts, &inputs);
        Ok(Panel { ptr: block.as_ptr(), strides: block.strides().into(), _memory: Some(block) })
    }
}

/// The cell that another task passed on: its memory, or a copy if somebody else may read it.
fn take_cell(output: &mut TaskOutput) -> Block {
    let tiles = output.tiles_mut();
    if let Some(block) = tiles.map(|tiles| &tiles[0].block).filter(|block| block.is_unique()) {
        return block.clone();
    }
    let from = &output[0].block;
    let copy = Block::uninit(from.dtype(), from.shape());
    // SAFETY: cells that are not returned are row-major blocks; the copy is fresh and as long.
    unsafe { std::ptr::copy_nonoverlapping(from.as_ptr(), copy.as_mut_ptr(), from.bytes()) };
    copy
}

/// One length and stride of neighbouring axes, if they can be walked with one: `None` if not.
fn merged(shape: &[usize], strides: &[isize]) -> Option<(usize, isize)> {
    let mut axes = shape.iter().zip(strides).filter(|(n, _)| **n != 1).rev();
    let Some((&len, &stride)) = axes.next() else { return Some((1, 1)) };
    let mut total = len;
    for (&n, &s) in axes {
        if s != stride.wrapping_mul(total as isize) {
            return None;
        }
        total *= n;
    }
    Some((total, stride))
}

/// Rows and columns of an operand (0: the left one, 1: the right one) with this layout, each a length and a
/// stride, if its axes can be merged to two.
fn matrix_axes(
    stage: &ContractStage,
    side: usize,
    shape: &[usize],
    strides: &[isize],
) -> Option<[(usize, isize); 2]> {
    let batch = stage.axes.batch;
    let second = batch + if side == 0 { stage.axes.rows } else { stage.axes.summed };
    let rows = merged(&shape[batch..second], &strides[batch..second])?;
    Some([rows, merged(&shape[second..], &strides[second..])?])
}

/// Rows and columns of a cell: one length and stride each.
fn cell_axes(stage: &ContractStage, shape: &[usize], strides: &[isize]) -> [(usize, isize); 2] {
    let second = stage.axes.batch + stage.axes.rows;
    [stage.axes.batch..second, second..shape.len()]
        .map(|axes| merged(&shape[axes.clone()], &strides[axes]).expect("cells cut first axes only"))
}

/// Calls `f` with the position of every batch.
fn for_batches(shape: &[usize], mut f: impl FnMut(&[usize])) {
    let mut at: Shape = smallvec![0; shape.len()];
    loop {
        f(&at);
        let mut k = shape.len();
        loop {
            if k == 0 {
                return;
            }
            k -= 1;
            at[k] += 1;
            if at[k] < shape[k] {
                break;
            }
            at[k] = 0;
        }
    }
}

fn offset(at: &[usize], strides: &[isize]) -> isize {
    at.iter().zip(strides).map(|(&i, &s)| i as isize * s).sum()
}

/// The part of a result that a task owns.
struct Cell<'a> {
    stage: &'a ContractStage,
    product: &'a Product,
    into: *mut u8,
    strides: &'a [isize],
    shape: &'a [usize],
}

impl Cell<'_> {
    /// Its matrix of a batch, given the strides of rows and columns.
    fn matrix(&self, at: &[usize], strides: [isize; 2]) -> MatrixMut {
        let size = self.product.dtype().size() as isize;
        MatrixMut { ptr: self.into.wrapping_offset(offset(at, self.strides) * size), strides }
    }

    /// Adds the products of two panels, or writes them.
    fn multiply(&self, boxes: &[(Shape, Shape); 2], (left, right): (&Panel, &Panel), add: bool) {
        let matrix = |side: usize, panel: &Panel| {
            matrix_axes(self.stage, side, &boxes[side].1, &panel.strides).expect("panels are matrices")
        };
        let ([rows, left_summed], [right_summed, cols]) = (matrix(0, left), matrix(1, right));
        let [down, right_by] = cell_axes(self.stage, self.shape, self.strides);
        let sizes = Sizes { rows: rows.0, summed: left_summed.0, cols: cols.0 };
        let size = self.product.dtype().size() as isize;
        for_batches(&self.shape[..self.stage.axes.batch], |at| {
            let of = |panel: &Panel| panel.ptr.wrapping_offset(offset(at, &panel.strides) * size);
            let a = Matrix { ptr: of(left), strides: [rows.1, left_summed.1] };
            let b = Matrix { ptr: of(right), strides: [right_summed.1, cols.1] };
            let c = self.matrix(at, [down.1, right_by.1]);
            // SAFETY: panels lie within blocks that were written before (`bind`, or just now by their programs);
            // the cell is this task's own, and no panel reads it.
            unsafe { self.product.run(sizes, a, b, c, add) };
        });
    }

    /// Writes zeros.
    fn clear(&self) {
        let [down, right_by] = cell_axes(self.stage, self.shape, self.strides);
        let sizes = Sizes { rows: down.0, summed: 0, cols: right_by.0 };
        let nothing = Matrix { ptr: std::ptr::NonNull::<u128>::dangling().as_ptr().cast(), strides: [0, 0] };
        for_batches(&self.shape[..self.stage.axes.batch], |at| {
            let c = self.matrix(at, [down.1, right_by.1]);
            // SAFETY: nothing is summed over, so the operands are not read; the cell is this task's own.
            unsafe { self.product.run(sizes, nothing, nothing, c, false) };
        });
    }
}
