//! One bar: counting on the threads that work, drawing on a thread of its own.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use chunkwise_exec::{Outcome, Thread};
use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

use super::Progress;
use crate::bytes::Amount;
use crate::watching::Seconds;

/// Runs shorter than this have no bar.
const DELAY: Duration = Duration::from_millis(250);
/// Time between two drawings.
const TICK: Duration = Duration::from_millis(100);
/// Rates are means of about the last so many seconds.
const MEMORY: f64 = 5.0;
/// So many threads have a place of their own to count in; others share one.
const PLACES: usize = 256;

/// How far a run is.
pub(super) struct Counts {
    total: u64,
    places: Vec<Place>,
}

/// What one thread has done, in cache lines of its own.
#[repr(align(128))]
#[derive(Default)]
struct Place {
    tasks: AtomicU64,
    bytes: AtomicU64,
}

impl Counts {
    pub(super) fn new(total: u64) -> Self {
        Counts { total, places: (0..PLACES).map(|_| Place::default()).collect() }
    }

    pub(super) fn add(&self, thread: Thread, bytes: u64) {
        let number = thread.number();
        if let Some(place) = self.places.get(number).filter(|_| number < PLACES - 1) {
            // Nobody else adds here, so adding need not be one step. That is most of what counting costs.
            place.tasks.store(place.tasks.load(Ordering::Relaxed) + 1, Ordering::Relaxed);
            place.bytes.store(place.bytes.load(Ordering::Relaxed) + bytes, Ordering::Relaxed);
        } else {
            let place = &self.places[PLACES - 1];
            place.tasks.fetch_add(1, Ordering::Relaxed);
            place.bytes.fetch_add(bytes, Ordering::Relaxed);
        }
    }

    /// Tasks and bytes so far.
    fn done(&self) -> (u64, u64) {
        self.places.iter().fold((0, 0), |(tasks, bytes), place| {
            (tasks + place.tasks.load(Ordering::Relaxed), bytes + place.bytes.load(Ordering::Relaxed))
        })
    }
}

/// A number per second, lately.
#[derive(Default)]
struct Rate {
    mean: f64,
    /// Seconds that the mean is over, in all.
    over: f64,
    last: u64,
}

impl Rate {
    fn update(&mut self, count: u64, seconds: f64) {
        let new = count.saturating_sub(self.last) as f64 / seconds.max(1e-9);
        self.mean += (new - self.mean) * (1.0 - (-seconds / MEMORY).exp());
        self.over += seconds;
        self.last = count;
    }

    /// What the mean would be if it had not begun with zero.
    fn get(&self) -> f64 {
        let weight = 1.0 - (-self.over / MEMORY).exp();
        if weight > 0.0 { self.mean / weight } else { 0.0 }
    }
}

/// See the [module](self).
pub(super) struct Line {
    shared: Arc<Shared>,
    drawing: Mutex<Option<JoinHandle<()>>>,
}

/// What a run and the thread that draws it share.
struct Shared {
    counts: Arc<Counts>,
    label: String,
    transient: bool,
    bars: MultiProgress,
    begun: Instant,
    ended: Mutex<Option<Outcome>>,
    bell: Condvar,
    delay: Duration,
}

impl Line {
    /// Begins to draw. If there is no thread for that, nothing is drawn.
    pub(super) fn begin(progress: &Progress, counts: Arc<Counts>) -> Line {
        let shared = Arc::new(Shared {
            counts,
            label: progress.label.clone(),
            transient: progress.transient,
            bars: progress.bars.clone(),
            begun: Instant::now(),
            ended: Mutex::new(None),
            bell: Condvar::new(),
            delay: if progress.eager { Duration::ZERO } else { DELAY },
        });
        let drawing = Arc::clone(&shared);
        let drawing = thread::Builder::new().name("chunkwise-progress".into()).spawn(move || drawing.draw());
        Line { shared, drawing: Mutex::new(drawing.ok()) }
    }

    /// Draws the end, and returns when it is there.
    pub(super) fn end(&self, outcome: Outcome) {
        *self.shared.ended.lock().unwrap_or_else(PoisonError::into_inner) = Some(outcome);
        self.shared.bell.notify_one();
        let drawing = self.drawing.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(drawing) = drawing {
            // Nothing is lost with a bar that could not be drawn.
            let _ = drawing.join();
        }
    }
}

impl Shared {
    /// How the run ended, if it does within this time.
    fn wait(&self, time: Duration) -> Option<Outcome> {
        let ended = self.ended.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = self.bell.wait_timeout_while(ended, time, |ended| ended.is_none());
        *waited.unwrap_or_else(PoisonError::into_inner).0
    }

    fn draw(&self) {
        if self.wait(self.delay).is_some() && !self.delay.is_zero() {
            return;
        }
        let style = ProgressStyle::with_template("{prefix}{bar:24} {percent:>3} %  {msg}");
        let Ok(style) = style else { return };
        let prefix = if self.label.is_empty() { String::new() } else { format!("{} ", self.label) };
        // All of it before it is drawn for the first time.
        let bar = ProgressBar::new(self.counts.total)
            .with_style(style.progress_chars("━╸─"))
            .with_prefix(prefix)
            .with_message(self.tasks(self.counts.done().0));
        let bar = self.bars.add(bar);
        let (mut tasks, mut bytes) = (Rate::default(), Rate::default());
        let mut last = self.begun;
        loop {
            let (done, made) = self.counts.done();
            let now = Instant::now();
            let passed = now.duration_since(last).as_secs_f64();
            last = now;
            tasks.update(done, passed);
            bytes.update(made, passed);
            bar.set_position(done);
            bar.set_message(self.so_far(done, made, &tasks, &bytes));
            let Some(outcome) = self.wait(TICK) else { continue };
            let (done, made) = self.counts.done();
            bar.set_position(done);
            if self.transient {
                bar.finish_and_clear();
                self.bars.remove(&bar);
            } else {
                bar.abandon_with_message(self.at_last(done, made, outcome));
            }
            return;
        }
    }

    /// Tasks done of all.
    fn tasks(&self, done: u64) -> String {
        format!("{done}/{} tasks", self.counts.total)
    }

    fn so_far(&self, done: u64, made: u64, tasks: &Rate, bytes: &Rate) -> String {
        let mut text = self.tasks(done);
        if made > 0 {
            text.push_str(&format!(", {}, {}/s", Amount(made), Amount(bytes.get() as u64)));
        }
        let left = self.counts.total.saturating_sub(done) as f64 / tasks.get();
        if done > 0 && left > 0.0 && left.is_finite() {
            match left.ceil() {
                few @ 0.0..100.0 => text.push_str(&format!(", {few} s left")),
                many => text.push_str(&format!(", {} left", Seconds(many))),
            }
        }
        text
    }

    fn at_last(&self, done: u64, made: u64, outcome: Outcome) -> String {
        let seconds = self.begun.elapsed().as_secs_f64();
        let mut text = self.tasks(done);
        if made > 0 {
            text.push_str(&format!(", {}, {}/s", Amount(made), Amount((made as f64 / seconds) as u64)));
        }
        let how = match outcome {
            Outcome::Done => "",
            Outcome::Failed => "failed after ",
            Outcome::Cancelled => "cancelled after ",
        };
        text.push_str(&format!(", {how}{}", Seconds(seconds)));
        text
    }
}
