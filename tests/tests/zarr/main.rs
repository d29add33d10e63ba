//! Arrays in Zarr stores, by the public interface.

mod resumed;

use std::fs;

use chunkwise::prelude::*;
use chunkwise::{Error, StoreErrorKind, ZarrArray, ZarrOptions, ZarrVersion};
use chunkwise_tests::assert_matches;
use ndarray::{Array2, Array3, Axis, IxDyn, array, s};

fn ramp(shape: (usize, usize)) -> Array2<f64> {
    Array2::from_shape_fn(shape, |(i, j)| (i * shape.1 + j) as f64)
}

#[test]
fn any_chunking_meets_any_storage() {
    let folder = tempfile::tempdir().unwrap();
    let values = ramp((37, 29));
    let mut number = 0;
    for computed in [(37, 29), (5, 29), (1, 1), (10, 7)] {
        for stored in [[37, 29], [4, 29], [7, 3], [100, 100]] {
            let path = folder.path().join(number.to_string());
            number += 1;
            let x = ChunkedArray::from_array(values.clone(), computed).unwrap();
            let options = ZarrOptions::default().chunks(stored);
            (&x + 1.0).to_zarr(&path, options).compute().unwrap();
            let back = ChunkedArray2::<f64>::from_zarr(&path, Auto).unwrap();
            assert_matches(&back, &(&values + 1.0));
            let back = ChunkedArray2::<f64>::from_zarr(&path, (11, [20, 9])).unwrap();
            assert_eq!(back.chunks(), [vec![11, 11, 11, 4], vec![20, 9]]);
            assert_matches(&back, &(&values + 1.0));
            assert_matches(
                &back.t().slice(s![2..20;3, ..]).unwrap(),
                &(&values + 1.0).t().slice(s![2..20;3, ..]).to_owned(),
            );
        }
    }
}

#[test]
fn irregular_chunks_are_stored_as_the_largest() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x");
    let values = ramp((10, 6));
    let x = ChunkedArray::from_array(values.clone(), ([1, 5, 4], [6])).unwrap();
    x.write_zarr(&path).unwrap();
    let array = ZarrArray::open(&path).unwrap();
    assert_eq!(array.storage_grid().largest()[..], [5, 6]);
    assert_matches(&ChunkedArray2::<f64>::from_zarr(&path, 3).unwrap(), &values);
}

#[test]
fn several_stores_and_reductions_are_one_pass() {
    let folder = tempfile::tempdir().unwrap();
    let (a, b) = (folder.path().join("a"), folder.path().join("b"));
    let values = ramp((64, 48));
    let x = ChunkedArray::from_array(values.clone(), 10).unwrap();
    let options = ZarrOptions::default().chunks([16, 48]);
    let turned = ZarrOptions::default().chunks([12, 64]).shards([24, 64]);
    let (_, _, mean) =
        compute((x.to_zarr(&a, options), x.t().to_zarr(&b, turned), x.mean().value())).unwrap();
    assert_eq!(mean, values.mean().unwrap());
    assert_matches(&ChunkedArray2::<f64>::from_zarr(&a, Auto).unwrap(), &values);
    assert_matches(&ChunkedArray2::<f64>::from_zarr(&b, Auto).unwrap(), &values.t().to_owned());
}

#[test]
fn many_threads_write_what_one_does() {
    let folder = tempfile::tempdir().unwrap();
    let x = ChunkedArray::<f32, _>::from_shape_fn((50, 60, 7), |(i, j, k)| (i * j + k) as f32).unwrap();
    let x = x.rechunk((13, 7, Full)).unwrap();
    let mut files = Vec::new();
    for threads in [1, 2, 7] {
        let path = folder.path().join(threads.to_string());
        let options = ZarrOptions::default().chunks([5, 4, 3]).shards([25, 20, 6]);
        x.write_zarr_with(&path, options, &Config::default().threads(threads)).unwrap();
        let mut found = Vec::new();
        let mut folders = vec![path.clone()];
        while let Some(next) = folders.pop() {
            for entry in fs::read_dir(next).unwrap() {
                let file = entry.unwrap().path();
                if file.is_dir() {
                    folders.push(file);
                } else {
                    found.push((file.strip_prefix(&path).unwrap().to_owned(), fs::read(&file).unwrap()));
                }
            }
        }
        found.sort();
        files.push(found);
    }
    assert!(files[0].len() > 10 && files[0] == files[1] && files[0] == files[2]);
    let expected = Array3::from_shape_fn((50, 60, 7), |(i, j, k)| (i * j + k) as f32);
    assert_matches(&ChunkedArray3::<f32>::from_zarr(folder.path().join("7"), Auto).unwrap(), &expected);
}

#[test]
fn arrays_grow_and_change_in_place() {
    let folder = tempfile::tempdir().unwrap();
    for version in [ZarrVersion::V2, ZarrVersion::V3] {
        let path = folder.path().join(format!("{version:?}"));
        let mut values = ramp((7, 9));
        let x = ChunkedArray::from_array(values.clone(), 4).unwrap();
        x.to_zarr(&path, ZarrOptions::default().version(version)).compute().unwrap();
        (&x * 2.0).append_zarr(&path, Axis(0)).compute().unwrap();
        values.append(Axis(0), (&values * 2.0).view()).unwrap();
        let part = ramp((5, 4));
        values.slice_mut(s![3..8, 2..6]).assign(&part);
        let part = ChunkedArray::from_array(part, 2).unwrap();
        part.to_zarr_region(&path, &[3, 2]).compute().unwrap();
        assert_matches(&ChunkedArray2::<f64>::from_zarr(&path, Auto).unwrap(), &values);
    }
}

