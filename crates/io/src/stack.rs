//! Folders of `.npy` files that are one array, cut along one axis: `0.npy`, `1.npy`, and so on.
//!
//! dask's `to_npy_stack` writes such, and a file `info` beside, a pickle of chunks, dtype and axis. It is written here
//! too, so that dask reads the folder. It is not read: to read a pickle would run what it says.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use chunkwise_core::{AxisGrid, Block, BoxError, DType, Grid, RegionSink, RegionSource, Shape, byte_len};

use crate::error::from_npy;
use crate::npy::{Header, NpyFile, NpyWriter, name};
use crate::place::{TemporaryFolder, parent, swap, sync};
use crate::{StoreError, StoreErrorKind};

/// A folder of numbered `.npy` files, one after the other along an axis, read by position.
#[derive(Debug)]
pub struct NpyStack {
    folder: PathBuf,
    name: String,
    axis: usize,
    dtype: DType,
    shape: Shape,
    /// Where the files begin along the axis.
    files: AxisGrid,
    headers: Vec<Header>,
}

impl NpyStack {
    /// Opens the files `0.npy`, `1.npy`, ... of a folder. Reads their headers alone.
    ///
    /// # Errors
    /// A [`StoreError`] when there is no `0.npy`, a file cannot be opened or is none, or one has another type, number of
    /// axes or length along another axis than the first.
    pub fn open(folder: impl AsRef<Path>, axis: usize) -> Result<Self, StoreError> {
        let folder = folder.as_ref();
        let name = folder.display().to_string();
        let open = || {
            let mut headers: Vec<Header> = Vec::new();
            for i in 0.. {
                let path = folder.join(format!("{i}.npy"));
                match NpyFile::open(&path) {
                    Ok(file) => headers.push(file.header().clone()),
                    Err(error) => match error.into_kind() {
                        crate::NpyErrorKind::Open(error)
                            if error.kind() == io::ErrorKind::NotFound && i > 0 =>
                        {
                            break;
                        }
                        kind => return Err(in_file(i, from_npy(kind))),
                    },
                }
            }
            let (dtype, mut shape) = (headers[0].dtype, headers[0].shape.clone());
            if axis >= shape.len() {
                let why = format!("files of shape {shape:?} are not stacked along axis {axis}");
                return Err(StoreErrorKind::Mismatch { why });
            }
            for (i, header) in headers.iter().enumerate() {
                let fits = header.dtype == dtype
                    && header.shape.len() == shape.len()
                    && (0..shape.len()).all(|k| k == axis || header.shape[k] == shape[k]);
                if !fits {
                    let why = format!(
                        "{i}.npy holds {} of shape {:?}, 0.npy {dtype} of shape {shape:?}",
                        header.dtype, header.shape
                    );
                    return Err(StoreErrorKind::Mismatch { why });
                }
            }
            let sizes: Vec<usize> = headers.iter().map(|header| header.shape[axis]).collect();
            shape[axis] = sizes.iter().fold(0, |sum: usize, &n| sum.saturating_add(n));
            byte_len(&shape, dtype)?;
            let files = AxisGrid::from_sizes(&sizes);
            Ok(NpyStack { folder: folder.to_owned(), name: name.clone(), axis, dtype, shape, files, headers })
        };
        open().map_err(|kind: StoreErrorKind| kind.of(&*name))
    }

    /// The lengths of the files along the axis of the stack.
    pub fn sizes(&self) -> Vec<usize> {
        self.headers.iter().map(|header| header.shape[self.axis]).collect()
    }

    fn read_files(&self, start: &[usize], out: &mut Block) -> Result<(), StoreErrorKind> {
        crate::check::check_box("reading a region", (self.dtype, &self.shape), start, out)?;
        if out.is_empty() {
            return Ok(());
        }
        let (first, end) = (start[self.axis], start[self.axis] + out.shape()[self.axis]);
        for i in self.files.find(first)..=self.files.find(end - 1) {
            let bounds = self.files.bounds(i);
            let (from, to) = (bounds.start.max(first), bounds.end.min(end));
            if from >= to {
                continue;
            }
            let path = self.folder.join(format!("{i}.npy"));
            let file = File::open(&path).map_err(|error| in_file(i, StoreErrorKind::Open(error)))?;
            let file = NpyFile::of(file, &path, self.headers[i].clone());
            let mut at: Shape = start.into();
            at[self.axis] = from - bounds.start;
            let mut in_box: Shape = start.iter().map(|_| 0).collect();
            in_box[self.axis] = from - first;
            let mut shape: Shape = out.shape().into();
            shape[self.axis] = to - from;
            let mut part = out.region(&in_box, &shape);
            file.read_plain(&at, &mut part).map_err(|kind| in_file(i, from_npy(kind)))?;
        }
        Ok(())
    }
}

