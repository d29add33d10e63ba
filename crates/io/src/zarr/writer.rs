//! Writing Zarr arrays, chunk by chunk.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chunkwise_core::{AxisGrid, Block, Cause, DType, Grid, RegionSink, Shape, byte_len};
use zarrs::array::{Array, ArrayMetadata, ArrayToBytesCodecTraits};
use zarrs::storage::ReadableStorageTraits;

use super::array::{SLACK, ZarrArray, create_error, lengths, metadata};
use super::folder::Folder;
use super::journal::{Journal, Written, has_records};
use super::meta::{Metadata, resized};
use super::options::ZarrOptions;
use crate::cells::{Meeting, each_cell, write_part};
use crate::check::check_box;
use crate::place::{OWN, TemporaryFolder, parent, put, remove_stale, swap, sync, temporary_name};
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
/// place.
#[derive(Debug)]
pub struct ZarrWriter {
    target: PathBuf,
    name: String,
    mode: Mode,
    /// The array as it will be; it is read from where only parts of chunks are written.
    array: ZarrArray,
    /// Where what is written begins in the array.
    offset: Shape,
    /// What is written.
    shape: Shape,
    /// The chunks of it, which begin in the middle of one if `offset` does.
    grid: Grid,
    chunk_shape: Vec<std::num::NonZeroU64>,
    work: Mutex<Option<Arc<Work>>>,
    done: Mutex<Cells>,
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
    /// Removes the folder if the array is never finished.
    _temporary: Option<TemporaryFolder>,
}

/// One bit for each cell of the grid.
#[derive(Debug)]
struct Cells(Vec<u64>);

impl Cells {
    fn set(&mut self, cell: usize) {
        self.0[cell / 64] |= 1 << (cell % 64);
    }

    fn has(&self, cell: usize) -> bool {
        self.0[cell / 64] >> (cell % 64) & 1 == 1
    }

    fn count(&self) -> u64 {
        self.0.iter().map(|bits| u64::from(bits.count_ones())).sum()
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
        let path = path.as_ref();
        let name = path.display().to_string();
        let create = || {
            byte_len(shape, dtype)?;
            let metadata = Metadata::new(dtype, shape, &options)?;
            may_take(path, options.overwrite)?;
            let array = described(path, &name, &metadata)?;
            let mode = Mode::Create { metadata, overwrite: options.overwrite };
            Self::new(path, &name, mode, array, vec![0; shape.len()].into(), shape.into())
        };
        create().map_err(|kind: StoreErrorKind| kind.of(name.clone()))
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
        let array = ZarrArray::open(path)?;
        let append = || {
            let old: Shape = array.shape().into();
            let fits = old.len() == shape.len()
                && axis < old.len()
                && (0..old.len()).all(|k| k == axis || old[k] == shape[k]);
            if !fits {
                let why = format!("shape {shape:?} cannot be appended to shape {old:?} along axis {axis}");
                return Err(StoreErrorKind::Mismatch { why });
            }
            let mut offset: Shape = vec![0; old.len()].into();
            offset[axis] = old[axis];
            let mut new = old;
            new[axis] = new[axis].saturating_add(shape[axis]);
            byte_len(&new, dtype)?;
            Self::existing(path, &name, Mode::Append { axis }, array, dtype, (offset, shape.into()))
        };
        append().map_err(|kind: StoreErrorKind| kind.of(name.clone()))
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
        let array = ZarrArray::open(path)?;
        let region = || {
            let whole = array.shape();
            let fits = whole.len() == start.len()
                && whole.len() == shape.len()
                && (0..whole.len()).all(|k| start[k] <= whole[k] && shape[k] <= whole[k] - start[k]);
            if !fits {
                let why = format!(
                    "the box of shape {shape:?} at {start:?} is not within the array of shape {whole:?}"
                );
                return Err(StoreErrorKind::Mismatch { why });
            }
            Self::existing(path, &name, Mode::Region, array, dtype, (start.into(), shape.into()))
        };
        region().map_err(|kind: StoreErrorKind| kind.of(name.clone()))
    }

