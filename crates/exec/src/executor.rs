//! The handle that computations share: their threads and their memory.

use std::fmt;
use std::num::NonZeroUsize;
use std::sync::{Arc, OnceLock};

use chunkwise_plan::{TaskGraph, TaskId};
use rayon::{ThreadPool, ThreadPoolBuilder};

use crate::Work;
use crate::budget::Budget;
use crate::cancel::CancelToken;
use crate::error::ExecError;
use crate::observe::Observer;
use crate::order::Order;
use crate::run::{Run, Threads, run};

/// What an [`Executor`] is made of. The default is the caller's rayon pool and no memory limit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Config {
    /// How many threads of its own the executor has. `None`: it works on the rayon pool that the caller is in,
    /// or on the global one.
    pub threads: Option<NonZeroUsize>,
    /// How many bytes all its computations together may hold at once.
    pub memory_limit: Option<u64>,
}

/// What one run is given.
#[derive(Clone, Default)]
pub struct Options {
    /// Who is asked to listen. Nothing is measured when nobody does.
    pub observers: Vec<Arc<dyn Observer>>,
    /// Gives up the run when it is cancelled.
    pub cancel: Option<CancelToken>,
}

impl Options {
    /// Whether nobody listens to the run and it has not been cancelled.
    pub fn is_quiet(&self) -> bool {
        self.observers.is_empty() && !self.cancel.as_ref().is_some_and(CancelToken::is_cancelled)
    }
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options")
            .field("observers", &self.observers.len())
            .field("cancel", &self.cancel)
            .finish()
    }
}

/// Runs graphs, on threads and within memory that all its runs share. Clones are handles to the same one.
///
/// Its threads, if it has its own, are started when a run first needs them and live as long as the handles.
#[derive(Clone, Default)]
pub struct Executor {
    pool: Option<Arc<Pool>>,
    budget: Option<Arc<Budget>>,
}

struct Pool {
    threads: NonZeroUsize,
    pool: OnceLock<Result<Arc<ThreadPool>, String>>,
}

impl Executor {
    /// An executor; no threads are started yet.
    pub fn new(config: Config) -> Self {
        Executor {
            pool: config.threads.map(|threads| Arc::new(Pool { threads, pool: OnceLock::new() })),
            budget: config.memory_limit.map(Budget::new),
        }
    }

    /// Runs a graph and returns the results that it keeps.
    ///
    /// Tasks run on the threads of the executor. The calling thread takes the place of one of them if it is a thread of a
    /// rayon pool or inside a task, so that such a call never waits for a thread to become free, and if the graph has at
    /// most 64 tasks, so that it does not wait for one to wake up; otherwise it waits. A graph of one task, or one run with
    /// a single thread, runs on the calling thread alone.
    ///
    /// Under a memory limit, a run begins when it has been given what the graph needs with one task running
    /// at a time, and runs more tasks at once as far as there is more. Until then it waits its turn, with two
    /// exceptions. A call inside a task of another run does not wait: it gets what that task stated as
    /// scratch and what is free at that moment, or fails. A call on a thread of a pool may be part of such a
    /// task too, so it gives up when the runs it waits for have not moved for ten seconds.
    ///
    /// # Errors
    /// [`ExecError::Task`] if a task fails or panics, [`ExecError::Memory`] if the graph does not fit,
    /// [`ExecError::Cancelled`] if the token of the options is cancelled, and [`ExecError::Threads`] if the
    /// threads cannot be started. What was computed until then is dropped.
    ///
    /// # Panics
    /// Only if [`Work::panicked`] does.
    ///
    /// ```
    /// use chunkwise_exec::{Config, Executor, Options, Work};
    /// use chunkwise_plan::{TaskGraph, TaskId};
    /// use smallvec::SmallVec;
    ///
    /// /// Leaves are their own number, other tasks the sum of their inputs.
    /// struct Sums;
    ///
    /// impl Work for Sums {
    ///     type Output = u32;
    ///     type Error = String;
    ///     fn run(&self, task: TaskId, inputs: SmallVec<[u32; 4]>) -> Result<u32, String> {
    ///         Ok(if inputs.is_empty() { task } else { inputs.iter().sum() })
    ///     }
    ///     fn panicked(&self, task: TaskId, _: Box<dyn std::any::Any + Send>) -> String {
    ///         format!("task {task} panicked")
    ///     }
    /// }
    ///
    /// let mut graph = TaskGraph::new();
    /// let leaves: Vec<_> = (0..4).map(|_| graph.push(&[], 8, 0)).collect();
    /// let sum = graph.push(&leaves, 8, 0);
    /// graph.keep(sum);
    ///
    /// let executor = Executor::new(Config { memory_limit: Some(64), ..Config::default() });
    /// let run = executor.execute(&graph, &Sums, &Options::default())?;
    /// assert_eq!(run.outputs, [6]);
    /// assert_eq!(run.stats.peak_bytes, 40);
    /// # Ok::<(), chunkwise_exec::ExecError<String>>(())
    /// ```
    pub fn execute<W: Work>(
        &self,
        graph: &TaskGraph,
        work: &W,
        options: &Options,
    ) -> Result<Run<W::Output>, ExecError<W::Error>> {
        let budget = self.budget.as_ref();
        match &self.pool {
            None => run(graph, work, options, Threads::Current, budget),
            Some(pool) => run(graph, work, options, Threads::Own(pool.threads, &|| pool.get()), budget),
        }
    }

