//! Taking note of what happens, on the threads where it happens.
//!
//! Each thread has a lane of its own behind a lock that only it takes while runs go on, so that threads do not wait for
//! each other. What is counted is exact however long a run; what is drawn is bounded by [`thin`](super::thin).

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use chunkwise_exec::{Event, Listener, Observer, Outcome, RunInfo, StageSummary, Stats, Thread};
use chunkwise_plan::{Origin, StageKind, TaskId};

use super::Profile;
use super::thin::{MOST_POINTS, MOST_SPANS, thin_points, thin_spans};

/// Lanes are spread over so many locks by the numbers of their threads.
const SHARDS: usize = 64;

/// Everything that was noted.
pub(super) struct Recorder {
    epoch: Instant,
    pub(super) runs: Mutex<Vec<RunRecord>>,
    pub(super) ops: Mutex<Ops>,
    shards: Vec<Shard>,
}

/// A lock with its cache lines to itself.
#[repr(align(128))]
#[derive(Default)]
struct Shard(Mutex<Vec<Lane>>);

/// A run. Times are nanoseconds since the profile was made.
#[derive(Clone, Debug)]
pub(super) struct RunRecord {
    pub(super) begun: u64,
    pub(super) ended: Option<u64>,
    pub(super) outcome: Option<Outcome>,
    pub(super) stats: Stats,
    pub(super) threads: usize,
    pub(super) memory_limit: Option<u64>,
    pub(super) held_throughout: u64,
    /// Bytes read of sources, once it has ended.
    pub(super) bytes_read: u64,
}

/// Operations by number: stages of all runs, those of the same place in the source being one.
#[derive(Default)]
pub(super) struct Ops {
    pub(super) list: Vec<StageSummary>,
    numbers: HashMap<(String, StageKind, String, u32, u32), u32>,
}

impl Ops {
    fn number(&mut self, op: StageSummary) -> u32 {
        let Origin { file, line, column } = &op.origin;
        let key = (op.label.clone(), op.kind, file.to_string(), *line, *column);
        *self.numbers.entry(key).or_insert_with(|| {
            self.list.push(op);
            self.list.len() as u32 - 1
        })
    }
}

/// What one thread did.
#[derive(Clone, Debug)]
pub(super) struct Lane {
    pub(super) thread: Thread,
    /// Tasks under way, each inside the one before.
    pub(super) open: Vec<Open>,
    pub(super) spans: Vec<Span>,
    /// Spans are thinned to this many nanoseconds.
    pub(super) resolution: u64,
    pub(super) points: Vec<Point>,
    pub(super) point_resolution: u64,
    /// Nanoseconds in which a task was under way.
    pub(super) busy: u64,
    pub(super) tasks: u64,
    /// By number of the operation.
    pub(super) totals: Vec<Total>,
}

/// A task under way.
#[derive(Clone, Debug)]
pub(super) struct Open {
    run: u32,
    task: TaskId,
    pub(super) op: u32,
    pub(super) start: u64,
    /// Nanoseconds of tasks inside it.
    inside: u64,
}

/// What the tasks of an operation took.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Total {
    pub(super) tasks: u64,
    pub(super) failed: u64,
    /// Nanoseconds, without those of tasks inside.
    pub(super) time: u64,
    pub(super) longest: u64,
    pub(super) bytes: u64,
}

/// A task, or several that lie close together.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Span {
    pub(super) start: u64,
    pub(super) end: u64,
    /// How many nanoseconds of it are tasks.
    pub(super) busy: u64,
    pub(super) bytes: u64,
    pub(super) tasks: u32,
    /// The operation that took most of it.
    pub(super) op: u32,
    pub(super) run: u32,
    /// The first task.
    pub(super) task: TaskId,
    /// Inside how many other tasks.
    pub(super) depth: u32,
    pub(super) failed: bool,
    /// Coordinates of the user's chunk, of one task.
    pub(super) chunk: Box<[usize]>,
}

/// Bytes that a run held from some time on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Point {
    pub(super) at: u64,
    pub(super) run: u32,
    pub(super) bytes: u64,
}

impl Lane {
    pub(super) fn new(thread: Thread) -> Self {
        Lane {
            thread,
            open: Vec::new(),
            spans: Vec::new(),
            resolution: 0,
            points: Vec::new(),
            point_resolution: 0,
            busy: 0,
            tasks: 0,
            totals: Vec::new(),
        }
    }