    fn existing(
        path: &Path,
        name: &str,
        mode: Mode,
        array: ZarrArray,
        dtype: DType,
        (offset, shape): (Shape, Shape),
    ) -> Result<Self, StoreErrorKind> {
        if array.dtype() != dtype {
            let why = format!("elements of {dtype} do not go into an array of {}", array.dtype());
            return Err(StoreErrorKind::Mismatch { why });
        }
        if array.storage_grid().axes().iter().any(|axis| matches!(axis, AxisGrid::Explicit(_))) {
            return Err(metadata("only arrays whose chunks all have the same shape can be written to"));
        }
        Self::new(path, name, mode, array, offset, shape)
    }

    fn new(
        path: &Path,
        name: &str,
        mode: Mode,
        array: ZarrArray,
        offset: Shape,
        shape: Shape,
    ) -> Result<Self, StoreErrorKind> {
        let origin = vec![0; shape.len()];
        let chunk_shape = array.chunk_shape(&origin).map_err(|error| metadata(error.to_string()))?;
        let axes = lengths(&chunk_shape);
        byte_len(&axes, array.dtype())?;
        let grid = Grid::new((0..shape.len()).map(|k| {
            let into = offset[k] % axes[k];
            if into == 0 || into + shape[k] <= axes[k] {
                return AxisGrid::regular(shape[k], axes[k]);
            }
            let first = axes[k] - into;
            AxisGrid::from_offsets(
                std::iter::once(0).chain((first..shape[k]).step_by(axes[k])).chain([shape[k]]).collect(),
            )
        }));
        let cells = if shape.contains(&0) { 0 } else { grid.count() };
        Ok(ZarrWriter {
            target: path.to_owned(),
            name: name.to_owned(),
            mode,
            array,
            offset,
            shape,
            grid,
            chunk_shape,
            work: Mutex::new(None),
            done: Mutex::new(Cells(vec![0; cells.div_ceil(64)])),
            finished: AtomicBool::new(false),
        })
    }

    /// The path of the array.
    pub fn path(&self) -> &Path {
        &self.target
    }

    /// The type of the elements.
    pub fn dtype(&self) -> DType {
        self.array.dtype()
    }

