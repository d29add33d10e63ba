//! Running the tasks that merge partial states, and finishing states into results.

use chunkwise_core::{AxisGrid, Block, DType, Grid, Shape};
use chunkwise_kernels::reduce;
use chunkwise_kernels::reduce::grouped::{self, NoElements, Reason};
use smallvec::{SmallVec, smallvec};

use crate::failure::{Failure, chunk_at};
use crate::gather::copy;
use crate::{Cause, CombineStage, FusedStage, ReductionTarget, Runner, Stage, Task, TaskOutput, Tile};

impl Runner<'_> {
    fn reduced_stage(&self, stage: &CombineStage) -> (&FusedStage, &ReductionTarget) {
        match &self.plan.stages[stage.stage as usize] {
            Stage::Fused(fused) => (fused, &fused.reductions[stage.reduction as usize]),
            Stage::Combine(_)
            | Stage::Read(_)
            | Stage::Write(_)
            | Stage::Reshape(_)
            | Stage::Contract(_)
            | Stage::Scan(_)
            | Stage::Order(_)
            | Stage::Call(_) => {
                unreachable!("combine stages follow fused ones")
            }
        }
    }

    pub(crate) fn result_grid(&self, stage: &CombineStage) -> Option<&Grid> {
        self.computed_grid(self.reduced_stage(stage).1.array)
    }

    /// Merges the states of a group, in order, and finishes the last group of a cell.
    pub(crate) fn run_combine(
        &self,
        stage: &CombineStage,
        task: Task,
        inputs: &mut [TaskOutput],
    ) -> Result<SmallVec<[Tile; 1]>, Failure> {
        let (fused, target) = self.reduced_stage(stage);
        let node = stage.nodes[task.unit as usize];
        let grid = self.result_grid(stage).expect("results are computed");
        let (start, shape) = grid.block(&grid.coords(node.cell as usize));
        let cells = shape.iter().product();
        // A partial state is the only output of a combine task, and one of several of a fused one.
        let fused_slot = fused.stores.len() + stage.reduction as usize;
        let slot = |output: &TaskOutput| if output.len() > fused_slot { fused_slot } else { 0 };
        let (first, rest) = inputs.split_first_mut().expect("a combine task has inputs");
        let slot_of_first = slot(first);
        let state = match first.tiles_mut() {
            Some(tiles) if tiles[slot_of_first].block.is_unique() => tiles[slot_of_first].block.clone(),
            _ => copy_state(&first[slot_of_first].block),
        };
        for other in rest {
            let other = &other[slot(other)].block;
            let merge = if target.groups.is_some() { grouped::merge } else { reduce::merge };
            // SAFETY: both are states of this reduction for `cells` cells, written by the tasks that made
            // them; `state` is held by this task alone.
            unsafe { merge(target.op, target.operand, state.as_mut_ptr(), other.as_ptr(), cells) };
        }
        if !node.finish {
            return Ok(smallvec![Tile { start, block: state }]);
        }
        let finished = self.finish(target, &state, start, &shape);
        let chunks = &stage.info.chunks;
        Ok(smallvec![
            finished.map_err(|(cause, cell)| Failure { cause, block: Some(chunk_at(chunks, &cell)) })?
        ])
    }

    /// Turns a state into results: in the returned array, or in a block of its own.
    ///
    /// # Errors
    /// Why there is no result, and the position of the first that there is none of.
    pub(crate) fn finish(
        &self,
        target: &ReductionTarget,
        state: &Block,
        start: Shape,
        shape: &[usize],
    ) -> Result<Tile, (Cause, Shape)> {
        let dtype = self.plan.array(target.array).dtype;
        let cells = shape.iter().product();
        let returned =
            self.returned[target.array.0 as usize].as_ref().map(|whole| whole.region(&start, shape));
        let direct = match &returned {
            Some(region) if region.is_row_major() => region.clone(),
            _ => Block::uninit(dtype, shape),
        };
        // SAFETY: the state was initialised for `cells` cells; `direct` has as many elements, row-major, which
        // only this task writes.
        let finished: Result<(), (usize, Cause)> = unsafe {
            let (op, operand) = (target.op, target.operand);
            let (state, results) = (state.as_ptr(), direct.as_mut_ptr());
            match target.groups {
                None => reduce::finish(op, operand, state, cells, target.count, results)
                    .map_err(|without| (without.cell, without.why.into())),
                Some(groups) => grouped::finish(op, operand, state, cells, groups.of_nothing, results)
                    .map_err(|(cell, why)| match why {
                        Reason::AllNan(why) => (cell, why.into()),
                        Reason::NoElements(why) => {
                            let group = groups.axis.then(|| cell / (cells / groups.count as usize));
                            (cell, NoElements { group, ..why }.into())
                        }
                    }),
            }
        };
        finished.map_err(|(cell, cause)| {
            let cell = Grid::new(shape.iter().map(|&n| AxisGrid::regular(n, 1))).coords(cell);
            (cause, start.iter().zip(&cell).map(|(start, at)| start + at).collect())
        })?;
        let block = match returned {
            Some(region) if !region.is_row_major() => {
                copy(&direct, &region);
                region
            }
            _ => direct,
        };
        Ok(Tile { start, block })
    }
}

/// A fresh state for `cells` cells, of no elements.
pub(crate) fn new_state(target: &ReductionTarget, cells: usize) -> Block {
    let state = Block::uninit(DType::U8, &[target.state_bytes(cells)]);
    let init = if target.groups.is_some() { grouped::init } else { reduce::init };
    // SAFETY: the block has the bytes that the layout asks for, 64-byte aligned.
    unsafe { init(target.op, target.operand, state.as_mut_ptr(), cells) };
    state
}

fn copy_state(state: &Block) -> Block {
    let copy = Block::uninit(DType::U8, state.shape());
    // SAFETY: states are row-major bytes; the copy is fresh and as long.
    unsafe { std::ptr::copy_nonoverlapping(state.as_ptr(), copy.as_mut_ptr(), state.len()) };
    copy
}
