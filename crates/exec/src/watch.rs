//! Telling listeners of a run, whatever they do.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use smallvec::SmallVec;

use crate::observe::{Event, Listener, Observer, Outcome, RunInfo};
use crate::run::Stats;

/// A run, and who listens to it. Its end is told when it is dropped, if not before.
pub(crate) struct Watch<'a> {
    run: RunInfo<'a>,
    listeners: SmallVec<[Arc<dyn Listener>; 2]>,
    ended: AtomicBool,
}

impl<'a> Watch<'a> {
    /// Asks the observers.
    pub(crate) fn begin(run: RunInfo<'a>, observers: &[Arc<dyn Observer>]) -> Self {
        let asked = observers.iter().filter_map(|observer| quietly(|| Arc::clone(observer).begin(&run)));
        Watch { run, listeners: asked.flatten().collect(), ended: AtomicBool::new(false) }
    }

    /// Whether anybody listens.
    pub(crate) fn is_heard(&self) -> bool {
        !self.listeners.is_empty()
    }

    pub(crate) fn tell(&self, event: Event) {
        for listener in &self.listeners {
            quietly(|| listener.event(&self.run, event));
        }
    }

    pub(crate) fn end(&self, outcome: Outcome, stats: Stats) {
        if !self.ended.swap(true, Ordering::Relaxed) {
            self.tell(Event::Ended { outcome, stats });
        }
    }
}

impl Drop for Watch<'_> {
    fn drop(&mut self) {
        self.end(Outcome::Failed, Stats { tasks: self.run.tasks(), ..Stats::default() });
    }
}

/// Calls a listener. Its panic is its own affair: dropping the payload could panic again, so it is leaked.
fn quietly<T>(call: impl FnOnce() -> T) -> Option<T> {
    catch_unwind(AssertUnwindSafe(call)).map_err(std::mem::forget).ok()
}
