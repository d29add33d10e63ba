//! NumPy's `.npz` files: archives of `.npy` files.
//!
//! What is stored as it is, as `numpy.savez` does, is read by position like an `.npy` file. What is compressed, as
//! `numpy.savez_compressed` does, can only be decompressed from its beginning, so that it is read as a whole. Archives
//! that are written here are not compressed.

use std::fs::{self, File};
use std::io::{self, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chunkwise_core::{Block, BoxError, DType, Grid, RegionSink, RegionSource, Shape};
use zip::result::ZipError;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

use crate::cells::read_part;
use crate::check::{check_bools, check_box};
use crate::copy::swap_bytes;
use crate::error::{from_npy, of_npy};
use crate::npy::{Header, NpyFile, NpyWriter, number_width};
use crate::place::{TemporaryFolder, parent, sync, version_of};
use crate::{StoreError, StoreErrorKind};

/// An array in an `.npz` file.
#[derive(Debug)]
pub struct NpzArray {
    path: PathBuf,
    name: String,
    content: Content,
}

#[derive(Debug)]
enum Content {
    /// Read by position.
    Stored(NpyFile),
    /// Decompressed as a whole; the number of the file in the archive.
    Compressed { index: usize, header: Header },
}

/// The names of the arrays in an `.npz` file.
///
/// # Errors
/// A [`StoreError`] when the file cannot be opened or is no archive.
pub fn npz_names(path: impl AsRef<Path>) -> Result<Vec<String>, StoreError> {
    let path = path.as_ref();
    let archive = open(path).map_err(|kind| kind.of(path.display().to_string()))?;
    Ok(archive.file_names().filter_map(|name| name.strip_suffix(".npy")).map(str::to_owned).collect())
}

impl NpzArray {
    /// Opens the array of this name in an `.npz` file. Reads no elements.
    ///
    /// # Errors
    /// A [`StoreError`] when the file cannot be opened, is no archive, or has no array of this name; when the array has
    /// elements of a type that is not supported, or is compressed in a way that is not.
    pub fn open(path: impl AsRef<Path>, name: &str) -> Result<Self, StoreError> {
        let path = path.as_ref();
        let full = format!("{} ({name})", path.display());
        let find = || {
            let mut archive = open(path)?;
            let Some(index) = archive.index_for_name(&format!("{name}.npy")) else {
                let names: Vec<&str> =
                    archive.file_names().filter_map(|name| name.strip_suffix(".npy")).collect();
                return Err(StoreErrorKind::NotFound {
                    why: format!("no array has this name; there are {names:?}"),
                });
            };
            let mut entry = archive.by_index(index).map_err(zip_error)?;
            let (length, method) = (entry.size(), entry.compression());
            let mut header = Header::read(&mut entry, length).map_err(from_npy)?;
            let start = entry.data_start();
            if method != CompressionMethod::Stored {
                return Ok(Content::Compressed { index, header });
            }
            drop(entry);
            header.data += start;
            let file = File::open(path).map_err(StoreErrorKind::Open)?;
            let (expected, actual) = (start + length, file.metadata().map_err(StoreErrorKind::Open)?.len());
            if actual < expected {
                return Err(StoreErrorKind::Length { expected, actual });
            }
            Ok(Content::Stored(NpyFile::of(file, path, header)))
        };
        match find() {
            Ok(content) => Ok(NpzArray { path: path.to_owned(), name: full, content }),
            Err(kind) => Err(kind.of(full)),
        }
    }

    fn header(&self) -> &Header {
        match &self.content {
            Content::Stored(file) => file.header(),
            Content::Compressed { header, .. } => header,
        }
    }

    fn decompress(
        &self,
        index: usize,
        header: &Header,
        start: &[usize],
        out: &mut Block,
    ) -> Result<(), StoreErrorKind> {
        check_box("reading a region", (header.dtype, &header.shape), start, out)?;
        if out.is_empty() {
            return Ok(());
        }
        let read = |error: io::Error| StoreErrorKind::Read(error.into());
        let mut archive = open(&self.path)?;
        let mut entry = archive.by_index(index).map_err(zip_error)?;
        io::copy(&mut (&mut entry).take(header.data), &mut io::sink()).map_err(read)?;
        let elements: usize = header.shape.iter().product();
        let mut bytes = Vec::with_capacity(elements * header.dtype.size());
        // To the end, where the checksum is.
        entry.read_to_end(&mut bytes).map_err(read)?;
        if bytes.len() != elements * header.dtype.size() {
            let (expected, actual) = ((elements * header.dtype.size()) as u64, bytes.len() as u64);
            return Err(StoreErrorKind::Length { expected, actual });
        }
        if header.swapped {
            swap_bytes(&mut bytes, number_width(header.dtype));
        }
        let origin: Shape = start.iter().map(|_| 0).collect();
        if header.fortran {
            let turn = |axes: &[usize]| axes.iter().rev().copied().collect::<Shape>();
            let order: Vec<usize> = (0..start.len()).rev().collect();
            let turned = out.permuted(&order);
            read_part(&bytes, &turn(&header.shape), &turn(start), &turned, &origin, turned.shape());
        } else {
            read_part(&bytes, &header.shape, start, out, &origin, out.shape());
        }
        if header.dtype.is_bool() {
            // SAFETY: every element was read just now.
            unsafe { check_bools(start, out) }
                .map_err(|(index, byte)| StoreErrorKind::Bool { index: index.to_vec(), byte })?;
        }
        Ok(())
    }
}

impl RegionSource for NpzArray {
    fn name(&self) -> String {
        self.name.clone()
    }

    fn dtype(&self) -> DType {
        self.header().dtype
    }

    fn shape(&self) -> &[usize] {
        &self.header().shape
    }

    fn read(&self, start: &[usize], out: &mut Block) -> Result<(), BoxError> {
        let read = match &self.content {
            Content::Stored(file) => file.read_plain(start, out).map_err(from_npy),
            Content::Compressed { index, header } => self.decompress(*index, header, start, out),
        };
        Ok(read.map_err(|kind| kind.of(&*self.name))?)
    }

    fn grid(&self) -> Option<Grid> {
        match &self.content {
            Content::Stored(_) => None,
            Content::Compressed { header, .. } => Some(Grid::whole(&header.shape)),
        }
    }

    fn scratch_bytes(&self, _shape: &[usize]) -> u64 {
        match &self.content {
            Content::Stored(_) => 0,
            Content::Compressed { header, .. } => {
                header.shape.iter().product::<usize>() as u64 * header.dtype.size() as u64 + (128 << 10)
            }
        }
    }

    fn version(&self) -> Option<String> {
        version_of(&fs::metadata(&self.path).ok()?)
    }
}

/// A new `.npz` file of several arrays. It appears when the last of them is complete.
///
/// Each array is written to a file of its own first; archives have a checksum of each array before it.
#[derive(Debug)]
pub struct NpzWriter {
    target: PathBuf,
    name: String,
    folder: TemporaryFolder,
    entries: Mutex<Vec<Entry>>,
}

#[derive(Debug)]
struct Entry {
    name: String,
    finished: bool,
}

/// One array of an [`NpzWriter`].
#[derive(Debug)]
pub struct NpzEntry {
    archive: Arc<NpzWriter>,
    number: usize,
    writer: NpyWriter,
    name: String,
}

impl NpzWriter {
    /// Begins an archive that will be at `path`, over what is there.
    ///
    /// # Errors
    /// A [`StoreError`] when the temporary folder cannot be made beside it.
    pub fn create(path: impl AsRef<Path>) -> Result<Arc<Self>, StoreError> {
        let path = path.as_ref();
        let name = path.display().to_string();
        match TemporaryFolder::for_file(path) {
            Ok(folder) => {
                let entries = Mutex::default();
                Ok(Arc::new(NpzWriter { target: path.to_owned(), name, folder, entries }))
            }
            Err(error) => Err(StoreErrorKind::Create(error).of(name)),
        }
    }

    /// Begins an array of this name, type and shape.
    ///
    /// # Errors
    /// A [`StoreError`] when there is one of this name, or its temporary file cannot be made.
    pub fn array(
        self: &Arc<Self>,
        name: &str,
        dtype: DType,
        shape: &[usize],
    ) -> Result<NpzEntry, StoreError> {
        let full = format!("{} ({name})", self.name);
        let mut entries = self.entries();
        if entries.iter().any(|entry| entry.name == name) {
            return Err(StoreErrorKind::Exists { why: "two arrays have this name".into() }.of(full));
        }
        let number = entries.len();
        match NpyWriter::create(self.file(number), dtype, shape) {
            Ok(writer) => {
                entries.push(Entry { name: name.to_owned(), finished: false });
                Ok(NpzEntry { archive: self.clone(), number, writer, name: full })
            }
            Err(error) => Err(of_npy(error, &full)),
        }
    }

    fn entries(&self) -> MutexGuard<'_, Vec<Entry>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn file(&self, number: usize) -> PathBuf {
        self.folder.path.join(format!("{number}.npy"))
    }

    /// Puts the files together.
    fn assemble(&self, entries: &[Entry]) -> Result<(), StoreErrorKind> {
        let wrong = |error: io::Error| StoreErrorKind::Write(error.into());
        let path = self.folder.path.join("archive");
        let mut archive = ZipWriter::new(BufWriter::new(File::create(&path).map_err(wrong)?));
        for (number, entry) in entries.iter().enumerate() {
            // Elements may well take more than 4 GiB.
            let options =
                SimpleFileOptions::default().compression_method(CompressionMethod::Stored).large_file(true);
            archive.start_file(format!("{}.npy", entry.name), options).map_err(zip_error)?;
            let mut file = File::open(self.file(number)).map_err(wrong)?;
            io::copy(&mut file, &mut archive).map_err(wrong)?;
            fs::remove_file(self.file(number)).map_err(wrong)?;
        }
        let mut file = archive.finish().map_err(zip_error)?;
        file.flush().map_err(wrong)?;
        let file = file.into_inner().map_err(|error| wrong(error.into_error()))?;
        file.sync_all().map_err(wrong)?;
        fs::rename(&path, &self.target).map_err(wrong)?;
        // It is empty now; its owner may live on.
        let _ = fs::remove_dir(&self.folder.path);
        sync(parent(&self.target)).map_err(wrong)
    }
}

