//! A program made ready for this machine, and the loop that runs it.
//!
//! A box is cut into panels of rows and columns ([`space`]), panels into tiles that fit in first-level cache
//! ([`tiling`]), and each tile is taken through the steps of the program ([`run`]): loads, instructions,
//! reducers, stores ([`schedule`]). Between steps, values live in places ([`places`]): in the operands' own
//! memory wherever that is laid out as a tile, else in slots.

mod bind;
mod blame;
mod frame;
mod join;
mod moves;
mod places;
mod prefetch;
mod run;
mod schedule;
mod space;
mod tiling;

#[cfg(test)]
mod tests;

use std::mem;
use std::sync::atomic::{AtomicU64, Ordering};

use chunkwise_core::Scalar;

use crate::args::{Args, REPEATED};
use crate::compress::Compress;
use crate::isa::{Code, Isa};
use crate::reduce::formula::Formula;
use crate::reduce::grouped::Loops;
use crate::reduce::{self, LEAF, Layout, Shape};
use crate::{Program, ProgramError, Reduction, Reg, Selection};

pub use bind::{Bind, Coord, Input, Output, Selected, State};
pub(crate) use blame::At;
pub use blame::{ActiveClosure, active_closure};
pub use frame::Frame;
pub(crate) use moves::transposed;
use places::Places;
use schedule::Step;
use space::Space;

/// A program compiled for an instruction set of this machine.
///
/// ```
/// use chunkwise_core::{DType, Scalar};
/// use chunkwise_kernels::{Binary, Bind, Frame, Input, Isa, Kernel, Op, Output, Program};
///
/// // x + 1 over one-dimensional boxes.
/// let mut program = Program::new(1);
/// let x = program.input(DType::F64);
/// let one = program.constant(Scalar::new(1.0f64));
/// let y = program.push(Op::Binary(Binary::Add), &[x, one])?;
/// program.stores.push(y);
/// let kernel = Kernel::new(&program, Isa::detect())?;
///
/// let (x, mut y) = ([1.0f64, 2.0, 3.0], [0.0f64; 3]);
/// let bind = Bind {
///     shape: &[3],
///     inputs: &[Input { ptr: x.as_ptr().cast(), strides: [1].into_iter().collect() }],
///     coords: &[],
///     outputs: &[Output { ptr: y.as_mut_ptr().cast(), strides: [1].into_iter().collect(), in_place: false }],
///     states: &[],
///     selected: &[],
/// };
/// // SAFETY: both arrays hold three elements of f64 and do not overlap.
/// unsafe { kernel.run(&mut Frame::default(), &bind) };
/// assert_eq!(y, [2.0, 3.0, 4.0]);
/// # Ok::<(), chunkwise_kernels::ProgramError>(())
/// ```
#[derive(Debug)]
pub struct Kernel {
    /// Tells frames whose constants they hold; zero is nobody's.
    id: u64,
    /// Number of axes of the boxes.
    ndim: usize,
    /// The most elements of a tile.
    tile: usize,
    /// The same when all inputs and outputs lie in memory as tiles want them.
    direct_tile: usize,
    /// The same for boxes that are one row.
    direct_row: usize,
    /// Whether tiles take so long that the processor's own prefetching, which sees them in turns, falls behind.
    computes: bool,
    steps: Vec<Step>,
    /// Operands of all instructions, back to back: places.
    operands: Vec<u32>,
    /// The most operands of an instruction.
    max_operands: usize,
    /// The loops of the instructions, and whose closures they are.
    code: Vec<Code>,
    origins: Vec<Option<blame::Origin>>,
    places: Places,
    /// Where each place is in a frame's arena; `usize::MAX` for those in bound memory.
    offsets: Vec<usize>,
    scratch: usize,
    inputs: Vec<Memory>,
    outputs: Vec<Memory>,
    constants: Vec<Constant>,
    /// The loop that computes coordinates.
    affine: Code,
    coords: usize,
    reductions: Vec<Reducing>,
    /// The loop of each selection.
    selections: Vec<Compress>,
}

/// Memory of one dtype, and the loop that moves its tiles.
#[derive(Debug)]
struct Memory {
    size: usize,
    code: Code,
}

/// A constant's bytes, and the loop that writes it.
#[derive(Debug)]
struct Constant {
    /// Aligned for every dtype.
    bytes: u128,
    code: Code,
}

