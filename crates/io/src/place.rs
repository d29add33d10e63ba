//! Where the files of an array are while it is written, and how they come into their places.
//!
//! A file is written under a temporary name and renamed, so that nobody reads half of one. A new array is written into
//! a temporary folder beside its place, which is renamed when the array is complete.

use std::fs::{self, File, Metadata};
use std::hash::{BuildHasher, Hasher, RandomState};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

/// The folder within an array that temporary files and journals are in while it is written.
#[cfg(feature = "zarr")]
pub(crate) const OWN: &str = ".chunkwise";

/// What names of temporary files and folders begin and end with.
const PREFIX: &str = ".chunkwise-";
const SUFFIX: &str = ".tmp";

/// A name that no other file has: host, process, a number that tells processes of the same id apart, and a count.
pub(crate) fn temporary_name() -> String {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    format!("{PREFIX}{:08x}-{}-{:08x}-{count}{SUFFIX}", host(), std::process::id(), process())
}

fn process() -> u32 {
    static PROCESS: OnceLock<u32> = OnceLock::new();
    *PROCESS.get_or_init(|| RandomState::new().build_hasher().finish() as u32)
}

/// A number for the machine: processes on others cannot be looked up here.
fn host() -> u32 {
    static HOST: OnceLock<u32> = OnceLock::new();
    // FNV-1a, so that it is the same in every build.
    *HOST.get_or_init(|| {
        host_name()
            .iter()
            .fold(0x811c_9dc5, |hash: u32, &byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
    })
}

#[cfg(unix)]
fn host_name() -> Vec<u8> {
    let mut name = vec![0_u8; 256];
    // SAFETY: the buffer is valid for writes of its length.
    unsafe { libc::gethostname(name.as_mut_ptr().cast(), name.len() - 1) };
    name.truncate(name.iter().position(|&byte| byte == 0).unwrap_or(name.len()));
    name
}

#[cfg(not(unix))]
fn host_name() -> Vec<u8> {
    std::env::var("COMPUTERNAME").unwrap_or_default().into_bytes()
}

/// Whether a file or folder of this name was left by a process that is gone.
fn is_stale(name: &str, path: &Path) -> bool {
    let Some(inner) = name.strip_prefix(PREFIX).and_then(|name| name.strip_suffix(SUFFIX)) else {
        return false;
    };
    let parts: Vec<&str> = inner.split('-').collect();
    let [on, id, of, _] = parts[..] else { return false };
    if on == format!("{:08x}", host()) {
        if id == std::process::id().to_string() {
            // Ids come again; this process knows its own files.
            return of != format!("{:08x}", process());
        }
        if let Some(alive) = id.parse().ok().and_then(is_alive) {
            return !alive;
        }
    }
    // Nobody here can tell: a process elsewhere has had time enough.
    let modified = fs::symlink_metadata(path).and_then(|metadata| metadata.modified());
    let age = modified.ok().and_then(|at| SystemTime::now().duration_since(at).ok());
    age.is_some_and(|age| age > Duration::from_hours(24))
}

#[cfg(unix)]
fn is_alive(process: u32) -> Option<bool> {
    let process = libc::pid_t::try_from(process).ok().filter(|&process| process > 0)?;
    // SAFETY: signal 0 asks whether there is such a process, and does nothing to it.
    let found = unsafe { libc::kill(process, 0) } == 0;
    Some(found || io::Error::last_os_error().raw_os_error() != Some(libc::ESRCH))
}

#[cfg(not(unix))]
fn is_alive(_process: u32) -> Option<bool> {
    None
}

/// Removes what processes that are gone left in a folder. What cannot be removed stays.
pub(crate) fn remove_stale(folder: &Path) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        if entry.file_name().to_str().is_some_and(|name| is_stale(name, &entry.path())) {
            let _ = match entry.file_type() {
                Ok(kind) if kind.is_dir() => fs::remove_dir_all(entry.path()),
                _ => fs::remove_file(entry.path()),
            };
        }
    }
}

/// Makes a folder that other writers may make and remove at the same time.
#[cfg(feature = "zarr")]
pub(crate) fn make_folder(folder: &Path) -> io::Result<()> {
    for _ in 0..100 {
        match fs::create_dir_all(folder) {
            // It was there, and is not any more; a file in its place stays one.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists && !folder.is_file() => {}
            result => return result,
        }
    }
    fs::create_dir_all(folder)
}

