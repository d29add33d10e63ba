//! The state machine that decides when each task runs: events in, actions out, nothing else.
//!
//! It has no locks, threads or clocks, so that tests drive it through every transition one at a time. Per
//! task it keeps two counters, one bit, and under a memory limit eight bytes; events allocate nothing.

use chunkwise_plan::{TaskGraph, TaskId};

use crate::admission::Admission;
use crate::order::{Order, own_bytes, reader_counts};
use crate::ready::ReadySet;

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Event {
    /// A running task finished and left its result.
    Done(TaskId),
    /// A running task failed: nothing more is to be started.
    Failed(TaskId),
    /// A task was to run but was not begun: it is ready again.
    Returned(TaskId),
    /// Nothing more is to be started.
    Cancel,
    /// The memory limit changed. It is never taken below what was promised.
    Memory(u64),
}

/// What to do next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Action {
    /// Run this task, which counts as running from now on.
    Run(TaskId),
    /// The best task could run if the limit were higher by so many bytes; otherwise wait.
    Short(u64),
    /// Nothing can start before a running task has finished.
    Wait,
    /// Nothing runs and nothing will: all tasks are done, or the rest was given up.
    Finished,
}

const RUNNING: u32 = u32::MAX - 1;
const DONE: u32 = u32::MAX;

/// See the [module](self).
#[derive(Debug)]
pub(crate) struct Scheduler<'g> {
    graph: &'g TaskGraph,
    reader_starts: Vec<u32>,
    readers: Vec<TaskId>,
    /// Inputs that are not finished; [`RUNNING`] and [`DONE`] later.
    waiting: Vec<u32>,
    /// Readers that are not finished, the caller being one of kept results.
    unread: Vec<u32>,
    /// Ranks of ready tasks.
    ready: ReadySet,
    admission: Option<Admission>,
    running: usize,
    unfinished: usize,
    stopped: bool,
    held: u64,
    peak: u64,
}

impl<'g> Scheduler<'g> {
    /// A scheduler without a memory limit, in which ids are priorities.
    pub(crate) fn new(graph: &'g TaskGraph) -> Self {
        Scheduler::with(graph, None)
    }

    /// A scheduler in which ranks are priorities and the bytes held stay within a limit.
    pub(crate) fn within(graph: &'g TaskGraph, order: Order, limit: u64) -> Self {
        Scheduler::with(graph, Some(Admission::new(order, limit)))
    }

    fn with(graph: &'g TaskGraph, admission: Option<Admission>) -> Self {
        let count = graph.len();
        let (reader_starts, readers) = graph.readers();
        let waiting = (0..count as TaskId).map(|task| graph.inputs(task).len() as u32).collect();
        let mut scheduler = Scheduler {
            graph,
            reader_starts,
            readers,
            waiting,
            unread: reader_counts(graph),
            ready: ReadySet::new(count),
            admission,
            running: 0,
            unfinished: count,
            stopped: false,
            held: 0,
            peak: 0,
        };
        for task in 0..count as TaskId {
            if scheduler.waiting[task as usize] == 0 {
                scheduler.ready.insert(scheduler.rank_of(task));
            }
        }
        scheduler
    }

    /// Takes note of an event. `freed` hears of each result that nobody will read any more.
    pub(crate) fn handle(&mut self, event: Event, freed: &mut impl FnMut(TaskId)) {
        match event {
            Event::Done(task) => self.done(task, freed),
            Event::Failed(task) => {
                self.stop_running(task);
                self.stopped = true;
            }
            Event::Returned(task) => {
                self.stop_running(task);
                self.ready.insert(self.rank_of(task));
            }
            Event::Cancel => self.stopped = true,
            Event::Memory(limit) => {
                if let Some(admission) = &mut self.admission {
                    admission.set_limit(limit);
                }
            }
        }
    }

    /// What to do next; a task to run is running from then on.
    pub(crate) fn next(&mut self) -> Action {
        let action = self.peek();
        if let Action::Run(task) = action {
            let (rank, bytes) = (self.rank_of(task), own_bytes(self.graph, task));
            self.ready.remove(rank);
            self.waiting[task as usize] = RUNNING;
            self.running += 1;
            self.held = self.held.saturating_add(bytes);
            self.peak = self.peak.max(self.held);
            if let Some(admission) = &mut self.admission {
                admission.take(rank, bytes);
            }
        }
        action
    }

