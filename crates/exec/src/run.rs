//! One run of a graph, from the question whether it fits to the results in the caller's hands.

use std::num::NonZeroUsize;
use std::panic::resume_unwind;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use chunkwise_plan::{TaskGraph, TaskId};
use rayon::ThreadPool;

use crate::budget::{Budget, Lease, Patience, Refused};
use crate::cancel::CancelToken;
use crate::error::ExecError;
use crate::executor::Options;
use crate::observe::{self, Outcome, RunInfo};
use crate::order::{Order, Starved, own_bytes};
use crate::scheduler::{Action, Event, Scheduler};
use crate::slots::Slots;
use crate::tasks::{Failure, Tasks};
use crate::watch::Watch;
use crate::worker::{Core, Plan, work_together};
use crate::{Work, context, tasks};

/// The results of a graph and what it took to get them.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Run<T> {
    /// The results of the tasks that were [kept](TaskGraph::keep), in the order in which they were marked.
    pub outputs: Vec<T>,
    /// What it took.
    pub stats: Stats,
}

/// What a run took.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Stats {
    /// Number of tasks.
    pub tasks: usize,
    /// The most bytes that were held at once, by the tasks' own statements.
    pub peak_bytes: u64,
    /// How many threads could work on the graph at once.
    pub threads: usize,
    /// Time from the call to the return, waiting for memory included.
    pub elapsed: Duration,
}

impl Stats {
    /// Of a run of a graph of one task.
    ///
    /// # Panics
    /// If the graph has no task.
    pub fn of_single(graph: &TaskGraph, elapsed: Duration) -> Self {
        let peak_bytes = graph.held_throughout() + own_bytes(graph, 0);
        Stats { tasks: 1, peak_bytes, threads: 1, elapsed }
    }
}

/// A caller from outside of any pool takes part in graphs of up to this many tasks. It has begun before another thread
/// is awake; of longer ones that is a small part, and they had better leave the processors to the pool.
const FEW: usize = 64;

/// Where a run finds threads.
pub(crate) enum Threads<'p> {
    /// The caller's pool.
    Current,
    /// A pool of its own, of which this is the size; made when it is needed.
    Own(NonZeroUsize, &'p dyn Fn() -> Result<Arc<ThreadPool>, String>),
}

/// Runs a graph.
pub(crate) fn run<W: Work>(
    graph: &TaskGraph,
    work: &W,
    options: &Options,
    threads: Threads<'_>,
    budget: Option<&Arc<Budget>>,
) -> Result<Run<W::Output>, ExecError<W::Error>> {
    let begun = Instant::now();
    if graph.len() == 1 && budget.is_none() && options.observers.is_empty() {
        return run_single(graph, work, options.cancel.as_ref(), begun);
    }
    let alone = graph.len() <= 1;
    let threads_at_hand = if alone { 1 } else { threads.count().min(graph.len()) };
    let info = RunInfo {
        graph,
        description: work.description(),
        threads: threads_at_hand,
        memory_limit: budget.map(|budget| budget.limit()),
        nested: context::inside_task(),
    };
    let watch = Watch::begin(info, &options.observers);
    let mut stats = Stats { tasks: graph.len(), threads: threads_at_hand, ..Stats::default() };
    let cancel = options.cancel.as_ref();
    let outputs = run_watched(work, cancel, threads, budget, &watch, &mut stats);
    stats.elapsed = begun.elapsed();
    let outcome = match &outputs {
        Ok(_) => Outcome::Done,
        Err(ExecError::Cancelled) => Outcome::Cancelled,
        Err(_) => Outcome::Failed,
    };
    watch.end(outcome, stats);
    Ok(Run { outputs: outputs?, stats })
}

/// Runs the only task of a graph: no others depend on it, nobody listens, and there is no limit to keep.
fn run_single<W: Work>(
    graph: &TaskGraph,
    work: &W,
    cancel: Option<&CancelToken>,
    begun: Instant,
) -> Result<Run<W::Output>, ExecError<W::Error>> {
    const ONLY: TaskId = 0;
    if cancel.is_some_and(CancelToken::is_cancelled) {
        return Err(ExecError::Cancelled);
    }
    let output = match tasks::run_alone(work, ONLY, graph.scratch_bytes(ONLY)) {
        Ok(output) => output,
        Err(Failure::Error(error)) => return Err(ExecError::Task { task: ONLY, error }),
        Err(Failure::Panic(payload)) => resume_unwind(payload),
    };
    // A task that is kept twice is given twice.
    let outputs = graph.kept().iter().map(|_| output.clone()).collect();
    drop(output);
    Ok(Run { outputs, stats: Stats::of_single(graph, begun.elapsed()) })
}