    /// The shape of what is written.
    pub fn shape(&self) -> &[usize] {
        &self.shape
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
        // It may have appeared since.
        may_take(&self.target, overwrite)?;
        let beside = parent(&self.target);
        fs::create_dir_all(beside).map_err(StoreErrorKind::Create)?;
        remove_stale(beside);
        let Some(fingerprint) = fingerprint else {
            let folder = beside.join(temporary_name());
            fs::create_dir_all(folder.join(OWN)).map_err(StoreErrorKind::Create)?;
            let temporary = TemporaryFolder { path: folder.clone() };
            describe(&folder, metadata)?;
            return Ok(Work { folder, journal: None, earlier: HashMap::new(), _temporary: Some(temporary) });
        };
        let folder = partial(&self.target);
        let journal = folder.join(OWN).join(journal_name(fingerprint));
        let same = journal.exists()
            && metadata
                .encoded()
                .all(|(name, bytes)| fs::read(folder.join(name)).is_ok_and(|old| old == bytes));
        if !same {
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

    fn begin_change(&self, fingerprint: Option<u128>) -> Result<Work, StoreErrorKind> {
        let own = self.target.join(OWN);
        fs::create_dir_all(&own).map_err(StoreErrorKind::Create)?;
        remove_stale(&own);
        let folder = self.target.clone();
        match fingerprint {
            None => Ok(Work { folder, journal: None, earlier: HashMap::new(), _temporary: None }),
            Some(fingerprint) => self.resumed(folder, own.join(journal_name(fingerprint)), fingerprint),
        }
    }

    fn resumed(&self, folder: PathBuf, path: PathBuf, fingerprint: u128) -> Result<Work, StoreErrorKind> {
        // The same computation may write to several places, and to an array that is longer than it was.
        let subject = format!("{:?} {:?} {:?} {:?}", self.offset, self.shape, self.chunk_shape, self.dtype());
        let (journal, earlier) = Journal::open(&path, fingerprint, crc32c::crc32c(subject.as_bytes()))
            .map_err(|error| match error.kind() {
                io::ErrorKind::ResourceBusy => StoreErrorKind::Unfinished {
                    why: format!("{} is in use by another process", path.display()),
                },
                _ => StoreErrorKind::Create(error),
            })?;
        Ok(Work { folder, journal: Some((journal, path)), earlier, _temporary: None })
    }

    /// Coordinates of a chunk in the array's grid, from those of a cell.
    fn indices(&self, coords: &[usize]) -> Vec<u64> {
        let first = |k: usize| self.offset[k] as u64 / self.chunk_shape[k].get();
        coords.iter().enumerate().map(|(k, &i)| first(k) + i as u64).collect()
    }

    /// # Safety
    /// Every element of the block must have been written, and nobody may write to it meanwhile.
    unsafe fn write_block(&self, start: &[usize], block: &Block) -> Result<(), StoreErrorKind> {
        check_box("writing a region", (self.dtype(), &self.shape), start, block)?;
        let work = self.begin(None)?;
        let shape: Shape = block.shape().into();
        each_cell(&self.grid, start, &shape, |cell| {
            if cell.shape[..] != self.grid.block(&cell.coords).1[..] {
                let why = format!(
                    "the block of shape {shape:?} at {start:?} holds only a part of the chunk at {:?}",
                    cell.coords
                );
                return Err(StoreErrorKind::Mismatch { why });
            }
            // SAFETY: the caller's contract.
            unsafe { self.write_cell(&work, cell, block) }
                .map_err(|cause| self.array.chunk_error(self.indices(&cell.coords), cause))?;
            lock(&self.done).set(self.grid.index(&cell.coords));
            Ok(())
        })
    }

    /// # Safety
    /// As [`write_block`](Self::write_block).
    unsafe fn write_cell(&self, work: &Work, cell: &Meeting, block: &Block) -> Result<(), Cause> {
        let indices = self.indices(&cell.coords);
        let chunk = lengths(&self.chunk_shape);
        let bytes = chunk.iter().product::<usize>() * self.dtype().size();
        let part = block.region(&cell.in_box, &cell.shape);
        let elements = if part.shape() == &chunk[..] && part.is_row_major() {
            // SAFETY: the part is all of the chunk, dense, and written, by the caller's contract.
            Cow::Borrowed(unsafe { std::slice::from_raw_parts(part.as_ptr(), bytes) })
        } else {
            let (start, _) = self.grid.block(&cell.coords);
            let in_array: Shape = start.iter().zip(&self.offset).map(|(a, b)| a + b).collect();
            let in_chunk: Shape = in_array.iter().zip(&chunk).map(|(at, size)| at % size).collect();
            let mut elements = match self.is_whole(&in_chunk, &in_array, &cell.shape, &chunk) {
                true => None,
                // What the chunk holds beside, which belongs to this thread until it is written.
                false => self.array.decoded(&indices)?,
            }
            .unwrap_or_else(|| self.array.fill_value().repeat(chunk.iter().product()));
            // SAFETY: the caller's contract.
            unsafe { write_part(block, &cell.in_box, &cell.shape, &mut elements, &chunk, &in_chunk) };
            Cow::Owned(elements)
        };
        let encoded = self.array.encoded(&elements, &self.chunk_shape)?;
        let target = work.folder.join(self.array.array().chunk_key(&indices).as_str());
        let written = match &encoded {
            Some(encoded) => {
                put(&work.folder.join(OWN), &target, encoded)?;
                Written { length: Some(encoded.len() as u64), crc: 0 }
            }
            None => {
                match fs::remove_file(&target) {
                    Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error.into()),
                    _ => {}
                }
                Written { length: None, crc: 0 }
            }
        };
        if let Some((journal, _)) = &work.journal {
            let crc = encoded.as_deref().map_or(0, crc32c::crc32c);
            journal.add(self.grid.index(&cell.coords) as u64, Written { crc, ..written })?;
        }
        Ok(())
    }

    /// Whether a cell is all that its chunk holds of the array.
    fn is_whole(&self, in_chunk: &[usize], in_array: &[usize], shape: &[usize], chunk: &[usize]) -> bool {
        (0..shape.len()).all(|k| {
            let end = self.array.shape()[k].max(self.offset[k] + self.shape[k]);
            in_chunk[k] == 0 && (shape[k] == chunk[k] || in_array[k] + shape[k] == end)
        })
    }

    /// Whether an earlier process wrote a cell and its file is what was written.
    fn verified(&self, work: &Work, coords: &[usize]) -> bool {
        let cell = self.grid.index(coords);
        if lock(&self.done).has(cell) {
            return true;
        }
        let Some(entry) = work.earlier.get(&(cell as u64)) else { return false };
        let path = work.folder.join(self.array.array().chunk_key(&self.indices(coords)).as_str());
        let same = match entry.length {
            None => fs::symlink_metadata(&path).is_err_and(|error| error.kind() == io::ErrorKind::NotFound),
            Some(length) => {
                fs::metadata(&path).is_ok_and(|metadata| metadata.len() == length)
                    && fs::read(&path).is_ok_and(|bytes| {
                        bytes.len() as u64 == length && crc32c::crc32c(&bytes) == entry.crc
                    })
            }
        };
        if same {
            lock(&self.done).set(cell);
        }
        same
    }

    fn complete(&self) -> Result<(), StoreErrorKind> {
        let work = self.begin(None)?;
        let expected = if self.shape.contains(&0) { 0 } else { self.grid.count() as u64 };
        let written = lock(&self.done).count();
        if written < expected {
            return Err(StoreErrorKind::Incomplete { what: "chunks", written, expected });
        }
        let wrong = |error: io::Error| StoreErrorKind::Write(error.into());
        let own = work.folder.join(OWN);
        sync(&work.folder).map_err(wrong)?;
        match &self.mode {
            Mode::Create { .. } => {
                fs::remove_dir_all(&own).map_err(wrong)?;
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
            let content = resized(&content, axis, self.offset[axis] + self.shape[axis])?;
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

    fn write(&self, start: &[usize], block: &Block) -> Result<(), Cause> {
        // SAFETY: what the trait asks of its callers.
        Ok(unsafe { self.write_block(start, block) }.map_err(|kind| kind.of(&*self.name))?)
    }

    fn grid(&self) -> Option<Grid> {
        Some(self.grid.clone())
    }

    /// One chunk at a time: its elements in order, those in the order of the codecs, and the encoded ones.
    fn scratch_bytes(&self, _shape: &[usize]) -> u64 {
        let elements: u64 = self.chunk_shape.iter().map(|n| n.get()).product();
        let decoded = elements * self.dtype().size() as u64;
        let array = self.array.array();
        let encoded = array
            .codecs()
            .encoded_representation(&self.chunk_shape, array.data_type(), array.fill_value())
            .ok()
            .and_then(|representation| representation.size())
            .unwrap_or(decoded + decoded / 8);
        2 * decoded + encoded.max(decoded) + SLACK
    }

    fn resume(&self, fingerprint: u128) -> Result<(), Cause> {
        self.begin(Some(fingerprint)).map_err(|kind| kind.of(&*self.name))?;
        Ok(())
    }

    fn is_written(&self, start: &[usize], shape: &[usize]) -> bool {
        let Some(work) = lock(&self.work).clone() else { return false };
        if work.journal.is_none() || start.len() != self.shape.len() || shape.len() != self.shape.len() {
            return false;
        }
        if (0..shape.len()).any(|k| start[k] + shape[k] > self.shape[k]) {
            return false;
        }
        each_cell(&self.grid, start, shape, |cell| self.verified(&work, &cell.coords).then_some(()).ok_or(()))
            .is_ok()
    }

    fn finish(&self) -> Result<(), Cause> {
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

/// The array that metadata describes, before any of it is written.
fn described(path: &Path, name: &str, description: &Metadata) -> Result<ZarrArray, StoreErrorKind> {
    let content: ArrayMetadata =
        serde_json::from_value(description.main()).map_err(|error| metadata(error.to_string()))?;
    let storage: Arc<dyn ReadableStorageTraits> = Arc::new(Folder::new(path));
    let array = Array::new_with_metadata(storage, "/", content).map_err(create_error)?;
    ZarrArray::new(array, name.to_owned())
}

fn describe(folder: &Path, metadata: &Metadata) -> Result<(), StoreErrorKind> {
    for (name, bytes) in metadata.encoded() {
        put(&folder.join(OWN), &folder.join(name), &bytes).map_err(StoreErrorKind::Create)?;
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
