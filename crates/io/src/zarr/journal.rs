//! What was written already: one record for each chunk, appended when the chunk is in its place.
//!
//! A record says the number of the chunk, how long it is when encoded, and a checksum of that. Every record ends with a
//! CRC-32C of its own, so that the half record that a killed process may leave is told from a whole one.
//!
//! The checksum of a chunk is no CRC-32C: chunks usually end with theirs, and the CRC of anything that is followed by its
//! CRC is the same number.

use std::collections::HashMap;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

const MAGIC: &[u8; 8] = b"cwjrnl02";
const HEADER: usize = 8 + 16 + 4 + 4;
const RECORD: usize = 8 + 8 + 4 + 4;

/// A chunk that was written. A chunk of nothing but the fill value has no file and no length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Written {
    pub(super) length: Option<u64>,
    pub(super) sum: u32,
}

impl Written {
    /// The chunk of these bytes; `None` stands for one that is not stored.
    pub(super) fn of(encoded: Option<&[u8]>) -> Self {
        match encoded {
            Some(bytes) => Written { length: Some(bytes.len() as u64), sum: sum(bytes) },
            None => Written { length: None, sum: 0 },
        }
    }

    /// Whether the file of the chunk is as it was written.
    pub(super) fn is_at(self, path: &Path) -> bool {
        match self.length {
            None => fs::symlink_metadata(path).is_err_and(|error| error.kind() == io::ErrorKind::NotFound),
            Some(length) => {
                fs::metadata(path).is_ok_and(|metadata| metadata.len() == length)
                    && fs::read(path).is_ok_and(|bytes| Written::of(Some(&bytes)) == self)
            }
        }
    }
}

/// A number that is another one, but for one chance in 2^32, when any of the bytes is. Every step is a bijection
/// of the state, so that two texts of one length that differ in one word never meet before the end.
fn sum(bytes: &[u8]) -> u32 {
    // An odd number with bits all over: the golden ratio's.
    const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;
    let (words, rest) = bytes.as_chunks::<8>();
    let mut last = [0; 8];
    last[..rest.len()].copy_from_slice(rest);
    let words = words.iter().chain([&last]).map(|word| u64::from_le_bytes(*word));
    let state = words.fold(FACTOR, |state, word| (state ^ word).wrapping_mul(FACTOR).rotate_left(29));
    let state = state.wrapping_mul(FACTOR);
    (state >> 32 ^ state) as u32
}

/// An open journal, held by one process.
#[derive(Debug)]
pub(super) struct Journal {
    file: Mutex<File>,
}

impl Journal {
    /// Opens the journal at `path` and reads what it remembers. One of another computation, or one that is damaged,
    /// begins again with nothing.
    ///
    /// `fingerprint` and `subject` say what is written to where.
    ///
    /// # Errors
    /// What the system says; `WouldBlock` if another process holds the journal.
    pub(super) fn open(
        path: &Path,
        fingerprint: u128,
        subject: u32,
    ) -> io::Result<(Self, HashMap<u64, Written>)> {
        let mut file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(io::ErrorKind::ResourceBusy.into()),
            Err(TryLockError::Error(error)) => return Err(error),
        }
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        let header = header(fingerprint, subject);
        let (written, end) = remembered(&bytes, &header);
        file.set_len(end as u64)?;
        file.seek(SeekFrom::Start(end as u64))?;
        if end == 0 {
            file.write_all(&header)?;
        }
        Ok((Journal { file: Mutex::new(file) }, written))
    }

    /// What the journal of an array remembers that is finished, so that nobody adds to it. `None` if it is of another
    /// computation.
    ///
    /// # Errors
    /// What the system says.
    pub(super) fn read(
        path: &Path,
        fingerprint: u128,
        subject: u32,
    ) -> io::Result<Option<HashMap<u64, Written>>> {
        let (written, end) = remembered(&fs::read(path)?, &header(fingerprint, subject));
        Ok((end > 0).then_some(written))
    }

    /// Adds a record.
    pub(super) fn add(&self, cell: u64, entry: Written) -> io::Result<()> {
        let mut record = Vec::with_capacity(RECORD);
        record.extend(cell.to_le_bytes());
        record.extend(entry.length.unwrap_or(u64::MAX).to_le_bytes());
        record.extend(entry.sum.to_le_bytes());
        record.extend(crc32c::crc32c(&record).to_le_bytes());
        self.file.lock().unwrap_or_else(PoisonError::into_inner).write_all(&record)
    }
}

/// Whether a journal of any computation has a record.
pub(super) fn has_records(path: &Path) -> io::Result<bool> {
    Ok(std::fs::metadata(path)?.len() >= (HEADER + RECORD) as u64)
}