#[test]
fn automatic_chunks_are_several_of_the_store() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x");
    let x = ChunkedArray::<f64, _>::ones((1000, 1200)).unwrap();
    x.to_zarr(&path, ZarrOptions::default().chunks([100, 100])).compute().unwrap();
    let back = ChunkedArrayD::<f64>::from_zarr(&path, Auto).unwrap();
    assert_eq!(back.chunk_shape(), [400, 400]);
    assert_eq!(back.sum().scalar().unwrap(), 1_200_000.0);
    let back = ChunkedArray2::<f64>::from_zarr(&path, (Full, Auto)).unwrap();
    assert_eq!(back.chunk_shape(), [1000, 200]);
    assert_eq!(back.shape(), [1000, 1200]);
}

#[test]
fn what_is_wrong_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x");
    let x = ChunkedArray::from_array(array![1_i32, 2, 3], 2).unwrap();
    x.write_zarr(&path).unwrap();
    let error = x.write_zarr(&path).unwrap_err();
    assert!(
        matches!(&error, Error::Store(e) if matches!(e.kind(), StoreErrorKind::Exists { .. })),
        "{error}"
    );
    assert!(matches!(ChunkedArray1::<f32>::from_zarr(&path, Auto), Err(Error::FileType { .. })));
    assert!(matches!(ChunkedArray2::<i32>::from_zarr(&path, Auto), Err(Error::FileType { .. })));
    assert!(matches!(ChunkedArray1::<i32>::from_zarr(&path, ([1, 1],)), Err(Error::Argument(_))));
    assert!(matches!(ChunkedArray1::<i32>::from_zarr(folder.path(), Auto), Err(Error::Store(_))));
    assert!(x.append_zarr(folder.path().join("y"), Axis(0)).compute().is_err());
    assert!(x.to_zarr_region(&path, &[1]).compute().is_err());

    // A damaged chunk is named by the computation that meets it.
    fs::write(path.join("c/1"), "nonsense").unwrap();
    let error = ChunkedArray1::<i32>::from_zarr(&path, 1).unwrap().sum().scalar().unwrap_err();
    let found = error.find::<chunkwise::StoreError>().expect("the store's error");
    let StoreErrorKind::Chunk { indices, .. } = found.kind() else { panic!("{error}") };
    assert_eq!(indices[..], [1]);
    // The first chunk is whole.
    let first = ChunkedArray1::<i32>::from_zarr(&path, 2).unwrap().slice(s![..2]).unwrap();
    assert_eq!(first.sum().scalar().unwrap(), 3);
}

#[test]
fn a_panic_in_the_middle_leaves_what_was_there() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x");
    let values = ramp((8, 8));
    ChunkedArray::from_array(values.clone(), 2).unwrap().write_zarr(&path).unwrap();
    let fails = ChunkedArray::from_array(values.clone(), 2).unwrap().mapv(|x| {
        assert!(x < 40.0, "too large");
        x
    });
    let error = fails.to_zarr(&path, ZarrOptions::default().overwrite()).compute().unwrap_err();
    assert!(error.to_string().contains("too large"), "{error}");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    assert_matches(&ChunkedArray2::<f64>::from_zarr(&path, Auto).unwrap(), &values);
}

#[test]
fn an_interrupted_store_is_taken_up_again() {
    let folder = tempfile::tempdir().unwrap();
    let (from, to) = (folder.path().join("from"), folder.path().join("to"));
    let values = ramp((1024, 1024));
    ChunkedArray::from_array(values.clone(), 256).unwrap().write_zarr(&from).unwrap();
    let x = || (ChunkedArray2::<f64>::from_zarr(&from, 256).unwrap() * 3.0).sqrt();
    let write = || x().to_zarr(&to, ZarrOptions::default()).resume();
    // A chunk that cannot be read stops the first attempt.
    let hidden = folder.path().join("hidden");
    let chunk = from.join("c/3/3");
    let modified = fs::metadata(&chunk).unwrap().modified().unwrap();
    let good = fs::read(&chunk).unwrap();
    let mut bad = good.clone();
    bad[good.len() / 2] ^= 1;
    let set = |bytes: &[u8]| {
        fs::write(&chunk, bytes).unwrap();
        fs::File::options().write(true).open(&chunk).unwrap().set_modified(modified).unwrap();
    };
    set(&bad);
    let config = Config::default().threads(1);
    assert!(config.compute(write()).is_err());
    assert!(!to.exists());
    let partial = folder.path().join(".chunkwise-to.partial");
    let written = fs::read_dir(partial.join("c")).unwrap().count();
    assert!(written > 0);
    // Another computation does not take its place.
    let other = (x() + 1.0).to_zarr(&to, ZarrOptions::default()).resume();
    assert!(matches!(other.compute(), Err(Error::Sink { .. } | Error::Store(_))));
    set(&good);
    fs::rename(partial.join("c/0/0"), &hidden).unwrap();
    fs::copy(&hidden, partial.join("c/0/0")).unwrap();
    config.compute(write()).unwrap();
    assert!(!partial.exists());
    assert_matches(&ChunkedArray2::<f64>::from_zarr(&to, Auto).unwrap(), &(&values * 3.0).sqrt());
    let empty = ChunkedArray::<f64, _>::zeros(IxDyn(&[0, 3])).unwrap();
    empty.to_zarr(folder.path().join("empty"), ZarrOptions::default()).resume().compute().unwrap();
    assert_eq!(ChunkedArray2::<f64>::from_zarr(folder.path().join("empty"), Auto).unwrap().shape(), [0, 3]);
}
