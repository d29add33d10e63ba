//! Writing Zarr arrays in folders, chunk by chunk.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chunkwise_core::{Block, BoxError, DType, Grid, RegionSink, byte_len};

use super::array::{ZarrArray, described};
use super::folder::Folder;
use super::meta::{Metadata, resized};
use super::options::ZarrOptions;
use super::region::Region;
use super::work::{Work, remove_partial};
use crate::cells::each_cell;
use crate::place::{OWN, parent, put, swap, sync};
use crate::{StoreError, StoreErrorKind};

/// A Zarr array that is being made, made longer or changed, chunk by chunk, by any number of threads at once.
///
/// * [`create`](Self::create) makes a new array, or replaces one. It is written beside its place and appears there
///   when it is complete; until then, what was there stays.
/// * [`append`](Self::append) makes an array longer. Its length changes at the end, when the new part is there.
/// * [`region`](Self::region) writes a part of an array, in place.
///
/// Every chunk (every shard, if there are shards) is encoded by the one thread that was given it, written under
/// a temporary name and renamed, so that a reader finds a whole chunk, the old or the new one. Nothing is written before
/// the first block comes.
///
/// [`resume`](RegionSink::resume) makes it remember which chunks are written, so that a later process takes up the work
/// of one that was killed. A new array is in a folder of the name `.chunkwise-NAME.partial` until then, beside its
/// place. When it is complete, what it remembers stays in its folder `.chunkwise`, which readers of Zarr pass over, so that
/// [`continued`](Self::continued) knows it.
#[derive(Debug)]
pub struct ZarrWriter {
    target: PathBuf,
    name: String,
    mode: Mode,
    region: Region,
    work: Mutex<Option<Arc<Work>>>,
    finished: AtomicBool,
}

