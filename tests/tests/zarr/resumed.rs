//! Programs that are run once more after they, or some of their writes, were complete.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant, SystemTime};

use chunkwise::prelude::*;
use chunkwise::{BoxError, Error, Sink, StoreError, StoreErrorKind, Write, ZarrOptions};
use chunkwise_tests::{Calls, assert_matches};
use ndarray::{Array1, Array2, ArrayView2, Ix2};

/// The store's refusal to replace what is there.
fn exists(error: &Error) -> bool {
    let found = match error {
        Error::Store(error) => Some(error),
        error => error.find::<StoreError>(),
    };
    found.is_some_and(|error| matches!(error.kind(), StoreErrorKind::Exists { .. }))
}

/// Every file of a folder with the time of its last change.
fn times(folder: &Path) -> Vec<(PathBuf, SystemTime)> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path.clone());
            }
            files.push((path.clone(), fs::metadata(&path).unwrap().modified().unwrap()));
        }
    }
    files.sort();
    files
}

#[test]
fn a_program_that_was_complete_has_nothing_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x");
    let calls = Calls::default();
    let counted = calls.clone();
    let x = ChunkedArray::from_block_fn((40, 30).chunked((10, 10)), move |block| {
        counted.count();
        Array2::from_elem(block.shape, (block.index[0] * 10 + block.index[1]) as f64)
    })
    .unwrap();
    let write = |options: ZarrOptions| x.to_zarr(&path, options);
    let plain = ZarrOptions::default;
    write(plain()).resume_as("x").compute().unwrap();
    assert_eq!(calls.take(), 12);
    let before = times(&path);
    for options in [plain(), plain().overwrite()] {
        write(options).resume_as("x").compute().unwrap();
        assert_eq!(calls.take(), 0, "no block is computed");
    }
    // What is asked for besides is computed.
    let (_, largest) = compute((write(plain()).resume_as("x"), x.max().value())).unwrap();
    assert_eq!((largest, calls.take()), (32.0, 12));
    assert_eq!(times(&path), before, "nothing was touched");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);

    // Neither another computation nor one without memory may have its place.
    assert!(exists(&write(plain()).resume_as("y").compute().unwrap_err()));
    assert!(exists(&write(plain()).compute().unwrap_err()));
    assert!(exists(&write(plain().chunks([10, 30])).resume_as("x").compute().unwrap_err()));
    fs::write(path.join("c/0/0"), "something").unwrap();
    let error = write(plain()).resume_as("x").compute().unwrap_err();
    assert!(exists(&error) && error.to_string().contains("c/0/0 was changed since"), "{error}");
    assert_eq!(calls.take(), 0);
    write(plain().overwrite()).resume_as("x").compute().unwrap();
    assert_eq!(calls.take(), 12);
    assert_matches(&ChunkedArray2::<f64>::from_zarr(&path, Auto).unwrap(), &x.compute().unwrap());
}

#[test]
fn a_source_that_changed_makes_another_computation() {
    let folder = tempfile::tempdir().unwrap();
    let (from, to) = (folder.path().join("from.npy"), folder.path().join("to"));
    let write = || {
        let x = ChunkedArray1::<f64>::from_npy(&from, 5).unwrap();
        (x * 2.0).to_zarr(&to, ZarrOptions::default()).resume()
    };
    ChunkedArray::from_array(Array1::<f64>::ones(12), 5).unwrap().write_npy(&from).unwrap();
    write().compute().unwrap();
    write().compute().unwrap();
    std::thread::sleep(Duration::from_millis(20));
    ChunkedArray::from_array(Array1::<f64>::zeros(12), 5).unwrap().write_npy(&from).unwrap();
    assert!(exists(&write().compute().unwrap_err()));
    assert_eq!(ChunkedArray1::<f64>::from_zarr(&to, Auto).unwrap().sum().scalar().unwrap(), 24.0);
    // The store is a source as before: what it remembers of its making is no part of it.
    let third = folder.path().join("third");
    let copy = || {
        let x = ChunkedArray1::<f64>::from_zarr(&to, Auto).unwrap();
        x.to_zarr(&third, ZarrOptions::default()).resume().compute()
    };
    copy().unwrap();
    fs::remove_dir_all(to.join(".chunkwise")).unwrap();
    copy().unwrap();
}