/// Writes a file under a temporary name in `folder` and renames it to `target`. An error leaves no temporary file.
#[cfg(feature = "zarr")]
pub(crate) fn put(folder: &Path, target: &Path, bytes: &[u8]) -> io::Result<()> {
    let temporary = folder.join(temporary_name());
    let place = || {
        let open = || fs::OpenOptions::new().write(true).create_new(true).open(&temporary);
        let mut attempts = 0;
        let mut file = loop {
            match open() {
                // Another writer to the same array was the last that needed the folder, or seemed to be; and it may
                // happen again before the file is there.
                Err(error) if error.kind() == io::ErrorKind::NotFound && attempts < 100 => {
                    // Fails too if the folder comes and goes meanwhile; what matters is whether the file can be made.
                    let _ = fs::create_dir_all(folder);
                    attempts += 1;
                }
                result => break result?,
            }
        };
        io::Write::write_all(&mut file, bytes)?;
        if !SYNCED_AT_ONCE {
            file.sync_all()?;
        }
        drop(file);
        match fs::rename(&temporary, target) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                target.parent().map_or(Ok(()), fs::create_dir_all)?;
                fs::rename(&temporary, target)
            }
            result => result,
        }
    };
    place().inspect_err(|_| {
        let _ = fs::remove_file(&temporary);
    })
}

/// Whether everything is made durable at the end, by one call, rather than file by file.
#[cfg(feature = "zarr")]
const SYNCED_AT_ONCE: bool = cfg!(target_os = "linux");

/// Makes what was written to a folder durable.
pub(crate) fn sync(folder: &Path) -> io::Result<()> {
    #[cfg(target_os = "linux")]
    {
        use std::os::fd::AsRawFd;
        let folder = File::open(folder)?;
        // SAFETY: the descriptor is open for as long as `folder` lives.
        if unsafe { libc::syncfs(folder.as_raw_fd()) } != 0 {
            return Err(io::Error::last_os_error());
        }
        Ok(())
    }
    #[cfg(all(unix, not(target_os = "linux")))]
    {
        File::open(folder)?.sync_all()
    }
    #[cfg(not(unix))]
    {
        let _ = (folder, File::open::<&Path>);
        Ok(())
    }
}

/// Moves the folder `new` to `target`. What is there is removed; at every moment one of the two is there, where the
/// system can exchange them.
pub(crate) fn swap(new: &Path, target: &Path) -> io::Result<()> {
    if fs::symlink_metadata(target).is_err() {
        return fs::rename(new, target);
    }
    if exchange(new, target)? {
        return fs::remove_dir_all(new);
    }
    // The name is not that of a temporary folder: if the process is killed here, nothing may remove the old array.
    let old = target.with_file_name(format!("{}.old", temporary_name().trim_end_matches(SUFFIX)));
    fs::rename(target, &old)?;
    if let Err(error) = fs::rename(new, target) {
        fs::rename(&old, target)?;
        return Err(error);
    }
    fs::remove_dir_all(old)
}

/// Exchanges two folders, if the file system can.
#[cfg(target_os = "linux")]
fn exchange(a: &Path, b: &Path) -> io::Result<bool> {
    use std::ffi::CString;
    use std::os::unix::ffi::OsStrExt;
    let (a, b) = (CString::new(a.as_os_str().as_bytes())?, CString::new(b.as_os_str().as_bytes())?);
    let flags: libc::c_uint = libc::RENAME_EXCHANGE;
    // SAFETY: both are strings that end with zero and live until the call is over.
    let result = unsafe {
        libc::syscall(libc::SYS_renameat2, libc::AT_FDCWD, a.as_ptr(), libc::AT_FDCWD, b.as_ptr(), flags)
    };
    if result == 0 {
        return Ok(true);
    }
    let error = io::Error::last_os_error();
    match error.raw_os_error() {
        Some(libc::EINVAL | libc::ENOSYS | libc::ENOTSUP | libc::EPERM) => Ok(false),
        _ => Err(error),
    }
}

#[cfg(not(target_os = "linux"))]
fn exchange(_a: &Path, _b: &Path) -> io::Result<bool> {
    Ok(false)
}

/// The folder that a path is in.
pub(crate) fn parent(path: &Path) -> &Path {
    path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Text that changes when a file does.
pub(crate) fn version_of(metadata: &Metadata) -> Option<String> {
    let changed = metadata.modified().ok()?.duration_since(SystemTime::UNIX_EPOCH).ok()?;
    Some(format!("{} bytes, changed at {} ns", metadata.len(), changed.as_nanos()))
}

/// A folder that is removed on drop, unless it came into its place.
#[derive(Debug)]
pub(crate) struct TemporaryFolder {
    pub(crate) path: PathBuf,
}

impl TemporaryFolder {
    /// A new folder beside what will be at `path`. What processes that were killed left there is removed.
    pub(crate) fn beside(path: &Path) -> io::Result<Self> {
        let beside = parent(path);
        remove_stale(beside);
        let folder = TemporaryFolder { path: beside.join(temporary_name()) };
        fs::create_dir(&folder.path)?;
        Ok(folder)
    }

    /// A new folder beside the file that will be at `path`.
    #[cfg(any(feature = "hdf5", feature = "npz"))]
    pub(crate) fn for_file(path: &Path) -> io::Result<Self> {
        if path.file_name().is_none() || path.is_dir() {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "the path does not name a file"));
        }
        Self::beside(path)
    }
}

impl Drop for TemporaryFolder {
    fn drop(&mut self) {
        // Nothing can be done about a folder that cannot be removed; once renamed it is not there.
        let _ = fs::remove_dir_all(&self.path);
    }
}
