//! Telling listeners of a run, whatever they do.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use smallvec::SmallVec;

use crate::observe::{Event, Interest, Listener, Observer, Outcome, RunInfo};
use crate::run::Stats;

/// A run, and who listens to it. Its end is told when it is dropped, if not before.
pub(crate) struct Watch<'a> {
    pub(crate) run: RunInfo<'a>,
    /// Those that hear everything come first.
    listeners: SmallVec<[Arc<dyn Listener>; 2]>,
    /// How many these are.
    keen: usize,
    ended: AtomicBool,
}

impl<'a> Watch<'a> {
    /// Asks the observers.
    pub(crate) fn begin(run: RunInfo<'a>, observers: &[Arc<dyn Observer>]) -> Self {
        let asked = observers.iter().filter_map(|observer| quietly(|| Arc::clone(observer).begin(&run)));
        let mut listeners: SmallVec<[Arc<dyn Listener>; 2]> = asked.flatten().collect();
        let keen = |listener: &Arc<dyn Listener>| {
            quietly(|| listener.interest()).unwrap_or_default() == Interest::Everything
        };
        listeners.sort_by_cached_key(|listener| !keen(listener));
        let keen = listeners.iter().take_while(|listener| keen(listener)).count();
        Watch { run, listeners, keen, ended: AtomicBool::new(false) }
    }

    /// Whether anybody hears of more than tasks that are finished.
    pub(crate) fn is_keen(&self) -> bool {
        self.keen > 0
    }

    /// Whether anybody hears anything.
    pub(crate) fn is_heard(&self) -> bool {
        !self.listeners.is_empty()
    }

    /// Tells of anything but a finished task or the end.
    pub(crate) fn tell(&self, event: Event) {
        self.tell_first(self.keen, event);
    }

    /// Tells of a finished task or the end.
    pub(crate) fn tell_all(&self, event: Event) {
        self.tell_first(self.listeners.len(), event);
    }

    fn tell_first(&self, count: usize, event: Event) {
        for listener in &self.listeners[..count] {
            quietly(|| listener.event(&self.run, event));
        }
    }

    pub(crate) fn end(&self, outcome: Outcome, stats: Stats) {
        if !self.ended.swap(true, Ordering::Relaxed) {
            self.tell_all(Event::Ended { outcome, stats });
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