/// A sink that never completes: says so in a file, and waits to be killed.
struct Endless(PathBuf);

impl Sink<f64, Ix2> for Endless {
    fn write(&self, _: &[usize], _: ArrayView2<'_, f64>) -> Result<(), BoxError> {
        Ok(())
    }

    fn finish(&self) -> Result<(), BoxError> {
        fs::write(&self.0, "")?;
        std::thread::sleep(Duration::from_secs(120));
        Err("nobody has killed the process".into())
    }
}

/// Chunks as large as what one task computes.
const SIZE: usize = 512;

/// Two stores of one source, which are completed one after the other.
fn two(folder: &Path) -> (Write, Write) {
    let x = ChunkedArray2::<f64>::from_zarr(folder.join("from"), SIZE).unwrap();
    let options = || ZarrOptions::default().chunks([SIZE, SIZE]);
    let first = (&x * 3.0).to_zarr(folder.join("first"), options()).resume();
    (first, x.sqrt().to_zarr(folder.join("second"), options()).resume())
}

#[test]
#[ignore = "the child of `the_first_of_two_stores_was_complete`"]
fn child_that_completes_the_first_of_two() {
    let Some(folder) = std::env::var_os("CHUNKWISE_TEST_FOLDER").map(PathBuf::from) else { return };
    let x = ChunkedArray2::<f64>::from_zarr(folder.join("from"), SIZE).unwrap();
    let (first, second) = two(&folder);
    compute((first, x.to_sink(Endless(folder.join("between"))).unwrap(), second)).unwrap();
}

#[test]
fn the_first_of_two_stores_was_complete() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let values = Array2::from_shape_fn((3 * SIZE, 3 * SIZE), |(i, j)| (i * SIZE + j) as f64);
    ChunkedArray::from_array(values.clone(), SIZE).unwrap().write_zarr(folder.join("from")).unwrap();
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "resumed::child_that_completes_the_first_of_two", "--ignored"])
        .env("CHUNKWISE_TEST_FOLDER", folder)
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let begun = Instant::now();
    while !folder.join("between").exists() {
        assert!(begun.elapsed() < Duration::from_secs(60) && child.try_wait().unwrap().is_none());
        std::thread::sleep(Duration::from_millis(5));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let (first, second) = (folder.join("first"), folder.join("second"));
    let partial = folder.join(".chunkwise-second.partial");
    assert!(first.exists() && !second.exists() && partial.exists());

    // A chunk of the second is lost. Of the source only the one that it is made of can still be read.
    fs::remove_file(partial.join("c/1/2")).unwrap();
    for i in 0..3 {
        for j in (0..3).filter(|&j| (i, j) != (1, 2)) {
            let chunk = folder.join(format!("from/c/{i}/{j}"));
            let modified = fs::metadata(&chunk).unwrap().modified().unwrap();
            let mut bytes = fs::read(&chunk).unwrap();
            let middle = bytes.len() / 2;
            bytes[middle] ^= 1;
            fs::write(&chunk, bytes).unwrap();
            fs::File::options().write(true).open(&chunk).unwrap().set_modified(modified).unwrap();
        }
    }
    let before = times(&first);
    compute(two(folder)).unwrap();
    assert_eq!(times(&first), before, "the first is left alone");
    assert!(!partial.exists());
    assert_matches(&ChunkedArray2::<f64>::from_zarr(&first, Auto).unwrap(), &(&values * 3.0));
    assert_matches(&ChunkedArray2::<f64>::from_zarr(&second, Auto).unwrap(), &values.sqrt());
    // And once more, when both are complete.
    compute(two(folder)).unwrap();
    assert_eq!(times(&first), before);
}
