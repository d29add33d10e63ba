//! Work whose results can be checked, counted and seen to be dropped.

use std::any::Any;
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::Duration;

use chunkwise_exec::{Config, ExecError, Executor, Options, Run, Work};
use chunkwise_plan::{TaskGraph, TaskId};
use smallvec::SmallVec;

pub(crate) type Inputs = SmallVec<[Arc<Counted>; 4]>;

/// Counts bytes while they are alive.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    live: AtomicU64,
    most: AtomicU64,
}

impl Ledger {
    pub(crate) fn live(&self) -> u64 {
        self.live.load(Ordering::SeqCst)
    }

    pub(crate) fn most(&self) -> u64 {
        self.most.load(Ordering::SeqCst)
    }
}

/// A number that is entered in a ledger until it is dropped.
#[derive(Debug)]
pub(crate) struct Counted {
    pub(crate) value: u64,
    bytes: u64,
    ledger: Arc<Ledger>,
}

impl Counted {
    pub(crate) fn new(value: u64, bytes: u64, ledger: &Arc<Ledger>) -> Arc<Self> {
        let live = ledger.live.fetch_add(bytes, Ordering::SeqCst) + bytes;
        ledger.most.fetch_max(live, Ordering::SeqCst);
        Arc::new(Counted { value, bytes, ledger: Arc::clone(ledger) })
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.ledger.live.fetch_sub(self.bytes, Ordering::SeqCst);
    }
}

/// Why a task of a test failed.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Broken {
    #[error("task {0} was told to fail")]
    Told(TaskId),
    #[error("{0}")]
    Panicked(String),
}

pub(crate) type Outcome = Result<Run<Arc<Counted>>, ExecError<Broken>>;

/// Each result is a mix of the task and its inputs' values, after `body` has had its way.
pub(crate) struct Mix<'a, F> {
    graph: &'a TaskGraph,
    pub(crate) ledger: Arc<Ledger>,
    body: F,
}

impl<'a, F: Fn(TaskId, &Inputs) -> Result<(), Broken> + Sync> Mix<'a, F> {
    pub(crate) fn new(graph: &'a TaskGraph, body: F) -> Self {
        Mix { graph, ledger: Arc::default(), body }
    }

    pub(crate) fn in_ledger(mut self, ledger: &Arc<Ledger>) -> Self {
        self.ledger = Arc::clone(ledger);
        self
    }

    pub(crate) fn on(&self, executor: &Executor) -> Outcome {
        executor.execute(self.graph, self, &Options::default())
    }
}

fn mix(task: TaskId, inputs: impl Iterator<Item = u64>) -> u64 {
    inputs.fold(u64::from(task) + 1, |mixed, value| mixed.rotate_left(9).wrapping_mul(0x9e37_79b9) ^ value)
}

impl<F: Fn(TaskId, &Inputs) -> Result<(), Broken> + Sync> Work for Mix<'_, F> {
    type Output = Arc<Counted>;
    type Error = Broken;

    fn run(&self, task: TaskId, inputs: Inputs) -> Result<Arc<Counted>, Broken> {
        let scratch = Counted::new(0, self.graph.scratch_bytes(task), &self.ledger);
        let output = Counted::new(
            mix(task, inputs.iter().map(|input| input.value)),
            self.graph.output_bytes(task),
            &self.ledger,
        );
        (self.body)(task, &inputs)?;
        drop(scratch);
        Ok(output)
    }

    fn panicked(&self, _: TaskId, payload: Box<dyn Any + Send>) -> Broken {
        let text = payload.downcast_ref::<&str>().map(|text| text.to_string());
        Broken::Panicked(text.or_else(|| payload.downcast_ref::<String>().cloned()).unwrap_or_default())
    }
}

/// Tasks that only compute their value.
pub(crate) fn nothing(_: TaskId, _: &Inputs) -> Result<(), Broken> {
    Ok(())
}

/// The values of the kept tasks, one after another, without the executor.
pub(crate) fn reference(graph: &TaskGraph) -> Vec<u64> {
    let mut values: Vec<u64> = Vec::new();
    for task in 0..graph.len() as TaskId {
        let inputs = graph.inputs(task).iter().map(|&input| values[input as usize]);
        values.push(mix(task, inputs));
    }
    graph.kept().iter().map(|&task| values[task as usize]).collect()
}

pub(crate) fn values(run: &Run<Arc<Counted>>) -> Vec<u64> {
    run.outputs.iter().map(|output| output.value).collect()
}

pub(crate) fn executor(threads: usize, memory_limit: Option<u64>) -> Executor {
    Executor::new(Config { threads: NonZeroUsize::new(threads), memory_limit })
}

/// Leaves and one task that reads them all and is kept.
pub(crate) fn fan_in(leaves: u32, output_bytes: u64, scratch_bytes: u64) -> TaskGraph {
    let mut graph = TaskGraph::new();
    let leaves: Vec<TaskId> = (0..leaves).map(|_| graph.push(&[], output_bytes, scratch_bytes)).collect();
    let root = graph.push(&leaves, output_bytes, scratch_bytes);
    graph.keep(root);
    graph
}

/// Runs a test that would hang if it failed.
pub(crate) fn in_time<T: Send + 'static>(test: impl FnOnce() -> T + Send + 'static) -> T {
    let (sender, receiver) = mpsc::channel();
    let thread = thread::spawn(move || {
        let result = test();
        let _ = sender.send(());
        result
    });
    match receiver.recv_timeout(Duration::from_secs(60)) {
        Err(mpsc::RecvTimeoutError::Timeout) => panic!("it hangs"),
        // It ended, or it panicked and hung up.
        Ok(()) | Err(mpsc::RecvTimeoutError::Disconnected) => {
            thread.join().unwrap_or_else(|payload| std::panic::resume_unwind(payload))
        }
    }
}
