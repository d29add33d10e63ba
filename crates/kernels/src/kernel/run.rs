//! The loops over panels, tiles and steps.

use std::{mem, ptr};

use super::Kernel;
use super::bind::Bind;
use super::blame::{blaming, locate};
use super::frame::{Frame, Reducer, Scratch};
use super::places::NONE;
use super::prefetch::LINE;
use super::schedule::Step;
use super::space::Space;
use super::tiling::{Cut, Needs, Tile};
use crate::args::Args;
use crate::reduce::LEAF;
use crate::reduce::grouped::GroupedTile;

/// One run of a kernel.
struct Run<'a> {
    kernel: &'a Kernel,
    bind: &'a Bind<'a>,
    scratch: &'a mut Scratch,
    /// Whether some output overwrites an input.
    in_place: bool,
    /// Whether to ask for the next tile's memory.
    ahead: bool,
    /// Whether the rows of tiles of inputs lie apart.
    apart: bool,
}

/// Runs a kernel over the box that the frame's space has laid out.
///
/// # Safety
/// As for [`Kernel::run`].
pub(super) unsafe fn run(kernel: &Kernel, frame: &mut Frame, bind: &Bind<'_>) {
    let space = &frame.run.space;
    let in_place = bind.outputs.iter().any(|o| o.in_place);
    let strip = kernel.strip(space);
    let needs = Needs {
        panel: space.panel(),
        tile: if space.panel()[0] == 1 { kernel.direct_row } else { kernel.direct_tile },
        transposed: space.is_transposed(),
        copies: kernel.max_operands == 0 && kernel.reductions.is_empty(),
        reduces: !kernel.reductions.is_empty(),
        adjoining: space.rows_adjoin(),
        strip,
        apart: strip.is_some() && kernel.takes_rows_apart(space),
    };
    let mut cut = Cut::new(needs);
    if in_place || !space.is_direct(cut.is_rows()) {
        cut = Cut::new(Needs { tile: kernel.tile, ..needs });
    }
    frame.prepare(kernel, cut.len());
    let scratch = &mut frame.run;
    let (ahead, apart) = (cut.is_large(kernel.computes), cut.is_apart());
    let mut run = Run { kernel, bind, scratch, in_place, ahead, apart };
    run.lay_reducers();
    loop {
        run.align(&mut cut);
        // SAFETY: the caller's promise.
        unsafe { run.panel(cut) };
        if !run.scratch.space.advance() {
            break;
        }
    }
    // SAFETY: the caller's promise.
    unsafe { run.settle() }
}

