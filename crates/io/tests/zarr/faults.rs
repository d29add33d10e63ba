//! Files that are damaged, cut off, forbidden or too large for the disk.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use chunkwise_core::{Block, DType, RegionSink, RegionSource};
use chunkwise_io::{StoreErrorKind, ZarrArray, ZarrCompressor, ZarrOptions, ZarrWriter};

use crate::support::{block_of, read_all, store_error, values, write_all};

/// An array of 4 by 4, in chunks of 2 by 2.
fn made(path: &Path, dtype: DType, options: ZarrOptions) -> Vec<u8> {
    let bytes = values(dtype, 16, 7);
    let writer = ZarrWriter::create(path, dtype, &[4, 4], options).unwrap();
    write_all(&writer, dtype, &[4, 4], &bytes);
    writer.finish().unwrap();
    bytes
}

/// The error of reading the whole array, and the chunk that it names.
fn failure(path: &Path) -> (String, Vec<u64>) {
    let array = ZarrArray::open(path).unwrap();
    let error = array.read(&[0, 0], &mut Block::uninit(array.dtype(), &[4, 4])).unwrap_err();
    let StoreErrorKind::Chunk { indices, .. } = store_error(&error).kind() else { panic!("{error}") };
    let text = error.to_string();
    assert!(text.contains(&path.display().to_string()), "{text}");
    (text, indices.clone())
}

fn chunk(path: &Path, key: &str) -> PathBuf {
    let file = path.join(key);
    assert!(file.is_file(), "{}", file.display());
    file
}

#[test]
fn a_missing_chunk_is_the_fill_value() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x");
    let mut bytes = made(&path, DType::I16, ZarrOptions::default().chunks([2, 2]).fill_value(-9_i16));
    fs::remove_file(chunk(&path, "c/1/0")).unwrap();
    for i in [8, 9, 12, 13] {
        bytes[i * 2..i * 2 + 2].copy_from_slice(&(-9_i16).to_ne_bytes());
    }
    assert_eq!(read_all(&ZarrArray::open(&path).unwrap()), bytes);
}

#[test]
fn a_damaged_chunk_is_an_error_that_names_it() {
    let folder = tempfile::tempdir().unwrap();
    for (i, options) in [
        ZarrOptions::default().compressor(ZarrCompressor::None),
        ZarrOptions::default(),
        ZarrOptions::default().compressor(ZarrCompressor::Gzip { level: 5 }).without_checksum(),
    ]
    .into_iter()
    .enumerate()
    {
        let path = folder.path().join(i.to_string());
        made(&path, DType::F64, options.chunks([2, 2]));
        let file = chunk(&path, "c/0/1");
        let whole = fs::read(&file).unwrap();
        let mut damaged = whole.clone();
        let middle = damaged.len() / 2;
        damaged[middle] ^= 0x10;
        fs::write(&file, &damaged).unwrap();
        assert_eq!(failure(&path).1, [0, 1]);
        for length in [0, 1, whole.len() / 2, whole.len() - 1] {
            fs::write(&file, &whole[..length]).unwrap();
            assert_eq!(failure(&path).1, [0, 1], "{length} bytes");
        }
        fs::write(&file, whole).unwrap();
        read_all(&ZarrArray::open(&path).unwrap());
    }
}

#[test]
fn a_chunk_that_says_it_is_enormous_takes_no_memory() {
    let folder = tempfile::tempdir().unwrap();
    for (i, options) in [
        ZarrOptions::default().chunks([2, 2]),
        ZarrOptions::default().chunks([2, 2]).version(chunkwise_io::ZarrVersion::V2),
        ZarrOptions::default().chunks([2, 2]).shards([4, 4]),
    ]
    .into_iter()
    .enumerate()
    {
        let path = folder.path().join(i.to_string());
        made(&path, DType::F64, options.without_checksum());
        let file = chunk(&path, ["c/0/1", "0.1", "c/0/0"][i]);
        let mut bytes = fs::read(&file).unwrap();
        // The header of a frame of 2^60 bytes.
        let frame = [0x28, 0xb5, 0x2f, 0xfd, 0xe0, 0, 0, 0, 0, 0, 0, 0, 0x10];
        bytes[..13].copy_from_slice(&frame);
        fs::write(&file, bytes).unwrap();
        let (text, _) = failure(&path);
        assert!(text.contains("instead of 32"), "{text}");
    }
}

#[test]
fn a_byte_that_is_no_bool_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x");
    let options = ZarrOptions::default().chunks([2, 2]).compressor(ZarrCompressor::None).without_checksum();
    made(&path, DType::Bool, options);
    fs::write(chunk(&path, "c/1/1"), [0, 1, 2, 1]).unwrap();
    let (text, indices) = failure(&path);
    assert_eq!(indices, [1, 1]);
    assert!(text.contains("bool"), "{text}");
}