/// The same, with listeners; notes the peak.
fn run_watched<W: Work>(
    work: &W,
    cancel: Option<&CancelToken>,
    threads: Threads<'_>,
    budget: Option<&Arc<Budget>>,
    watch: &Watch<'_>,
    stats: &mut Stats,
) -> Result<Vec<W::Output>, ExecError<W::Error>> {
    let RunInfo { graph, threads: threads_at_hand, .. } = watch.run;
    // What is held throughout is leased apart, so that it never counts as room for tasks.
    let (scheduler, lease, _throughout) = match budget {
        None => (Scheduler::new(graph), None, None),
        Some(budget) => {
            let (scheduler, lease, throughout) = reserve(graph, budget, cancel)?;
            (scheduler, Some(lease), Some(throughout))
        }
    };
    let tasks = Tasks {
        graph,
        work,
        slots: Slots::new(scheduler.unread()),
        watch,
        budget: budget.map_or(0, Budget::id),
    };
    let mut core = Core::new(scheduler, lease);
    let (tasks, core) = if threads_at_hand == 1 {
        run_alone(&tasks, &mut core, cancel);
        (tasks, core)
    } else {
        let pool = threads.pool().map_err(ExecError::Threads)?;
        let plan = Plan {
            tasks,
            core: Mutex::new(core),
            threads: threads_at_hand,
            cancel,
            stopping: AtomicBool::new(false),
        };
        let few = graph.len() <= FEW;
        let take_part = few || rayon::current_thread_index().is_some() || context::inside_task();
        work_together(&plan, pool.as_deref(), take_part);
        (plan.tasks, plan.core.into_inner().unwrap_or_else(PoisonError::into_inner))
    };
    stats.peak_bytes = graph.held_throughout() + core.scheduler.peak();
    finish(tasks, core)
}

impl Threads<'_> {
    fn count(&self) -> usize {
        match self {
            Threads::Current => rayon::current_num_threads(),
            Threads::Own(count, _) => count.get(),
        }
    }

    fn pool(&self) -> Result<Option<Arc<ThreadPool>>, String> {
        match self {
            Threads::Current => Ok(None),
            Threads::Own(_, pool) => pool().map(Some),
        }
    }
}

/// Finds an order that fits and gets the memory for it.
fn reserve<'g, E>(
    graph: &'g TaskGraph,
    budget: &Arc<Budget>,
    cancel: Option<&CancelToken>,
) -> Result<(Scheduler<'g>, Lease, Lease), ExecError<E>> {
    let throughout = graph.held_throughout();
    let available = budget.available();
    let starved = |Starved { task, needed, held, .. }| {
        let set_aside = budget.limit() - available;
        ExecError::Memory { task, needed, held: held + throughout + set_aside, limit: budget.limit() }
    };
    let order = Order::within(graph, available.saturating_sub(throughout)).map_err(starved)?;
    let patience = if context::inside_task() {
        Patience::None
    } else if rayon::current_thread_index().is_some() {
        Patience::WhileSomethingMoves
    } else {
        Patience::Endless
    };
    let bytes = order.peak() + throughout;
    let mut lease = budget.lease(bytes, patience, cancel).map_err(|refused| match refused {
        Refused::Cancelled => ExecError::Cancelled,
        Refused::Held(by_others) => {
            let task = order.widest();
            let needed = own_bytes(graph, task);
            let held = by_others + (bytes - needed);
            ExecError::Memory { task, needed, held, limit: budget.limit() }
        }
    })?;
    let throughout = lease.split(throughout);
    Ok((Scheduler::within(graph, order, lease.bytes()), lease, throughout))
}

/// Runs all tasks on this thread, in order.
fn run_alone<W: Work>(tasks: &Tasks<'_, W>, core: &mut Core<'_, W::Error>, cancel: Option<&CancelToken>) {
    loop {
        if cancel.is_some_and(CancelToken::is_cancelled) {
            core.scheduler.handle(Event::Cancel, &mut |_| ());
        }
        let Action::Run(task) = core.scheduler.next() else { break };
        tasks.observe(observe::Event::Held { bytes: core.scheduler.held() });
        let event = match tasks.run(task) {
            Ok(()) => Event::Done(task),
            Err(failure) => {
                core.failures.push((task, failure));
                Event::Failed(task)
            }
        };
        core.scheduler.handle(event, &mut |task| tasks.observe(observe::Event::ResultFreed { task }));
        core.settle();
    }
    debug_assert!(core.scheduler.finished(), "one task at a time always fits");
    tasks.observe(observe::Event::Held { bytes: core.scheduler.held() });
}

/// The results, or what went wrong; then everything else is dropped, and the memory given back last.
fn finish<W: Work>(
    tasks: Tasks<'_, W>,
    core: Core<'_, W::Error>,
) -> Result<Vec<W::Output>, ExecError<W::Error>> {
    let Core { scheduler, lease: _lease, failures, .. } = core;
    // Declared after the lease, so dropped before it.
    let tasks = tasks;
    match failures.into_iter().min_by_key(|&(task, _)| task) {
        Some((task, Failure::Error(error))) => return Err(ExecError::Task { task, error }),
        Some((_, Failure::Panic(payload))) => resume_unwind(payload),
        None if !scheduler.complete() => return Err(ExecError::Cancelled),
        None => {}
    }
    Ok(tasks.graph.kept().iter().map(|&task| tasks.slots.take(task)).collect())
}
