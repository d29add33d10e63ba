//! Running the tasks of reshape stages: a unit of the result is a range of the row-major order, and so a few boxes
//! of the input, which are copied from its tiles.

use chunkwise_core::{Block, DType, Shape, for_flat_boxes, row_major_strides};
use chunkwise_kernels::{Bind, Input, Isa, Kernel, Output, Program, ProgramError};
use smallvec::{SmallVec, smallvec};

use crate::runner::with_frame;
use crate::{Cause, ReshapeStage, Runner, Storage, Task, TaskId, TaskOutput, Tile, for_cells};

impl ReshapeStage {
    /// The number in row-major order of a unit's first element, and of the one past its last.
    pub fn range(&self, unit: usize) -> (usize, usize) {
        let (start, shape) = self.units.block(&self.units.coords(unit));
        if shape.contains(&0) {
            return (0, 0);
        }
        let first = flat(&self.units.shape(), &start);
        (first, first + shape.iter().product::<usize>())
    }

    /// Calls `f` with first position and shape of the boxes of an input of shape `from` that make up a unit.
    pub fn for_boxes(&self, from: &[usize], unit: usize, f: impl FnMut(&[usize], &[usize])) {
        let (first, end) = self.range(unit);
        for_flat_boxes(from, first, end, f);
    }
}

/// The kernel that copies boxes of as many axes.
pub(crate) fn copy_kernel(ndim: usize, dtype: DType, isa: Isa) -> Result<Kernel, ProgramError> {
    let mut program = Program::new(ndim);
    let element = program.input(dtype);
    program.stores.push(element);
    Kernel::new(&program, isa)
}

/// A box of the input that a unit reads: its first position and shape, and the tile that it lies in.
struct Piece {
    start: Shape,
    shape: Shape,
    tile: Tile,
}

impl Runner<'_> {
    pub(crate) fn run_reshape(
        &self,
        id: TaskId,
        task: Task,
        stage: &ReshapeStage,
        inputs: &[TaskOutput],
    ) -> Result<SmallVec<[Tile; 1]>, Cause> {
        let unit = task.unit as usize;
        let (start, shape) = stage.units.block(&stage.units.coords(unit));
        let array = self.plan.array(stage.input);
        let pieces = self.pieces(id, unit, stage, inputs)?;
        let block = match &self.returned[stage.array.0 as usize] {
            Some(returned) => returned.region(&start, &shape),
            None => match as_it_is(&pieces, &shape) {
                Some(block) => return Ok(smallvec![Tile { start, block }]),
                None => Block::uninit(array.dtype, &shape),
            },
        };
        let (first, _) = stage.range(unit);
        let strides = row_major_strides(&array.shape);
        let kernel = &self.compiled.kernels[task.stage as usize][0];
        for Piece { start, shape, tile } in pieces {
            let offset: Shape = start.iter().zip(&tile.start).map(|(at, start)| at - start).collect();
            let source = tile.block.region(&offset, &shape);
            let place = flat(&array.shape, &start) - first;
            let ptr = block.as_mut_ptr().wrapping_add(place * array.dtype.size());
            let inputs = [Input { ptr: source.as_ptr(), strides: source.strides().into() }];
            let outputs = [Output { ptr, strides: strides.clone(), in_place: false }];
            let bind = Bind {
                shape: &shape,
                inputs: &inputs,
                coords: &[],
                outputs: &outputs,
                states: &[],
                selected: &[],
            };
            // SAFETY: the source lies within a block that was written before this task ran. Units are ranges of
            // the row-major order, so the result is contiguous and belongs to this task alone; the piece lies
            // within the range, and nothing reads the result yet.
            with_frame(|frame| unsafe { kernel.run(frame, &bind) });
        }
        Ok(smallvec![Tile { start, block }])
    }

    /// The boxes that make up a unit, cut where tiles end.
    fn pieces(
        &self,
        id: TaskId,
        unit: usize,
        stage: &ReshapeStage,
        inputs: &[TaskOutput],
    ) -> Result<Vec<Piece>, Cause> {
        let array = self.plan.array(stage.input);
        let mut pieces = Vec::new();
        let mut outcome = Ok(());
        stage.for_boxes(&array.shape, unit, |start, shape| {
            let (grid, tile): (_, &dyn Fn(usize) -> Tile) = match &array.storage {
                Storage::Memory(source) => {
                    let block = (*self.sources.blocks[*source as usize]).clone();
                    let tile = Tile { start: smallvec![0; start.len()], block };
                    return pieces.push(Piece { start: start.into(), shape: shape.into(), tile });
                }
                Storage::Persisted(source, grid) => {
                    (grid, &|cell| self.sources.tiles[*source as usize].tiles[cell].clone())
                }
                Storage::Outside { source, .. } => {
                    let mut block = Block::uninit(array.dtype, shape);
                    if outcome.is_ok() {
                        outcome = self.read_region(*source, start, &mut block);
                    }
                    let tile = Tile { start: start.into(), block };
                    return pieces.push(Piece { start: start.into(), shape: shape.into(), tile });
                }
                Storage::Computed { grid, tasks, slot, .. } => {
                    (grid, &|cell| inputs[self.position(id, tasks[cell])][*slot as usize].clone())
                }
            };
            for_cells(grid, start, shape, |cell| {
                let (first, extent) = grid.block(&grid.coords(cell));
                let low: Shape = start.iter().zip(&first).map(|(a, b)| *a.max(b)).collect();
                let shape = (0..low.len())
                    .map(|k| (start[k] + shape[k]).min(first[k] + extent[k]) - low[k])
                    .collect();
                pieces.push(Piece { start: low, shape, tile: tile(cell) });
            });
        });
        outcome.map(|()| pieces)
    }
}

/// The number in row-major order of a position.
fn flat(shape: &[usize], at: &[usize]) -> usize {
    shape.iter().zip(at).fold(0, |flat, (n, at)| flat * n + at)
}

/// The memory of a tile that holds all of a unit of this shape and nothing else.
fn as_it_is(pieces: &[Piece], shape: &[usize]) -> Option<Block> {
    let block = &pieces.first()?.tile.block;
    let elements = |shape: &[usize]| shape.iter().product::<usize>();
    let one_tile = pieces.iter().all(|piece| piece.tile.start == pieces[0].tile.start);
    let all = one_tile && block.len() == elements(shape) && block.is_row_major();
    if all { block.reshape(shape) } else { None }
}
