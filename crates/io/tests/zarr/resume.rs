//! Writing that was interrupted, and taken up again.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use chunkwise_core::{DType, RegionSink};
use chunkwise_io::{StoreErrorKind, ZarrArray, ZarrOptions, ZarrWriter};

use crate::support::{Cells, block_of, files, read_all, store_error, values, write_cell};

const SHAPE: [usize; 2] = [40, 30];
const CHUNKS: [usize; 2] = [4, 7];

fn options() -> ZarrOptions {
    ZarrOptions::default().chunks(CHUNKS).fill_value(0_i32)
}

/// Every seventh chunk is nothing but the fill value.
fn elements() -> Vec<u8> {
    let mut bytes = values(DType::I32, SHAPE[0] * SHAPE[1], 11);
    for row in (0..SHAPE[0]).filter(|row| row / CHUNKS[0] % 3 == 1) {
        bytes[row * SHAPE[1] * 4..][..CHUNKS[1] * 4].fill(0);
    }
    bytes
}

fn created(path: &Path) -> ZarrWriter {
    ZarrWriter::create(path, DType::I32, &SHAPE, options()).unwrap()
}

/// Writes what is not written yet; how many chunks that are.
fn write_rest(writer: &ZarrWriter, most: usize, mut between: impl FnMut()) -> usize {
    let bytes = elements();
    let grid = writer.grid().unwrap();
    let mut count = 0;
    for coords in grid.cells() {
        let (start, shape) = grid.block(&coords);
        if count < most && !writer.is_written(&start, &shape) {
            write_cell(writer, &grid, &coords, DType::I32, &SHAPE, &bytes);
            count += 1;
            between();
        }
    }
    count
}

/// All files of an array, but for what it remembers of its making.
fn contents(path: &Path) -> Vec<(String, Vec<u8>)> {
    let is_own = |name: &String| name.starts_with(".chunkwise") || path.join(name).is_dir();
    let names = files(path).into_iter().filter(|name| !is_own(name));
    names.map(|name| (name.clone(), fs::read(path.join(name)).unwrap())).collect()
}

fn uninterrupted(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let path = folder.join("uninterrupted");
    let writer = created(&path);
    assert_eq!(write_rest(&writer, usize::MAX, || ()), 50);
    writer.finish().unwrap();
    contents(&path)
}

#[test]
fn what_was_written_is_not_written_again() {
    let folder = tempfile::tempdir().unwrap();
    let expected = uninterrupted(folder.path());
    let path = folder.path().join("x");
    for (most, expected) in [(10, 10), (0, 0), (25, 25), (100, 15)] {
        let writer = created(&path);
        writer.resume(42).unwrap();
        assert_eq!(write_rest(&writer, most, || ()), expected);
        if most == 100 {
            writer.finish().unwrap();
        } else {
            assert!(writer.finish().is_err());
            assert!(!path.exists());
        }
    }
    assert_eq!(contents(&path), expected);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2, "nothing is left");
    assert_eq!(read_all(&ZarrArray::open(&path).unwrap()), elements());
}

#[test]
fn a_chunk_that_is_not_what_was_written_is_written_again() {
    let folder = tempfile::tempdir().unwrap();
    let expected = uninterrupted(folder.path());
    let path = folder.path().join("x");
    let writer = created(&path);
    writer.resume(1).unwrap();
    write_rest(&writer, 20, || ());
    drop(writer);
    let partial = folder.path().join(".chunkwise-x.partial");
    let mut damaged = fs::read(partial.join("c/0/1")).unwrap();
    damaged[3] ^= 1;
    fs::write(partial.join("c/0/1"), damaged).unwrap();
    fs::write(partial.join("c/0/2"), "").unwrap();
    fs::remove_file(partial.join("c/0/3")).unwrap();
    // A chunk of the fill value, which has no file.
    fs::write(partial.join("c/1/0"), "something").unwrap();
    let writer = created(&path);
    writer.resume(1).unwrap();
    assert!(writer.is_written(&[0, 0], &[4, 7]));
    assert!(!writer.is_written(&[0, 0], &[4, 14]));
    assert!(!writer.is_written(&[0, 0], &[41, 7]));
    assert_eq!(write_rest(&writer, usize::MAX, || ()), 30 + 4);
    writer.finish().unwrap();
    assert_eq!(contents(&path), expected);
}