    /// Whether a graph fits within the memory limit, as far as nothing else holds memory but claims.
    ///
    /// # Errors
    /// The tasks whose results are in the way. Where a task does not fit even when nothing but its inputs is held, these
    /// are its inputs, of which there may be none; else they are all tasks whose results are held when no other task fits.
    pub fn fits(&self, graph: &TaskGraph) -> Result<(), Vec<TaskId>> {
        let Some(budget) = &self.budget else { return Ok(()) };
        let room = budget.available().saturating_sub(graph.held_throughout());
        Order::within(graph, room).map(drop).map_err(|starved| starved.holders)
    }

    /// The executor's own threads, started; `None` if it works on the caller's.
    pub(crate) fn own_pool(&self) -> Result<Option<Arc<ThreadPool>>, String> {
        self.pool.as_ref().map(|pool| pool.get()).transpose()
    }

    /// How many threads a run by this caller can have.
    pub fn threads(&self) -> usize {
        self.pool.as_ref().map_or_else(rayon::current_num_threads, |pool| pool.threads.get())
    }

    /// How many bytes its runs may hold together, if there is a limit.
    pub fn memory_limit(&self) -> Option<u64> {
        self.budget.as_ref().map(|budget| budget.limit())
    }

    /// Sets memory aside for something that outlives a run, such as a persisted array, until the claim is
    /// dropped. Without a limit this always succeeds.
    ///
    /// # Errors
    /// [`OutOfMemory`] if less is free now. This does not wait.
    pub fn claim(&self, bytes: u64) -> Result<Claim, OutOfMemory> {
        if let Some(budget) = &self.budget {
            budget.claim(bytes).map_err(|held| OutOfMemory { bytes, held, limit: budget.limit() })?;
        }
        Ok(Claim { budget: self.budget.clone(), bytes })
    }
}

impl fmt::Debug for Executor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Executor")
            .field("threads", &self.pool.as_ref().map(|pool| pool.threads))
            .field("memory_limit", &self.memory_limit())
            .finish()
    }
}

impl Pool {
    fn get(&self) -> Result<Arc<ThreadPool>, String> {
        let build = || {
            ThreadPoolBuilder::new()
                .num_threads(self.threads.get())
                .thread_name(|index| format!("chunkwise-{index}"))
                .build()
                .map(Arc::new)
                .map_err(|error| error.to_string())
        };
        self.pool.get_or_init(build).clone()
    }
}

/// Memory [set aside](Executor::claim) until this is dropped.
#[derive(Debug)]
pub struct Claim {
    budget: Option<Arc<Budget>>,
    bytes: u64,
}

impl Claim {
    /// How many bytes were claimed.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        if let Some(budget) = &self.budget {
            budget.unclaim(self.bytes);
        }
    }
}

/// Memory that was to be set aside is not free.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{bytes} bytes were to be kept while {held} are held, and the memory limit is {limit} bytes")]
#[non_exhaustive]
pub struct OutOfMemory {
    /// Bytes that were to be set aside.
    pub bytes: u64,
    /// Bytes that runs and other claims hold.
    pub held: u64,
    /// Bytes that may be held at once.
    pub limit: u64,
}