fn header(fingerprint: u128, subject: u32) -> Vec<u8> {
    let mut header = Vec::with_capacity(HEADER);
    header.extend(MAGIC);
    header.extend(fingerprint.to_le_bytes());
    header.extend(subject.to_le_bytes());
    header.extend(crc32c::crc32c(&header).to_le_bytes());
    header
}

/// The records of a journal that begins with this header, and where they end; 0 if it begins otherwise.
fn remembered(bytes: &[u8], header: &[u8]) -> (HashMap<u64, Written>, usize) {
    let mut written = HashMap::new();
    let Some(records) = bytes.strip_prefix(header) else { return (written, 0) };
    let mut end = header.len();
    for record in records.chunks_exact(RECORD) {
        let Some((cell, entry)) = read(record) else { break };
        written.insert(cell, entry);
        end += RECORD;
    }
    (written, end)
}

fn read(record: &[u8]) -> Option<(u64, Written)> {
    let (content, crc) = record.split_last_chunk::<4>()?;
    if crc32c::crc32c(content) != u32::from_le_bytes(*crc) {
        return None;
    }
    let (cell, rest) = content.split_first_chunk::<8>()?;
    let (length, sum) = rest.split_first_chunk::<8>()?;
    let length = Some(u64::from_le_bytes(*length)).filter(|&length| length != u64::MAX);
    let sum = u32::from_le_bytes(sum.try_into().ok()?);
    Some((u64::from_le_bytes(*cell), Written { length, sum }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sum_of_what_carries_a_checksum_depends_on_it() {
        let checked = |byte: u8| {
            let mut bytes = vec![byte; 100];
            bytes.extend(crc32c::crc32c(&bytes).to_le_bytes());
            bytes
        };
        assert_eq!(crc32c::crc32c(&checked(1)), crc32c::crc32c(&checked(2)), "why it is no CRC");
        let mut sums: Vec<u32> = (0..=255).map(|byte| sum(&checked(byte))).collect();
        // Every byte and every length matters.
        for at in 0..104 {
            let mut bytes = checked(0);
            bytes[at] ^= 0x80;
            sums.push(sum(&bytes));
            sums.push(sum(&checked(3)[..at]));
        }
        let count = sums.len();
        sums.sort_unstable();
        sums.dedup();
        assert_eq!(sums.len(), count);
    }

    #[test]
    fn a_torn_or_damaged_record_ends_what_is_remembered() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal");
        let entry = |n: u64| Written { length: Some(n), sum: n as u32 };
        let (journal, written) = Journal::open(&path, 7, 1).unwrap();
        assert!(written.is_empty());
        journal.add(0, entry(10)).unwrap();
        journal.add(1, Written { length: None, sum: 0 }).unwrap();
        journal.add(2, entry(30)).unwrap();
        assert_eq!(Journal::open(&path, 7, 1).unwrap_err().kind(), io::ErrorKind::ResourceBusy);
        drop(journal);
        let whole = std::fs::read(&path).unwrap();
        assert_eq!(whole.len(), HEADER + 3 * RECORD);

        // Half a record, and then records after it.
        std::fs::write(&path, &whole[..whole.len() - 1]).unwrap();
        let (journal, written) = Journal::open(&path, 7, 1).unwrap();
        assert_eq!(written.len(), 2);
        assert_eq!(written[&1].length, None);
        journal.add(3, entry(40)).unwrap();
        drop(journal);
        let (journal, written) = Journal::open(&path, 7, 1).unwrap();
        assert_eq!((written.len(), written[&3]), (3, entry(40)));
        drop(journal);

        // A damaged record in the middle.
        let mut damaged = whole.clone();
        damaged[HEADER + RECORD] ^= 1;
        std::fs::write(&path, damaged).unwrap();
        assert_eq!(Journal::open(&path, 7, 1).unwrap().1.len(), 1);

        // What is finished is read as it is.
        std::fs::write(&path, &whole[..whole.len() - 1]).unwrap();
        let remembered = Journal::read(&path, 7, 1).unwrap().unwrap();
        assert_eq!((remembered.len(), remembered[&0]), (2, entry(10)));
        assert_eq!(std::fs::read(&path).unwrap().len(), whole.len() - 1);
        assert!(Journal::read(&path, 8, 1).unwrap().is_none());
        assert!(Journal::read(&path, 7, 2).unwrap().is_none());

        // Another computation, another place.
        for (fingerprint, subject) in [(8, 1), (7, 2)] {
            std::fs::write(&path, &whole).unwrap();
            assert!(has_records(&path).unwrap());
            assert!(Journal::open(&path, fingerprint, subject).unwrap().1.is_empty());
            assert!(!has_records(&path).unwrap());
        }
    }
}
