//! Reading regions of a dataset.

use std::fs;
use std::path::{Path, PathBuf};

use chunkwise_core::{AxisGrid, Block, BoxError, DType, Grid, RegionSource, Shape, byte_len, dispatch};
use hdf5_metno as hdf5;
use hdf5_metno::{Dataset, H5Type};
use ndarray::ArrayD;

use super::{CACHE, dtype_of, opened, reading, selection};
use crate::cells::read_part;
use crate::check::check_box;
use crate::place::version_of;
use crate::{StoreError, StoreErrorKind};

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
