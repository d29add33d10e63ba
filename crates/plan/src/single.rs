//! Plans of one task over arrays in memory, laid out once and run again and again.
//!
//! What a task finds out before it runs (its box, how operands and states lie over it, what it returns) follows from the
//! plan and from how its sources lie in memory. Over small arrays that takes longer than the work itself.

use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr;
use std::sync::Arc;

use chunkwise_core::{Block, Buffer, DType, Shape, Strides, row_major_strides};
use chunkwise_kernels::{Bind, Coord, Input, Laid, Output, State, reduce};
use smallvec::{SmallVec, smallvec};

use crate::fused::StateLayout;
use crate::runner::with_frame;
use crate::{
    ArrayId, Compiled, CoordBinding, FusedStage, InputBinding, Plan, ReductionTarget, Root, RootResult,
    Sources, Stage, Storage, Variant,
};

/// The most bytes of states that are kept from run to run.
const MOST_OF_STATES: usize = 8 << 10;

/// A plan whose only task runs one program over one box, reads arrays in memory, and returns all that it computes: ready
/// to be run over any sources that lie in memory as those did that it was made with.
pub struct Single {
    compiled: Arc<Compiled>,
    /// How the sources lie.
    sources: SmallVec<[Layout; 4]>,
    /// Which source each input of the program reads, and from which byte after the source's first element on.
    reads: SmallVec<[(usize, isize); 4]>,
    /// The reductions, and on which line of the states' memory each has its state.
    reductions: Vec<(ReductionTarget, usize)>,
    /// What each root is.
    returned: SmallVec<[Returned; 2]>,
    /// Where everything is; pointers are written before each run.
    bound: RefCell<Bound>,
}

/// How an array lies in memory.
struct Layout {
    dtype: DType,
    shape: Shape,
    strides: Strides,
}

/// An array that is returned.
struct Returned {
    dtype: DType,
    shape: Shape,
    maker: Maker,
}

/// What makes a result.
#[derive(Clone, Copy)]
enum Maker {
    /// A store of the program, by its number.
    Store(usize),
    /// A reduction of the program, by its number.
    Reduction(usize),
}

/// What the program works on.
struct Bound {
    shape: Shape,
    inputs: SmallVec<[Input; 4]>,
    coords: SmallVec<[Coord; 2]>,
    outputs: SmallVec<[Output; 2]>,
    states: SmallVec<[State; 2]>,
    /// The loops over all this.
    laid: Laid,
    /// The memory of the states, then what it is before a run.
    memory: Vec<Line>,
}