impl RegionSink for NpzEntry {
    fn name(&self) -> String {
        self.name.clone()
    }

    fn write(&self, start: &[usize], block: &Block) -> Result<(), BoxError> {
        // SAFETY: what the trait asks of its callers.
        let written = unsafe { self.writer.write_region(start, block) };
        Ok(written.map_err(|error| of_npy(error, &self.name))?)
    }

    fn finish(&self) -> Result<(), BoxError> {
        self.writer.finish().map_err(|error| of_npy(error, &self.name))?;
        let mut entries = self.archive.entries();
        if entries[self.number].finished {
            return Ok(());
        }
        entries[self.number].finished = true;
        if entries.iter().all(|entry| entry.finished) {
            self.archive.assemble(&entries).map_err(|kind| kind.of(&*self.archive.name))?;
        }
        Ok(())
    }
}

fn open(path: &Path) -> Result<ZipArchive<io::BufReader<File>>, StoreErrorKind> {
    let mut file = File::open(path).map_err(StoreErrorKind::Open)?;
    // A folder opens, and fails when it is read.
    file.seek(SeekFrom::Start(0)).map_err(StoreErrorKind::Open)?;
    ZipArchive::new(io::BufReader::new(file)).map_err(zip_error)
}

fn zip_error(error: ZipError) -> StoreErrorKind {
    match error {
        ZipError::Io(error) => StoreErrorKind::Read(error.into()),
        error => StoreErrorKind::Metadata { why: error.to_string() },
    }
}