    fn finish(&mut self, now: u64, bytes: u64, failed: bool, chunk: impl FnOnce() -> Vec<usize>) {
        let Some(Open { run, task, op, start, inside }) = self.open.pop() else { return };
        let whole = now.saturating_sub(start);
        match self.open.last_mut() {
            Some(outer) => outer.inside += whole,
            None => self.busy += whole,
        }
        self.tasks += 1;
        if self.totals.len() <= op as usize {
            self.totals.resize(op as usize + 1, Total::default());
        }
        let total = &mut self.totals[op as usize];
        let own = whole.saturating_sub(inside);
        total.tasks += 1;
        total.failed += u64::from(failed);
        total.time += own;
        total.longest = total.longest.max(own);
        total.bytes += bytes;
        if self.spans.len() >= MOST_SPANS {
            self.resolution = thin_spans(&mut self.spans, self.resolution, MOST_SPANS / 2);
        }
        // Where spans are being merged, chunks are lost anyway.
        let chunk = if self.resolution == 0 { chunk().into() } else { Box::default() };
        let depth = self.open.len() as u32;
        self.spans.push(Span {
            start,
            end: now.max(start),
            busy: whole,
            bytes,
            tasks: 1,
            op,
            run,
            task,
            depth,
            failed,
            chunk,
        });
    }

    fn hold(&mut self, point: Point) {
        if self.points.last().is_some_and(|last| last.run == point.run && last.bytes == point.bytes) {
            return;
        }
        if self.points.len() >= MOST_POINTS {
            self.point_resolution = thin_points(&mut self.points, self.point_resolution, MOST_POINTS / 2);
        }
        self.points.push(point);
    }
}

/// The lock of what threads may have panicked over, which is whole at any time.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Recorder {
    pub(super) fn new() -> Self {
        let shards = (0..SHARDS).map(|_| Shard::default()).collect();
        Recorder { epoch: Instant::now(), runs: Mutex::default(), ops: Mutex::default(), shards }
    }

    /// Nanoseconds since the profile was made.
    pub(super) fn now(&self) -> u64 {
        self.epoch.elapsed().as_nanos() as u64
    }

    /// A copy of every lane.
    pub(super) fn lanes(&self) -> Vec<Lane> {
        self.shards.iter().flat_map(|shard| lock(&shard.0).clone()).collect()
    }

    fn with_lane(&self, thread: Thread, note: impl FnOnce(&mut Lane)) {
        let lanes = &mut *lock(&self.shards[thread.number() % SHARDS].0);
        let place = lanes.iter().position(|lane| lane.thread.number() == thread.number());
        let place = place.unwrap_or_else(|| {
            lanes.push(Lane::new(thread));
            lanes.len() - 1
        });
        note(&mut lanes[place]);
    }
}

/// A run under way.
struct RunWatch {
    recorder: Arc<Recorder>,
    run: u32,
    /// The operation of each stage.
    ops: Vec<u32>,
}

impl Observer for Profile {
    fn begin(self: Arc<Self>, run: &RunInfo<'_>) -> Option<Arc<dyn Listener>> {
        let recorder = Arc::clone(&self.recorder);
        let mut stages = run.stages();
        if stages.is_empty() {
            let origin = Origin { file: "".into(), line: 0, column: 0 };
            stages.push(StageSummary::new("task", StageKind::Fused, origin));
        }
        let ops = {
            let ops = &mut *lock(&recorder.ops);
            stages.into_iter().map(|stage| ops.number(stage)).collect()
        };
        let record = RunRecord {
            begun: recorder.now(),
            ended: None,
            outcome: None,
            stats: Stats::default(),
            threads: run.threads(),
            memory_limit: run.memory_limit(),
            held_throughout: run.held_throughout(),
            bytes_read: 0,
        };
        let number = {
            let runs = &mut *lock(&recorder.runs);
            runs.push(record);
            runs.len() as u32 - 1
        };
        Some(Arc::new(RunWatch { recorder, run: number, ops }))
    }
}

impl Listener for RunWatch {
    fn event(&self, run: &RunInfo<'_>, event: Event) {
        let recorder = &*self.recorder;
        match event {
            Event::TaskStarted { task, thread } => {
                let op = self.ops[run.stage_of(task)];
                recorder.with_lane(thread, |lane| {
                    lane.open.push(Open { run: self.run, task, op, start: recorder.now(), inside: 0 });
                });
            }
            Event::TaskFinished { task, thread, failed } => {
                let now = recorder.now();
                let bytes = if failed { 0 } else { run.bytes(task) };
                recorder.with_lane(thread, |lane| lane.finish(now, bytes, failed, || run.chunk(task)));
            }
            Event::Held { bytes } => {
                let point = Point { at: recorder.now(), run: self.run, bytes };
                recorder.with_lane(Thread::current(), |lane| lane.hold(point));
            }
            Event::Ended { outcome, stats } => {
                let record = &mut lock(&recorder.runs)[self.run as usize];
                record.ended = Some(recorder.now());
                record.outcome = Some(outcome);
                record.stats = stats;
                record.bytes_read = run.bytes_read();
            }
            _ => {}
        }
    }
}
