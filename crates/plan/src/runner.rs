//! A plan made ready to run in this process.

use std::any::Any;
use std::cell::Cell;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use chunkwise_core::{Block, BoxError, Buffer, DType, Grid, Shape};
use chunkwise_kernels::{Frame, Isa, ProgramError};

use crate::compiled::Compiled;
use crate::failure::{Failure, chunk_at, panicked_closure};
use crate::join::Join;
use crate::select::as_found;
use crate::{Array, ArrayId, Origin, Plan, Root, Sources, Stage, Storage, TaskId, TaskOutput, Tiles, Value};

/// Why a task failed.
#[derive(Debug, thiserror::Error)]
#[error("{op}{}, built at {origin}: {cause}", if block.is_empty() { String::new() } else { format!(", block {block:?}") })]
pub struct TaskError {
    /// The operations of the task, or the name of the function called.
    pub op: String,
    /// Coordinates of the user's chunk that holds the element at fault, or that the task began in where none is
    /// known to be; empty for calls.
    pub block: Shape,
    /// Where the user built the operation.
    pub origin: Origin,
    /// What went wrong.
    #[source]
    pub cause: Cause,
}

/// What went wrong in a task.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Cause {
    /// A closure of the user's, or this library, panicked.
    #[error("panicked: {0}")]
    Panic(String),
    /// A source could not be read.
    #[error("{0}")]
    Read(#[source] BoxError),
    /// A sink could not be written.
    #[error("{0}")]
    Write(#[source] BoxError),
    /// A delayed function returned an error: this is the one it returned.
    #[error("{0}")]
    Call(#[source] BoxError),
    /// A reduction without a value.
    #[error(transparent)]
    AllNan(#[from] chunkwise_kernels::reduce::AllNan),
    /// A reduction of a group without elements.
    #[error(transparent)]
    NoElements(#[from] chunkwise_kernels::reduce::grouped::NoElements),
    /// A quantile of no elements.
    #[error(transparent)]
    NoValue(#[from] chunkwise_kernels::order::NoValue),
    /// A mask that is not what it was.
    #[error(transparent)]
    MaskChanged(#[from] crate::MaskChanged),
    /// A block of the wrong shape or type from a user's function.
    #[error(
        "the function returned a block of {got_dtype} with shape {got:?}, expected {expected_dtype} with {expected:?}"
    )]
    WrongBlock {
        /// The shape expected.
        expected: Shape,
        /// The type expected.
        expected_dtype: DType,
        /// The shape returned.
        got: Shape,
        /// The type returned.
        got_dtype: DType,
    },
}

/// A plan with its sources, its programs compiled for this machine, and memory for what it returns.
pub struct Runner<'a> {
    pub(crate) plan: &'a Plan,
    pub(crate) sources: &'a Sources,
    pub(crate) compiled: Arc<Compiled>,
    /// Whether tasks read arrays outside of memory.
    pub(crate) reads_outside: bool,
    /// Bytes read of sources so far.
    pub(crate) bytes_read: Arc<AtomicU64>,
    /// Memory of returned arrays, by array.
    pub(crate) returned: Vec<Option<Block>>,
    /// The same for those of which nobody knows the length.
    pub(crate) joins: Vec<Option<Join<'a>>>,
}

impl fmt::Debug for Runner<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Runner({} tasks)", self.plan.tasks.len())
    }
}

impl<'a> Runner<'a> {
    /// Compiles the programs of a plan and allocates what it returns.
    ///
    /// # Errors
    /// A program that the kernels refuse, with the label of its stage.
    ///
    /// # Panics
    /// If the sources are not those of the plan: of other dtypes or shapes, or too few.
    pub fn new(plan: &'a Plan, sources: &'a Sources, isa: Isa) -> Result<Self, (String, ProgramError)> {
        Ok(Self::compiled(plan, Arc::new(Compiled::new(plan, isa)?), sources))
    }

    /// Allocates what a plan returns, whose programs are compiled already.
    ///
    /// # Panics
    /// If the sources are not those of the plan: of other dtypes or shapes, or too few; if the programs are those of
    /// another plan.
    pub fn compiled(plan: &'a Plan, compiled: Arc<Compiled>, sources: &'a Sources) -> Self {
        if let Err(what) = sources.check(plan) {
            panic!("a plan needs its own sources: {what}");
        }
        assert_eq!(compiled.kernels.len(), plan.stages.len(), "a plan needs its own programs");
        let mut returned: Vec<Option<Block>> = vec![None; plan.arrays.len()];
        let mut joins: Vec<Option<Join<'_>>> = plan.arrays.iter().map(|_| None).collect();
        let selected = plan.selected_arrays();
        for (id, array) in plan.arrays.iter().enumerate() {
            if !matches!(array.storage, Storage::Computed { returned: true, .. }) {
                continue;
            }
            if selected.contains(&ArrayId(id as u32)) {
                joins[id] = Some(Join::new(array));
            } else {
                let buffer = Buffer::vec(array.dtype, array.shape.iter().product());
                returned[id] = Some(Block::row_major(Arc::new(buffer), array.dtype, &array.shape));
            }
        }
        let outside = |array: &Array| matches!(array.storage, Storage::Outside { .. });
        let reads_outside = plan.arrays.iter().any(outside);
        let bytes_read = Arc::default();
        Runner { plan, sources, compiled, reads_outside, bytes_read, returned, joins }
    }

    /// Runs a task on the results of its inputs, in the order of the graph's edges.
    ///
    /// # Errors
    /// [`TaskError`] with the operation, the block and the cause.
    pub fn run(&self, task: TaskId, inputs: &mut [TaskOutput]) -> Result<TaskOutput, TaskError> {
        let place = self.plan.tasks[task as usize];
        let result = match &self.plan.stages[place.stage as usize] {
            Stage::Fused(stage) => self.run_fused(task, place, stage, inputs),
            Stage::Combine(stage) => self.run_combine(stage, place, inputs),
            Stage::Read(stage) => self.run_read(stage, place, inputs).map_err(Failure::from),
            Stage::Write(stage) => self.run_write(stage, place, inputs).map_err(Failure::from),
            Stage::Reshape(stage) => self.run_reshape(task, place, stage, inputs).map_err(Failure::from),
            Stage::Contract(stage) => self.run_contract(task, place, stage, inputs).map_err(Failure::from),
            Stage::Scan(stage) => self.run_scan(task, place, stage, inputs).map_err(Failure::from),
            Stage::Order(stage) => self.run_order(task, place, stage, inputs).map_err(Failure::from),
            Stage::Call(stage) => {
                return self.run_call(stage, task, inputs).map_err(|cause| self.error(task, cause));
            }
        };
        result.map(TaskOutput::from).map_err(|Failure { cause, block }| {
            let mut error = self.error(task, cause);
            if let Some(block) = block {
                error.block = block;
            }
            error
        })
    }

    /// The error for a task that panicked, with the closure that did if one was running.
    pub fn panicked(&self, task: TaskId, payload: Box<dyn Any + Send>) -> TaskError {
        let message = match payload.downcast::<String>() {
            Ok(text) => *text,
            Err(payload) => match payload.downcast::<&'static str>() {
                Ok(text) => (*text).into(),
                Err(_) => "a value that is not text".into(),
            },
        };
        let mut error = self.error(task, Cause::Panic(message));
        if let Some(closure) = panicked_closure() {
            error.op = closure.name.into();
            error.origin = closure.location.into();
            let chunks = &self.plan.stages[self.plan.tasks[task as usize].stage as usize].info().chunks;
            if let Some(position) = closure.position {
                error.block = chunk_at(chunks, &position);
            }
        }
        error
    }

    fn error(&self, task: TaskId, cause: Cause) -> TaskError {
        let (op, block, origin) = self.describe(task);
        TaskError { op, block, origin, cause }
    }

    /// The cells of a computed array.
    pub(crate) fn computed_grid(&self, array: ArrayId) -> Option<&Grid> {
        match &self.plan.array(array).storage {
            Storage::Computed { grid, .. } => Some(grid),
            Storage::Memory(_) | Storage::Persisted(..) | Storage::Outside { .. } => None,
        }
    }

    /// The operations of a task, the user's chunk that it begins in, and where it was built.
    pub fn describe(&self, task: TaskId) -> (String, Shape, Origin) {
        let place = self.plan.tasks[task as usize];
        let stage = &self.plan.stages[place.stage as usize];
        if let Stage::Call(stage) = stage {
            let call = &stage.calls[place.unit as usize];
            return (stage.names[call.function as usize].clone(), Shape::new(), call.origin.clone());
        }
        let info = stage.info();
        (info.label.clone(), self.plan.chunk_of(task), info.origin.clone())
    }

    /// Bytes read of sources so far, those that were spilled included.
    pub fn bytes_read(&self) -> &Arc<AtomicU64> {
        &self.bytes_read
    }

    /// The results of the plan's roots; `kept` are the outputs of the graph's kept tasks. All tasks must have
    /// succeeded, and nobody else may hold their outputs any more, or returned arrays are copied.
    pub fn into_results(self, kept: Vec<TaskOutput>) -> Vec<RootResult> {
        let mut kept = kept.into_iter();
        let (mut returned, mut joins) = (self.returned, self.joins);
        let mut given: Vec<(ArrayId, usize)> = Vec::new();
        let mut results: Vec<RootResult> = Vec::with_capacity(self.plan.roots.len());
        for root in &self.plan.roots {
            let result = match *root {
                Root::Array(id) | Root::Selected(id) => match returned[id.0 as usize]
                    .take()
                    .or_else(|| joins[id.0 as usize].take().map(Join::finish))
                {
                    Some(block) => {
                        given.push((id, results.len()));
                        RootResult::Array(block)
                    }
                    None => {
                        let first = given.iter().find(|(given, _)| *given == id);
                        let first = first.expect("the first root of an array takes its memory").1;
                        let RootResult::Array(block) = &results[first] else {
                            unreachable!("pushed as such")
                        };
                        RootResult::Array(duplicate(block))
                    }
                },
                Root::Written(_) => RootResult::Written,
                Root::Value(_) => match kept.next() {
                    Some(TaskOutput::Value(value)) => RootResult::Value(value),
                    _ => unreachable!("the value of a call that is a root is kept"),
                },
                Root::Constant(number) => RootResult::Value(self.sources.values[number as usize].clone()),
                Root::Tiles(id) => {
                    let Storage::Computed { grid, tasks, slot, .. } = &self.plan.array(id).storage else {
                        unreachable!("a persisted root is computed")
                    };
                    let tiles = kept.by_ref().take(tasks.len()).map(|o| o[*slot as usize].clone()).collect();
                    let (grid, tiles) = as_found(grid, tiles);
                    RootResult::Tiles(Tiles { grid, tiles, guard: None })
                }
            };
            results.push(result);
        }
        results
    }
}

/// The value of a root.
#[derive(Debug)]
pub enum RootResult {
    /// The whole array, row-major in memory of a `Vec`.
    Array(Block),
    /// Its tiles.
    Tiles(Tiles),
    /// It was written to a sink.
    Written,
    /// The value of a call.
    Value(Value),
}

/// A copy of a returned array, for a root that was asked for twice.
fn duplicate(block: &Block) -> Block {
    let copy = Buffer::vec(block.dtype(), block.len());
    // SAFETY: both have the bytes of the same row-major shape; the copy is fresh.
    unsafe { std::ptr::copy_nonoverlapping(block.as_ptr(), copy.as_mut_ptr(), block.bytes()) };
    Block::row_major(Arc::new(copy), block.dtype(), block.shape())
}

thread_local! {
    static FRAME: Cell<Option<Box<Frame>>> = const { Cell::new(None) };
}

/// Lends the thread's scratch frame; a nested computation on the same thread gets a fresh one.
pub(crate) fn with_frame<R>(f: impl FnOnce(&mut Frame) -> R) -> R {
    let mut frame = FRAME.take().unwrap_or_default();
    let result = f(&mut frame);
    FRAME.set(Some(frame));
    result
}
