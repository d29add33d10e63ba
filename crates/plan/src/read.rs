//! Running the tasks of read and write stages.

use chunkwise_core::{Block, DType, Shape};
use smallvec::{SmallVec, smallvec};

use crate::sources::RegionLike;
use crate::{Cause, ReadStage, Runner, Storage, Task, TaskOutput, Tile, WriteStage};

impl Runner<'_> {
    pub(crate) fn run_read(
        &self,
        stage: &ReadStage,
        task: Task,
        inputs: &[TaskOutput],
    ) -> Result<SmallVec<[Tile; 1]>, Cause> {
        let (cell, start, shape) = &stage.boxes[task.unit as usize];
        let array = self.plan.array(stage.array);
        let block = match &self.sources.regions[stage.source as usize] {
            RegionLike::Region(source) => {
                let mut block = Block::uninit(array.dtype, shape);
                source.read(start, &mut block).map_err(Cause::Read)?;
                block
            }
            RegionLike::Blocks(function) => {
                let Storage::Computed { grid, .. } = &array.storage else {
                    unreachable!("read stages fill computed arrays")
                };
                let coords = grid.coords(*cell as usize);
                let block = function.call(&coords, start, shape).map_err(Cause::Read)?;
                expect(block, array.dtype, shape)?
            }
            RegionLike::Values(see, constants) => {
                let value = match (&constants[*cell as usize], inputs) {
                    (Some(value), _) => value,
                    (None, [TaskOutput::Value(value)]) => value,
                    (None, _) => unreachable!("the value of a chunk is there or the one input"),
                };
                expect(see(value), array.dtype, shape)?
            }
        };
        Ok(smallvec![Tile { start: start.clone(), block }])
    }

    pub(crate) fn run_write(
        &self,
        stage: &WriteStage,
        task: Task,
        inputs: &[TaskOutput],
    ) -> Result<SmallVec<[Tile; 1]>, Cause> {
        let Storage::Computed { slot, .. } = &self.plan.array(stage.array).storage else {
            unreachable!("write stages write computed arrays")
        };
        debug_assert_eq!(inputs.len(), 1, "task {task:?} writes one tile");
        let tile = &inputs[0][*slot as usize];
        self.sources.sinks[stage.sink as usize].write(&tile.start, &tile.block).map_err(Cause::Write)?;
        Ok(SmallVec::new())
    }
}

/// The block, if it has this type and shape.
fn expect(block: Block, dtype: DType, shape: &Shape) -> Result<Block, Cause> {
    if block.shape() == &shape[..] && block.dtype() == dtype {
        return Ok(block);
    }
    Err(Cause::WrongBlock {
        expected: shape.clone(),
        expected_dtype: dtype,
        got: block.shape().into(),
        got_dtype: block.dtype(),
    })
}