fn in_file(i: usize, kind: StoreErrorKind) -> StoreErrorKind {
    StoreErrorKind::Chunk { indices: vec![i as u64], key: format!("{i}.npy"), cause: cause(kind) }
}

/// The system's error, where that is what it is, so that its kind can be told.
fn cause(kind: StoreErrorKind) -> BoxError {
    match kind {
        StoreErrorKind::Open(error) | StoreErrorKind::Create(error) => error.into(),
        StoreErrorKind::Read(cause) | StoreErrorKind::Write(cause) => cause,
        kind => kind.into(),
    }
}

impl RegionSource for NpyStack {
    fn name(&self) -> String {
        self.name.clone()
    }

    fn dtype(&self) -> DType {
        self.dtype
    }

    fn shape(&self) -> &[usize] {
        &self.shape
    }

    fn read(&self, start: &[usize], out: &mut Block) -> Result<(), BoxError> {
        Ok(self.read_files(start, out).map_err(|kind| kind.of(&*self.name))?)
    }

    fn version(&self) -> Option<String> {
        let version = |i| NpyFile::open(self.folder.join(format!("{i}.npy"))).ok()?.version();
        (0..self.headers.len()).map(version).collect::<Option<Vec<_>>>().map(|versions| versions.join("; "))
    }
}

/// A new folder of numbered `.npy` files. It is written beside its place and appears there when it is complete.
#[derive(Debug)]
pub struct NpyStackWriter {
    target: PathBuf,
    name: String,
    dtype: DType,
    axis: usize,
    grid: Grid,
    folder: TemporaryFolder,
    /// Which files are written.
    done: Mutex<Vec<bool>>,
}

impl NpyStackWriter {
    /// Begins a folder at `path` of an array of this type and shape, in files that have these lengths along `axis`.
    ///
    /// # Errors
    /// A [`StoreError`] when something is at `path`, unless it is an empty folder; when the lengths do not add up to
    /// that of the axis; when the temporary folder cannot be made.
    pub fn create(
        path: impl AsRef<Path>,
        dtype: DType,
        shape: &[usize],
        axis: usize,
        sizes: &[usize],
    ) -> Result<Self, StoreError> {
        let path = path.as_ref();
        let name = path.display().to_string();
        let create = || {
            byte_len(shape, dtype)?;
            let sum = sizes.iter().fold(0, |sum: usize, &n| sum.saturating_add(n));
            if shape.get(axis) != Some(&sum) {
                let why = format!(
                    "files of lengths {sizes:?} do not make an array of shape {shape:?} along {axis}"
                );
                return Err(StoreErrorKind::Mismatch { why });
            }
            let free = match fs::read_dir(path) {
                Ok(mut entries) => entries.next().is_none(),
                Err(error) if error.kind() == io::ErrorKind::NotFound => true,
                Err(error) => return Err(StoreErrorKind::Create(error)),
            };
            if !free || path.file_name().is_none() {
                return Err(StoreErrorKind::Exists {
                    why: "the folder is not empty, and is not replaced".into(),
                });
            }
            fs::create_dir_all(parent(path)).map_err(StoreErrorKind::Create)?;
            let folder = TemporaryFolder::beside(path).map_err(StoreErrorKind::Create)?;
            let axes = shape
                .iter()
                .enumerate()
                .map(|(k, &n)| if k == axis { AxisGrid::from_sizes(sizes) } else { AxisGrid::whole(n) });
            let done = Mutex::new(vec![false; sizes.len()]);
            let (target, grid) = (path.to_owned(), Grid::new(axes));
            Ok(NpyStackWriter { target, name: name.clone(), dtype, axis, grid, folder, done })
        };
        create().map_err(|kind: StoreErrorKind| kind.of(&*name))
    }

