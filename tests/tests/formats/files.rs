//! Raw files, maps and stacks.

use chunkwise::prelude::*;
use chunkwise::{ByteOrder, Error, RawOptions};
use chunkwise_tests::assert_matches;
use ndarray::{Array2, Axis};

fn ramp() -> Array2<i32> {
    Array2::from_shape_fn((23, 17), |(i, j)| (i * 17 + j) as i32 - 100)
}

#[test]
fn raw_files_are_arrays() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.bin");
    ChunkedArray::from_array(ramp(), (5, 4)).unwrap().write_raw(&path).unwrap();
    let options = RawOptions::default();
    let x = ChunkedArray::<i32, _>::from_raw(&path, (23, 17).chunked((4, Full)), options).unwrap();
    assert_eq!(x.chunk_shape(), [4, 17]);
    assert_matches(&x, &ramp());
    // The same bytes the other way round.
    let turned = ChunkedArray::<i32, _>::from_raw(&path, (17, 23), options.fortran_order()).unwrap();
    assert_matches(&turned, &ramp().t().to_owned());
    let swapped =
        ChunkedArray::<i32, _>::from_raw(&path, (23, 17), options.byte_order(ByteOrder::Big)).unwrap();
    assert_matches(&swapped, &ramp().mapv(i32::swap_bytes));
    assert!(matches!(ChunkedArray::<i32, _>::from_raw(&path, (24, 17), options), Err(Error::Store(_))));
    let error = ChunkedArray::<i32, _>::from_raw(&path, (23, 17).chunked(([1, 1], Full)), options);
    assert!(matches!(error, Err(Error::Argument(_))));
}

#[test]
fn maps_are_arrays_in_memory() {
    let folder = tempfile::tempdir().unwrap();
    let (npy, raw) = (folder.path().join("x.npy"), folder.path().join("x.bin"));
    let x = ChunkedArray::from_array(ramp(), 7).unwrap();
    compute((x.to_npy(&npy), x.to_raw(&raw))).unwrap();
    // SAFETY: nobody changes the file.
    let mapped = unsafe { ChunkedArray2::<i32>::map_npy(&npy, (3, Auto)) }.unwrap();
    assert_matches(&(&mapped + 1), &(ramp() + 1));
    // SAFETY: as above.
    let mapped = unsafe { ChunkedArray::<i32, _>::map_raw(&raw, (23, 17), RawOptions::default()) }.unwrap();
    assert_matches(&mapped.t().rechunk(4).unwrap(), &ramp().t().to_owned());
    // SAFETY: as above.
    let wrong = unsafe { ChunkedArray2::<f32>::map_npy(&npy, Auto) };
    assert!(matches!(wrong, Err(Error::FileType { .. })));
}

#[test]
fn stacks_are_written_in_the_chunks_of_an_axis() {
    let folder = tempfile::tempdir().unwrap();
    for axis in [0, 1] {
        let path = folder.path().join(axis.to_string());
        let x = ChunkedArray::from_array(ramp(), (6, 5)).unwrap();
        x.to_npy_stack(&path, Axis(axis)).unwrap().compute().unwrap();
        let files = std::fs::read_dir(&path).unwrap().count() - 1;
        assert_eq!(files, x.chunks()[axis].len());
        let back = ChunkedArray2::<i32>::from_npy_stack(&path, Axis(axis), (4, Auto)).unwrap();
        assert_matches(&back, &ramp());
        assert!(x.to_npy_stack(&path, Axis(axis)).unwrap().compute().is_err(), "it is there");
    }
    assert!(ChunkedArray::from_array(ramp(), 5).unwrap().to_npy_stack("x", Axis(2)).is_err());
}
