//! Running the tasks of order stages.

use chunkwise_core::{Block, DType, Shape};
use chunkwise_kernels::order::{self, Lanes};
use chunkwise_kernels::{Bind, Input, Output};
use smallvec::{SmallVec, smallvec};

use super::OrderStage;
use crate::fused::{Programs, Unit};
use crate::runner::with_frame;
use crate::{Cause, Runner, Task, TaskId, TaskOutput, Tile};

impl Runner<'_> {
    pub(crate) fn run_order(
        &self,
        id: TaskId,
        task: Task,
        stage: &OrderStage,
        inputs: &[TaskOutput],
    ) -> Result<SmallVec<[Tile; 1]>, Cause> {
        let (start, shape) = stage.units.block(&stage.units.coords(task.unit as usize));
        let results = stage.results();
        let (first, extent) = (stage.of_results(&start, 0), stage.of_results(&shape, results));
        let dtype = self.plan.array(stage.array).dtype;
        let block = match &self.returned[stage.array.0 as usize] {
            Some(returned) => returned.region(&first, &extent),
            None => Block::uninit(dtype, &extent),
        };
        let tile = Tile { start: first, block: block.clone() };
        if block.is_empty() {
            return Ok(smallvec![tile]);
        }
        let panel = self.panel_of_lanes(id, stage, (&start, &shape), inputs)?;
        let (count, len) = stage.lanes(&shape);
        let mask = stage.masked.then(|| panel[1].as_ptr());
        let lanes = Lanes { ptr: panel[0].as_mut_ptr(), mask, len, count };
        let direct = stage.is_direct() && block.is_row_major();
        let target = if direct { block.clone() } else { Block::uninit(dtype, &[count, results]) };
        // SAFETY: the panels were written for all lanes, and are this task's. The target has room for the results of
        // all lanes without gaps: it is fresh, or the part of the result that this task owns.
        unsafe { order::run(&stage.op, stage.operand, lanes, target.as_mut_ptr()) }?;
        if !direct {
            self.place_results(task, stage, target, &block);
        }
        Ok(smallvec![tile])
    }

    /// The elements of all lanes of a unit, lane by lane, and the mask if there is one.
    fn panel_of_lanes(
        &self,
        id: TaskId,
        stage: &OrderStage,
        (start, shape): (&[usize], &[usize]),
        inputs: &[TaskOutput],
    ) -> Result<SmallVec<[Block; 2]>, Cause> {
        let order = stage.lanes_last();
        let lanes: Shape = order.iter().map(|&axis| shape[axis]).collect();
        let mut back: SmallVec<[usize; 6]> = smallvec![0; order.len()];
        order.iter().enumerate().for_each(|(i, &axis)| back[axis] = i);
        let dtypes = [stage.operand, DType::Bool];
        let panels: SmallVec<[Block; 2]> = dtypes[..1 + usize::from(stage.masked)]
            .iter()
            .map(|&dtype| Block::uninit(dtype, &lanes).permuted(&back))
            .collect();
        if !shape.contains(&0) {
            let kernels = &self.compiled.kernels[self.plan.tasks[id as usize].stage as usize];
            let elements = &stage.elements;
            let kernels = &kernels[..elements.variants.len()];
            let programs = Programs { parts: &elements.parts, variants: &elements.variants, kernels };
            let outputs: SmallVec<[Tile; 2]> =
                panels.iter().map(|panel| Tile { start: start.into(), block: panel.clone() }).collect();
            let in_place = [false; 2];
            let in_place = &in_place[..outputs.len()];
            let unit = Unit { programs, start, shape, outputs: &outputs, in_place, selections: &[] };
            let inputs = self.fetch(&programs, (start, shape), inputs)?;
            self.run_boxes(id, &unit, (&[], &[]), &self.cuts(&programs, start, shape), &inputs);
        }
        Ok(panels)
    }

    /// Copies the results of lanes, lane by lane, to where they are in the result.
    fn place_results(&self, task: Task, stage: &OrderStage, results: Block, block: &Block) {
        let place = stage.place.map_or(stage.kept_axes(), |place| place as usize);
        let mut shape: Shape = block.shape().into();
        // Those of each lane come last; without an axis there is nothing to move.
        let mut back: SmallVec<[usize; 6]> = (0..shape.len()).collect();
        if stage.place.is_some() {
            let count = shape.remove(place);
            shape.push(count);
            back.pop();
            back.insert(place, shape.len() - 1);
        }
        let source = Block::row_major(results.into_buffer(), block.dtype(), &shape).permuted(&back);
        let kernel = self.compiled.kernels[task.stage as usize]
            .last()
            .expect("order stages have a kernel that copies");
        let bind = Bind {
            shape: block.shape(),
            inputs: &[Input { ptr: source.as_ptr(), strides: source.strides().into() }],
            coords: &[],
            outputs: &[Output { ptr: block.as_mut_ptr(), strides: block.strides().into(), in_place: false }],
            states: &[],
            selected: &[],
        };
        // SAFETY: the source was written a moment ago and has the shape of the block, which belongs to this task
        // alone; they do not overlap.
        with_frame(|frame| unsafe { kernel.run(frame, &bind) });
    }
}
