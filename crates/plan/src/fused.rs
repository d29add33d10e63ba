//! Running the tasks of fused stages: a unit is cut into boxes that lie within one tile of every input and one
//! part of the stage, and the program runs over each.

use chunkwise_core::{AxisGrid, Block, Grid, Shape};
use chunkwise_kernels::{Bind, Coord, Input, Kernel, Output, Selected, State};
use smallvec::{SmallVec, smallvec};

use crate::combine::new_state;
use crate::failure::{Failure, chunk_at, in_box};
use crate::fetch::Inputs;
use crate::runner::with_frame;
use crate::select::{Selecting, in_order};
use crate::{
    FusedStage, InputBinding, ReductionTarget, Runner, Storage, Task, TaskId, TaskOutput, Tile, Variant,
};

type Tiles1 = SmallVec<[Tile; 1]>;

impl Runner<'_> {
    pub(crate) fn run_fused(
        &self,
        id: TaskId,
        task: Task,
        stage: &FusedStage,
        inputs: &mut [TaskOutput],
    ) -> Result<Tiles1, Failure> {
        let (start, shape) = stage.units.block(&stage.units.coords(task.unit as usize));
        let kernels = &self.compiled.kernels[task.stage as usize];
        let programs = Programs { parts: &stage.parts, variants: &stage.variants, kernels };
        let cuts = self.cuts(&programs, &start, &shape);
        let whole = cuts.iter().all(|cut| cut.len() <= 2);
        let mut outputs: Tiles1 = SmallVec::with_capacity(stage.stores.len() + stage.reductions.len());
        let mut in_place: SmallVec<[bool; 4]> = SmallVec::new();
        for &array in &stage.stores {
            let (block, reused) = match &self.returned[array.0 as usize] {
                Some(returned) => (returned.region(&start, &shape), false),
                None => {
                    let dtype = self.plan.array(array).dtype;
                    let reusable = if whole && stage.stores.len() == 1 && !shape.contains(&0) {
                        let variant = &stage.variants[part_at(&stage.parts, &start)];
                        self.reusable(id, variant, dtype.size(), (&start, &shape), inputs)
                    } else {
                        None
                    };
                    match reusable {
                        Some(input) => (Block::row_major(input.into_buffer(), dtype, &shape), true),
                        None => (Block::uninit(dtype, &shape), false),
                    }
                }
            };
            outputs.push(Tile { start: start.clone(), block });
            in_place.push(reused);
        }
        let mut states: SmallVec<[Block; 2]> = SmallVec::new();
        for target in &stage.reductions {
            states.push(new_state(target, target.kept(&shape, 1).iter().product()));
        }
        let selections: SmallVec<[Selecting; 1]> =
            stage.selections.iter().map(|selection| self.select_from(selection, &shape)).collect();
        let cuts = if selections.is_empty() { cuts } else { in_order(cuts) };
        if !shape.contains(&0) {
            let layouts: SmallVec<[StateLayout; 2]> =
                stage.reductions.iter().map(|r| StateLayout::new(r, &shape, &stage.units)).collect();
            let (start, shape) = (&start[..], &shape[..]);
            let unit = Unit {
                programs,
                start,
                shape,
                outputs: &outputs,
                in_place: &in_place,
                selections: &selections,
            };
            let inputs = self.fetch(&programs, (start, shape), inputs)?;
            self.run_boxes(id, &unit, (&states, &layouts), &cuts, &inputs);
        }
        for (target, state) in stage.reductions.iter().zip(states) {
            let start = target.kept(&start, 0);
            outputs.push(if target.partial {
                Tile { start, block: state }
            } else {
                self.finish(target, &state, start, &target.kept(&shape, 1)).map_err(|(cause, cell)| {
                    // The chunks of the results are those of the axes that are left.
                    Failure { cause, block: Some(chunk_at(&target.grid(&stage.info.chunks), &cell)) }
                })?
            });
        }
        for (selection, selecting) in stage.selections.iter().zip(selections) {
            outputs.push(self.selected(selection, selecting, task)?);
        }
        Ok(outputs)
    }

    /// Where a box must be cut along each axis: first and last position, and between them the boundaries of
    /// the programs' parts and of the inputs' tiles.
    pub(crate) fn cuts(
        &self,
        programs: &Programs<'_>,
        start: &[usize],
        shape: &[usize],
    ) -> SmallVec<[SmallVec<[usize; 4]>; 4]> {
        let mut cuts: SmallVec<[SmallVec<[usize; 4]>; 4]> =
            start.iter().zip(shape).map(|(&s, &n)| smallvec![s, s + n]).collect();
        for (cut, axis) in cuts.iter_mut().zip(programs.parts.axes()) {
            add_boundaries(cut, axis, 0, 1);
        }
        for variant in programs.variants {
            for input in &variant.inputs {
                let grid = match &self.plan.array(input.array).storage {
                    // What was spilled is cut as its tiles would be in memory, so that sums have the same bits.
                    Storage::Outside { grid, tasks, .. } if !tasks.is_empty() => grid,
                    Storage::Memory(_) | Storage::Outside { .. } => continue,
                    Storage::Persisted(_, grid) | Storage::Computed { grid, .. } => grid,
                };
                for (axis, map) in grid.axes().iter().zip(&input.view.source) {
                    if let Some(i) = map.axis {
                        add_boundaries(&mut cuts[i], axis, map.start as isize, map.step);
                    }
                }
            }
        }
        for cut in &mut cuts {
            if cut.len() > 2 {
                cut.sort_unstable();
                cut.dedup();
            }
        }
        cuts
    }

    /// Runs the programs over a unit, box by box.
    pub(crate) fn run_boxes(
        &self,
        id: TaskId,
        unit: &Unit<'_>,
        (states, layouts): (&[Block], &[StateLayout]),
        cuts: &[SmallVec<[usize; 4]>],
        inputs: &Inputs<'_>,
    ) {
        let ndim = unit.shape.len();
        let mut at: Shape = smallvec![0; ndim];
        let Programs { parts, variants, kernels } = unit.programs;
        loop {
            let origin: Shape = at.iter().zip(cuts).map(|(&i, cut)| cut[i]).collect();
            let shape: Shape = at.iter().zip(cuts).map(|(&i, cut)| cut[i + 1] - cut[i]).collect();
            let part = part_at(parts, &origin);
            let variant = &variants[part];
            let offset: Shape = origin.iter().zip(unit.start).map(|(o, s)| o - s).collect();
            let inputs: SmallVec<[Input; 4]> =
                variant.inputs.iter().map(|input| self.bind(id, input, &origin, &shape, inputs)).collect();
            let coords: SmallVec<[Coord; 2]> = variant
                .coords
                .iter()
                .map(|coord| {
                    let base = coord.steps.iter().zip(&origin).fold(coord.start, |base, (step, &at)| {
                        base.wrapping_add(step.wrapping_mul(at as i64))
                    });
                    Coord { base, steps: coord.steps.clone() }
                })
                .collect();
            let outputs: SmallVec<[Output; 2]> = unit
                .outputs
                .iter()
                .zip(unit.in_place)
                .map(|(tile, &in_place)| {
                    let block = tile.block.region(&offset, &shape);
                    Output { ptr: block.as_mut_ptr(), strides: block.strides().into(), in_place }
                })
                .collect();
            let states: SmallVec<[State; 2]> = states
                .iter()
                .zip(layouts)
                .map(|(state, layout)| layout.bind(state.as_mut_ptr(), &offset, &origin))
                .collect();
            let selected: SmallVec<[Selected; 1]> = unit.selections.iter().map(Selecting::bind).collect();
            let bind = Bind {
                shape: &shape,
                inputs: &inputs,
                coords: &coords,
                outputs: &outputs,
                states: &states,
                selected: &selected,
            };
            // SAFETY: inputs lie within blocks that were written before this task ran, and their boxes within
            // these (`bind`, `cuts`); outputs, states and selections belong to this task alone, and boxes are
            // disjoint.
            in_box(&origin, || with_frame(|frame| unsafe { kernels[part].run(frame, &bind) }));
            if !advance(&mut at, cuts) {
                return;
            }
        }
    }

    /// The block that holds what an input reads in this box, and where.
    pub(crate) fn bind(
        &self,
        id: TaskId,
        input: &InputBinding,
        origin: &[usize],
        shape: &[usize],
        inputs: &Inputs<'_>,
    ) -> Input {
        let (block, block_start) = match &self.plan.array(input.array).storage {
            Storage::Memory(source) => {
                (&**self.sources.blocks.get(*source as usize).expect("a known source"), None)
            }
            Storage::Persisted(source, grid) => {
                let tile = &self.sources.tiles[*source as usize].tiles[cell(grid, input, origin, shape)];
                (&tile.block, Some(&tile.start))
            }
            Storage::Computed { grid, tasks, slot, .. } => {
                let producer = tasks[cell(grid, input, origin, shape)];
                let tile = &inputs.tiles[self.position(id, producer)][*slot as usize];
                (&tile.block, Some(&tile.start))
            }
            Storage::Outside { .. } => {
                let tile = inputs.fetched(input);
                (&tile.block, Some(&tile.start))
            }
        };
        let (strides, mut offset) = input.view.strides(block.strides(), origin);
        if let Some(start) = block_start {
            offset -= start.iter().zip(block.strides()).map(|(&at, &s)| at as isize * s).sum::<isize>();
        }
        Input { ptr: block.as_ptr().wrapping_offset(offset * block.dtype().size() as isize), strides }
    }

    /// Which input of a task another task is.
    pub(crate) fn position(&self, id: TaskId, producer: TaskId) -> usize {
        let inputs = self.plan.graph.inputs(id);
        inputs.iter().position(|&input| input == producer).expect("a task reads only its inputs")
    }

    /// An input block that the result may overwrite: the engine's own, held by nobody else, of the result's
    /// size, and read by one input only, each element at the position where the result goes.
    fn reusable(
        &self,
        id: TaskId,
        variant: &Variant,
        size: usize,
        (start, shape): (&[usize], &[usize]),
        inputs: &mut [TaskOutput],
    ) -> Option<Block> {
        for (i, input) in variant.inputs.iter().enumerate() {
            let array = self.plan.array(input.array);
            let Storage::Computed { grid, tasks, slot, returned: false } = &array.storage else { continue };
            if array.dtype.size() != size || !input.view.is_identity(&array.shape) {
                continue;
            }
            let tile = cell(grid, input, start, shape);
            let read_otherwise = variant.inputs.iter().enumerate().any(|(j, other)| {
                j != i && other.array == input.array && cell(grid, other, start, shape) == tile
            });
            if read_otherwise {
                continue;
            }
            let producer = self.position(id, tasks[tile]);
            let Some(tiles) = inputs[producer].tiles_mut() else { continue };
            let tile = &mut tiles[*slot as usize];
            let whole_buffer = tile.block.as_ptr() == tile.block.buffer().as_ptr();
            let fits = whole_buffer
                && tile.start[..] == *start
                && tile.block.shape() == shape
                && tile.block.is_row_major();
            if fits && tile.block.is_unique() {
                return Some(tile.block.clone());
            }
        }
        None
    }
}

