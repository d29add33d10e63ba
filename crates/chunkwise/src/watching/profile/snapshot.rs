//! What a profile holds at one moment, brought together from its threads.

use chunkwise_exec::StageSummary;

use super::record::{Lane, Point, Recorder, RunRecord, Total, lock};

/// See the [module](self). Times are nanoseconds since the first run began.
pub(super) struct Snapshot {
    pub(super) runs: Vec<RunRecord>,
    pub(super) ops: Vec<StageSummary>,
    /// Totals of the operations, over all threads.
    pub(super) totals: Vec<Total>,
    /// Threads of pools by their index, then others.
    pub(super) lanes: Vec<Lane>,
    pub(super) names: Vec<String>,
    /// Where no run was under way, between those that were.
    pub(super) pauses: Vec<(u64, u64)>,
    /// Where the last run ended.
    pub(super) end: u64,
    /// Bytes held by all runs together from each time on.
    pub(super) memory: Vec<(u64, u64)>,
}

impl Snapshot {
    pub(super) fn of(recorder: &Recorder) -> Snapshot {
        // Lanes first: what is known of their runs and operations was known before.
        let mut lanes = recorder.lanes();
        let now = recorder.now();
        let mut runs = lock(&recorder.runs).clone();
        let ops = lock(&recorder.ops).list.clone();
        lanes.sort_by_key(|lane| (lane.thread.index().is_none(), lane.thread.index(), lane.thread.number()));
        lanes.retain(|lane| lane.tasks > 0 || !lane.open.is_empty() || !lane.points.is_empty());
        let start = runs.iter().map(|run| run.begun).min().unwrap_or(0);
        let shift = |time: &mut u64| *time = time.saturating_sub(start);
        for run in &mut runs {
            run.ended.get_or_insert(now);
            shift(&mut run.begun);
            run.ended.iter_mut().for_each(shift);
        }
        for lane in &mut lanes {
            for span in &mut lane.spans {
                shift(&mut span.start);
                shift(&mut span.end);
            }
            lane.points.iter_mut().for_each(|point| shift(&mut point.at));
            // What is under way is busy until now.
            if let Some(open) = lane.open.first() {
                lane.busy += now.saturating_sub(open.start);
            }
            lane.open.iter_mut().for_each(|open| shift(&mut open.start));
        }
        let end = runs.iter().map(end_of).max().unwrap_or(0);
        let memory = memory(&runs, &lanes);
        // Callers that take no part may have heard of memory alone.
        lanes.retain(|lane| lane.tasks > 0 || !lane.open.is_empty());
        let mut totals = vec![Total::default(); ops.len()];
        for (op, total) in lanes.iter().flat_map(|lane| lane.totals.iter().enumerate()) {
            let sum = &mut totals[op];
            sum.tasks += total.tasks;
            sum.failed += total.failed;
            sum.time += total.time;
            sum.longest = sum.longest.max(total.longest);
            sum.bytes += total.bytes;
        }
        let names = names(&lanes);
        let pauses = pauses(&runs);
        Snapshot { runs, ops, totals, lanes, names, pauses, end, memory }
    }

    /// Nanoseconds in which at least one run was under way.
    pub(super) fn wall(&self) -> u64 {
        self.end - self.pauses.iter().map(|(from, to)| to - from).sum::<u64>()
    }

    /// The most bytes held at once.
    pub(super) fn peak(&self) -> u64 {
        let seen = self.memory.iter().map(|&(_, bytes)| bytes).max();
        let stated = self.runs.iter().map(|run| run.stats.peak_bytes).max();
        seen.max(stated).unwrap_or(0)
    }

    /// The memory limit, if all runs that had one had the same.
    pub(super) fn limit(&self) -> Option<u64> {
        let mut limits = self.runs.iter().filter_map(|run| run.memory_limit);
        let first = limits.next()?;
        limits.all(|limit| limit == first).then_some(first)
    }

    /// Operations that had tasks, those that took most first.
    pub(super) fn ranked(&self) -> Vec<usize> {
        let mut ranked: Vec<usize> = (0..self.ops.len()).filter(|&op| self.totals[op].tasks > 0).collect();
        ranked.sort_by_key(|&op| std::cmp::Reverse(self.totals[op].time));
        ranked
    }
}

fn end_of(run: &RunRecord) -> u64 {
    run.ended.unwrap_or(run.begun)
}

fn names(lanes: &[Lane]) -> Vec<String> {
    let mut last = None;
    let mut same = 0;
    let name = |lane: &Lane| {
        // Threads of several pools may have the same index.
        same = if last == Some(lane.thread.index()) { same + 1 } else { 0 };
        last = Some(lane.thread.index());
        let name = lane.thread.index().map_or("caller".to_owned(), |index| format!("thread {index}"));
        if same == 0 { name } else { format!("{name} ({})", same + 1) }
    };
    lanes.iter().map(name).collect()
}

fn pauses(runs: &[RunRecord]) -> Vec<(u64, u64)> {
    let mut times: Vec<(u64, u64)> = runs.iter().map(|run| (run.begun, end_of(run))).collect();
    times.sort_unstable();
    let mut pauses = Vec::new();
    let mut covered = 0;
    for (begun, ended) in times {
        if begun > covered {
            pauses.push((covered, begun));
        }
        covered = covered.max(ended);
    }
    pauses
}

/// Adds up what runs held.
fn memory(runs: &[RunRecord], lanes: &[Lane]) -> Vec<(u64, u64)> {
    let mut points: Vec<Point> = lanes.iter().flat_map(|lane| lane.points.iter().copied()).collect();
    let ends = runs.iter().enumerate().flat_map(|(number, run)| {
        let point = |at, bytes| Point { at, run: number as u32, bytes };
        [point(run.begun, 0), point(end_of(run), u64::MAX)]
    });
    points.extend(ends);
    // At the same time, a run's begin comes first and its end last; the sort is stable for the others.
    points.sort_by_key(|point| (point.at, point.bytes == u64::MAX));
    let mut of_run: Vec<Option<u64>> = vec![None; runs.len()];
    let mut ended = vec![false; runs.len()];
    let mut total = 0;
    let mut curve: Vec<(u64, u64)> = Vec::new();
    for Point { at, run, bytes } in points {
        let run = run as usize;
        if ended[run] {
            continue;
        }
        ended[run] = bytes == u64::MAX;
        let next = if ended[run] { 0 } else { bytes + runs[run].held_throughout };
        total = total + next - of_run[run].replace(next).unwrap_or(0);
        match curve.last_mut() {
            Some(last) if last.0 == at => last.1 = total,
            Some(last) if last.1 == total => {}
            _ => curve.push((at, total)),
        }
    }
    curve
}