/// What states are aligned to.
#[derive(Clone, Copy)]
#[repr(align(64))]
struct Line(#[expect(dead_code, reason = "seen through pointers")] [u8; 64]);

impl Single {
    /// Lays out a plan for its sources, if it is of this kind. The programs must be those of the plan.
    ///
    /// # Panics
    /// If the sources or the programs are not those of the plan.
    pub fn new(plan: &Plan, compiled: Arc<Compiled>, sources: &Sources) -> Option<Single> {
        let ([_], [Stage::Fused(stage)]) = (&plan.tasks[..], &plan.stages[..]) else { return None };
        let ([variant], true) = (&stage.variants[..], stage.units.count() == 1) else { return None };
        let shape = stage.units.shape();
        if shape.contains(&0)
            || !stage.selections.is_empty()
            || stage.reductions.iter().any(|target| target.partial || target.groups.is_some())
        {
            return None;
        }
        if let Err(what) = sources.check(plan) {
            panic!("a plan needs its own sources: {what}");
        }
        assert!(
            matches!(compiled.kernels[..], [ref kernels] if kernels.len() == 1),
            "a plan needs its own programs"
        );
        let Kept { memory, states, reductions } = Kept::new(stage, &shape)?;
        let (inputs, reads): (SmallVec<[Input; 4]>, _) = inputs(plan, variant, sources)?.into_iter().unzip();
        let coord = |coord: &CoordBinding| Coord { base: coord.start, steps: coord.steps.clone() };
        let output = |_: &ArrayId| Output {
            ptr: ptr::null_mut(),
            strides: row_major_strides(&shape),
            in_place: false,
        };
        let layout = |block: &Arc<Block>| Layout {
            dtype: block.dtype(),
            shape: block.shape().into(),
            strides: block.strides().into(),
        };
        let coords: SmallVec<[Coord; 2]> = variant.coords.iter().map(coord).collect();
        let outputs: SmallVec<[Output; 2]> = stage.stores.iter().map(output).collect();
        let bind = Bind {
            shape: &shape,
            inputs: &inputs,
            coords: &coords,
            outputs: &outputs,
            states: &states,
            selected: &[],
        };
        let laid = compiled.kernels[0][0].lay(&bind)?;
        Some(Single {
            sources: sources.blocks.iter().map(layout).collect(),
            reads,
            reductions,
            returned: returned(plan, stage)?,
            bound: RefCell::new(Bound { shape, inputs, coords, outputs, states, laid, memory }),
            compiled,
        })
    }

    /// The results of the plan's roots over these sources; `None` where that is left to a [`Runner`](crate::Runner):
    /// when they lie in memory in another way, when a reduction has no value or the program panics, which are errors that a
    /// runner describes, or inside of another run of this one.
    pub fn run(&self, sources: &[&Arc<Block>]) -> Option<Vec<RootResult>> {
        let bound = &mut *self.bound.try_borrow_mut().ok()?;
        let lies = |(block, layout): (&&Arc<Block>, &Layout)| {
            block.dtype() == layout.dtype
                && *block.shape() == layout.shape[..]
                && *block.strides() == layout.strides[..]
        };
        if sources.len() != self.sources.len() || !sources.iter().zip(&self.sources).all(lies) {
            return None;
        }
        for (input, &(source, offset)) in bound.inputs.iter_mut().zip(&self.reads) {
            input.ptr = sources[source].as_ptr().wrapping_offset(offset);
        }
        let mut results = Vec::with_capacity(self.returned.len());
        for Returned { dtype, shape, maker } in &self.returned {
            let buffer = Buffer::vec(*dtype, shape.iter().product());
            if let Maker::Store(number) = *maker {
                bound.outputs[number].ptr = buffer.as_mut_ptr();
            }
            results.push(RootResult::Array(Block::row_major(Arc::new(buffer), *dtype, shape)));
        }
        let (lines, memory) = (bound.memory.len() / 2, bound.memory.as_mut_ptr());
        // SAFETY: the two halves of the memory.
        unsafe { ptr::copy_nonoverlapping(memory.wrapping_add(lines), memory, lines) };
        for (state, (_, line)) in bound.states.iter_mut().zip(&self.reductions) {
            state.ptr = memory.wrapping_add(*line).cast();
        }
        let bind = Bind {
            shape: &bound.shape,
            inputs: &bound.inputs,
            coords: &bound.coords,
            outputs: &bound.outputs,
            states: &bound.states,
            selected: &[],
        };
        let (kernel, laid) = (&self.compiled.kernels[0][0], &mut bound.laid);
        if !laid.is_of(kernel) {
            return None;
        }
        // SAFETY: inputs lie within the sources, which are as those that the box was laid out for; every output is a result,
        // which is fresh and has the shape of the box (`returned`); states are borrowed for this run.
        let run = || with_frame(|frame| unsafe { kernel.run_laid(frame, laid, &bind) });
        catch_unwind(AssertUnwindSafe(run)).ok()?;
        for (result, returned) in results.iter().zip(&self.returned) {
            if let (Maker::Reduction(number), RootResult::Array(block)) = (returned.maker, result) {
                let ((target, _), state) = (&self.reductions[number], &bound.states[number]);
                let (op, operand, cells) = (target.op, target.operand, state.cells);
                // SAFETY: the state has taken in the elements of the box; the result has one element for each cell.
                unsafe { reduce::finish(op, operand, state.ptr, cells, target.count, block.as_mut_ptr()) }
                    .ok()?;
            }
        }
        Some(results)
    }
}

/// The states of a stage's reductions.
struct Kept {
    /// Their memory, then what it is before a run.
    memory: Vec<Line>,
    /// How they lie over the box, without addresses.
    states: SmallVec<[State; 2]>,
    /// The reductions, and on which line each has its state.
    reductions: Vec<(ReductionTarget, usize)>,
}

impl Kept {
    /// The states of reductions of the whole box, unless they are too large to be kept.
    fn new(stage: &FusedStage, shape: &[usize]) -> Option<Self> {
        let origin: Shape = smallvec![0; shape.len()];
        let cells = |target: &ReductionTarget| target.kept(shape, 1).iter().product();
        let lines = |target: &ReductionTarget| target.state_bytes(cells(target)).div_ceil(size_of::<Line>());
        let all: usize = stage.reductions.iter().map(lines).sum();
        if all * size_of::<Line>() > MOST_OF_STATES {
            return None;
        }
        let mut memory = vec![Line([0; 64]); 2 * all];
        let mut states = SmallVec::new();
        let mut reductions = Vec::with_capacity(stage.reductions.len());
        let mut line = 0;
        for target in &stage.reductions {
            let empty = memory[all + line..].as_mut_ptr().cast();
            // SAFETY: from there on are as many lines as a state of so many cells takes.
            unsafe { reduce::init(target.op, target.operand, empty, cells(target)) };
            let layout = StateLayout::new(target, shape, &stage.units);
            states.push(layout.bind(ptr::null_mut(), &origin, &origin));
            reductions.push((target.clone(), line));
            line += lines(target);
        }
        Some(Kept { memory, states, reductions })
    }
}

/// The inputs of a program over the whole of its space, without addresses; and which source each of them reads, from which
/// byte after its first element on. `None` if one is no array in memory.
fn inputs(plan: &Plan, variant: &Variant, sources: &Sources) -> Option<Vec<(Input, (usize, isize))>> {
    let input = |input: &InputBinding| {
        let Storage::Memory(source) = plan.array(input.array).storage else { return None };
        let block = &sources.blocks[source as usize];
        let origin: Shape = smallvec![0; variant.program.ndim];
        let (strides, offset) = input.view.strides(block.strides(), &origin);
        let read = (source as usize, offset * block.dtype().size() as isize);
        Some((Input { ptr: ptr::null(), strides }, read))
    };
    variant.inputs.iter().map(input).collect()
}

/// What each root is, if the roots are the stores and the reductions of a stage, each of them once.
fn returned(plan: &Plan, stage: &FusedStage) -> Option<SmallVec<[Returned; 2]>> {
    let stores = stage.stores.iter().enumerate().map(|(number, &array)| (array, Maker::Store(number)));
    let reductions = stage.reductions.iter().enumerate();
    let reductions = reductions.map(|(number, target)| (target.array, Maker::Reduction(number)));
    let mut computed: SmallVec<[(ArrayId, Maker); 2]> = stores.chain(reductions).collect();
    let roots = plan.roots.iter().map(|root| {
        let Root::Array(id) = *root else { return None };
        let (_, maker) = computed.swap_remove(computed.iter().position(|&(array, _)| array == id)?);
        let array = plan.array(id);
        // Stores have the shape of the box.
        if matches!(maker, Maker::Store(_)) && array.shape[..] != stage.units.shape()[..] {
            return None;
        }
        Some(Returned { dtype: array.dtype, shape: array.shape.clone(), maker })
    });
    let roots = roots.collect::<Option<_>>()?;
    computed.is_empty().then_some(roots)
}

impl std::fmt::Debug for Single {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Single({} sources, {} results)", self.sources.len(), self.returned.len())
    }
}
