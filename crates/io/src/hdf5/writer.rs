//! Writing a file of datasets, block by block.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chunkwise_core::{Block, BoxError, DType, Element, Grid, RegionSink, Shape, byte_len, dispatch};
use hdf5_metno::{Dataset, File};
use ndarray::{ArrayViewD, IxDyn};

use super::{CACHE, Hdf5Options, selection, writing};
use crate::cells::write_part;
use crate::check::check_box;
use crate::place::{TemporaryFolder, parent, sync};
use crate::{StoreError, StoreErrorKind};

/// A new HDF5 file of one or more datasets. It appears when the last of them is complete.
#[derive(Debug)]
pub struct Hdf5Writer {
    target: PathBuf,
    name: String,
    folder: TemporaryFolder,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    file: Option<File>,
    /// Datasets begun, and datasets finished.
    open: usize,
    finished: usize,
}

/// One dataset of an [`Hdf5Writer`].
#[derive(Debug)]
pub struct Hdf5Entry {
    file: Arc<Hdf5Writer>,
    dataset: Mutex<Option<Dataset>>,
    name: String,
    dtype: DType,
    shape: Shape,
    grid: Option<Grid>,
    /// Elements written so far.
    written: Mutex<u64>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Hdf5Writer {
    /// Begins a file that will be at `path`, over what is there.
    ///
    /// # Errors
    /// A [`StoreError`] when it cannot be made beside it.
    pub fn create(path: impl AsRef<Path>) -> Result<Arc<Self>, StoreError> {
        let path = path.as_ref();
        let name = path.display().to_string();
        let begin = || {
            let folder = TemporaryFolder::for_file(path).map_err(StoreErrorKind::Create)?;
            let file = File::create_excl(folder.path.join("file")).map_err(writing)?;
            Ok((folder, file))
        };
        let (folder, file) = begin().map_err(|kind: StoreErrorKind| kind.of(&*name))?;
        let state = Mutex::new(State { file: Some(file), open: 0, finished: 0 });
        Ok(Arc::new(Hdf5Writer { target: path.to_owned(), name, folder, state }))
    }

    /// Begins a dataset of this name (or path: groups on the way are made), type and shape.
    ///
    /// # Errors
    /// A [`StoreError`] when there is one of this name, when chunks do not fit the shape, when the file is complete
    /// already.
    pub fn dataset(
        self: &Arc<Self>,
        name: &str,
        dtype: DType,
        shape: &[usize],
        options: &Hdf5Options,
    ) -> Result<Hdf5Entry, StoreError> {
        let full = format!("{} ({name})", self.name);
        let begin = || {
            byte_len(shape, dtype)?;
            let mut state = lock(&self.state);
            let Some(file) = &state.file else {
                return Err(StoreErrorKind::Exists { why: "the file is complete".into() });
            };
            let chunks = options.chunk_shape(shape);
            let fits = chunks.as_ref().is_none_or(|chunks| {
                chunks.len() == shape.len()
                    && chunks.iter().zip(shape).all(|(&chunk, &n)| (1..=n).contains(&chunk))
            });
            if !fits {
                let why = format!("chunks of shape {chunks:?} do not cut a dataset of shape {shape:?}");
                return Err(StoreErrorKind::Mismatch { why });
            }
            let mut group = String::new();
            for part in name.split('/').rev().skip(1).collect::<Vec<_>>().into_iter().rev() {
                group = if group.is_empty() { part.to_owned() } else { format!("{group}/{part}") };
                if !file.link_exists(&group) {
                    file.create_group(&group).map_err(writing)?;
                }
            }
            if file.link_exists(name) {
                return Err(StoreErrorKind::Exists { why: "two datasets have this name".into() });
            }
            let dataset = dispatch!(dtype, Element, T => {
                let mut builder = file.new_dataset::<T>().shape(shape.to_vec());
                builder = match &chunks {
                    Some(chunks) => {
                        if options.shuffle {
                            builder = builder.shuffle();
                        }
                        if let Some(level) = options.deflate {
                            builder = builder.deflate(level);
                        }
                        if options.checksum {
                            builder = builder.fletcher32();
                        }
                        builder.chunk(chunks.clone())
                    }
                    None => builder.no_chunk(),
                };
                builder.create(name)
            })
            .map_err(writing)?;
            state.open += 1;
            Ok(Hdf5Entry {
                file: self.clone(),
                dataset: Mutex::new(Some(dataset)),
                name: full.clone(),
                dtype,
                shape: shape.into(),
                grid: options.grid(shape),
                written: Mutex::new(0),
            })
        };
        begin().map_err(|kind: StoreErrorKind| kind.of(&*full))
    }

    /// Counts a finished dataset; with the last one, the file comes into its place.
    fn one_finished(&self) -> Result<(), StoreErrorKind> {
        let mut state = lock(&self.state);
        state.finished += 1;
        if state.finished < state.open {
            return Ok(());
        }
        let wrong = |error: io::Error| StoreErrorKind::Write(error.into());
        if let Some(file) = state.file.take() {
            file.flush().map_err(writing)?;
            file.close().map_err(writing)?;
            sync(&self.folder.path).map_err(wrong)?;
            fs::rename(self.folder.path.join("file"), &self.target).map_err(wrong)?;
            // It is empty now; its owner may live on.
            let _ = fs::remove_dir(&self.folder.path);
            sync(parent(&self.target)).map_err(wrong)?;
        }
        Ok(())
    }
}

impl Hdf5Entry {
    fn write_box(&self, start: &[usize], block: &Block) -> Result<(), StoreErrorKind> {
        check_box("writing a region", (self.dtype, &self.shape), start, block)?;
        if block.is_empty() {
            return Ok(());
        }
        let Some(dataset) = lock(&self.dataset).clone() else {
            return Err(StoreErrorKind::Exists { why: "the dataset is complete".into() });
        };
        dispatch!(self.dtype, Element, T => {
            let shape = IxDyn(block.shape());
            let staged: Vec<T>;
            // SAFETY: the caller of `RegionSink::write` has written every element.
            let elements = match unsafe { block.as_slice::<T>() } {
                Some(elements) => elements,
                None => {
                    // SAFETY: as above.
                    staged = unsafe { dense::<T>(block) };
                    &staged
                }
            };
            let view = ArrayViewD::from_shape(shape, elements)
                .map_err(|error| StoreErrorKind::Write(error.into()))?;
            dataset.write_slice(view, selection(start, block.shape())).map_err(writing)?;
        });
        *lock(&self.written) += block.len() as u64;
        Ok(())
    }
}

/// The elements of a block, row-major.
///
/// # Safety
/// Every element must have been written, and nobody may write to it meanwhile.
unsafe fn dense<T: Element>(block: &Block) -> Vec<T> {
    let mut bytes = vec![0; block.bytes()];
    let origin: Shape = block.shape().iter().map(|_| 0).collect();
    // SAFETY: the caller's contract; there is room for the elements.
    unsafe { write_part(block, &origin, block.shape(), bytes.as_mut_ptr(), block.shape(), &origin) };
    let at = |i: usize| bytes[i * size_of::<T>()..].as_ptr().cast::<T>();
    // SAFETY: the bytes of as many elements, which were copied from elements of this type.
    (0..block.len()).map(|i| unsafe { at(i).read_unaligned() }).collect()
}

impl RegionSink for Hdf5Entry {
    fn name(&self) -> String {
        self.name.clone()
    }

    fn write(&self, start: &[usize], block: &Block) -> Result<(), BoxError> {
        Ok(self.write_box(start, block).map_err(|kind| kind.of(&*self.name))?)
    }

    fn grid(&self) -> Option<Grid> {
        self.grid.clone()
    }

    /// The box in order (twice, while it is put in order), and what the library keeps.
    fn scratch_bytes(&self, shape: &[usize]) -> u64 {
        let size = self.dtype.size() as u64;
        let chunk = self.grid.as_ref().map_or(0, |grid| grid.largest().iter().product::<usize>() as u64);
        (2 * shape.iter().product::<usize>() as u64 + 2 * chunk) * size + CACHE
    }

    fn finish(&self) -> Result<(), BoxError> {
        let finish = || {
            let (written, expected) = (*lock(&self.written), self.shape.iter().product::<usize>() as u64);
            if written < expected {
                return Err(StoreErrorKind::Incomplete { what: "elements", written, expected });
            }
            match lock(&self.dataset).take() {
                Some(dataset) => {
                    drop(dataset);
                    self.file.one_finished()
                }
                None => Ok(()),
            }
        };
        Ok(finish().map_err(|kind: StoreErrorKind| kind.of(&*self.name))?)
    }
}
