//! A folder as a store of keys, each key a file.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use zarrs::storage::byte_range::{ByteRange, ByteRangeIterator};
use zarrs::storage::{Bytes, MaybeBytes, MaybeBytesIterator, ReadableStorageTraits, StorageError, StoreKey};

use crate::place::OWN;

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

/// Text that changes when a file of the folder does: from the name, the length and the time of change of each.
pub(super) fn files_version(folder: &Path) -> io::Result<String> {
    let (mut count, mut bytes, mut sum) = (0_u64, 0_u64, 0_u64);
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next)? {
            let entry = entry?;
            // Journals and temporary files come and go.
            if entry.file_name().to_string_lossy().starts_with(OWN) {
                continue;
            }
            if entry.file_type()?.is_dir() {
                folders.push(entry.path());
                continue;
            }
            let metadata = entry.metadata()?;
            let changed = metadata.modified()?.duration_since(UNIX_EPOCH).map_err(io::Error::other)?;
            let path = entry.path();
            let name = path.strip_prefix(folder).unwrap_or(&path).to_string_lossy().into_owned();
            let text = format!("{name} {} {}", metadata.len(), changed.as_nanos());
            // The order in which a system lists files may be any.
            let (front, back) =
                (crc32c::crc32c(text.as_bytes()), crc32c::crc32c(format!("{text}.").as_bytes()));
            sum = sum.wrapping_add(u64::from(front) << 32 | u64::from(back ^ front.rotate_left(13)));
            count += 1;
            bytes += metadata.len();
        }
    }
    Ok(format!("{count} files of {bytes} bytes, {sum:016x}"))
}
