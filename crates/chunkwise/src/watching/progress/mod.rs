//! Progress of computations on the terminal.

mod line;
mod terminal;
#[cfg(test)]
mod tests;

use std::fmt;
use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use chunkwise_exec::{Event, Interest, Listener, Observer, RunInfo};
use chunkwise_plan::StageKind;
use indicatif::{MultiProgress, ProgressDrawTarget};

use line::{Counts, Line};
use terminal::Terminal;

/// Most bars at once; computations beyond show none.
const MOST: usize = 8;

/// Shows how far computations are: tasks done, bytes and their rate, and the time left.
///
/// There is a bar for each computation that takes longer than a quarter of a second, on standard error and only if that
/// is a terminal; elsewhere nothing is measured. A bar stays when its computation has ended, and says how. Computations
/// inside a task have none. Bytes are those written, where a computation writes to a file, and those of the elements that
/// tasks make otherwise; computations of delayed values alone show none. [`Config::progress`](crate::Config::progress) is the short form.
///
/// ```
/// use chunkwise::Progress;
/// use chunkwise::prelude::*;
///
/// let progress = Progress::new().label("mean").transient();
/// let config = Config::default().observe(progress);
/// config.compute(ChunkedArray::<f64, _>::ones((1000, 1000))?.mean())?;
/// # Ok::<(), chunkwise::Error>(())
/// ```
#[derive(Clone)]
pub struct Progress {
    label: String,
    transient: bool,
    bars: MultiProgress,
    shown: Arc<AtomicUsize>,
    /// Whether short computations have a bar too.
    eager: bool,
}

impl Progress {
    /// Progress on standard error, if it is a terminal.
    #[allow(clippy::new_without_default, reason = "it takes hold of the terminal")]
    pub fn new() -> Self {
        Progress::on(ProgressDrawTarget::stderr())
    }

    /// Progress on a terminal of so many columns that is reached through this writer, wherever it is: bars are drawn
    /// with ANSI's sequences.
    ///
    /// ```
    /// use chunkwise::Progress;
    /// use chunkwise::prelude::*;
    ///
    /// let config = Config::default().observe(Progress::to(std::io::stdout(), 100));
    /// config.compute(ChunkedArray::<f64, _>::ones((1000, 1000))?.mean())?;
    /// # Ok::<(), chunkwise::Error>(())
    /// ```
    pub fn to(writer: impl Write + Send + 'static, columns: u16) -> Self {
        Progress::on(ProgressDrawTarget::term_like_with_hz(Box::new(Terminal::new(writer, columns)), 20))
    }

    fn on(target: ProgressDrawTarget) -> Self {
        Progress {
            label: String::new(),
            transient: false,
            bars: MultiProgress::with_draw_target(target),
            shown: Arc::default(),
            eager: false,
        }
    }

    /// Words that come before each bar.
    #[must_use]
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = label.into();
        self
    }

    /// Clears each bar when its computation has ended, instead of leaving it.
    #[must_use]
    pub fn transient(mut self) -> Self {
        self.transient = true;
        self
    }
}

impl fmt::Debug for Progress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Progress").field("label", &self.label).field("transient", &self.transient).finish()
    }
}

/// Whose bytes count.
enum Bytes {
    /// Nobody's: nothing is known of what users' functions return.
    None,
    /// Those of these stages, which write.
    Of(Vec<bool>),
    /// Everybody's.
    All,
}

/// A run with a bar.
struct Bar {
    counts: Arc<Counts>,
    line: Line,
    bytes: Bytes,
    shown: Arc<AtomicUsize>,
}

impl Observer for Progress {
    fn begin(self: Arc<Self>, run: &RunInfo<'_>) -> Option<Arc<dyn Listener>> {
        if run.is_nested() || run.tasks() == 0 || self.bars.is_hidden() {
            return None;
        }
        if self.shown.fetch_add(1, Ordering::Relaxed) >= MOST {
            self.shown.fetch_sub(1, Ordering::Relaxed);
            return None;
        }
        let kinds: Vec<StageKind> = run.stages().into_iter().map(|stage| stage.kind).collect();
        let bytes = if kinds.contains(&StageKind::Write) {
            Bytes::Of(kinds.iter().map(|kind| *kind == StageKind::Write).collect())
        } else if kinds.iter().all(|kind| *kind == StageKind::Call) {
            Bytes::None
        } else {
            Bytes::All
        };
        let counts = Arc::new(Counts::new(run.tasks() as u64));
        let line = Line::begin(&self, Arc::clone(&counts));
        Some(Arc::new(Bar { counts, line, bytes, shown: Arc::clone(&self.shown) }))
    }
}

impl Listener for Bar {
    fn interest(&self) -> Interest {
        Interest::Finished
    }

    fn event(&self, run: &RunInfo<'_>, event: Event) {
        match event {
            Event::TaskFinished { task, thread, failed: false } => {
                let bytes = match &self.bytes {
                    Bytes::None => 0,
                    Bytes::Of(stages) if !stages[run.stage_of(task)] => 0,
                    Bytes::Of(_) | Bytes::All => run.bytes(task),
                };
                self.counts.add(thread, bytes);
            }
            Event::Ended { outcome, .. } => {
                self.line.end(outcome);
                self.shown.fetch_sub(1, Ordering::Relaxed);
            }
            _ => {}
        }
    }
}