/// A reduction's state, and the loops that take a tile in, by [`Shape`].
#[derive(Debug)]
struct Reducing {
    layout: Layout,
    code: [Code; 4],
    groups: Option<Loops>,
}

/// The loops of a kernel over a box, laid out by [`Kernel::lay`].
#[derive(Debug)]
pub struct Laid {
    /// Whose they are, by its number; zero is nobody's.
    kernel: u64,
    space: Space,
}

impl Laid {
    /// Whether they are those of a kernel, and were not left by a panic.
    pub fn is_of(&self, kernel: &Kernel) -> bool {
        self.kernel == kernel.id
    }
}

/// First-level cache that a tile's values may take.
const CACHE: usize = 24 * 1024;

/// Bytes of an input that programs with values of their own read at a time where they read along memory. What comes next
/// is on its way by then: processors fetch ahead of what is read, within a page. (Of a sum of cosines and squares in
/// memory, tiles of 512, 1024 and 1536 elements took 22, 28 and 39 ms.)
const PAGE: usize = 4096;

/// The most elements of any tile.
const LONGEST: usize = 4096;

/// The length of tiles: what fits in cache, in whole leaves of the sums.
fn tile_len(live_bytes: usize) -> usize {
    let fits = CACHE / live_bytes.max(1);
    (fits / LEAF * LEAF).clamp(LEAF, LONGEST)
}

impl Kernel {
    /// Verifies the program and chooses a loop for each instruction. An instruction set that this machine
    /// lacks is replaced by the best that it has.
    ///
    /// # Errors
    /// [`ProgramError`] when the program is malformed or uses an instruction that does not exist.
    pub fn new(program: &Program, isa: Isa) -> Result<Kernel, ProgramError> {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        program.verify()?;
        let mut schedule = schedule::schedule(program, isa)?;
        let places = places::assign(program, &mut schedule);
        let tile = tile_len(places.live_bytes);
        let (offsets, scratch) = arena(&places, tile);
        // What is only streamed through the cache does not have to fit.
        let streams = !places.inner && !places.pinned.iter().any(|constant| constant.whole);
        let direct_tile = if streams { LONGEST } else { tile };
        let reduces = |step: &Step| matches!(step, Step::Load { .. } | Step::Reduce { .. });
        let reduces_once = streams && program.reductions.len() == 1 && schedule.steps.iter().all(reduces);
        let widest = program.inputs.iter().map(|&reg| program.dtype(reg).size()).max();
        let direct_row = match widest {
            _ if reduces_once => usize::MAX / LEAF * LEAF,
            // Several steps, one after the other, on values that come from memory.
            Some(widest) if !streams => tile.min((PAGE / widest).max(LEAF)),
            _ => direct_tile,
        };
        let memory = |&reg: &Reg| {
            let dtype = program.dtype(reg);
            Memory { size: dtype.size(), code: moves::mover(dtype, isa) }
        };
        let constant = |&value: &Scalar| Constant {
            bytes: u128::from_ne_bytes(value.to_bytes()),
            code: moves::mover(value.dtype(), isa),
        };
        let compress = |selection: &Selection| Compress::new(program.dtype(selection.src).size(), isa);
        Ok(Kernel {
            id: NEXT.fetch_add(1, Ordering::Relaxed),
            ndim: program.ndim,
            tile,
            direct_tile,
            direct_row,
            computes: places.inner && program.selections.is_empty(),
            max_operands: schedule.max_operands,
            offsets,
            scratch,
            inputs: program.inputs.iter().map(memory).collect(),
            outputs: program.stores.iter().map(memory).collect(),
            constants: schedule.constants.iter().map(constant).collect(),
            affine: Code::new(moves::Affine, isa),
            coords: program.coords.len(),
            reductions: program
                .reductions
                .iter()
                .zip(schedule.formulas)
                .map(|(reduction, formula)| Reducing::new(program, reduction, formula, isa))
                .collect(),
            selections: program.selections.iter().map(compress).collect(),
            places,
            steps: schedule.steps,
            operands: schedule.operands,
            code: schedule.code,
            origins: schedule.origins,
        })
    }

    /// Bytes of scratch that a run needs in a frame.
    pub fn scratch_bytes(&self) -> usize {
        self.scratch
    }

