//! Overwriting, appending, and writing parts.

use std::fs;

use chunkwise_core::{DType, RegionSink};
use chunkwise_io::{StoreErrorKind, ZarrArray, ZarrOptions, ZarrVersion, ZarrWriter};

use crate::support::{block_of, files, part, read_all, values, write_all};

fn make(path: &std::path::Path, shape: &[usize], bytes: &[u8], options: ZarrOptions) {
    let writer = ZarrWriter::create(path, DType::I32, shape, options).unwrap();
    write_all(&writer, DType::I32, shape, bytes);
    writer.finish().unwrap();
}

#[test]
fn an_array_is_replaced_on_request_and_only_when_the_new_one_is_complete() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x");
    let old = values(DType::I32, 12, 1);
    make(&path, &[3, 4], &old, ZarrOptions::default().chunks([2, 2]).attribute("age", "old"));

    let error = ZarrWriter::create(&path, DType::I32, &[2], ZarrOptions::default()).unwrap_err();
    assert!(matches!(error.kind(), StoreErrorKind::Exists { .. }), "{error}");

    let options = ZarrOptions::default().chunks([3]).overwrite();
    let writer = ZarrWriter::create(&path, DType::I32, &[5], options.clone()).unwrap();
    let new = values(DType::I32, 5, 2);
    writer.write(&[0], &block_of(DType::I32, &[3], &new[..12])).unwrap();
    assert_eq!(read_all(&ZarrArray::open(&path).unwrap()), old);
    drop(writer);
    assert_eq!(read_all(&ZarrArray::open(&path).unwrap()), old);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "the temporary folder is gone");

    make(&path, &[5], &new, options);
    let array = ZarrArray::open(&path).unwrap();
    assert_eq!((array.shape(), read_all(&array)), (&[5][..], new));
    assert!(array.attributes().is_empty());
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn what_is_no_array_is_never_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let create = |name: &str| {
        ZarrWriter::create(folder.path().join(name), DType::I32, &[2], ZarrOptions::default().overwrite())
    };
    fs::create_dir_all(folder.path().join("documents/letters")).unwrap();
    fs::write(folder.path().join("file"), "text").unwrap();
    chunkwise_io::ZarrGroup::create(folder.path().join("group"), ZarrVersion::V3, Default::default())
        .unwrap();
    for name in ["documents", "file", "group"] {
        let error = create(name).unwrap_err();
        assert!(matches!(error.kind(), StoreErrorKind::Exists { .. }), "{error}");
    }
    fs::create_dir(folder.path().join("empty")).unwrap();
    let writer = create("empty").unwrap();
    write_all(&writer, DType::I32, &[2], &values(DType::I32, 2, 1));
    writer.finish().unwrap();
    assert_eq!(ZarrArray::open(folder.path().join("empty")).unwrap().shape(), [2]);
}

#[test]
fn arrays_grow_along_any_axis() {
    let folder = tempfile::tempdir().unwrap();
    for (i, options) in [
        ZarrOptions::default().chunks([2, 3]),
        ZarrOptions::default().chunks([2, 3]).version(ZarrVersion::V2).attribute("a", 1),
        ZarrOptions::default().chunks([1, 3]).shards([2, 6]),
    ]
    .into_iter()
    .enumerate()
    {
        for axis in [0, 1] {
            let path = folder.path().join(format!("{i}-{axis}"));
            // Odd lengths: the last chunk of the old part belongs to both.
            let mut shape = vec![5, 7];
            let mut expected = values(DType::I32, 35, 3);
            make(&path, &shape, &expected, options.clone());
            for (round, len) in [1, 4, 0, 3].into_iter().enumerate() {
                let mut more = shape.clone();
                more[axis] = len;
                let bytes = values(DType::I32, more.iter().product(), 10 + round as u64);
                let writer = ZarrWriter::append(&path, axis, DType::I32, &more).unwrap();
                write_all(&writer, DType::I32, &more, &bytes);
                assert_eq!(read_all(&ZarrArray::open(&path).unwrap()), expected, "longer only at the end");
                writer.finish().unwrap();
                drop(writer);
                expected = join(&expected, &shape, &bytes, &more, axis);
                shape[axis] += len;
                let array = ZarrArray::open(&path).unwrap();
                assert_eq!(array.shape(), shape);
                assert_eq!(read_all(&array), expected, "{options:?} along {axis}");
                assert_eq!(array.attributes().len(), usize::from(i == 1));
            }
            assert!(files(&path).iter().all(|name| !name.contains("chunkwise")));
        }
    }
}

fn join(a: &[u8], a_shape: &[usize], b: &[u8], b_shape: &[usize], axis: usize) -> Vec<u8> {
    if axis == 0 {
        return [a, b].concat();
    }
    let (wide, narrow) = (a_shape[1] * 4, b_shape[1] * 4);
    (0..a_shape[0])
        .flat_map(|row| [&a[row * wide..][..wide], &b[row * narrow..][..narrow]].concat())
        .collect()
}