#[test]
fn the_work_of_another_computation_is_not_lost_unasked() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x");
    let writer = created(&path);
    writer.resume(1).unwrap();
    // Nothing of value yet: another may have the place.
    drop(writer);
    let writer = created(&path);
    writer.resume(2).unwrap();
    write_rest(&writer, 3, || ());
    let error = created(&path).resume(2).unwrap_err();
    assert!(error.to_string().contains("in use"), "{error}");
    drop(writer);
    let error = created(&path).resume(1).unwrap_err();
    assert!(matches!(store_error(&error).kind(), StoreErrorKind::Unfinished { .. }), "{error}");
    // The same computation into an array that is made otherwise is another one.
    let other = ZarrWriter::create(&path, DType::I32, &SHAPE, ZarrOptions::default().chunks([8, 7])).unwrap();
    assert!(other.resume(2).is_err());
    let writer = created(&path);
    writer.resume(2).unwrap();
    assert!(writer.is_written(&[0, 0], &[4, 21]));
    drop(writer);
    let writer = ZarrWriter::create(&path, DType::I32, &SHAPE, options().overwrite()).unwrap();
    writer.resume(1).unwrap();
    assert!(!writer.is_written(&[0, 0], &[4, 7]));
    write_rest(&writer, usize::MAX, || ());
    writer.finish().unwrap();
    assert_eq!(read_all(&ZarrArray::open(&path).unwrap()), elements());
    assert!(matches!(
        ZarrWriter::create(&path, DType::I32, &SHAPE, options()).unwrap_err().kind(),
        StoreErrorKind::Exists { .. }
    ));
}

#[test]
fn parts_and_appended_parts_are_taken_up_too() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x");
    let writer = created(&path);
    write_rest(&writer, usize::MAX, || ());
    writer.finish().unwrap();

    let more = values(DType::I32, 10 * 30, 77);
    let append = || ZarrWriter::append(&path, 0, DType::I32, &[10, 30]).unwrap();
    let writer = append();
    writer.resume(5).unwrap();
    let grid = writer.grid().unwrap();
    for coords in grid.cells().iter().take(6) {
        write_cell(&writer, &grid, coords, DType::I32, &[10, 30], &more);
    }
    drop(writer);
    assert_eq!(read_all(&ZarrArray::open(&path).unwrap()), elements());
    let writer = append();
    writer.resume(5).unwrap();
    for (i, coords) in grid.cells().iter().enumerate() {
        let (start, shape) = grid.block(coords);
        assert_eq!(writer.is_written(&start, &shape), i < 6);
        if i >= 6 {
            write_cell(&writer, &grid, coords, DType::I32, &[10, 30], &more);
        }
    }
    writer.finish().unwrap();
    drop(writer);
    assert_eq!(read_all(&ZarrArray::open(&path).unwrap()), [elements(), more].concat());
    assert!(files(&path).iter().all(|name| !name.contains("chunkwise")));

    // A second one of the same name appends again.
    let writer = append();
    writer.resume(5).unwrap();
    assert!(!writer.is_written(&[0, 0], &[2, 7]));
    drop(writer);

    let region = || ZarrWriter::region(&path, &[1, 1], DType::I32, &[5, 5]).unwrap();
    let writer = region();
    writer.resume(6).unwrap();
    writer.write(&[0, 0], &block_of(DType::I32, &[3, 5], &values(DType::I32, 15, 1))).unwrap();
    drop(writer);
    let writer = region();
    writer.resume(6).unwrap();
    assert!(writer.is_written(&[0, 0], &[3, 5]));
    assert!(!writer.is_written(&[3, 0], &[2, 5]));
}

/// A complete array, made by the computation of this fingerprint.
fn complete(path: &Path, fingerprint: u128) {
    let writer = created(path);
    writer.resume(fingerprint).unwrap();
    assert_eq!(write_rest(&writer, usize::MAX, || ()), 50);
    writer.finish().unwrap();
}

fn continued(path: &Path, options: ZarrOptions) -> ZarrWriter {
    ZarrWriter::continued(path, DType::I32, &SHAPE, options).unwrap()
}

/// Why an array that is there already is not taken up.
fn refused(writer: &ZarrWriter, fingerprint: u128) -> String {
    let error = writer.resume(fingerprint).expect_err("what is there is not that");
    let StoreErrorKind::Exists { why } = store_error(&error).kind() else { panic!("{error}") };
    why.clone()
}

#[test]
fn what_is_complete_is_known_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let expected = uninterrupted(folder.path());
    for (name, options) in [
        ("v2", options().version(chunkwise_io::ZarrVersion::V2)),
        ("v3", options()),
        ("sharded", options().shards([8, 14])),
    ] {
        let path = folder.path().join(name);
        let write = |writer: &ZarrWriter| write_rest(writer, usize::MAX, || ());
        let writer = continued(&path, options.clone());
        writer.resume(42).unwrap();
        let chunks = write(&writer);
        assert!(chunks > 10);
        writer.finish().unwrap();
        let own = files(&path).into_iter().filter(|name| name.starts_with(".chunkwise")).collect::<Vec<_>>();
        assert_eq!(own, [".chunkwise", &format!(".chunkwise/{:032x}.journal", 42)]);
        let modified = |name: &str| fs::metadata(path.join(name)).unwrap().modified().unwrap();
        let before: Vec<_> = files(&path).iter().map(|name| (name.clone(), modified(name))).collect();
        for options in [options.clone(), options.clone().overwrite()] {
            let writer = continued(&path, options);
            assert!(!writer.is_written(&[0, 0], &[4, 7]), "nobody has asked yet");
            writer.resume(42).unwrap();
            assert_eq!(write(&writer), 0);
            writer.finish().unwrap();
        }
        let after: Vec<_> = files(&path).iter().map(|name| (name.clone(), modified(name))).collect();
        assert_eq!(after, before, "nothing was touched");
        assert_eq!(read_all(&ZarrArray::open(&path).unwrap()), elements());
        assert!(refused(&continued(&path, options.clone()), 43).contains("overwrite"));
        // Without a fingerprint it is an array like any other.
        assert!(ZarrWriter::create(&path, DType::I32, &SHAPE, options.clone()).is_err());
        assert!(continued(&path, options.clone()).finish().is_err());
        let other = options.attribute("units", "K");
        assert!(refused(&continued(&path, other), 42).contains("its metadata"));
    }
    assert_eq!(contents(&folder.path().join("v3")), expected);

    let path = folder.path().join("empty");
    for _ in 0..2 {
        let writer = ZarrWriter::continued(&path, DType::I8, &[0, 3], ZarrOptions::default()).unwrap();
        writer.resume(1).unwrap();
        writer.finish().unwrap();
    }
}

