//! A folder as a store of keys, each key a file.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use zarrs::storage::byte_range::{ByteRange, ByteRangeIterator};
use zarrs::storage::{Bytes, MaybeBytes, MaybeBytesIterator, ReadableStorageTraits, StorageError, StoreKey};

/// Reads by plain file operations. The store of `zarrs` keeps a lock for every key that was ever asked for.
#[derive(Debug)]
pub(super) struct Folder {
    root: PathBuf,
}

impl Folder {
    pub(super) fn new(root: &Path) -> Self {
        Folder { root: root.to_owned() }
    }

    pub(super) fn path(&self, key: &str) -> PathBuf {
        self.root.join(key)
    }
}

/// What is not there is `None`, which to Zarr is a chunk of nothing but the fill value.
fn present<T>(result: io::Result<T>) -> io::Result<Option<T>> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

impl ReadableStorageTraits for Folder {
    fn get(&self, key: &StoreKey) -> Result<MaybeBytes, StorageError> {
        Ok(present(fs::read(self.path(key.as_str())))?.map(Bytes::from))
    }

    fn get_partial_many<'a>(
        &'a self,
        key: &StoreKey,
        ranges: ByteRangeIterator<'a>,
    ) -> Result<MaybeBytesIterator<'a>, StorageError> {
        let Some(mut file) = present(File::open(self.path(key.as_str())))? else { return Ok(None) };
        let len = file.metadata()?.len();
        let parts = ranges.map(move |range| {
            let within = match range {
                ByteRange::FromStart(start, length) => {
                    start.checked_add(length.unwrap_or(0)).is_some_and(|end| end <= len)
                }
                ByteRange::Suffix(length) => length <= len,
            };
            if !within {
                return Err(io::Error::from(ErrorKind::UnexpectedEof).into());
            }
            let wanted = range.length(len);
            file.seek(SeekFrom::Start(range.start(len)))?;
            let mut bytes = Vec::with_capacity(usize::try_from(wanted).map_err(io::Error::other)?);
            (&mut file).take(wanted).read_to_end(&mut bytes)?;
            if (bytes.len() as u64) < wanted {
                return Err(io::Error::from(ErrorKind::UnexpectedEof).into());
            }
            Ok(Bytes::from(bytes))
        });
        Ok(Some(Box::new(parts)))
    }

    fn size_key(&self, key: &StoreKey) -> Result<Option<u64>, StorageError> {
        Ok(present(fs::metadata(self.path(key.as_str())))?.map(|metadata| metadata.len()))
    }

    fn supports_get_partial(&self) -> bool {
        true
    }
}