    /// What [`next`](Self::next) would return.
    pub(crate) fn peek(&mut self) -> Action {
        if self.finished() {
            return Action::Finished;
        }
        let Some(rank) = self.ready.first().filter(|_| !self.stopped) else { return Action::Wait };
        let task = self.task_at(rank);
        match &mut self.admission {
            Some(admission) => match admission.check(rank, own_bytes(self.graph, task)) {
                Ok(()) => Action::Run(task),
                Err(short) => Action::Short(short),
            },
            None => Action::Run(task),
        }
    }

    /// Whether nothing runs and nothing will.
    pub(crate) fn finished(&self) -> bool {
        self.unfinished == 0 || (self.stopped && self.running == 0)
    }

    /// Whether every task is done.
    pub(crate) fn complete(&self) -> bool {
        self.unfinished == 0
    }

    /// Number of tasks whose inputs are there and that have not started.
    pub(crate) fn ready(&self) -> usize {
        self.ready.len()
    }

    /// Bytes of results alive, and of results and scratch of running tasks.
    pub(crate) fn held(&self) -> u64 {
        self.held
    }

    /// The most bytes held so far.
    pub(crate) fn peak(&self) -> u64 {
        self.peak
    }

    /// The limit and the least that it may be lowered to, where there is one.
    pub(crate) fn memory(&self) -> Option<(u64, u64)> {
        self.admission.as_ref().map(|admission| (admission.limit(), admission.claimed()))
    }

    /// How many times each result will yet be read, the caller's readings of kept ones included.
    pub(crate) fn unread(&self) -> &[u32] {
        &self.unread
    }

    fn done(&mut self, task: TaskId, freed: &mut impl FnMut(TaskId)) {
        debug_assert_eq!(self.waiting[task as usize], RUNNING, "{task} is done but did not run");
        self.waiting[task as usize] = DONE;
        self.running -= 1;
        self.unfinished -= 1;
        self.give(task, self.graph.scratch_bytes(task));
        let graph = self.graph;
        for &input in graph.inputs(task) {
            self.unread[input as usize] -= 1;
            if self.unread[input as usize] == 0 {
                self.give(input, graph.output_bytes(input));
                freed(input);
            }
        }
        if self.unread[task as usize] == 0 {
            self.give(task, graph.output_bytes(task));
            freed(task);
        }
        let (first, last) = (self.reader_starts[task as usize], self.reader_starts[task as usize + 1]);
        for edge in first..last {
            let reader = self.readers[edge as usize];
            self.waiting[reader as usize] -= 1;
            if self.waiting[reader as usize] == 0 {
                self.ready.insert(self.rank_of(reader));
            }
        }
        self.move_frontier();
    }

    /// Takes a task that did not leave a result out of those running.
    fn stop_running(&mut self, task: TaskId) {
        debug_assert_eq!(self.waiting[task as usize], RUNNING, "{task} did not run");
        self.waiting[task as usize] = 0;
        self.running -= 1;
        self.give(task, own_bytes(self.graph, task));
    }

    fn give(&mut self, task: TaskId, bytes: u64) {
        self.held = self.held.saturating_sub(bytes);
        if let Some(admission) = &mut self.admission {
            let rank = admission.order().rank_of(task);
            admission.give(rank, bytes);
        }
    }

    /// Moves the frontier past tasks that are done; those it reaches no longer count as ahead.
    fn move_frontier(&mut self) {
        let Some(admission) = &mut self.admission else { return };
        let count = self.graph.len() as u32;
        while admission.frontier() < count {
            let task = admission.order().task_at(admission.frontier());
            if self.waiting[task as usize] != DONE {
                break;
            }
            let next = admission.frontier() + 1;
            let bytes = if next == count {
                0
            } else {
                let next = admission.order().task_at(next);
                match self.waiting[next as usize] {
                    RUNNING => own_bytes(self.graph, next),
                    DONE if self.unread[next as usize] > 0 => self.graph.output_bytes(next),
                    _ => 0,
                }
            };
            admission.advance(bytes);
        }
    }

    fn rank_of(&self, task: TaskId) -> u32 {
        self.admission.as_ref().map_or(task, |admission| admission.order().rank_of(task))
    }

    fn task_at(&self, rank: u32) -> TaskId {
        self.admission.as_ref().map_or(rank, |admission| admission.order().task_at(rank))
    }
}

#[cfg(test)]
mod tests;