/// Programs over the parts of an iteration space.
#[derive(Clone, Copy)]
pub(crate) struct Programs<'a> {
    pub(crate) parts: &'a Grid,
    pub(crate) variants: &'a [Variant],
    pub(crate) kernels: &'a [Kernel],
}

/// A box of an iteration space, with where its stores go.
pub(crate) struct Unit<'a> {
    pub(crate) programs: Programs<'a>,
    pub(crate) start: &'a [usize],
    pub(crate) shape: &'a [usize],
    pub(crate) outputs: &'a [Tile],
    pub(crate) in_place: &'a [bool],
    pub(crate) selections: &'a [Selecting],
}

/// The part of the iteration space that holds a position.
fn part_at(parts: &Grid, position: &[usize]) -> usize {
    let part: Shape = position.iter().zip(parts.axes()).map(|(&at, axis)| axis.find(at)).collect();
    parts.index(&part)
}

/// Steps to the next box; false after the last.
fn advance(at: &mut [usize], cuts: &[SmallVec<[usize; 4]>]) -> bool {
    for (i, cut) in at.iter_mut().zip(cuts).rev() {
        *i += 1;
        if *i + 1 < cut.len() {
            return true;
        }
        *i = 0;
    }
    false
}

/// The cell of a grid that holds what an input reads in a box; boxes are cut so that there is one.
fn cell(grid: &Grid, input: &InputBinding, origin: &[usize], shape: &[usize]) -> usize {
    let (start, _) = input.view.source_box(origin, shape);
    let coords: Shape = start
        .iter()
        .zip(grid.axes())
        .map(|(&at, axis)| if at < axis.len() { axis.find(at) } else { 0 })
        .collect();
    grid.index(&coords)
}

