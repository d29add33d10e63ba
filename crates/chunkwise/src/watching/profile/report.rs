//! A profile as numbers.

use std::fmt;
use std::time::Duration;

use chunkwise_core::counted;
use chunkwise_exec::Outcome;
use chunkwise_plan::{Origin, StageKind};

use super::snapshot::Snapshot;
use crate::bytes::Amount;
use crate::watching::Seconds;

/// What computations took; made by [`Profile::report`](crate::Profile::report).
///
/// ```
/// use chunkwise::Profile;
/// use chunkwise::prelude::*;
///
/// let profile = Profile::new();
/// let config = Config::default().threads(2).profile(&profile);
/// config.compute(ChunkedArray::<f64, _>::ones((3000, 3000))?.sum())?;
/// let report = profile.report();
/// assert_eq!(report.runs, 1);
/// assert_eq!(report.tasks, report.ops.iter().map(|op| op.tasks).sum());
/// for thread in &report.threads {
///     assert_eq!(thread.busy + thread.idle, report.wall);
/// }
/// # Ok::<(), chunkwise::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ProfileReport {
    /// Number of computations.
    pub runs: usize,
    /// How many of them failed or could not begin.
    pub failed: usize,
    /// How many of them were cancelled.
    pub cancelled: usize,
    /// Time in which at least one of them was under way.
    pub wall: Duration,
    /// Number of tasks that were run.
    pub tasks: u64,
    /// How many threads could work at once.
    pub most_threads: usize,
    /// Bytes of what tasks made, read or wrote: elements and partial states.
    pub bytes: u64,
    /// Bytes that were read of sources by computations that have ended, those that were spilled included.
    pub bytes_read: u64,
    /// Bytes of tiles that were written to sinks.
    pub bytes_written: u64,
    /// Bytes of tiles that were written to disk until they were read again.
    pub bytes_spilled: u64,
    /// The most bytes that were held at once, by the tasks' own statements.
    pub peak_bytes: u64,
    /// The memory limit, if there was one.
    pub memory_limit: Option<u64>,
    /// What each operation took, the longest first.
    pub ops: Vec<OpReport>,
    /// What each thread did: threads of the pool, then callers that took part.
    pub threads: Vec<ThreadReport>,
    /// Bytes held from each time on, counted from the begin of the first computation.
    pub memory: Vec<(Duration, u64)>,
}

/// What the tasks of an operation took.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct OpReport {
    /// The operations that its tasks run as one, or the name of a function.
    pub label: String,
    /// What kind of work that is.
    pub kind: StageKind,
    /// Where the program built the last of the operations.
    pub origin: Origin,
    /// Number of tasks that were run.
    pub tasks: u64,
    /// How many of them failed.
    pub failed: u64,
    /// Time that they took on all threads together.
    pub time: Duration,
    /// Time of the longest.
    pub longest: Duration,
    /// Bytes of what they made or wrote.
    pub bytes: u64,
    /// Their part of the time of all tasks, from 0 to 1.
    pub share: f64,
}

/// What a thread did.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ThreadReport {
    /// `thread` and its index in the pool, or `caller`.
    pub name: String,
    /// Number of tasks that it ran.
    pub tasks: u64,
    /// Time in which it ran tasks.
    pub busy: Duration,
    /// Time in which it did not, while a computation was under way.
    pub idle: Duration,
}

impl ProfileReport {
    pub(super) fn of(snapshot: &Snapshot) -> ProfileReport {
        let wall = snapshot.wall();
        let outcome = |wanted| snapshot.runs.iter().filter(|run| run.outcome == Some(wanted)).count();
        let time: u64 = snapshot.totals.iter().map(|total| total.time).sum();
        let ops: Vec<OpReport> = (snapshot.ranked().into_iter())
            .map(|op| {
                let (summary, total) = (&snapshot.ops[op], &snapshot.totals[op]);
                OpReport {
                    label: summary.label.clone(),
                    kind: summary.kind,
                    origin: summary.origin.clone(),
                    tasks: total.tasks,
                    failed: total.failed,
                    time: Duration::from_nanos(total.time),
                    longest: Duration::from_nanos(total.longest),
                    bytes: total.bytes,
                    share: if time == 0 { 0.0 } else { total.time as f64 / time as f64 },
                }
            })
            .collect();
        let threads = snapshot.lanes.iter().zip(&snapshot.names).map(|(lane, name)| ThreadReport {
            name: name.clone(),
            tasks: lane.tasks,
            busy: Duration::from_nanos(lane.busy.min(wall)),
            idle: Duration::from_nanos(wall.saturating_sub(lane.busy)),
        });
        let bytes_of = |kind| ops.iter().filter(|op| op.kind == kind).map(|op| op.bytes).sum();
        ProfileReport {
            runs: snapshot.runs.len(),
            failed: outcome(Outcome::Failed),
            cancelled: outcome(Outcome::Cancelled),
            wall: Duration::from_nanos(wall),
            tasks: ops.iter().map(|op| op.tasks).sum(),
            most_threads: snapshot.runs.iter().map(|run| run.threads).max().unwrap_or(0),
            bytes: ops.iter().map(|op| op.bytes).sum(),
            bytes_read: snapshot.runs.iter().map(|run| run.bytes_read).sum(),
            bytes_written: bytes_of(StageKind::Write),
            bytes_spilled: bytes_of(StageKind::Spill),
            peak_bytes: snapshot.peak(),
            memory_limit: snapshot.limit(),
            threads: threads.collect(),
            memory: snapshot.memory.iter().map(|&(at, bytes)| (Duration::from_nanos(at), bytes)).collect(),
            ops,
        }
    }
}

/// What is printed of an operation's name.
const LABEL: usize = 48;

/// A line about all, and a table of the operations.
impl fmt::Display for ProfileReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let runs = counted(self.runs, "computation", "computations");
        let tasks = counted(self.tasks, "task", "tasks");
        let threads = counted(self.most_threads, "thread", "threads");
        write!(f, "{runs}, {tasks} in {} on {threads}", Seconds(self.wall.as_secs_f64()))?;
        write!(f, ", peak {}", Amount(self.peak_bytes))?;
        if let Some(limit) = self.memory_limit {
            write!(f, " of {}", Amount(limit))?;
        }
        for (count, what) in [(self.failed, "failed"), (self.cancelled, "cancelled")] {
            if count > 0 {
                write!(f, ", {count} {what}")?;
            }
        }
        let shorten = |label: &str| match label.char_indices().nth(LABEL) {
            Some(_) => label.chars().take(LABEL - 1).chain(['…']).collect(),
            None => label.to_owned(),
        };
        let rows = self.ops.iter().map(|op| {
            [
                format!("{:.1} %", op.share * 100.0),
                Seconds(op.time.as_secs_f64()).to_string(),
                op.tasks.to_string(),
                Amount(op.bytes).to_string(),
                shorten(&op.label),
            ]
        });
        let rows: Vec<[String; 5]> = [["share", "time", "tasks", "bytes", "operation"].map(str::to_owned)]
            .into_iter()
            .chain(rows)
            .collect();
        let mut widths = [0; 5];
        for row in &rows {
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = cell.chars().count().max(*width);
            }
        }
        for [share, time, tasks, bytes, label] in &rows {
            let [a, b, c, d, _] = widths;
            write!(f, "\n{share:>a$}  {time:>b$}  {tasks:>c$}  {bytes:>d$}  {label}")?;
        }
        Ok(())
    }
}