#[test]
fn a_shard_that_is_cut_off_or_damaged_is_an_error_that_names_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x");
    made(&path, DType::I32, ZarrOptions::default().chunks([1, 2]).shards([2, 4]));
    let file = chunk(&path, "c/1/0");
    let whole = fs::read(&file).unwrap();
    for length in [0, 3, 20, whole.len() / 2, whole.len() - 1] {
        fs::write(&file, &whole[..length]).unwrap();
        let (text, indices) = failure(&path);
        assert_eq!(indices, [1, 0], "{text}");
    }
    // In an inner chunk, whose own checksum finds it, and in the index, whose does.
    for at in [5, whole.len() - 10] {
        let mut damaged = whole.clone();
        damaged[at] ^= 1;
        fs::write(&file, damaged).unwrap();
        let (text, indices) = failure(&path);
        assert_eq!(indices, [1, 0]);
        assert!(text.contains("shard"), "{text}");
    }
    // What is not damaged can still be read.
    let array = ZarrArray::open(&path).unwrap();
    array.read(&[0, 0], &mut Block::uninit(DType::I32, &[2, 4])).unwrap();
}

#[test]
fn metadata_that_cannot_be_used_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x");
    made(&path, DType::I32, ZarrOptions::default().chunks([2, 2]));
    let content = fs::read_to_string(path.join("zarr.json")).unwrap();
    for (from, to) in [
        ("int32", "string"),
        ("int32", "no-such-type"),
        ("\"zstd\"", "\"no-such-codec\""),
        ("\"regular\"", "\"no-such-grid\""),
        ("{", ""),
        ("\"zarr_format\": 3", "\"zarr_format\": 4"),
    ] {
        assert!(content.contains(from));
        fs::write(path.join("zarr.json"), content.replacen(from, to, 1)).unwrap();
        let error = ZarrArray::open(&path).unwrap_err();
        assert!(error.to_string().contains(&path.display().to_string()), "{error}");
    }
}

#[cfg(unix)]
#[test]
fn a_place_that_may_not_be_written_to_is_an_error() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let closed = folder.path().join("closed");
    fs::create_dir(&closed).unwrap();
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o555)).unwrap();
    if fs::write(closed.join("try"), "").is_ok() {
        // Who may do everything is kept out by what is not a folder.
        fs::remove_file(closed.join("try")).unwrap();
        fs::set_permissions(&closed, fs::Permissions::from_mode(0o755)).unwrap();
        fs::remove_dir(&closed).unwrap();
        fs::write(&closed, "").unwrap();
    }
    let result = ZarrWriter::create(closed.join("x"), DType::I8, &[1], ZarrOptions::default());
    let error = match result {
        Err(error) => error.to_string(),
        Ok(writer) => writer.write(&[0], &block_of(DType::I8, &[1], &[1])).unwrap_err().to_string(),
    };
    assert!(error.contains("cannot be created"), "{error}");
    fs::set_permissions(folder.path().join("closed"), fs::Permissions::from_mode(0o755)).unwrap();
}

/// A file system of its own that holds little: it is unmounted and removed at the end.
#[cfg(target_os = "linux")]
struct SmallDisk(PathBuf);

#[cfg(target_os = "linux")]
impl SmallDisk {
    /// `None` where this process may not mount one.
    fn new(folder: &Path) -> Option<Self> {
        let path = folder.join("disk");
        fs::create_dir(&path).unwrap();
        let done = std::process::Command::new("mount")
            .args(["-t", "tmpfs", "-o", "size=256k", "tmpfs"])
            .arg(&path)
            .output();
        done.is_ok_and(|output| output.status.success()).then_some(SmallDisk(path))
    }
}

#[cfg(target_os = "linux")]
impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = std::process::Command::new("umount").arg(&self.0).status();
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_an_error_and_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let Some(disk) = SmallDisk::new(folder.path()) else { return };
    let path = disk.0.join("x");
    let options = ZarrOptions::default().chunks([100_000]).compressor(ZarrCompressor::None);
    let writer = ZarrWriter::create(&path, DType::U8, &[1_000_000], options.clone()).unwrap();
    let block = block_of(DType::U8, &[100_000], &values(DType::U8, 100_000, 3));
    let failed = (0..10).find_map(|i| writer.write(&[i * 100_000], &block).err().map(|error| (i, error)));
    let (i, error) = failed.expect("ten times as much as there is room for");
    assert!(i > 0, "{error}");
    let StoreErrorKind::Chunk { indices, cause, .. } = store_error(&error).kind() else { panic!("{error}") };
    assert_eq!(indices[..], [i as u64]);
    assert_eq!(cause.downcast_ref::<io::Error>().unwrap().kind(), io::ErrorKind::StorageFull);
    assert!(!writer.is_transient(&error));
    drop(writer);
    assert_eq!(fs::read_dir(&disk.0).unwrap().count(), 0, "all is removed");

    // The same with a journal: what was written stays, without half a chunk, and is taken up.
    let writer = ZarrWriter::create(&path, DType::U8, &[1_000_000], options.clone()).unwrap();
    writer.resume(1).unwrap();
    let written = (0..10).take_while(|&i| writer.write(&[i * 100_000], &block).is_ok()).count();
    assert!((1..10).contains(&written));
    drop(writer);
    let writer = ZarrWriter::create(&path, DType::U8, &[1_000_000], options).unwrap();
    writer.resume(1).unwrap();
    for i in 0..10 {
        assert_eq!(writer.is_written(&[i * 100_000], &[100_000]), i < written);
    }
}
