//! Threads working on a plan together.
//!
//! Every thread is in the same loop: report what was done and take what is best, in one short critical
//! section, then run it. A job that finds nothing to take ends: no thread of the pool ever waits for a task of
//! another. Whoever makes tasks ready spawns a job for them, one at a time; each spawns the next.
//!
//! The caller takes part if it is a thread of a pool or inside a task, so that its plan advances even when no
//! other thread is free, and if the plan has few tasks, so that it has begun before another thread is awake. When all that is left is in flight elsewhere, it sleeps until there is more. It waits
//! only for tasks begun after its call, and tasks wait only for what they began themselves, so no circle of
//! waiting can close. (It does not run other jobs of the pool meanwhile, as these could bury it for long; the
//! one thing that this rules out is `rayon::broadcast` inside a task.)

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use chunkwise_plan::TaskId;
use rayon::ThreadPool;

use crate::Work;
use crate::budget::Lease;
use crate::cancel::CancelToken;
use crate::lend::{Lent, Signal, give_way, lend};
use crate::observe;
use crate::scheduler::{Action, Event, Scheduler};
use crate::sync::lock;
use crate::tasks::{Failure, Tasks};

/// Most tasks taken at once.
const BATCH: usize = 32;
/// Batches grow while they take less than this, so that the critical section costs little ...
const SHORT: Duration = Duration::from_micros(20);
/// ... and what is left of one that takes longer is handed back, so that others can have it.
const LONG: Duration = Duration::from_micros(100);
/// How long a job keeps its thread when another plan asks for one.
const TURN: Duration = Duration::from_millis(1);

/// A plan under way, shared by the threads that work on it.
pub(crate) struct Plan<'a, W: Work> {
    pub(crate) tasks: Tasks<'a, W>,
    pub(crate) core: Mutex<Core<'a, W::Error>>,
    /// How many threads may work on it at once.
    pub(crate) threads: usize,
    pub(crate) cancel: Option<&'a CancelToken>,
    /// Set with the first failure, so that what is left of a batch is not begun.
    pub(crate) stopping: AtomicBool,
}

/// What the critical section guards.
pub(crate) struct Core<'a, E> {
    pub(crate) scheduler: Scheduler<'a>,
    pub(crate) lease: Option<Lease>,
    pub(crate) failures: Vec<(TaskId, Failure<E>)>,
    /// Threads that work on the plan or are on their way. A job that left early counts until it is released.
    active: usize,
    /// The caller takes part and has nothing to do.
    caller_waits: bool,
}

impl<'a, E> Core<'a, E> {
    pub(crate) fn new(scheduler: Scheduler<'a>, lease: Option<Lease>) -> Self {
        Core { scheduler, lease, failures: Vec::new(), active: 0, caller_waits: false }
    }

    /// Gives back memory that is no longer needed for running ahead.
    pub(crate) fn settle(&mut self) {
        if let (Some(lease), Some((limit, claimed))) = (&mut self.lease, self.scheduler.memory()) {
            lease.settle(claimed);
            if lease.bytes() < limit {
                self.scheduler.handle(Event::Memory(lease.bytes()), &mut |_| ());
            }
        }
    }

    fn grow(&mut self, by: u64) -> bool {
        let Some(lease) = self.lease.as_mut().filter(|_| by > 0) else { return false };
        let grown = lease.grow(by);
        if grown {
            self.scheduler.handle(Event::Memory(lease.bytes()), &mut |_| ());
        }
        grown
    }

    /// Takes the best tasks: one if it can be had, more if they are short and plenty.
    fn take(&mut self, batch: &mut Batch<E>, threads: usize) {
        let share = (self.scheduler.ready() / threads).clamp(1, batch.size);
        while batch.tasks.len() < share {
            match self.scheduler.next() {
                Action::Run(task) => batch.tasks.push(task),
                Action::Short(by) if batch.tasks.is_empty() && self.grow(by) => {}
                _ => break,
            }
        }
    }

    /// Whether another thread would find something to do.
    fn startable(&mut self) -> bool {
        loop {
            match self.scheduler.peek() {
                Action::Run(_) => return true,
                Action::Short(by) if self.grow(by) => {}
                _ => return false,
            }
        }
    }

    fn report(&mut self, batch: &mut Batch<E>, observed: bool) {
        let Batch { done, returned, failed, freed, .. } = batch;
        let mut freed = |task| {
            if observed {
                freed.push(task);
            }
        };
        for task in done.drain(..) {
            self.scheduler.handle(Event::Done(task), &mut freed);
        }
        for task in returned.drain(..) {
            self.scheduler.handle(Event::Returned(task), &mut freed);
        }
        if let Some((task, failure)) = failed.take() {
            self.scheduler.handle(Event::Failed(task), &mut freed);
            self.failures.push((task, failure));
        }
    }
}

/// What a thread carries into and out of the critical section.
struct Batch<E> {
    /// To run.
    tasks: Vec<TaskId>,
    done: Vec<TaskId>,
    returned: Vec<TaskId>,
    failed: Option<(TaskId, Failure<E>)>,
    /// Results that were read to the end, for the observer.
    freed: Vec<TaskId>,
    /// How many tasks to take at most.
    size: usize,
}

impl<E> Batch<E> {
    fn new() -> Self {
        let list = || Vec::with_capacity(BATCH);
        Batch { tasks: list(), done: list(), returned: Vec::new(), failed: None, freed: Vec::new(), size: 1 }
    }
}