#[derive(Debug)]
enum Mode {
    Create { metadata: Metadata, overwrite: bool },
    Append { axis: usize },
    Region,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl ZarrWriter {
    /// A new array in the folder `path`, which is made, as are the folders above it.
    ///
    /// # Errors
    /// A [`StoreError`] when something is at `path`, unless the options say to overwrite and it is an array; when
    /// chunks, shards, fill value or names do not fit the array; when the shape is too large to address.
    pub fn create(
        path: impl AsRef<Path>,
        dtype: DType,
        shape: &[usize],
        options: ZarrOptions,
    ) -> Result<Self, StoreError> {
        may_take(path.as_ref(), options.overwrite)
            .map_err(|kind| kind.of(path.as_ref().display().to_string()))?;
        Self::continued(path, dtype, shape, options)
    }

    /// As [`create`](Self::create), where what is at `path` may be this very array, complete:
    /// [`resume`](RegionSink::resume) then finds that nothing is left to write. Anything else that is there is an error
    /// when writing begins, or is replaced, as for `create`.
    ///
    /// # Errors
    /// A [`StoreError`] when chunks, shards, fill value or names do not fit the array; when the shape is too large to
    /// address.
    pub fn continued(
        path: impl AsRef<Path>,
        dtype: DType,
        shape: &[usize],
        options: ZarrOptions,
    ) -> Result<Self, StoreError> {
        let path = path.as_ref();
        let name = path.display().to_string();
        let create = || {
            byte_len(shape, dtype)?;
            let metadata = Metadata::new(dtype, shape, &options)?;
            let array = described(Arc::new(Folder::new(path)), &name, &metadata)?;
            let mode = Mode::Create { metadata, overwrite: options.overwrite };
            Ok((mode, Region::new(array, vec![0; shape.len()].into(), shape.into())?))
        };
        Self::begun(path, name.clone(), create())
    }

    /// The array at `path`, to be made longer along `axis` by what has this shape, which must be the array's along the
    /// others.
    ///
    /// Metadata that a group keeps of its arrays (consolidated metadata) is not brought up to date.
    ///
    /// # Errors
    /// A [`StoreError`] when there is no such array, or type or shape do not fit it.
    pub fn append(
        path: impl AsRef<Path>,
        axis: usize,
        dtype: DType,
        shape: &[usize],
    ) -> Result<Self, StoreError> {
        let path = path.as_ref();
        let name = path.display().to_string();
        let region = Region::after(ZarrArray::open(path)?, axis, dtype, shape);
        Self::begun(path, name, region.map(|region| (Mode::Append { axis }, region)))
    }

    /// The part of the array at `path` that begins at `start` and has `shape`.
    ///
    /// A chunk of which only a part is written is read, changed and written. No two writers may share a chunk at the
    /// same time.
    ///
    /// # Errors
    /// A [`StoreError`] when there is no such array or part, or the type is not the array's.
    pub fn region(
        path: impl AsRef<Path>,
        start: &[usize],
        dtype: DType,
        shape: &[usize],
    ) -> Result<Self, StoreError> {
        let path = path.as_ref();
        let name = path.display().to_string();
        let region = Region::within(ZarrArray::open(path)?, start, dtype, shape);
        Self::begun(path, name, region.map(|region| (Mode::Region, region)))
    }

    fn begun(
        path: &Path,
        name: String,
        begun: Result<(Mode, Region), StoreErrorKind>,
    ) -> Result<Self, StoreError> {
        match begun {
            Ok((mode, region)) => Ok(ZarrWriter {
                target: path.to_owned(),
                name,
                mode,
                region,
                work: Mutex::new(None),
                finished: AtomicBool::new(false),
            }),
            Err(kind) => Err(kind.of(name)),
        }
    }

    /// The path of the array.
    pub fn path(&self) -> &Path {
        &self.target
    }

    /// The type of the elements.
    pub fn dtype(&self) -> DType {
        self.region.dtype()
    }

    /// The shape of what is written.
    pub fn shape(&self) -> &[usize] {
        &self.region.shape
    }

    /// What there is once writing has begun, which it has from now on.
    fn begin(&self, fingerprint: Option<u128>) -> Result<Arc<Work>, StoreErrorKind> {
        let mut work = lock(&self.work);
        if let Some(work) = &*work {
            return Ok(work.clone());
        }
        let begun = Arc::new(match &self.mode {
            Mode::Create { metadata, overwrite } => {
                Work::new_array(&self.target, &self.region, (metadata, *overwrite), fingerprint)?
            }
            Mode::Append { .. } | Mode::Region => Work::change(&self.target, &self.region, fingerprint)?,
        });
        *work = Some(begun.clone());
        Ok(begun)
    }

    /// # Safety
    /// Every element of the block must have been written, and nobody may write to it meanwhile.
    unsafe fn write_block(&self, start: &[usize], block: &Block) -> Result<(), StoreErrorKind> {
        let work = self.begin(None)?;
        // SAFETY: the caller's contract.
        unsafe { self.region.write(start, block, &|cell, key, encoded| work.put(cell, key, encoded)) }
    }

    /// Whether an earlier process wrote a cell and its file is what was written.
    fn verified(&self, work: &Work, coords: &[usize]) -> bool {
        let cell = self.region.grid.index(coords);
        if self.region.is_done(cell) {
            return true;
        }
        let same = work.holds(cell, &self.region.key(coords));
        if same {
            self.region.set_done(cell);
        }
        same
    }

    fn complete(&self) -> Result<(), StoreErrorKind> {
        let work = self.begin(None)?;
        self.region.check_complete()?;
        if work.is_complete() {
            return Ok(());
        }
        let wrong = |error: io::Error| StoreErrorKind::Write(error.into());
        sync(work.folder()).map_err(wrong)?;
        match &self.mode {
            Mode::Create { .. } => {
                work.keep_what_is_remembered().map_err(wrong)?;
                swap(work.folder(), &self.target).map_err(wrong)?;
                remove_partial(&self.target).map_err(wrong)?;
                return sync(parent(&self.target)).map_err(wrong);
            }
            Mode::Append { .. } | Mode::Region => {
                // Before the metadata: if this process is killed here, all is written once more, and only once.
                work.forget().map_err(wrong)?;
            }
        }
        let own = self.target.join(OWN);
        if let Mode::Append { axis } = self.mode {
            let name = ["zarr.json", ".zarray"].into_iter().find(|name| self.target.join(name).exists());
            let path = self.target.join(name.unwrap_or("zarr.json"));
            let content = fs::read(&path).map_err(wrong)?;
            let content = resized(&content, axis, self.region.end(axis))?;
            put(&own, &path, &content).map_err(wrong)?;
            sync(&self.target).map_err(wrong)?;
        }
        // Other writers may still need it.
        let _ = fs::remove_dir(own);
        Ok(())
    }
}

impl RegionSink for ZarrWriter {
    fn name(&self) -> String {
        self.name.clone()
    }

