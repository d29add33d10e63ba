//! HDF5 files, and NetCDF-4 files, which are HDF5 files: each variable is a dataset.
//!
//! By the HDF5 library, which does one thing at a time for the whole process: threads that read or write wait for each
//! other. Filters that the library has are applied (deflate, shuffle, Fletcher 32); what NetCDF conventions say about
//! values (`scale_factor`, `_FillValue`) is left to the user.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chunkwise_core::{
    AxisGrid, Block, BoxError, DType, Element, Grid, RegionSink, RegionSource, Shape, byte_len, dispatch,
};
use hdf5_metno as hdf5;
use hdf5_metno::types::{FloatSize, IntSize, TypeDescriptor};
use hdf5_metno::{Dataset, File, Group, H5Type, Hyperslab, Selection, SliceOrIndex};
use ndarray::{ArrayD, ArrayViewD, IxDyn};

use crate::cells::{read_part, write_part};
use crate::check::check_box;
use crate::place::{TemporaryFolder, parent, sync, version_of};
use crate::{StoreError, StoreErrorKind};

/// Bytes that the library keeps of each dataset: chunks, decoded.
const CACHE: u64 = 1 << 20;

/// A dataset of an HDF5 file, or a variable of a NetCDF-4 file.
#[derive(Debug)]
pub struct Hdf5Array {
    dataset: Dataset,
    path: PathBuf,
    name: String,
    dtype: DType,
    shape: Shape,
    grid: Option<Grid>,
}

/// The paths of all datasets of an HDF5 or NetCDF-4 file, in alphabetical order.
///
/// # Errors
/// A [`StoreError`] when the file cannot be opened or is none.
pub fn hdf5_names(path: impl AsRef<Path>) -> Result<Vec<String>, StoreError> {
    fn walk(group: &Group, prefix: &str, names: &mut Vec<String>) -> hdf5::Result<()> {
        for name in group.member_names()? {
            let path = format!("{prefix}{name}");
            match group.loc_type_by_name(&name)? {
                hdf5::LocationType::Dataset => names.push(path),
                hdf5::LocationType::Group => walk(&group.group(&name)?, &format!("{path}/"), names)?,
                _ => {}
            }
        }
        Ok(())
    }
    let path = path.as_ref();
    let list = || {
        let file = opened(path)?;
        let mut names = Vec::new();
        walk(&file, "", &mut names).map_err(reading)?;
        names.sort();
        Ok(names)
    };
    list().map_err(|kind: StoreErrorKind| kind.of(path.display().to_string()))
}

impl Hdf5Array {
    /// Opens the dataset of this name (or path: `"group/name"`) of a file. Reads no elements.
    ///
    /// # Errors
    /// A [`StoreError`] when the file cannot be opened or is none, when it has no such dataset, or one of elements that
    /// are not supported.
    pub fn open(path: impl AsRef<Path>, name: &str) -> Result<Self, StoreError> {
        let path = path.as_ref();
        let full = format!("{} ({name})", path.display());
        let open = || {
            let file = opened(path)?;
            let dataset = file.dataset(name).map_err(|error| StoreErrorKind::NotFound {
                why: format!("no dataset has this name: {error}"),
            })?;
            let unusable = |error: hdf5::Error| StoreErrorKind::Metadata { why: error.to_string() };
            let descriptor = dataset
                .dtype()
                .and_then(|dtype| dtype.to_descriptor())
                .map_err(|error| StoreErrorKind::DType { name: error.to_string() })?;
            let Some(dtype) = dtype_of(&descriptor) else {
                return Err(StoreErrorKind::DType { name: descriptor.to_string() });
            };
            let shape: Shape = dataset.get_shape().map_err(unusable)?.into();
            byte_len(&shape, dtype)?;
            let grid = dataset.chunk().map(|chunks| {
                Grid::new(shape.iter().zip(chunks).map(|(&n, chunk)| AxisGrid::regular(n, chunk)))
            });
            Ok(Hdf5Array { dataset, path: path.to_owned(), name: full.clone(), dtype, shape, grid })
        };
        open().map_err(|kind: StoreErrorKind| kind.of(&*full))
    }

    fn read_box(&self, start: &[usize], out: &mut Block) -> Result<(), StoreErrorKind> {
        check_box("reading a region", (self.dtype, &self.shape), start, out)?;
        if out.is_empty() {
            return Ok(());
        }
        if self.dtype.is_bool() {
            // As numbers: a byte that is no bool must not become one.
            let bytes = self.elements::<u8>(start, out.shape())?;
            if let Some(at) = bytes.iter().position(|&byte| byte > 1) {
                let index = Grid::new(out.shape().iter().map(|&n| AxisGrid::regular(n, 1))).coords(at);
                let index = index.iter().zip(start).map(|(i, start)| i + start).collect();
                return Err(StoreErrorKind::Bool { index, byte: bytes[at] });
            }
            place(&bytes, out);
            return Ok(());
        }
        dispatch!(self.dtype, Element, T => place(&self.elements::<T>(start, out.shape())?, out));
        Ok(())
    }

    /// The elements of a box, row-major.
    fn elements<T: H5Type>(&self, start: &[usize], shape: &[usize]) -> Result<Vec<T>, StoreErrorKind> {
        let array: ArrayD<T> = self.dataset.read_slice(selection(start, shape)).map_err(reading)?;
        Ok(array.into_raw_vec_and_offset().0)
    }
}