    /// Runs the program over one box.
    ///
    /// A panic of a user's closure passes through; [`active_closure`] then tells whose it was, and at which
    /// element. What the run has written by then is unspecified. The frame stays usable.
    ///
    /// # Panics
    /// When the numbers of operands or axes are not those of the program.
    ///
    /// # Safety
    /// Every element that the bound operands reach must be valid: inputs for reads, outputs and states for
    /// writes, of the dtypes of the program, aligned, and not accessed by another thread meanwhile (inputs
    /// may be read). Outputs overlap no other output, and no input unless `in_place` says so.
    pub unsafe fn run(&self, frame: &mut Frame, bind: &Bind<'_>) {
        self.check(bind);
        if frame.run.space.arrange(bind, !self.selections.is_empty()) {
            // SAFETY: the caller's promise; the counts have just been checked.
            unsafe { run::run(self, frame, bind) }
        }
    }

    /// Lays out the loops over a box, to [run](Self::run_laid) them over several boxes of one kind; `None` when it has no
    /// positions.
    ///
    /// # Panics
    /// As for [`run`](Self::run).
    pub fn lay(&self, bind: &Bind<'_>) -> Option<Laid> {
        self.check(bind);
        let mut space = Space::default();
        space.arrange(bind, !self.selections.is_empty()).then_some(Laid { kernel: self.id, space })
    }

    /// Runs the program over a box for which its loops are laid out.
    ///
    /// # Panics
    /// If they are laid out for another kernel, or were left by a panic.
    ///
    /// # Safety
    /// As for [`run`](Self::run); the box must differ from the one that was laid out in nothing but addresses, numbers of
    /// cells, and first cells and values of coordinates.
    pub unsafe fn run_laid(&self, frame: &mut Frame, laid: &mut Laid, bind: &Bind<'_>) {
        assert!(laid.is_of(self), "loops are laid out for one kernel");
        // The frame has them while they run, and a panic leaves them there. The last panel leads back to the first.
        laid.kernel = 0;
        mem::swap(&mut frame.run.space, &mut laid.space);
        // SAFETY: the caller's promise; the counts are those of the box that was laid out.
        unsafe { run::run(self, frame, bind) };
        mem::swap(&mut frame.run.space, &mut laid.space);
        laid.kernel = self.id;
    }

    /// # Panics
    /// When the numbers of operands or axes are not those of the program.
    fn check(&self, bind: &Bind<'_>) {
        let counts_match = bind.shape.len() == self.ndim
            && bind.inputs.len() == self.inputs.len()
            && bind.coords.len() == self.coords
            && bind.outputs.len() == self.outputs.len()
            && bind.states.len() == self.reductions.len()
            && bind.selected.len() == self.selections.len();
        assert!(counts_match, "axes and operands of a box are those of its program");
    }
}

impl Reducing {
    fn new(program: &Program, reduction: &Reduction, formula: Option<Formula>, isa: Isa) -> Self {
        let (op, operand) = (reduction.op, program.dtype(reduction.src));
        let groups = reduction
            .groups
            .map(|groups| Loops::new(op, operand, program.dtype(groups.by), groups.count as usize, isa));
        let code = [Shape::All, Shape::Columns, Shape::Rows, Shape::None].map(|shape| match formula {
            Some(formula) => reduce::formula::code(formula, operand, shape, isa),
            None => reduce::code(op, operand, shape, isa),
        });
        Reducing { layout: reduce::layout(op, operand), code, groups }
    }
}

impl Constant {
    /// Writes `rows * cols` copies to `dst`.
    ///
    /// # Safety
    /// `dst` must be valid for writing so many elements of the constant's dtype.
    unsafe fn fill(&self, dst: *mut u8, rows: usize, cols: usize) {
        let src = [(&raw const self.bytes).cast()];
        let cols = rows * cols;
        let args = Args { dst, src: &src, len: cols, rows: 1, cols, dst_stride: [0, 1], ..Args::default() };
        // SAFETY: the source is one element that all positions read; the destination is the caller's promise.
        unsafe { self.code.run(&args) }
    }
}

/// Where each place is in the arena, and the arena's bytes.
fn arena(places: &Places, tile: usize) -> (Vec<usize>, usize) {
    let mut offsets = vec![usize::MAX; places.len()];
    let mut end = 0;
    let pinned = places.pinned.iter().map(|constant| match constant.whole {
        true => tile * constant.value.dtype().size(),
        false => REPEATED * constant.value.dtype().size(),
    });
    let slots = places.slots.iter().enumerate().map(|(i, &size)| (places.slot(i), tile * size));
    for (place, bytes) in pinned.enumerate().chain(slots) {
        offsets[place] = end;
        end += frame::slot_bytes(bytes);
    }
    (offsets, end)
}
