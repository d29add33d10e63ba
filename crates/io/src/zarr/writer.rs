//! Writing Zarr arrays in folders, chunk by chunk.

use std::collections::HashMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chunkwise_core::{Block, BoxError, DType, Grid, RegionSink, byte_len};

use super::array::{ZarrArray, described};
use super::folder::Folder;
use super::journal::{Journal, Written, has_records};
use super::meta::{Metadata, resized};
use super::options::ZarrOptions;
use super::region::Region;
use crate::cells::each_cell;
use crate::place::{OWN, TemporaryFolder, make_folder, parent, put, remove_stale, swap, sync};
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

/// What there is once writing has begun.
#[derive(Debug)]
struct Work {
    /// The folder that chunks are written to.
    folder: PathBuf,
    journal: Option<(Journal, PathBuf)>,
    /// What the journal says that earlier processes wrote.
    earlier: HashMap<u64, Written>,
    /// The array was complete and in its place before.
    finished: bool,
    /// Removes the folder if the array is never finished.
    _temporary: Option<TemporaryFolder>,
}

impl Work {
    /// Puts a chunk in its place, and remembers it.
    fn put(&self, cell: usize, key: &str, encoded: Option<&[u8]>) -> Result<(), BoxError> {
        let target = self.folder.join(key);
        match encoded {
            Some(encoded) => put(&self.folder.join(OWN), &target, encoded)?,
            None => match fs::remove_file(&target) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error.into()),
                _ => {}
            },
        }
        if let Some((journal, _)) = &self.journal {
            journal.add(cell as u64, Written::of(encoded))?;
        }
        Ok(())
    }
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

    /// Whether chunks were written already, in this process or an earlier one.
    fn begin(&self, fingerprint: Option<u128>) -> Result<Arc<Work>, StoreErrorKind> {
        let mut work = lock(&self.work);
        if let Some(work) = &*work {
            return Ok(work.clone());
        }
        let begun = Arc::new(match &self.mode {
            Mode::Create { metadata, overwrite } => self.begin_new(metadata, *overwrite, fingerprint)?,
            Mode::Append { .. } | Mode::Region => self.begin_change(fingerprint)?,
        });
        *work = Some(begun.clone());
        Ok(begun)
    }

    fn begin_new(
        &self,
        metadata: &Metadata,
        overwrite: bool,
        fingerprint: Option<u128>,
    ) -> Result<Work, StoreErrorKind> {
        if let Some(fingerprint) = fingerprint
            && self.is_finished(metadata, overwrite, fingerprint)?
        {
            (0..self.region.cells()).for_each(|cell| self.region.set_done(cell));
            let (folder, earlier) = (self.target.clone(), HashMap::new());
            return Ok(Work { folder, journal: None, earlier, finished: true, _temporary: None });
        }
        // It may have appeared since.
        may_take(&self.target, overwrite)?;
        let beside = parent(&self.target);
        fs::create_dir_all(beside).map_err(StoreErrorKind::Create)?;
        let Some(fingerprint) = fingerprint else {
            let temporary = TemporaryFolder::beside(&self.target).map_err(StoreErrorKind::Create)?;
            let folder = temporary.path.clone();
            fs::create_dir(folder.join(OWN)).map_err(StoreErrorKind::Create)?;
            describe(&folder, metadata)?;
            return Ok(Work {
                folder,
                journal: None,
                earlier: HashMap::new(),
                finished: false,
                _temporary: Some(temporary),
            });
        };
        remove_stale(beside);
        let folder = partial(&self.target);
        let journal = folder.join(OWN).join(journal_name(fingerprint));
        if !(journal.exists() && metadata.is_in(&folder)) {
            if !overwrite && other_work(&folder).map_err(StoreErrorKind::Open)? {
                let why = format!(
                    "{} holds what it has written so far; remove that folder, or overwrite",
                    folder.display()
                );
                return Err(StoreErrorKind::Unfinished { why });
            }
            if folder.exists() {
                fs::remove_dir_all(&folder).map_err(StoreErrorKind::Create)?;
            }
            fs::create_dir_all(folder.join(OWN)).map_err(StoreErrorKind::Create)?;
            describe(&folder, metadata)?;
        }
        remove_stale(&folder.join(OWN));
        self.resumed(folder, journal, fingerprint)
    }

    /// Whether the same computation has written and completed the array, and all of it is as it was left.
    ///
    /// What was changed since is somebody else's work: it is replaced only if that was asked for.
    fn is_finished(
        &self,
        metadata: &Metadata,
        overwrite: bool,
        fingerprint: u128,
    ) -> Result<bool, StoreErrorKind> {
        let path = self.target.join(OWN).join(journal_name(fingerprint));
        let written = match Journal::read(&path, fingerprint, self.subject()) {
            Ok(Some(written)) => written,
            Ok(None) => return Ok(false),
            Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
                return Ok(false);
            }
            Err(error) => return Err(StoreErrorKind::Open(error)),
        };
        let changed = if !metadata.is_in(&self.target) {
            Some("its metadata".to_owned())
        } else {
            let is_changed = |cell: &usize| {
                let key = self.region.key(&self.region.grid.coords(*cell));
                written.get(&(*cell as u64)).is_none_or(|entry| !entry.is_at(&self.target.join(key)))
            };
            let changed = (0..self.region.cells()).find(is_changed);
            changed.map(|cell| format!("its chunk {}", self.region.key(&self.region.grid.coords(cell))))
        };
        match changed {
            Some(what) if !overwrite => {
                let why = format!(
                    "this computation completed it, but {what} was changed since; the options can say to overwrite it"
                );
                Err(StoreErrorKind::Exists { why })
            }
            changed => Ok(changed.is_none()),
        }
    }

    fn begin_change(&self, fingerprint: Option<u128>) -> Result<Work, StoreErrorKind> {
        let own = self.target.join(OWN);
        make_folder(&own).map_err(StoreErrorKind::Create)?;
        remove_stale(&own);
        let folder = self.target.clone();
        match fingerprint {
            None => {
                Ok(Work { folder, journal: None, earlier: HashMap::new(), finished: false, _temporary: None })
            }
            Some(fingerprint) => self.resumed(folder, own.join(journal_name(fingerprint)), fingerprint),
        }
    }

    /// What is written, as a number: the same computation may write to several places, and to an array that is longer than
    /// it was.
    fn subject(&self) -> u32 {
        let Region { offset, shape, chunk_shape, .. } = &self.region;
        let subject = format!("{offset:?} {shape:?} {chunk_shape:?} {:?}", self.dtype());
        crc32c::crc32c(subject.as_bytes())
    }

    fn resumed(&self, folder: PathBuf, path: PathBuf, fingerprint: u128) -> Result<Work, StoreErrorKind> {
        let (journal, earlier) =
            Journal::open(&path, fingerprint, self.subject()).map_err(|error| match error.kind() {
                io::ErrorKind::ResourceBusy => StoreErrorKind::Unfinished {
                    why: format!("{} is in use by another process", path.display()),
                },
                _ => StoreErrorKind::Create(error),
            })?;
        Ok(Work { folder, journal: Some((journal, path)), earlier, finished: false, _temporary: None })
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
        let Some(entry) = work.earlier.get(&(cell as u64)) else { return false };
        let same = entry.is_at(&work.folder.join(self.region.key(coords)));
        if same {
            self.region.set_done(cell);
        }
        same
    }

    fn complete(&self) -> Result<(), StoreErrorKind> {
        let work = self.begin(None)?;
        self.region.check_complete()?;
        if work.finished {
            return Ok(());
        }
        let wrong = |error: io::Error| StoreErrorKind::Write(error.into());
        let own = work.folder.join(OWN);
        sync(&work.folder).map_err(wrong)?;
        match &self.mode {
            Mode::Create { .. } => {
                match &work.journal {
                    Some((_, journal)) => keep_only(&own, journal),
                    None => fs::remove_dir_all(&own),
                }
                .map_err(wrong)?;
                swap(&work.folder, &self.target).map_err(wrong)?;
                let partial = partial(&self.target);
                if partial.exists() {
                    // What an earlier process began is of no use now.
                    fs::remove_dir_all(partial).map_err(wrong)?;
                }
                return sync(parent(&self.target)).map_err(wrong);
            }
            Mode::Append { .. } | Mode::Region => {
                // Before the metadata: if this process is killed here, all is written once more, and only once.
                if let Some((_, path)) = &work.journal {
                    fs::remove_file(path).map_err(wrong)?;
                }
            }
        }
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
        if work.journal.is_none() && !work.finished
            || start.len() != whole.len()
            || shape.len() != whole.len()
        {
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

fn describe(folder: &Path, metadata: &Metadata) -> Result<(), StoreErrorKind> {
    for (name, bytes) in metadata.encoded() {
        put(&folder.join(OWN), &folder.join(name), &bytes).map_err(StoreErrorKind::Create)?;
    }
    Ok(())
}

/// Removes all files of a folder but one.
fn keep_only(folder: &Path, kept: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path != kept {
            fs::remove_file(path)?;
        }
    }
    Ok(())
}

/// Whether a new array may have this place.
fn may_take(path: &Path, overwrite: bool) -> Result<(), StoreErrorKind> {
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

/// Where an array is that can be taken up again, until it is complete.
fn partial(target: &Path) -> PathBuf {
    let name = target.file_name().unwrap_or_default().to_string_lossy();
    // Names may be 255 bytes long.
    let name = match name.len() {
        ..=200 => name.into_owned(),
        _ => format!("{:08x}", crc32c::crc32c(name.as_bytes())),
    };
    target.with_file_name(format!(".chunkwise-{name}.partial"))
}

fn journal_name(fingerprint: u128) -> String {
    format!("{fingerprint:032x}.journal")
}

/// Whether a folder holds chunks that some computation wrote and remembers.
fn other_work(folder: &Path) -> io::Result<bool> {
    let entries = match fs::read_dir(folder.join(OWN)) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(error),
    };
    for entry in entries {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "journal") && has_records(&path)? {
            return Ok(true);
        }
    }
    Ok(false)
}