impl Run<'_> {
    /// Chooses a loop for each reducer from what it keeps apart.
    fn lay_reducers(&mut self) {
        let Scratch { reducers, space, grouping, .. } = &mut *self.scratch;
        let [rows, cols] = space.panel();
        reducers.clear();
        let reductions = self.kernel.reductions.len();
        grouping.resize_with(reductions.max(grouping.len()), Default::default);
        for (i, (state, reducing)) in self.bind.states.iter().zip(&self.kernel.reductions).enumerate() {
            let [down, right] = space.step(self.kernel.lane_of_state(i));
            let shape = match (rows > 1 && down != 0, cols > 1 && right != 0) {
                (false, false) => 0,
                (true, false) => 1,
                (false, true) => 2,
                (true, true) => 3,
            };
            let mut fields = [ptr::null_mut(); 4];
            for (f, field) in fields[..reducing.layout.fields.len()].iter_mut().enumerate() {
                *field = state.ptr.wrapping_add(reducing.layout.offset(f, state.cells));
            }
            reducers.push(Reducer { shape, fields });
            if let Some(loops) = &reducing.groups {
                loops.begin(&mut grouping[i], self.bind.shape.iter().product(), state.cells);
            }
        }
    }

    /// Brings to the states what grouped reductions have kept apart.
    ///
    /// # Safety
    /// As for [`Kernel::run`].
    unsafe fn settle(&mut self) {
        let each = self.kernel.reductions.iter().zip(self.bind.states).zip(&mut self.scratch.grouping);
        for ((reducing, state), memory) in each {
            if let Some(loops) = &reducing.groups {
                // SAFETY: the caller's promise; all tiles had this state.
                unsafe { loops.settle(memory, state.ptr, state.cells) }
            }
        }
    }

    /// # Safety
    /// As for [`Kernel::run`].
    unsafe fn panel(&mut self, cut: Cut) {
        /// Says where the tile is that a closure has panicked in.
        struct Unwinding<'r, 'a> {
            run: &'r mut Run<'a>,
            tile: Tile,
        }
        impl Drop for Unwinding<'_, '_> {
            fn drop(&mut self) {
                let Tile { row, col, cols, .. } = self.tile;
                let (space, shape) = (&self.run.scratch.space, self.run.bind.shape);
                locate(|element| space.position(shape, row + element / cols, col + element % cols));
            }
        }
        let mut guard = Unwinding { run: self, tile: cut.first() };
        loop {
            let next = cut.after(guard.tile);
            if guard.run.ahead {
                guard.run.look_ahead(next);
            }
            // SAFETY: the caller's promise; the tile lies within the panel.
            unsafe { guard.run.tile(guard.tile) };
            let Some(next) = next else { break };
            guard.tile = next;
        }
        mem::forget(guard);
    }

    /// Lets the tiles of long rows begin at cache lines of the first output.
    fn align(&self, cut: &mut Cut) {
        if let Some(memory) = self.kernel.outputs.first()
            && self.kernel.reductions.is_empty()
        {
            let after_line = self.output(0, 0, 0) as usize % LINE;
            cut.align(after_line / memory.size);
        }
    }

    /// # Safety
    /// As for [`Kernel::run`]; the tile must lie within the panel and have no more elements than the frame
    /// was prepared for.
    unsafe fn tile(&mut self, tile: Tile) {
        let kernel = self.kernel;
        debug_assert!(tile.rows * tile.cols <= kernel.tile.max(kernel.direct_tile).max(kernel.direct_row));
        for (i, output) in self.bind.outputs.iter().enumerate() {
            let target = self.output(i, tile.row, tile.col);
            self.scratch.targets[i] = target;
            let direct = !output.in_place && tile.is_contiguous(self.output_step(i));
            self.scratch.places[kernel.places.output(i)] = match kernel.places.outputs[i].slot {
                _ if direct => target,
                NONE => ptr::null_mut(),
                slot => self.scratch.places[slot as usize],
            };
        }
        for step in &kernel.steps {
            self.scratch.prefetch.advance();
            match *step {
                Step::Load { input, dst } => {
                    // SAFETY: the caller's promise.
                    self.scratch.places[dst as usize] = unsafe { self.load(input as usize, tile) };
                }
                Step::Coord { coord, dst } => {
                    let args = self.coord(coord as usize, dst, tile);
                    // SAFETY: the destination is a place for a tile of i64.
                    unsafe { kernel.affine.run(&args) };
                }
                Step::Draw { code, dst, coord } => {
                    let args = self.coord(coord as usize, dst, tile);
                    // SAFETY: the loop of a draw, to which no operand means a coordinate; the destination is a place
                    // for a tile of its type.
                    unsafe { kernel.code[code as usize].run(&args) };
                }
                Step::Fill { constant, dst } => {
                    let dst = self.scratch.places[dst as usize];
                    // SAFETY: the destination is a slot for a tile of the constant's dtype.
                    unsafe { kernel.constants[constant as usize].fill(dst, tile.rows, tile.cols) };
                }
                Step::Apply { code, dst, first, count, repeating } => {
                    let args = Args { repeating, ..self.operands(dst, first, count, tile) };
                    // SAFETY: verified: places hold tiles of the types that this loop was made for; results
                    // share no slot with operands, and outputs overlap no input unless they are in place,
                    // when the result goes to a slot.
                    unsafe { kernel.code[code as usize].run(&args) };
                }
                Step::Call { code, dst, first, count, repeating } => {
                    let args = Args { repeating, ..self.operands(dst, first, count, tile) };
                    let run = || {
                        // SAFETY: as above.
                        unsafe { kernel.code[code as usize].run(&args) }
                    };
                    match kernel.origins[code as usize] {
                        Some(origin) => blaming(origin, run),
                        None => run(),
                    }
                }
                Step::Reduce { reduction, first, count, repeating } => {
                    // SAFETY: the caller's promise for states; the operands are tiles of their type.
                    unsafe {
                        self.reduce(reduction as usize, (first as usize, count as usize, repeating), tile)
                    };
                }
                Step::ReduceGroups { reduction, first } => {
                    // SAFETY: as for `Reduce`; the groups are a tile of their type.
                    unsafe { self.reduce_groups(reduction as usize, first as usize, tile) };
                }
                Step::Select { selection, first } => {
                    // SAFETY: the caller's promise for what is selected; the operands are tiles of their types.
                    unsafe { self.select(selection as usize, first as usize, tile) };
                }
                Step::Store { output, src } => {
                    // SAFETY: the caller's promise for outputs; the source is a tile of their type.
                    unsafe { self.store(output as usize, src, tile) };
                }
            }
        }
    }

    /// The arguments of an instruction.
    #[inline]
    fn operands(&mut self, dst: u32, first: u32, count: u8, tile: Tile) -> Args<'_> {
        let Scratch { places, operands, .. } = &mut *self.scratch;
        let src = &self.kernel.operands[first as usize..][..count as usize];
        let operands = &mut operands[..src.len()];
        for (operand, &place) in operands.iter_mut().zip(src) {
            *operand = places[place as usize];
        }
        Args { dst: places[dst as usize], src: operands, ..tile.args() }
    }

    /// The element of an input at a position of the panel.
    #[inline]
    fn input(&self, i: usize, row: usize, col: usize) -> *const u8 {
        let offset = self.scratch.space.at(i, row, col) as isize;
        self.bind.inputs[i].ptr.wrapping_offset(offset * self.kernel.inputs[i].size as isize)
    }

    /// The element of an output at a position of the panel.
    #[inline]
    fn output(&self, i: usize, row: usize, col: usize) -> *mut u8 {
        let offset = self.scratch.space.at(self.kernel.inputs.len() + i, row, col) as isize;
        self.bind.outputs[i].ptr.wrapping_offset(offset * self.kernel.outputs[i].size as isize)
    }

    /// Steps of an output per row and column of the panel.
    #[inline]
    fn output_step(&self, i: usize) -> [i64; 2] {
        self.scratch.space.step(self.kernel.inputs.len() + i)
    }

    /// Brings a tile of an input to where instructions can read it, and tells where.
    ///
    /// # Safety
    /// As for [`Run::tile`].
    unsafe fn load(&self, i: usize, tile: Tile) -> *mut u8 {
        let home = self.kernel.places.inputs[i];
        let stored = home.output != NONE;
        let src = [self.input(i, tile.row, tile.col)];
        let step = self.scratch.space.step(i);
        let contiguous = tile.is_contiguous(step);
        let mut args = Args { src: &src, stride: step.map(|s| s as isize), ..tile.args() };
        if stored && !self.in_place && (home.only_stored || !contiguous) {
            // It is to be stored anyway, so it may go there at once, and be read there if it is readable.
            let output = home.output as usize;
            let to = self.output_step(output);
            if home.only_stored || tile.is_contiguous(to) {
                args.dst = self.scratch.targets[output];
                args.dst_stride = to.map(|s| s as isize);
                // SAFETY: a tile of the input and the same one of the output, which does not overlap.
                unsafe { self.kernel.inputs[i].code.run(&args) };
                return args.dst;
            }
        }
        // What is stored must outlive that outputs overwrite the inputs' memory.
        if (contiguous || self.apart) && !(stored && self.in_place) {
            return src[0].cast_mut();
        }
        args.dst = self.scratch.places[home.slot as usize];
        args.dst_stride = [tile.cols as isize, 1];
        // SAFETY: a tile of the input; the slot is large enough for it.
        unsafe { self.kernel.inputs[i].code.run(&args) };
        args.dst
    }

    /// Copies a tile to an output, unless it was computed or loaded there.
    ///
    /// # Safety
    /// As for [`Run::tile`].
    unsafe fn store(&self, i: usize, src: u32, tile: Tile) {
        let (src, dst) = ([self.scratch.places[src as usize].cast_const()], self.scratch.targets[i]);
        if src[0] == dst.cast_const() {
            return;
        }
        let dst_stride = self.output_step(i).map(|s| s as isize);
        let args = Args { dst, src: &src, stride: [tile.cols as isize, 1], dst_stride, ..tile.args() };
        // SAFETY: a tile of the output; registers overlap no output that they were not computed in.
        unsafe { self.kernel.outputs[i].code.run(&args) }
    }

    /// The arguments of a coordinate.
    fn coord(&self, i: usize, dst: u32, tile: Tile) -> Args<'static> {
        let lane = self.kernel.lane_of_coord(i);
        let space = &self.scratch.space;
        let base = self.bind.coords[i].base.wrapping_add(space.at(lane, tile.row, tile.col));
        Args { dst: self.scratch.places[dst as usize], base, step: space.step(lane), ..tile.args() }
    }

    /// # Safety
    /// As for [`Run::tile`].
    unsafe fn reduce(&mut self, i: usize, (first, count, repeating): (usize, usize, u8), tile: Tile) {
        let Scratch { places, operands, space, reducers, .. } = &mut *self.scratch;
        let (state, reducer) = (&self.bind.states[i], reducers[i]);
        let from = &self.kernel.operands[first..first + count];
        let src = &mut operands[..count];
        for (operand, &place) in src.iter_mut().zip(from) {
            *operand = places[place as usize];
        }
        let (cells, index) = (self.kernel.lane_of_state(i), self.kernel.lane_of_index(i));
        let pitch = match self.apart {
            true => space.step(self.kernel.places.input_at(from[0]))[0] as isize,
            false => tile.cols as isize,
        };
        let args = Args {
            src,
            repeating,
            stride: [pitch, 1],
            fields: reducer.fields,
            cell: state.cell.wrapping_add(space.at(cells, tile.row, tile.col) as usize),
            cell_step: space.step(cells).map(|s| s as usize),
            base: state.index.base.wrapping_add(space.at(index, tile.row, tile.col)),
            step: space.step(index),
            ..tile.args()
        };
        // SAFETY: the caller's promise.
        unsafe { self.kernel.reductions[i].code[reducer.shape].run(&args) }
    }

    /// # Safety
    /// As for [`Run::tile`].
    unsafe fn reduce_groups(&mut self, i: usize, first: usize, tile: Tile) {
        let Scratch { places, space, grouping, .. } = &mut *self.scratch;
        let operands = &self.kernel.operands[first..first + 2];
        let [src, by] = [0, 1].map(|k| places[operands[k] as usize].cast_const());
        let state = &self.bind.states[i];
        let cells = self.kernel.lane_of_state(i);
        let tile = GroupedTile {
            src,
            by,
            rows: tile.rows,
            cols: tile.cols,
            state: state.ptr,
            cells: state.cells,
            cell: state.cell.wrapping_add(space.at(cells, tile.row, tile.col) as usize),
            cell_step: space.step(cells).map(|s| s as usize),
        };
        if let Some(loops) = &self.kernel.reductions[i].groups {
            // SAFETY: the caller's promise.
            unsafe { loops.run(tile, &mut grouping[i]) }
        }
    }

    /// # Safety
    /// As for [`Run::tile`].
    unsafe fn select(&self, i: usize, first: usize, tile: Tile) {
        let operands = &self.kernel.operands[first..first + 2];
        let [src, mask] = [0, 1].map(|k| self.scratch.places[operands[k] as usize].cast_const());
        let (compress, selected) = (&self.kernel.selections[i], self.bind.selected[i]);
        // SAFETY: the caller's promise; what is left of the memory has room for all elements of the tile.
        unsafe {
            let dst = selected.ptr.add(*selected.len * compress.size());
            *selected.len += compress.run(src, mask, tile.rows * tile.cols, dst);
        }
    }

    /// Plans to ask for the memory of a tile while the one before it is computed.
    fn look_ahead(&mut self, tile: Option<Tile>) {
        self.scratch.prefetch.clear();
        let Some(tile) = tile else { return };
        for i in 0..self.kernel.inputs.len() {
            let [down, right] = self.scratch.space.step(i);
            let size = self.kernel.inputs[i].size;
            let ptr = self.input(i, tile.row, tile.col);
            let (runs, len, pitch) = match (down, right) {
                (1, 2..) => (tile.cols, tile.rows, right),
                // Rows that repeat are there already.
                (0, _) if tile.row > 0 => continue,
                (_, 1..) if right as usize * size <= LINE => (tile.rows, tile.cols * right as usize, down),
                _ => continue,
            };
            self.scratch.prefetch.add(ptr, pitch as isize * size as isize, runs, len * size);
        }
        self.scratch.prefetch.spread(self.kernel.steps.len());
    }
}

