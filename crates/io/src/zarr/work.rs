//! Where a writer's chunks go until they are complete, and what it remembers of them.

use std::collections::HashMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use chunkwise_core::BoxError;

use super::journal::{Journal, Written, has_records};
use super::meta::Metadata;
use super::region::Region;
use super::writer::may_take;
use crate::StoreErrorKind;
use crate::place::{OWN, TemporaryFolder, make_folder, parent, put, remove_stale};

/// What there is once writing has begun.
#[derive(Debug)]
pub(super) struct Work {
    /// The folder that chunks are written to.
    folder: PathBuf,
    record: Record,
}

/// What is remembered.
#[derive(Debug)]
enum Record {
    /// Nothing. A new array is in a folder that is removed if it is never finished.
    Nothing { _temporary: Option<TemporaryFolder> },
    /// Which chunks are written, here and by earlier processes.
    Journal { journal: Journal, path: PathBuf, earlier: HashMap<u64, Written> },
    /// That the array was complete and in its place before.
    Complete,
}

impl Work {
    /// Begins a new array of this metadata, and whether it may replace another one.
    pub(super) fn new_array(
        target: &Path,
        region: &Region,
        (metadata, overwrite): (&Metadata, bool),
        fingerprint: Option<u128>,
    ) -> Result<Work, StoreErrorKind> {
        if let Some(fingerprint) = fingerprint
            && is_finished(target, region, (metadata, overwrite), fingerprint)?
        {
            (0..region.cells()).for_each(|cell| region.set_done(cell));
            return Ok(Work { folder: target.to_owned(), record: Record::Complete });
        }
        // It may have appeared since.
        may_take(target, overwrite)?;
        let beside = parent(target);
        fs::create_dir_all(beside).map_err(StoreErrorKind::Create)?;
        let Some(fingerprint) = fingerprint else {
            let temporary = TemporaryFolder::beside(target).map_err(StoreErrorKind::Create)?;
            let folder = temporary.path.clone();
            fs::create_dir(folder.join(OWN)).map_err(StoreErrorKind::Create)?;
            describe(&folder, metadata)?;
            return Ok(Work { folder, record: Record::Nothing { _temporary: Some(temporary) } });
        };
        remove_stale(beside);
        let folder = partial(target);
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
        Self::resumed(folder, region, journal, fingerprint)
    }

    /// Begins a change of the array that is there.
    pub(super) fn change(
        target: &Path,
        region: &Region,
        fingerprint: Option<u128>,
    ) -> Result<Work, StoreErrorKind> {
        let own = target.join(OWN);
        make_folder(&own).map_err(StoreErrorKind::Create)?;
        remove_stale(&own);
        let folder = target.to_owned();
        match fingerprint {
            None => Ok(Work { folder, record: Record::Nothing { _temporary: None } }),
            Some(fingerprint) => {
                Self::resumed(folder, region, own.join(journal_name(fingerprint)), fingerprint)
            }
        }
    }

    fn resumed(
        folder: PathBuf,
        region: &Region,
        path: PathBuf,
        fingerprint: u128,
    ) -> Result<Work, StoreErrorKind> {
        let (journal, earlier) =
            Journal::open(&path, fingerprint, subject(region)).map_err(|error| match error.kind() {
                io::ErrorKind::ResourceBusy => StoreErrorKind::Unfinished {
                    why: format!("{} is in use by another process", path.display()),
                },
                _ => StoreErrorKind::Create(error),
            })?;
        Ok(Work { folder, record: Record::Journal { journal, path, earlier } })
    }

    /// The folder that chunks are written to.
    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Whether the array was complete and in its place before.
    pub(super) fn is_complete(&self) -> bool {
        matches!(self.record, Record::Complete)
    }

    /// Whether anything is remembered.
    pub(super) fn remembers(&self) -> bool {
        !matches!(self.record, Record::Nothing { .. })
    }

    /// Whether an earlier process wrote a cell and its file is what was written.
    pub(super) fn holds(&self, cell: usize, key: &str) -> bool {
        let Record::Journal { earlier, .. } = &self.record else { return false };
        earlier.get(&(cell as u64)).is_some_and(|entry| entry.is_at(&self.folder.join(key)))
    }

    /// Puts a chunk in its place, and remembers it.
    pub(super) fn put(&self, cell: usize, key: &str, encoded: Option<&[u8]>) -> Result<(), BoxError> {
        let target = self.folder.join(key);
        match encoded {
            Some(encoded) => put(&self.folder.join(OWN), &target, encoded)?,
            None => match fs::remove_file(&target) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error.into()),
                _ => {}
            },
        }
        if let Record::Journal { journal, .. } = &self.record {
            journal.add(cell as u64, Written::of(encoded))?;
        }
        Ok(())
    }

    /// Removes what only writing needs from a new array. What is remembered of its making stays.
    pub(super) fn keep_what_is_remembered(&self) -> io::Result<()> {
        let own = self.folder.join(OWN);
        let kept = match &self.record {
            Record::Nothing { .. } => return fs::remove_dir_all(own),
            Record::Complete => return Ok(()),
            Record::Journal { path, .. } => path,
        };
        for entry in fs::read_dir(own)? {
            let path = entry?.path();
            if path != *kept {
                fs::remove_file(path)?;
            }
        }
        Ok(())
    }

    /// Removes what is remembered.
    pub(super) fn forget(&self) -> io::Result<()> {
        match &self.record {
            Record::Journal { path, .. } => fs::remove_file(path),
            Record::Nothing { .. } | Record::Complete => Ok(()),
        }
    }
}

/// Whether the same computation has written and completed an array, and all of it is as it was left.
///
/// What was changed since is somebody else's work: it is replaced only if that was asked for.
fn is_finished(
    target: &Path,
    region: &Region,
    (metadata, overwrite): (&Metadata, bool),
    fingerprint: u128,
) -> Result<bool, StoreErrorKind> {
    let path = target.join(OWN).join(journal_name(fingerprint));
    let written = match Journal::read(&path, fingerprint, subject(region)) {
        Ok(Some(written)) => written,
        Ok(None) => return Ok(false),
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            return Ok(false);
        }
        Err(error) => return Err(StoreErrorKind::Open(error)),
    };
    let changed = if metadata.is_in(target) {
        let key = |cell: usize| region.key(&region.grid.coords(cell));
        let is_changed = |cell: &usize| {
            written.get(&(*cell as u64)).is_none_or(|entry| !entry.is_at(&target.join(key(*cell))))
        };
        (0..region.cells()).find(is_changed).map(|cell| format!("its chunk {}", key(cell)))
    } else {
        Some("its metadata".to_owned())
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

/// What is written, as a number: the same computation may write to several places, and to an array that is longer than it
/// was.
fn subject(region: &Region) -> u32 {
    let Region { offset, shape, chunk_shape, .. } = region;
    let subject = format!("{offset:?} {shape:?} {chunk_shape:?} {:?}", region.dtype());
    crc32c::crc32c(subject.as_bytes())
}

fn describe(folder: &Path, metadata: &Metadata) -> Result<(), StoreErrorKind> {
    for (name, bytes) in metadata.encoded() {
        put(&folder.join(OWN), &folder.join(name), &bytes).map_err(StoreErrorKind::Create)?;
    }
    Ok(())
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

/// Removes what an earlier process began, which is of no use once the array is there.
pub(super) fn remove_partial(target: &Path) -> io::Result<()> {
    let partial = partial(target);
    if partial.exists() { fs::remove_dir_all(partial) } else { Ok(()) }
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