/// How a thread came to work on the plan.
#[derive(Clone, Copy)]
enum Role<'p> {
    /// It called, and spawns into this pool.
    Caller(Option<&'p ThreadPool>),
    /// It is a job of the pool, begun at this time.
    Job(Instant),
}

/// What to do after the critical section.
struct Step {
    held: u64,
    finished: bool,
    spawn: bool,
    ring: bool,
    give_way: bool,
}

/// Runs the plan on the threads of a pool, the current one if none is given, until nothing is left to do.
pub(crate) fn work_together<W: Work>(plan: &Plan<'_, W>, pool: Option<&ThreadPool>, take_part: bool) {
    let signal = Arc::new(Signal::default());
    let weak = Arc::downgrade(&signal);
    let _waking = plan.cancel.map(|token| token.waking(weak));
    let job = |lent: &Lent| plan.work(Role::Job(Instant::now()), &signal, lent);
    lend(&signal, &job, |lent| {
        if take_part {
            lock(&plan.core).active = 1;
            plan.work(Role::Caller(pool), &signal, lent);
        } else {
            plan.supervise(&signal, lent, pool);
        }
    });
}

impl<W: Work> Plan<'_, W> {
    pub(crate) fn cancelled(&self) -> bool {
        self.cancel.is_some_and(CancelToken::is_cancelled)
    }

    /// Sees to it that jobs are there while there is something to do, and waits for the end.
    fn supervise(&self, signal: &Signal, lent: &Lent, pool: Option<&ThreadPool>) {
        loop {
            let jobs = {
                let core = &mut *lock(&self.core);
                core.active -= signal.take_released();
                if self.cancelled() {
                    core.scheduler.handle(Event::Cancel, &mut |_| ());
                }
                if core.scheduler.finished() {
                    return;
                }
                let jobs = if core.startable() { self.threads - core.active } else { 0 };
                let jobs = jobs.min(core.scheduler.ready());
                core.active += jobs;
                jobs
            };
            for _ in 0..jobs {
                lent.spawn(pool);
            }
            signal.wait_for_workers();
        }
    }

    /// The loop of every thread.
    fn work(&self, role: Role<'_>, signal: &Signal, lent: &Lent) {
        let mut batch = Batch::new();
        loop {
            let step = self.exchange(&mut batch, role, signal);
            if step.spawn {
                match role {
                    Role::Caller(pool) => lent.spawn(pool),
                    Role::Job(_) => lent.spawn(None),
                }
            }
            if step.ring {
                signal.ring();
            }
            if self.tasks.watch.is_keen() {
                for task in batch.freed.drain(..) {
                    self.tasks.observe(observe::Event::ResultFreed { task });
                }
                self.tasks.observe(observe::Event::Held { bytes: step.held });
            }
            if !batch.tasks.is_empty() {
                self.run(&mut batch);
            } else if let Role::Job(_) = role {
                if step.give_way {
                    signal.release();
                }
                return;
            } else if step.finished {
                return;
            } else {
                signal.wait();
            }
        }
    }

    /// The critical section.
    fn exchange(&self, batch: &mut Batch<W::Error>, role: Role<'_>, signal: &Signal) -> Step {
        let give_way = matches!(role, Role::Job(begun) if give_way(|| begun.elapsed() > TURN));
        let core = &mut *lock(&self.core);
        core.active -= signal.take_released();
        core.report(batch, self.tasks.watch.is_keen());
        if self.cancelled() {
            core.scheduler.handle(Event::Cancel, &mut |_| ());
        }
        core.settle();
        let caller = matches!(role, Role::Caller(_));
        if caller {
            core.caller_waits = false;
        }
        if !give_way {
            core.take(batch, self.threads);
        }
        let finished = core.scheduler.finished();
        let (mut spawn, mut ring) = (false, finished);
        if batch.tasks.is_empty() {
            if caller {
                core.caller_waits = true;
            } else if !give_way {
                core.active -= 1;
            }
        } else if core.caller_waits {
            ring = core.startable();
            core.caller_waits = !ring;
        } else if core.active < self.threads && core.startable() {
            core.active += 1;
            spawn = true;
        }
        Step { held: core.scheduler.held(), finished, spawn, ring, give_way }
    }

    /// Runs what was taken. What is left when it takes long, or when the plan is given up, is handed back.
    fn run(&self, batch: &mut Batch<W::Error>) {
        let begun = Instant::now();
        let count = batch.tasks.len();
        let mut tasks = batch.tasks.drain(..);
        while let Some(task) = tasks.next() {
            if self.stopping.load(Ordering::Relaxed) || self.cancelled() {
                batch.returned.push(task);
                break;
            }
            match self.tasks.run(task) {
                Ok(()) => batch.done.push(task),
                Err(failure) => {
                    self.stopping.store(true, Ordering::Relaxed);
                    batch.failed = Some((task, failure));
                    break;
                }
            }
            if tasks.len() > 0 && begun.elapsed() > LONG {
                break;
            }
        }
        batch.returned.extend(tasks);
        let elapsed = begun.elapsed();
        if elapsed > LONG {
            batch.size = 1;
        } else if elapsed < SHORT && count == batch.size {
            batch.size = (2 * batch.size).min(BATCH);
        }
    }
}