/// Copies row-major elements into a block of as many of the same size.
fn place<T>(elements: &[T], out: &Block) {
    // SAFETY: the bytes of elements that are there; those of no element type have padding.
    let bytes = unsafe { std::slice::from_raw_parts(elements.as_ptr().cast(), size_of_val(elements)) };
    let origin: Shape = out.shape().iter().map(|_| 0).collect();
    read_part(bytes, out.shape(), &origin, out, &origin, out.shape());
}

fn selection(start: &[usize], shape: &[usize]) -> Selection {
    let axes = start.iter().zip(shape);
    let axes = axes.map(|(&start, &count)| SliceOrIndex::SliceCount { start, step: 1, count, block: 1 });
    Selection::Hyperslab(Hyperslab::from(axes.collect::<Vec<_>>()))
}

fn dtype_of(descriptor: &TypeDescriptor) -> Option<DType> {
    Some(match descriptor {
        TypeDescriptor::Boolean => DType::Bool,
        TypeDescriptor::Integer(IntSize::U1) => DType::I8,
        TypeDescriptor::Integer(IntSize::U2) => DType::I16,
        TypeDescriptor::Integer(IntSize::U4) => DType::I32,
        TypeDescriptor::Integer(IntSize::U8) => DType::I64,
        TypeDescriptor::Unsigned(IntSize::U1) => DType::U8,
        TypeDescriptor::Unsigned(IntSize::U2) => DType::U16,
        TypeDescriptor::Unsigned(IntSize::U4) => DType::U32,
        TypeDescriptor::Unsigned(IntSize::U8) => DType::U64,
        TypeDescriptor::Float(FloatSize::U4) => DType::F32,
        TypeDescriptor::Float(FloatSize::U8) => DType::F64,
        TypeDescriptor::Compound(compound) => match &compound.fields[..] {
            [re, im] if re.name == "r" && im.name == "i" && re.ty == im.ty => match re.ty {
                TypeDescriptor::Float(FloatSize::U4) => DType::C32,
                TypeDescriptor::Float(FloatSize::U8) => DType::C64,
                _ => return None,
            },
            _ => return None,
        },
        _ => return None,
    })
}

impl RegionSource for Hdf5Array {
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
        Ok(self.read_box(start, out).map_err(|kind| kind.of(&*self.name))?)
    }

    fn grid(&self) -> Option<Grid> {
        self.grid.clone()
    }

    /// The box once more, a chunk encoded and decoded, and what the library keeps.
    fn scratch_bytes(&self, shape: &[usize]) -> u64 {
        let size = self.dtype.size() as u64;
        let elements = |shape: &[usize]| shape.iter().product::<usize>() as u64;
        let chunk = self.dataset.chunk().map_or(0, |chunk| elements(&chunk));
        (elements(shape) + 2 * chunk) * size + CACHE
    }

    fn version(&self) -> Option<String> {
        version_of(&fs::metadata(&self.path).ok()?)
    }
}

/// How a new dataset is laid out. The default: in one piece, not compressed.
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct Hdf5Options {
    chunks: Option<Vec<usize>>,
    deflate: Option<u8>,
    shuffle: bool,
    checksum: bool,
}

impl Hdf5Options {
    /// Cuts the dataset into chunks of this shape, none of which may be longer than the dataset.
    pub fn chunks(mut self, chunks: impl Into<Vec<usize>>) -> Self {
        self.chunks = Some(chunks.into());
        self
    }

    /// Compresses chunks by deflate, at a level from 0 to 9.
    pub fn deflate(mut self, level: u8) -> Self {
        self.deflate = Some(level);
        self
    }

    /// Orders the bytes of a chunk so that they compress better: the first bytes of all elements first.
    pub fn shuffle(mut self) -> Self {
        self.shuffle = true;
        self
    }

    /// Adds a checksum to each chunk (Fletcher 32).
    pub fn checksum(mut self) -> Self {
        self.checksum = true;
        self
    }

    /// The shape of the chunks, unless one was given or the dataset is in one piece.
    fn chunk_shape(&self, shape: &[usize]) -> Option<Vec<usize>> {
        // Filters are applied to chunks; a dataset without axes or elements has none.
        let filtered = self.deflate.is_some() || self.shuffle || self.checksum;
        let chunks = match &self.chunks {
            Some(chunks) => chunks.clone(),
            None if filtered => shape.to_vec(),
            None => return None,
        };
        (!shape.is_empty() && !shape.contains(&0)).then_some(chunks)
    }

    /// What is best written as a whole of a dataset of this shape: chunks. `None` if it is in one piece.
    pub fn grid(&self, shape: &[usize]) -> Option<Grid> {
        let chunks = self.chunk_shape(shape).filter(|chunks| chunks.len() == shape.len())?;
        Some(Grid::new(shape.iter().zip(chunks).map(|(&n, chunk)| AxisGrid::regular(n, chunk))))
    }
}

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

fn opened(path: &Path) -> Result<File, StoreErrorKind> {
    // The library's messages of a missing file are long and without a kind.
    fs::File::open(path).map_err(StoreErrorKind::Open)?;
    File::open(path).map_err(|error| StoreErrorKind::Metadata { why: error.to_string() })
}

fn reading(error: hdf5::Error) -> StoreErrorKind {
    StoreErrorKind::Read(error.into())
}

fn writing(error: hdf5::Error) -> StoreErrorKind {
    StoreErrorKind::Write(error.into())
}