/// Adds the positions of the unit where `start + step * position` crosses into another chunk of `axis`.
fn add_boundaries(cut: &mut SmallVec<[usize; 4]>, axis: &AxisGrid, start: isize, step: isize) {
    if axis.count() == 1 || step == 0 || cut[0] == cut[1] {
        return;
    }
    let (first, end) = (cut[0] as isize, cut[1] as isize);
    let (a, b) = (start + step * first, start + step * (end - 1));
    let (low, high) = (a.min(b).max(0) as usize, a.max(b).min(axis.len() as isize - 1).max(0) as usize);
    if low >= axis.len() {
        return;
    }
    // A part's view may reach outside of its array where the part does not apply; only boundaries between
    // positions that exist matter.
    for chunk in axis.find(low)..axis.find(high) {
        let boundary = axis.bounds(chunk).end as isize;
        let position = if step > 0 {
            (boundary - start + step - 1).div_euclid(step)
        } else {
            (start - boundary).div_euclid(-step) + 1
        };
        if position > first && position < end {
            cut.push(position as usize);
        }
    }
}

/// How a unit lies over the cells of a reduction's state.
pub(crate) struct StateLayout {
    cells: usize,
    steps: SmallVec<[usize; 6]>,
    /// What a step along each axis adds to the index of an element among the reduced ones.
    index: SmallVec<[i64; 6]>,
}

impl StateLayout {
    pub(crate) fn new(target: &ReductionTarget, shape: &[usize], units: &Grid) -> Self {
        let mut steps: SmallVec<[usize; 6]> = smallvec![0; shape.len()];
        let mut index: SmallVec<[i64; 6]> = smallvec![0; shape.len()];
        let (mut cells, mut elements) = (1, 1);
        for k in (0..shape.len()).rev() {
            if target.axes & (1 << k) == 0 {
                steps[k] = cells;
                cells *= shape[k];
            } else {
                index[k] = elements;
                elements *= units.axes()[k].len() as i64;
            }
        }
        StateLayout { cells: cells * target.groups.map_or(1, |groups| groups.count as usize), steps, index }
    }

    pub(crate) fn bind(&self, state: *mut u8, offset: &[usize], origin: &[usize]) -> State {
        let cell = offset.iter().zip(&self.steps).map(|(o, s)| o * s).sum();
        let base = origin.iter().zip(&self.index).map(|(&o, s)| o as i64 * s).sum();
        let index = Coord { base, steps: self.index.clone() };
        State { ptr: state, cells: self.cells, cell, steps: self.steps.clone(), index }
    }
}