#[test]
fn what_was_changed_since_it_was_complete_is_replaced_only_if_asked() {
    let folder = tempfile::tempdir().unwrap();
    let expected = uninterrupted(folder.path());
    let path = folder.path().join("x");
    type Change = fn(&Path);
    let changes: [(&str, Change); 6] = [
        ("c/0/1", |path| fs::write(path.join("c/0/1"), "something").unwrap()),
        ("c/0/2", |path| fs::remove_file(path.join("c/0/2")).unwrap()),
        // A chunk of the fill value, which has no file.
        ("c/1/0", |path| fs::write(path.join("c/1/0"), "something").unwrap()),
        ("c/0/0", |path| {
            let region = ZarrWriter::region(path, &[0, 0], DType::I32, &[1, 1]).unwrap();
            region.write(&[0, 0], &block_of(DType::I32, &[1, 1], &[7; 4])).unwrap();
            region.finish().unwrap();
        }),
        ("its metadata", |path| {
            let more = ZarrWriter::append(path, 0, DType::I32, &[1, 30]).unwrap();
            for coords in more.grid().unwrap().cells() {
                write_cell(&more, &more.grid().unwrap(), &coords, DType::I32, &[1, 30], &[1; 120]);
            }
            more.finish().unwrap();
        }),
        ("its chunk", |path| {
            let journal = path.join(format!(".chunkwise/{:032x}.journal", 1));
            let length = fs::metadata(&journal).unwrap().len();
            fs::File::options().write(true).open(journal).unwrap().set_len(length - 1).unwrap();
        }),
    ];
    for (what, change) in changes {
        complete(&path, 1);
        change(&path);
        let changed = contents(&path);
        assert!(continued(&path, options()).resume(1).is_err(), "{what} goes unnoticed");
        let why = refused(&continued(&path, options()), 1);
        assert!(why.contains(what) && why.contains("changed since"), "{what}: {why}");
        assert_eq!(contents(&path), changed, "{what}");
        let writer = continued(&path, options().overwrite());
        writer.resume(1).unwrap();
        assert_eq!(write_rest(&writer, usize::MAX, || ()), 50, "{what}");
        assert_eq!(contents(&path), changed, "{what}: until the new one is complete");
        writer.finish().unwrap();
        assert_eq!(contents(&path), expected, "{what}");
        let writer = continued(&path, options());
        writer.resume(1).unwrap();
        assert_eq!(write_rest(&writer, usize::MAX, || ()), 0, "{what}");
        fs::remove_dir_all(&path).unwrap();
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "{what}: nothing is left");
    }
}

/// What the child of the next test does: writes slowly, until it is killed.
#[test]
#[ignore = "the child of `a_process_that_was_killed_is_continued`"]
fn child_that_writes_slowly() {
    let Some(path) = std::env::var_os("CHUNKWISE_TEST_STORE") else { return };
    let writer = created(Path::new(&path));
    writer.resume(99).unwrap();
    write_rest(&writer, usize::MAX, || std::thread::sleep(Duration::from_millis(5)));
}

#[test]
fn a_process_that_was_killed_is_continued() {
    let folder = tempfile::tempdir().unwrap();
    let expected = uninterrupted(folder.path());
    let path = folder.path().join("x");
    let partial = folder.path().join(".chunkwise-x.partial");
    for round in 1..=2 {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "resume::child_that_writes_slowly", "--ignored"])
            .env("CHUNKWISE_TEST_STORE", &path)
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let begun = Instant::now();
        let journal = |name: &String| name.ends_with(".journal");
        while !partial.exists()
            || files(&partial)
                .iter()
                .find(|name| journal(name))
                .is_none_or(|name| fs::metadata(partial.join(name)).unwrap().len() < round * 24 * 8)
        {
            assert!(begun.elapsed() < Duration::from_secs(60));
            std::thread::sleep(Duration::from_millis(2));
        }
        child.kill().unwrap();
        child.wait().unwrap();
    }
    assert!(!path.exists());
    let writer = created(&path);
    writer.resume(99).unwrap();
    let written = write_rest(&writer, usize::MAX, || ());
    assert!((1..50 - 10).contains(&written), "{written} chunks were left");
    writer.finish().unwrap();
    assert_eq!(contents(&path), expected);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2, "nothing is left");
}