    fn done(&self) -> std::sync::MutexGuard<'_, Vec<bool>> {
        self.done.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    fn write_file(&self, i: usize, block: &Block) -> Result<(), StoreErrorKind> {
        let path = self.folder.path.join(format!("{i}.npy"));
        let write = || {
            let file = NpyWriter::create(&path, self.dtype, block.shape())?;
            // SAFETY: what `RegionSink::write` asks of its callers.
            unsafe { file.write_region(&vec![0; block.shape().len()], block) }?;
            file.finish()
        };
        write().map_err(|error: crate::NpyError| in_file(i, from_npy(error.into_kind())))?;
        self.done()[i] = true;
        Ok(())
    }

    fn write_files(&self, start: &[usize], block: &Block) -> Result<(), StoreErrorKind> {
        let whole = self.grid.shape();
        crate::check::check_box("writing a region", (self.dtype, &whole), start, block)?;
        if block.is_empty() {
            return Ok(());
        }
        let files = &self.grid.axes()[self.axis];
        let (first, end) = (start[self.axis], start[self.axis] + block.shape()[self.axis]);
        for i in files.find(first)..=files.find(end - 1) {
            let bounds = files.bounds(i);
            let mut expected = whole.clone();
            expected[self.axis] = bounds.len();
            let mut in_box: Shape = start.iter().map(|_| 0).collect();
            in_box[self.axis] = bounds.start.wrapping_sub(first);
            let inside = bounds.start >= first
                && bounds.end <= end
                && (0..whole.len()).all(|k| k == self.axis || block.shape()[k] == whole[k]);
            if !inside {
                let why = format!(
                    "the block of shape {:?} at {start:?} holds only a part of {i}.npy",
                    block.shape()
                );
                return Err(StoreErrorKind::Mismatch { why });
            }
            if !bounds.is_empty() {
                self.write_file(i, &block.region(&in_box, &expected))?;
            }
        }
        Ok(())
    }

    fn complete(&self) -> Result<(), StoreErrorKind> {
        let files = &self.grid.axes()[self.axis];
        let mut shape = self.grid.shape();
        for i in 0..files.count() {
            shape[self.axis] = files.bounds(i).len();
            // Nothing comes for files of no elements.
            if shape.contains(&0) && !self.done()[i] {
                self.write_file(i, &Block::uninit(self.dtype, &shape))?;
            }
        }
        let written = self.done().iter().filter(|done| **done).count() as u64;
        let expected = files.count() as u64;
        if written < expected {
            return Err(StoreErrorKind::Incomplete { what: "files", written, expected });
        }
        let wrong = |error: io::Error| StoreErrorKind::Write(error.into());
        fs::write(self.folder.path.join("info"), self.info()).map_err(wrong)?;
        sync(&self.folder.path).map_err(wrong)?;
        swap(&self.folder.path, &self.target).map_err(wrong)?;
        sync(parent(&self.target)).map_err(wrong)
    }

    /// The pickle, of protocol 0, of `{"chunks": ..., "dtype": ..., "axis": ...}`.
    fn info(&self) -> String {
        let axis = |axis: &AxisGrid| {
            let sizes: String = axis.sizes().map(|n| format!("I{n}\n")).collect();
            format!("({sizes}t")
        };
        let chunks: String = self.grid.axes().iter().map(axis).collect();
        let (dtype, number) = (name(self.dtype), self.axis);
        format!("(dVchunks\n({chunks}tsVdtype\ncnumpy\ndtype\n(V{dtype}\ntRsVaxis\nI{number}\ns.")
    }
}

impl RegionSink for NpyStackWriter {
    fn name(&self) -> String {
        self.name.clone()
    }

    fn write(&self, start: &[usize], block: &Block) -> Result<(), BoxError> {
        Ok(self.write_files(start, block).map_err(|kind| kind.of(&*self.name))?)
    }

    fn grid(&self) -> Option<Grid> {
        Some(self.grid.clone())
    }

    fn finish(&self) -> Result<(), BoxError> {
        Ok(self.complete().map_err(|kind| kind.of(&*self.name))?)
    }
}
