//! Running the tasks of read and write stages.

use std::sync::atomic::Ordering;
use std::thread;
use std::time::Duration;

use chunkwise_core::{Block, BoxError, DType, Shape};
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
            RegionLike::Region(_) => {
                let mut block = Block::uninit(array.dtype, shape);
                self.read_region(stage.source, start, &mut block)?;
                block
            }
            RegionLike::Blocks(function, _) => {
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
        let sink = &self.sources.sinks[stage.sink as usize];
        patiently(|| sink.write(&tile.start, &tile.block), |error| sink.is_transient(error))
            .map_err(Cause::Write)?;
        Ok(SmallVec::new())
    }

    /// Reads a box of a source.
    pub(crate) fn read_region(&self, source: u32, start: &[usize], block: &mut Block) -> Result<(), Cause> {
        let RegionLike::Region(source) = &self.sources.regions[source as usize] else {
            unreachable!("boxes are read of what is there in regions")
        };
        patiently(|| source.read(start, block), |error| source.is_transient(error)).map_err(Cause::Read)?;
        self.bytes_read.fetch_add(block.bytes() as u64, Ordering::Relaxed);
        Ok(())
    }
}

/// How often something that fails in passing is tried, and how long the first pause is; each is twice the one before.
const TRIES: u32 = 6;
const PAUSE: Duration = Duration::from_millis(10);

/// Does something again, after a pause, as long as it fails in passing; the last error says how often it was tried.
fn patiently(
    mut act: impl FnMut() -> Result<(), BoxError>,
    is_transient: impl Fn(&BoxError) -> bool,
) -> Result<(), BoxError> {
    for attempt in 1..TRIES {
        match act() {
            Err(error) if is_transient(&error) => thread::sleep(PAUSE * (1 << (attempt - 1))),
            done => return done,
        }
    }
    act().map_err(|source| if is_transient(&source) { Persistent { source }.into() } else { source })
}

/// What failed every time.
#[derive(Debug, thiserror::Error)]
#[error("{source} (tried {TRIES} times)")]
struct Persistent {
    source: BoxError,
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
