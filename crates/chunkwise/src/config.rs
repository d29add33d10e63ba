//! How a computation runs.

use std::fmt;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::Arc;

use chunkwise_core::{Error, SpillSpace};
use chunkwise_exec::{CancelToken, Executor, Observer, Options, Stats};
use chunkwise_expr::MakeSpace;
use chunkwise_io::{SpillFile, spill_folder};

use crate::{Bytes, Compute, Explanation, Profile, Result};

/// How a computation runs: on how many threads, within how much memory, until who cancels it, watched by whom.
///
/// The default needs nothing set: the caller's rayon pool, no limit. The values of a result never depend on any of
/// it. Computations in one configuration, or in clones of it, share its threads and its memory.
///
/// ```
/// use chunkwise::prelude::*;
///
/// let config = Config::default().threads(2).memory_limit(bytes("1 GiB"));
/// let x = ChunkedArray::arange(0..1000_i64)?;
/// assert_eq!(x.sum().compute_with(&config)?.into_scalar(), 499_500);
/// # Ok::<(), chunkwise::Error>(())
/// ```
#[derive(Clone, Default)]
#[must_use]
pub struct Config {
    settings: chunkwise_exec::Config,
    executor: Executor,
    options: Options,
    spill: Spill,
    /// Text that was no amount of memory, reported by the computation.
    invalid: Option<Error>,
}

/// Where arrays are spilled that do not fit in memory.
#[derive(Clone, Debug, Default)]
enum Spill {
    /// The system's folder for large temporary files.
    #[default]
    Temporary,
    Folder(PathBuf),
    Nowhere,
}

impl Config {
    /// Runs on this many threads of its own instead of the caller's rayon pool; they are started by the first
    /// computation. Zero means the caller's pool.
    pub fn threads(mut self, threads: usize) -> Self {
        self.settings.threads = NonZeroUsize::new(threads);
        self.executor = Executor::new(self.settings);
        self
    }

    /// Keeps what its computations hold together within this many bytes: blocks, results and arrays that are persisted,
    /// what functions and files need while they run, the plan itself, and memory that is kept for later.
    ///
    /// Takes a number or [`bytes`](crate::bytes), also of a part of the machine's memory; text that is no amount is
    /// reported by the computation. Arrays that were brought from outside do not count.
    ///
    /// A computation that would hold more runs in another order, on fewer threads, or reads its files more than once; what
    /// is still in the way is [spilled](Self::spill_to) to disk. If that does not suffice, it fails before it begins and
    /// names the operation, the bytes and what would help.
    pub fn memory_limit(mut self, limit: impl Into<Bytes>) -> Self {
        match limit.into().limit() {
            Ok(limit) => self.settings.memory_limit = limit,
            Err(error) => self.invalid = Some(error),
        }
        self.executor = Executor::new(self.settings);
        self
    }

    /// Spills to this folder what does not fit within the [memory limit](Self::memory_limit), instead of the system's
    /// folder for temporary files (or `/var/tmp`, where that one is held in memory).
    ///
    /// A folder that is itself held in memory helps nothing. What is spilled has no name there, carries checksums, and is
    /// gone with the computation, however that ends.
    pub fn spill_to(mut self, folder: impl Into<PathBuf>) -> Self {
        self.spill = Spill::Folder(folder.into());
        self
    }

    /// Spills nothing: what does not fit within the memory limit fails.
    pub fn without_spill(mut self) -> Self {
        self.spill = Spill::Nowhere;
        self
    }

    /// Stops computations early, with an error, when the token is cancelled.
    ///
    /// ```
    /// use chunkwise::prelude::*;
    ///
    /// let token = CancelToken::new();
    /// token.cancel();
    /// let x = ChunkedArray::<f64, _>::ones((100, 100))?;
    /// assert!(x.compute_with(&Config::default().cancel(&token)).is_err());
    /// # Ok::<(), chunkwise::Error>(())
    /// ```
    pub fn cancel(mut self, token: &CancelToken) -> Self {
        self.options.cancel = Some(token.clone());
        self
    }

    /// Tells an observer of every task, on the threads where they run. Several may watch; nothing is measured when
    /// nobody does.
    ///
    /// A closure hears of all events. An [`Observer`] of one's own is asked whenever a run begins, and told what the run
    /// consists of. [`Profile`](crate::Profile) and [`Progress`](crate::Progress) are observers.
    ///
    /// ```
    /// use std::sync::Arc;
    /// use std::sync::atomic::{AtomicUsize, Ordering};
    ///
    /// use chunkwise::Event;
    /// use chunkwise::prelude::*;
    ///
    /// let tasks = Arc::new(AtomicUsize::new(0));
    /// let count = tasks.clone();
    /// let config = Config::default().observe(move |event| {
    ///     if matches!(event, Event::TaskFinished { .. }) {
    ///         count.fetch_add(1, Ordering::Relaxed);
    ///     }
    /// });
    /// ChunkedArray::<f64, _>::ones((100, 100))?.compute_with(&config)?;
    /// assert!(tasks.load(Ordering::Relaxed) > 0);
    /// # Ok::<(), chunkwise::Error>(())
    /// ```
    pub fn observe(mut self, observer: impl Observer + 'static) -> Self {
        self.options.observers.push(Arc::new(observer));
        self
    }

