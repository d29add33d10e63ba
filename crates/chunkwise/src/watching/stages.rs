//! What a plan tells of its tasks.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use chunkwise_exec::{Description, StageSummary};
use chunkwise_plan::{Origin, Plan, Runner, Stage, StageKind, TaskId};

/// A plan as listeners see it: its stages, with one of its own for each function that is called.
pub(crate) struct Stages<'a> {
    plan: &'a Plan,
    /// How many of what listeners see come before each stage.
    bases: Vec<usize>,
    bytes_read: Arc<AtomicU64>,
}

impl<'a> Stages<'a> {
    pub(crate) fn new(plan: &'a Plan, runner: &Runner<'_>) -> Self {
        let mut next = 0;
        let bases = plan.stages.iter().map(|stage| {
            let seen = match stage {
                Stage::Call(calls) => calls.names.len(),
                _ => 1,
            };
            next += seen;
            next - seen
        });
        Stages { plan, bases: bases.collect(), bytes_read: Arc::clone(runner.bytes_read()) }
    }
}

impl Description for Stages<'_> {
    fn stages(&self) -> Vec<StageSummary> {
        let of = |(stage, kind): (&Stage, StageKind)| -> Vec<StageSummary> {
            let info = stage.info();
            match stage {
                Stage::Call(calls) => {
                    let mut origins = vec![&info.origin; calls.names.len()];
                    // From the last on, so that the first call of a function is what stays.
                    for call in calls.calls.iter().rev() {
                        origins[call.function as usize] = &call.origin;
                    }
                    let summary =
                        |(name, origin): (&String, &Origin)| StageSummary::new(name, kind, origin.clone());
                    calls.names.iter().zip(origins).map(summary).collect()
                }
                _ => vec![StageSummary::new(&info.label, kind, info.origin.clone())],
            }
        };
        self.plan.stages.iter().zip(self.plan.stage_kinds()).flat_map(of).collect()
    }

    fn stage_of(&self, task: TaskId) -> usize {
        let place = self.plan.tasks[task as usize];
        let base = self.bases[place.stage as usize];
        match &self.plan.stages[place.stage as usize] {
            Stage::Call(calls) => base + calls.calls[place.unit as usize].function as usize,
            _ => base,
        }
    }

    fn bytes(&self, task: TaskId) -> u64 {
        self.plan.bytes_made(task)
    }

    fn chunk(&self, task: TaskId) -> Vec<usize> {
        self.plan.chunk_of(task).to_vec()
    }

    fn bytes_read(&self) -> u64 {
        self.bytes_read.load(Ordering::Relaxed)
    }
}
