//! An order of the tasks that fits a memory limit when they run one at a time, and what it holds at each step.
//!
//! This is decided before anything runs, so whether a plan fits does not depend on threads or timing. The
//! order of ids is taken where it fits: it is the one that the plan was laid out for. Where it does not, a
//! greedy search takes the first ready task that fits, step by step. The
//! [admission](crate::admission) rule then never lets tasks that run ahead of the order take what the rest
//! of it needs.

use chunkwise_plan::{TaskGraph, TaskId};

/// The part of a limit that an order leaves free if it can.
const SPARE: u64 = 8;

/// Why no order was found: with `held` bytes held, `task` needs `needed` more, and the limit is in the way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Starved {
    pub(crate) task: TaskId,
    pub(crate) needed: u64,
    pub(crate) held: u64,
    pub(crate) limit: u64,
    /// The tasks whose results these are.
    pub(crate) holders: Vec<TaskId>,
}

/// An order of all tasks. A task's place in it is its rank.
#[derive(Debug)]
pub(crate) struct Order {
    /// Bytes held while the task of each rank runs alone, all those of lower rank being finished.
    held: Vec<u64>,
    /// The most of these.
    peak: u64,
    /// Absent where ranks are ids.
    ranks: Option<Ranks>,
}

#[derive(Debug)]
struct Ranks {
    task_at: Vec<TaskId>,
    rank_of: Vec<u32>,
}

impl Order {
    /// The order of ids, or, where that exceeds `limit`, another one that does not.
    pub(crate) fn within(graph: &TaskGraph, limit: u64) -> Result<Self, Starved> {
        if let Some(starved) = hopeless(graph, limit) {
            return Err(starved);
        }
        let order = Order::of_ids(graph);
        if order.peak <= limit {
            return Ok(order);
        }
        // A search that fills what it is given leaves nothing for what allocators round up. Only where there is no other
        // way does it get everything.
        greedy(graph, limit - limit / SPARE).or_else(|_| greedy(graph, limit))
    }

    fn of_ids(graph: &TaskGraph) -> Self {
        let mut held = Vec::with_capacity(graph.len());
        let mut walk = Walk::new(graph);
        for task in 0..graph.len() as TaskId {
            held.push(walk.run(task));
        }
        Order { peak: held.iter().copied().max().unwrap_or(0), held, ranks: None }
    }

    /// The most bytes held when the tasks run one at a time in this order.
    pub(crate) fn peak(&self) -> u64 {
        self.peak
    }

    /// The task at which the most bytes are held.
    pub(crate) fn widest(&self) -> TaskId {
        let rank = self.held.iter().position(|&held| held == self.peak).unwrap_or(0);
        self.task_at(rank as u32)
    }

    /// Bytes held while the task of a rank runs, those before it being finished and none ahead started.
    pub(crate) fn held_at(&self, rank: u32) -> u64 {
        self.held[rank as usize]
    }

    pub(crate) fn task_at(&self, rank: u32) -> TaskId {
        self.ranks.as_ref().map_or(rank, |ranks| ranks.task_at[rank as usize])
    }

    pub(crate) fn rank_of(&self, task: TaskId) -> u32 {
        self.ranks.as_ref().map_or(task, |ranks| ranks.rank_of[task as usize])
    }
}

/// A task that does not fit even when its inputs are all that is held.
fn hopeless(graph: &TaskGraph, limit: u64) -> Option<Starved> {
    (0..graph.len() as TaskId).find_map(|task| {
        let inputs = graph.inputs(task).iter().map(|&input| graph.output_bytes(input));
        let held = inputs.fold(0, u64::saturating_add);
        let needed = own_bytes(graph, task);
        let holders = || graph.inputs(task).to_vec();
        (held.saturating_add(needed) > limit).then(|| Starved {
            task,
            needed,
            held,
            limit,
            holders: holders(),
        })
    })
}

/// What starting a task adds to the bytes held.
pub(crate) fn own_bytes(graph: &TaskGraph, task: TaskId) -> u64 {
    graph.output_bytes(task).saturating_add(graph.scratch_bytes(task))
}

