//! What can be seen of a run while it goes on.

use std::cell::Cell;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use chunkwise_plan::{Origin, StageKind, TaskGraph, TaskId};

use crate::run::Stats;

/// Something that happened in a run.
///
/// Events of one thread come in their order; those of different threads may overtake one another on their way
/// to the listener.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event {
    /// A task begins.
    TaskStarted {
        /// The task.
        task: TaskId,
        /// The thread that runs it.
        thread: Thread,
    },
    /// A task ended.
    TaskFinished {
        /// The task.
        task: TaskId,
        /// The thread that ran it.
        thread: Thread,
        /// Whether it failed or panicked.
        failed: bool,
    },
    /// A result has been read by its last reader.
    ResultFreed {
        /// The task that made it.
        task: TaskId,
    },
    /// Bytes counted as held after tasks were taken up or reported: results that are yet to be read,
    /// and results and scratch of the tasks taken up. [What is held throughout](RunInfo::held_throughout) comes on top.
    Held {
        /// The bytes.
        bytes: u64,
    },
    /// The run is over: the last event of each run, also of those that fail, are cancelled or cannot begin.
    Ended {
        /// How it ended.
        outcome: Outcome,
        /// What it took until then.
        stats: Stats,
    },
}

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// All tasks are done.
    Done,
    /// A task failed, or the run could not begin.
    Failed,
    /// It was cancelled.
    Cancelled,
}

/// A thread, as events name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Thread {
    number: u32,
    index: Option<u32>,
}

impl Thread {
    /// The thread that asks.
    ///
    /// ```
    /// use chunkwise_exec::Thread;
    ///
    /// let here = Thread::current();
    /// assert_eq!(Thread::current(), here);
    /// assert_eq!(here.index(), None, "no thread of a pool");
    /// let there = std::thread::spawn(Thread::current).join().expect("it only looks at itself");
    /// assert_ne!(there.number(), here.number());
    /// ```
    pub fn current() -> Thread {
        thread_local!(static NUMBER: Cell<u32> = const { Cell::new(u32::MAX) });
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.with(|number| {
            if number.get() == u32::MAX {
                number.set(NEXT.fetch_add(1, Ordering::Relaxed));
            }
            number.get()
        });
        Thread { number, index: rayon::current_thread_index().map(|index| index as u32) }
    }

    /// A number that no other thread of the process has. Numbers are small: they are given in the order in which
    /// threads first ask.
    pub fn number(self) -> usize {
        self.number as usize
    }

    /// Its index in its pool; `None` for a thread outside of any, such as a caller that takes part.
    pub fn index(self) -> Option<usize> {
        self.index.map(|index| index as usize)
    }
}

/// Is asked, whenever a run begins, who wants to hear of it.
///
/// A closure that takes an [`Event`] is both an observer and the listener of every run.
pub trait Observer: Send + Sync {
    /// A run begins. The listener hears of its events; `None` means that nobody wants to, and then nothing is measured.
    ///
    /// A panic in it is caught and ignored.
    fn begin(self: Arc<Self>, run: &RunInfo<'_>) -> Option<Arc<dyn Listener>>;
}

/// Hears of every event of a run, on the threads where they happen, the last one being [`Event::Ended`].
///
/// It is called outside the executor's locks. A panic in it is caught and ignored.
pub trait Listener: Send + Sync {
    /// Takes note of an event.
    fn event(&self, run: &RunInfo<'_>, event: Event);

    /// Which events it hears; asked once, when the run begins.
    fn interest(&self) -> Interest {
        Interest::Everything
    }
}

/// Which events a [`Listener`] hears. Those that nobody hears cost nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Interest {
    /// All of them.
    #[default]
    Everything,
    /// [`Event::TaskFinished`] and [`Event::Ended`] alone.
    Finished,
}

impl<F: Fn(Event) + Send + Sync + 'static> Observer for F {
    fn begin(self: Arc<Self>, _: &RunInfo<'_>) -> Option<Arc<dyn Listener>> {
        Some(self)
    }
}

impl<F: Fn(Event) + Send + Sync> Listener for F {
    fn event(&self, _: &RunInfo<'_>, event: Event) {
        self(event);
    }
}

/// What the tasks of a run have in common with others of it, and how these look to a user.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct StageSummary {
    /// The operations it runs.
    pub label: String,
    /// What kind of work that is.
    pub kind: StageKind,
    /// Where the user built the last of them.
    pub origin: Origin,
}

impl StageSummary {
    /// A summary.
    pub fn new(label: impl Into<String>, kind: StageKind, origin: Origin) -> Self {
        StageSummary { label: label.into(), kind, origin }
    }
}

/// What a [`Work`](crate::Work) tells of its tasks.
pub trait Description: Sync {
    /// The stages.
    fn stages(&self) -> Vec<StageSummary>;

    /// The stage of a task, as its place among the stages.
    fn stage_of(&self, task: TaskId) -> usize;

    /// Bytes of what a task makes or writes.
    fn bytes(&self, task: TaskId) -> u64;

    /// The user's chunk that a task begins in; empty if there is none.
    fn chunk(&self, task: TaskId) -> Vec<usize>;

    /// Bytes that the tasks have read of sources so far.
    fn bytes_read(&self) -> u64 {
        0
    }
}

/// A run: what it does, on how many threads and in how much memory. Nothing of it is worked out before it is asked for.
#[derive(Clone, Copy)]
pub struct RunInfo<'a> {
    pub(crate) graph: &'a TaskGraph,
    pub(crate) description: Option<&'a dyn Description>,
    pub(crate) threads: usize,
    pub(crate) memory_limit: Option<u64>,
    pub(crate) nested: bool,
}

impl RunInfo<'_> {
    /// Number of tasks, numbered from zero.
    pub fn tasks(&self) -> usize {
        self.graph.len()
    }

    /// How many threads can work on it at once.
    pub fn threads(&self) -> usize {
        self.threads
    }

    /// How many bytes it may hold together with the other runs of its executor.
    pub fn memory_limit(&self) -> Option<u64> {
        self.memory_limit
    }

    /// Whether it was begun by a task of another run.
    pub fn is_nested(&self) -> bool {
        self.nested
    }

    /// Bytes that are held from its begin to its end: the arrays to return.
    pub fn held_throughout(&self) -> u64 {
        self.graph.held_throughout()
    }

    /// The stages, each of which has any number of tasks.
    pub fn stages(&self) -> Vec<StageSummary> {
        self.description.map_or_else(Vec::new, Description::stages)
    }

    /// The stage of a task, as its place among the stages.
    pub fn stage_of(&self, task: TaskId) -> usize {
        self.description.map_or(0, |description| description.stage_of(task))
    }

    /// Bytes of what a task makes or writes.
    pub fn bytes(&self, task: TaskId) -> u64 {
        match self.description {
            Some(description) => description.bytes(task),
            None => self.graph.output_bytes(task),
        }
    }

    /// Bytes that the tasks have read of sources so far, be it in tasks of their own or where they are needed.
    pub fn bytes_read(&self) -> u64 {
        self.description.map_or(0, Description::bytes_read)
    }

    /// The user's chunk that a task begins in; empty if there is none.
    pub fn chunk(&self, task: TaskId) -> Vec<usize> {
        self.description.map_or_else(Vec::new, |description| description.chunk(task))
    }
}

impl std::fmt::Debug for RunInfo<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RunInfo")
            .field("tasks", &self.tasks())
            .field("threads", &self.threads)
            .field("memory_limit", &self.memory_limit)
            .field("nested", &self.nested)
            .finish_non_exhaustive()
    }
}
