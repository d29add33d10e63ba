//! What computations took: tables, a page with pictures, and a trace.

mod axis;
mod chart;
mod memory;
mod page;
mod record;
mod report;
mod snapshot;
mod stream;
#[cfg(test)]
mod tests;
mod thin;
mod trace;

use std::fmt;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::Path;
use std::sync::Arc;

use crate::{Error, Result};
use record::Recorder;
use snapshot::Snapshot;

pub use report::{OpReport, ProfileReport, ThreadReport};

/// Records what computations take: which thread ran which task when, how many bytes tasks made, how many were held.
///
/// A profile is given to a [`Config`](crate::Config), and hears of every computation in it, those of delayed values,
/// stores and clients included. Clones share one record. It can be asked at any time; of computations under way it tells
/// what has been done.
///
/// Each thread notes its own tasks, some tenths of a microsecond for each. What is counted is exact. What is drawn is
/// kept for the latest 16 to 32 thousand tasks of a thread and merged for those before them, so that a thread takes some
/// 4 MB at most; each computation takes some hundred bytes besides.
///
/// ```
/// use chunkwise::Profile;
/// use chunkwise::prelude::*;
///
/// let profile = Profile::new();
/// let config = Config::default().profile(&profile);
/// let x = ChunkedArray::from_shape_fn((2000, 2000).chunked(500), |(i, j)| (i * j) as f64)?;
/// config.compute((&x + 1.0).mean().value())?;
///
/// let report = profile.report();
/// let slowest = &report.ops[0];
/// println!("{}: {} tasks, {:?}", slowest.label, slowest.tasks, slowest.time);
/// # let folder = tempfile::tempdir().expect("a folder");
/// # let (page, trace) = (folder.path().join("profile.html"), folder.path().join("trace.json"));
/// profile.write_html(&page)?; // for people
/// profile.write_trace(&trace)?; // for Perfetto
/// # Ok::<(), chunkwise::Error>(())
/// ```
#[derive(Clone)]
pub struct Profile {
    recorder: Arc<Recorder>,
}

impl Profile {
    /// A profile without computations. Its clock starts now.
    #[allow(clippy::new_without_default, reason = "the clock starts where it is made")]
    pub fn new() -> Self {
        Profile { recorder: Arc::new(Recorder::new()) }
    }

    /// What was recorded, as numbers. Its `Display` is a table.
    pub fn report(&self) -> ProfileReport {
        ProfileReport::of(&self.snapshot())
    }

    /// What was recorded, as an HTML page that needs nothing else: times and bytes, which thread ran what when, memory
    /// over the same time, and tables of operations and threads.
    ///
    /// ```
    /// use chunkwise::Profile;
    ///
    /// assert!(Profile::new().to_html().contains("Nothing has run"));
    /// ```
    pub fn to_html(&self) -> String {
        page::page(&self.snapshot())
    }

    /// Writes the [page](Self::to_html) to a file.
    ///
    /// # Errors
    /// [`Error::PictureFile`] for a file that cannot be written.
    pub fn write_html(&self, path: impl AsRef<Path>) -> Result<()> {
        let path = path.as_ref();
        fs::write(path, self.to_html()).map_err(|source| Error::PictureFile { path: path.to_owned(), source })
    }

    /// Writes what was recorded to a file in the JSON format of Chrome's traces, which Perfetto
    /// (<https://ui.perfetto.dev>) and `chrome://tracing` show: a row for each thread, tasks named by their operations,
    /// with block and bytes, and the bytes held as a counter.
    ///
    /// # Errors
    /// [`Error::PictureFile`] for a file that cannot be written.
    ///
    /// ```
    /// use chunkwise::Profile;
    /// use chunkwise::prelude::*;
    ///
    /// # let folder = tempfile::tempdir().expect("a folder");
    /// # let path = folder.path().join("trace.json");
    /// let profile = Profile::new();
    /// Config::default().profile(&profile).compute(ChunkedArray::arange(0..10_i64)?.sum())?;
    /// profile.write_trace(&path)?;
    /// assert!(std::fs::read_to_string(&path).expect("just written").contains("\"name\":\"sum\""));
    /// # Ok::<(), chunkwise::Error>(())
    /// ```
    pub fn write_trace(&self, path: impl AsRef<Path>) -> Result<()> {
        let path = path.as_ref();
        let write = || -> io::Result<()> {
            let mut file = BufWriter::new(File::create(path)?);
            trace::write(&mut file, &self.snapshot())?;
            file.flush()
        };
        write().map_err(|source| Error::PictureFile { path: path.to_owned(), source })
    }

    fn snapshot(&self) -> Snapshot {
        Snapshot::of(&self.recorder)
    }
}

impl fmt::Debug for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Profile").field("runs", &record::lock(&self.recorder.runs).len()).finish()
    }
}
