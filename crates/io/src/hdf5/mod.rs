//! HDF5 files, and NetCDF-4 files, which are HDF5 files: each variable is a dataset.
//!
//! By the HDF5 library, which does one thing at a time for the whole process: threads that read or write wait for each
//! other. Filters that the library has are applied (deflate, shuffle, Fletcher 32); what NetCDF conventions say about
//! values (`scale_factor`, `_FillValue`) is left to the user.

mod array;
mod options;
mod writer;

use std::fs;
use std::path::Path;

use chunkwise_core::DType;
use hdf5_metno as hdf5;
use hdf5_metno::types::{FloatSize, IntSize, TypeDescriptor};
use hdf5_metno::{File, Group, Hyperslab, Selection, SliceOrIndex};

use crate::{StoreError, StoreErrorKind};

pub use array::Hdf5Array;
pub use options::Hdf5Options;
pub use writer::{Hdf5Entry, Hdf5Writer};

/// Bytes that the library keeps of each dataset: chunks, decoded.
const CACHE: u64 = 1 << 20;

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