/// Bytes of the states of columns that may be in first-level cache beside the tiles that go into them.
const STATES: usize = 16 * 1024;

impl Kernel {
    /// How many columns' states fit in cache, where all that is reduced has a state for each column of all rows. Rows
    /// that go into wide states would otherwise read and write all of them from farther away.
    fn strip(&self, space: &Space) -> Option<usize> {
        let keeps_columns = |i: usize| {
            let [down, right] = space.step(self.lane_of_state(i));
            down == 0 && right > 0 && self.reductions[i].groups.is_none()
        };
        let all = (0..self.reductions.len()).all(keeps_columns) && self.selections.is_empty();
        let bytes: usize = self.reductions.iter().map(|reducing| reducing.layout.bytes_of_a_cell()).sum();
        (all && bytes > 0).then(|| (STATES / bytes).max(LEAF))
    }
}

impl Kernel {
    /// Whether the rows of tiles may lie apart, where all reductions have a state for each column: all that is done is to
    /// reduce inputs, and their rows have no gaps.
    fn takes_rows_apart(&self, space: &Space) -> bool {
        let reduces = |step: &Step| match *step {
            Step::Load { .. } => true,
            Step::Reduce { first, count: 1, .. } => self.places.is_input(self.operands[first as usize]),
            _ => false,
        };
        let rows = (0..self.inputs.len()).all(|i| space.step(i)[1] == 1);
        rows && self.outputs.is_empty() && self.steps.iter().all(reduces)
    }
}

/// Lanes of the operands in a space, after inputs and outputs.
impl Kernel {
    fn lane_of_coord(&self, i: usize) -> usize {
        self.inputs.len() + self.outputs.len() + i
    }

    fn lane_of_state(&self, i: usize) -> usize {
        self.lane_of_coord(self.coords) + i
    }

    fn lane_of_index(&self, i: usize) -> usize {
        self.lane_of_state(self.reductions.len()) + i
    }
}