#[test]
fn what_cannot_be_appended_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x");
    make(&path, &[3, 4], &values(DType::I32, 12, 1), ZarrOptions::default());
    for (axis, dtype, shape) in [
        (0, DType::I32, &[1, 5][..]),
        (2, DType::I32, &[1, 4]),
        (0, DType::I32, &[4]),
        (0, DType::F32, &[1, 4]),
        (1, DType::I32, &[1, 4]),
    ] {
        let error = ZarrWriter::append(&path, axis, dtype, shape).unwrap_err();
        assert!(matches!(error.kind(), StoreErrorKind::Mismatch { .. }), "{error}");
    }
    assert!(ZarrWriter::append(folder.path().join("y"), 0, DType::I32, &[1]).is_err());
    let error = ZarrWriter::region(&path, &[2, 0], DType::I32, &[2, 1]).unwrap_err();
    assert!(matches!(error.kind(), StoreErrorKind::Mismatch { .. }), "{error}");
}

#[test]
fn parts_are_written_whatever_chunks_they_cut() {
    let folder = tempfile::tempdir().unwrap();
    for (i, options) in [
        ZarrOptions::default().chunks([2, 3]),
        ZarrOptions::default().chunks([2, 1]).shards([4, 3]),
        ZarrOptions::default().chunks([20, 20]),
    ]
    .into_iter()
    .enumerate()
    {
        let path = folder.path().join(i.to_string());
        let shape = [7, 8];
        let mut expected = values(DType::I32, 56, 4);
        make(&path, &shape, &expected, options);
        for (start, extent) in [
            ([0, 0], [7, 8]),
            ([1, 1], [5, 6]),
            ([3, 4], [1, 1]),
            ([6, 0], [1, 8]),
            ([2, 3], [4, 3]),
            ([7, 8], [0, 0]),
        ] {
            let bytes = values(DType::I32, extent.iter().product(), (start[0] * 8 + start[1]) as u64);
            let writer = ZarrWriter::region(&path, &start, DType::I32, &extent).unwrap();
            write_all(&writer, DType::I32, &extent, &bytes);
            writer.finish().unwrap();
            drop(writer);
            for (row, elements) in bytes.chunks(extent[1].max(1) * 4).enumerate() {
                let at = ((start[0] + row) * 8 + start[1]) * 4;
                expected[at..at + elements.len()].copy_from_slice(elements);
            }
            let array = ZarrArray::open(&path).unwrap();
            assert_eq!(read_all(&array), expected, "{start:?} {extent:?} of {:?}", array.storage_grid());
            assert_eq!(part(&expected, 4, &shape, &start, &extent), bytes);
        }
        assert!(files(&path).iter().all(|name| !name.contains("chunkwise")));
    }
}

#[test]
fn several_writers_change_one_array_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x");
    let bytes = values(DType::I32, 64, 8);
    make(&path, &[64], &vec![0; 256], ZarrOptions::default().chunks([1]));
    std::thread::scope(|scope| {
        for worker in 0..4 {
            let (path, bytes) = (&path, &bytes);
            scope.spawn(move || {
                for i in (0..64).skip(worker).step_by(4) {
                    let writer = ZarrWriter::region(path, &[i], DType::I32, &[1]).unwrap();
                    write_all(&writer, DType::I32, &[1], &bytes[i * 4..][..4]);
                    writer.finish().unwrap();
                }
            });
        }
    });
    assert_eq!(read_all(&ZarrArray::open(&path).unwrap()), bytes);
    assert!(files(&path).iter().all(|name| !name.contains("chunkwise")));
}

#[test]
fn temporary_files_of_processes_that_are_gone_are_removed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x");
    // A name of this machine, as a killed process leaves it.
    let writer = ZarrWriter::create(&path, DType::I32, &[2], ZarrOptions::default().chunks([1])).unwrap();
    writer.write(&[0], &block_of(DType::I32, &[1], &[1; 4])).unwrap();
    let mine = fs::read_dir(folder.path()).unwrap().next().unwrap().unwrap().file_name();
    let mine = mine.to_str().unwrap();
    let mut parts: Vec<&str> = mine.split('-').collect();
    // No process has the largest id there is.
    parts[2] = "2147483647";
    let theirs = folder.path().join(parts.join("-"));
    fs::create_dir_all(theirs.join("c")).unwrap();
    // One of another machine may still be in use.
    parts[1] = "00000000";
    let elsewhere = folder.path().join(parts.join("-"));
    fs::create_dir(&elsewhere).unwrap();
    let other =
        ZarrWriter::create(folder.path().join("y"), DType::I32, &[2], ZarrOptions::default()).unwrap();
    write_all(&other, DType::I32, &[2], &[0; 8]);
    other.finish().unwrap();
    assert!(!theirs.exists());
    assert!(elsewhere.exists());
    writer.write(&[1], &block_of(DType::I32, &[1], &[2; 4])).unwrap();
    writer.finish().unwrap();
    assert_eq!(read_all(&ZarrArray::open(&path).unwrap()), [1, 1, 1, 1, 2, 2, 2, 2]);
}