    /// Records what its computations take, for a report or a trace; see [`Profile`](crate::Profile).
    ///
    /// ```
    /// use chunkwise::Profile;
    /// use chunkwise::prelude::*;
    ///
    /// let profile = Profile::new();
    /// let config = Config::default().profile(&profile);
    /// config.compute(ChunkedArray::<f64, _>::ones((100, 100))?.sum())?;
    /// println!("{}", profile.report());
    /// # Ok::<(), chunkwise::Error>(())
    /// ```
    pub fn profile(self, profile: &Profile) -> Self {
        self.observe(profile.clone())
    }

    /// Shows the progress of its computations on the terminal, if there is one; see [`Progress`](crate::Progress).
    ///
    /// ```
    /// use chunkwise::prelude::*;
    ///
    /// let config = Config::default().progress();
    /// config.compute(ChunkedArray::<f64, _>::ones((100, 100))?.sum())?;
    /// # Ok::<(), chunkwise::Error>(())
    /// ```
    #[cfg(feature = "progress")]
    pub fn progress(self) -> Self {
        self.observe(crate::Progress::new())
    }

    /// Computes as [`compute`](crate::compute()) does, in this configuration.
    ///
    /// # Errors
    /// As for [`compute`](crate::compute()), and what the configuration brings: a memory limit that is too low,
    /// cancellation, threads that cannot be started.
    pub fn compute<C: Compute>(&self, what: C) -> Result<C::Output> {
        crate::compute::compute_with(what, self)
    }

    /// Describes how it would compute, as [`explain`](crate::explain) does: within a memory limit, with what would be read
    /// again or spilled to stay within it, and how many bytes that reads and writes.
    ///
    /// # Errors
    /// As for [`explain`](crate::explain).
    ///
    /// ```
    /// use chunkwise::prelude::*;
    ///
    /// let x = ChunkedArray2::<f64>::from_block_fn((2000, 2000), |block| ndarray::Array::ones(block.shape))?;
    /// let y = (&x - x.mean()).square().sum(); // reads everything twice, one time after the other
    /// let plan = Config::default().memory_limit(bytes("16 MiB")).explain(&y)?;
    /// assert!(plan.projected_peak <= 16 << 20 && explain(&y)?.projected_peak > 16 << 20);
    /// assert!(plan.to_string().contains("spills [from_block_fn]: writes 30.5 MiB in one pass"), "{plan}");
    /// # Ok::<(), chunkwise::Error>(())
    /// ```
    pub fn explain<C: Compute>(&self, what: C) -> Result<Explanation> {
        crate::engine::explain(&crate::compute::roots_of(&what), self)
    }

    /// Computes, and says what it took: work units, peak of bytes held (returned arrays included), threads, time.
    ///
    /// # Errors
    /// As for [`compute`](crate::compute).
    ///
    /// ```
    /// use chunkwise::prelude::*;
    ///
    /// let x = ChunkedArray::<f64, _>::ones((1000, 1000))?;
    /// let (sum, stats) = Config::default().measure(x.sum().value())?;
    /// assert_eq!(sum, 1e6);
    /// assert!(stats.peak_bytes < 8_000_000, "the ones were never an array");
    /// # Ok::<(), chunkwise::Error>(())
    /// ```
    pub fn measure<C: Compute>(&self, what: C) -> Result<(C::Output, Stats)> {
        crate::compute::compute_measured(what, self)
    }

    /// What runs the computations, if the settings are valid.
    pub(crate) fn executor(&self) -> Result<&Executor> {
        match &self.invalid {
            None => Ok(&self.executor),
            Some(error) => Err(error.clone().into()),
        }
    }

    /// What makes space for arrays that do not fit in memory.
    pub(crate) fn spill_space(&self) -> Option<MakeSpace> {
        let folder = match &self.spill {
            Spill::Temporary => spill_folder(),
            Spill::Folder(folder) => folder.clone(),
            Spill::Nowhere => return None,
        };
        Some(Arc::new(move |dtype, shape: &[usize]| -> Arc<dyn SpillSpace> {
            Arc::new(SpillFile::new(&folder, dtype, shape))
        }))
    }

    /// What each computation is given.
    pub(crate) fn options(&self) -> &Options {
        &self.options
    }
}

impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Config").field("settings", &self.settings).field("options", &self.options).finish()
    }
}