    fn write(&self, start: &[usize], block: &Block) -> Result<(), BoxError> {
        // SAFETY: what the trait asks of its callers.
        Ok(unsafe { self.write_block(start, block) }.map_err(|kind| kind.of(&*self.name))?)
    }

    fn grid(&self) -> Option<Grid> {
        Some(self.region.grid.clone())
    }

    fn scratch_bytes(&self, _shape: &[usize]) -> u64 {
        self.region.scratch_bytes()
    }

    fn resume(&self, fingerprint: u128) -> Result<(), BoxError> {
        self.begin(Some(fingerprint)).map_err(|kind| kind.of(&*self.name))?;
        Ok(())
    }

    fn is_written(&self, start: &[usize], shape: &[usize]) -> bool {
        let Some(work) = lock(&self.work).clone() else { return false };
        let whole = &self.region.shape;
        if !work.remembers() || start.len() != whole.len() || shape.len() != whole.len() {
            return false;
        }
        if (0..shape.len()).any(|k| start[k] + shape[k] > whole[k]) {
            return false;
        }
        each_cell(&self.region.grid, start, shape, |cell| {
            self.verified(&work, &cell.coords).then_some(()).ok_or(())
        })
        .is_ok()
    }

    fn finish(&self) -> Result<(), BoxError> {
        if self.finished.load(Ordering::Relaxed) {
            return Ok(());
        }
        self.complete().map_err(|kind| kind.of(&*self.name))?;
        self.finished.store(true, Ordering::Relaxed);
        Ok(())
    }
}

impl Drop for ZarrWriter {
    fn drop(&mut self) {
        if matches!(self.mode, Mode::Append { .. } | Mode::Region) && lock(&self.work).is_some() {
            // Stays if a journal or another writer needs it.
            let _ = fs::remove_dir(self.target.join(OWN));
        }
    }
}

/// Whether a new array may have this place.
pub(super) fn may_take(path: &Path, overwrite: bool) -> Result<(), StoreErrorKind> {
    if path.file_name().is_none() {
        return Err(StoreErrorKind::Create(io::Error::new(
            io::ErrorKind::InvalidInput,
            "the path does not name a folder",
        )));
    }
    let exists = |why: &str| Err(StoreErrorKind::Exists { why: why.into() });
    match fs::symlink_metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(StoreErrorKind::Create(error)),
        Ok(there) if !there.is_dir() => exists("what is there is not a folder, and is not replaced"),
        Ok(_) => {
            let array = path.join(".zarray").exists() || is_array(&path.join("zarr.json"));
            match array {
                true if overwrite => Ok(()),
                true => exists("the options can say to overwrite it, or choose another path"),
                false if fs::read_dir(path).map_err(StoreErrorKind::Create)?.next().is_none() => Ok(()),
                false => exists("what is there is not an array, and is not replaced"),
            }
        }
    }
}

fn is_array(path: &Path) -> bool {
    let content =
        fs::read(path).ok().and_then(|bytes| serde_json::from_slice::<serde_json::Value>(&bytes).ok());
    content.is_some_and(|content| content["node_type"] == "array")
}