/// How many readers each result has; the caller counts as one where it keeps it.
pub(crate) fn reader_counts(graph: &TaskGraph) -> Vec<u32> {
    let mut counts = vec![0; graph.len()];
    for task in 0..graph.len() as TaskId {
        for &input in graph.inputs(task) {
            counts[input as usize] += 1;
        }
    }
    for &task in graph.kept() {
        counts[task as usize] += 1;
    }
    counts
}

/// Takes the first ready task that fits, until all are done or none fits.
fn greedy(graph: &TaskGraph, limit: u64) -> Result<Order, Starved> {
    let count = graph.len();
    let (starts, readers) = graph.readers();
    let mut waiting: Vec<u32> = (0..count as TaskId).map(|task| graph.inputs(task).len() as u32).collect();
    let mut ready = FirstFit::new(count);
    for task in 0..count as TaskId {
        if waiting[task as usize] == 0 {
            ready.set(task, own_bytes(graph, task));
        }
    }
    let mut walk = Walk::new(graph);
    let (mut held, mut task_at) = (Vec::with_capacity(count), Vec::with_capacity(count));
    let mut rank_of = vec![0; count];
    while task_at.len() < count {
        let Some(task) = ready.first_within(limit.saturating_sub(walk.held)) else {
            let task = ready.first_within(u64::MAX).unwrap_or(0);
            let holders = walk.holders(&task_at);
            return Err(Starved { task, needed: own_bytes(graph, task), held: walk.held, limit, holders });
        };
        ready.set(task, FirstFit::ABSENT);
        rank_of[task as usize] = task_at.len() as u32;
        task_at.push(task);
        held.push(walk.run(task));
        for &reader in &readers[starts[task as usize] as usize..starts[task as usize + 1] as usize] {
            waiting[reader as usize] -= 1;
            if waiting[reader as usize] == 0 {
                ready.set(reader, own_bytes(graph, reader));
            }
        }
    }
    let peak = held.iter().copied().max().unwrap_or(0);
    Ok(Order { held, peak, ranks: Some(Ranks { task_at, rank_of }) })
}

/// Runs tasks one at a time and counts the bytes held.
struct Walk<'g> {
    graph: &'g TaskGraph,
    unread: Vec<u32>,
    held: u64,
}

impl<'g> Walk<'g> {
    fn new(graph: &'g TaskGraph) -> Self {
        Walk { graph, unread: reader_counts(graph), held: 0 }
    }

    /// Which of the tasks that have run hold results.
    fn holders(&self, run: &[TaskId]) -> Vec<TaskId> {
        run.iter().copied().filter(|&task| self.unread[task as usize] > 0).collect()
    }

    /// Bytes held while `task` runs; afterwards what nobody reads any more is freed.
    fn run(&mut self, task: TaskId) -> u64 {
        let during = self.held.saturating_add(own_bytes(self.graph, task));
        self.held = self.held.saturating_add(self.graph.output_bytes(task));
        for &input in self.graph.inputs(task) {
            self.unread[input as usize] -= 1;
            if self.unread[input as usize] == 0 {
                self.held = self.held.saturating_sub(self.graph.output_bytes(input));
            }
        }
        if self.unread[task as usize] == 0 {
            self.held = self.held.saturating_sub(self.graph.output_bytes(task));
        }
        during
    }
}

/// Numbers by position, and the first position whose number is within a bound: a tree of minima.
struct FirstFit {
    least: Vec<u64>,
    width: usize,
}

impl FirstFit {
    const ABSENT: u64 = u64::MAX;

    fn new(count: usize) -> Self {
        let width = count.next_power_of_two();
        FirstFit { least: vec![Self::ABSENT; 2 * width], width }
    }

    fn set(&mut self, position: u32, number: u64) {
        let mut node = self.width + position as usize;
        self.least[node] = number;
        while node > 1 {
            node /= 2;
            self.least[node] = self.least[2 * node].min(self.least[2 * node + 1]);
        }
    }

    fn first_within(&self, bound: u64) -> Option<u32> {
        let bound = bound.min(Self::ABSENT - 1);
        if self.least[1] > bound {
            return None;
        }
        let mut node = 1;
        while node < self.width {
            node *= 2;
            if self.least[node] > bound {
                node += 1;
            }
        }
        Some((node - self.width) as u32)
    }
}
