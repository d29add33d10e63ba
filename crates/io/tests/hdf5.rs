//! Files that h5py and netCDF4 wrote (data/hdf5/make.py), and those that are written here.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use chunkwise_core::{Block, Buffer, Complex, DType, Element, RegionSink, RegionSource};
use chunkwise_io::{Hdf5Array, Hdf5Options, Hdf5Writer, StoreErrorKind, hdf5_names};

fn data(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/hdf5").join(name)
}

fn read<A: Element>(array: &Hdf5Array, start: &[usize], shape: &[usize]) -> Vec<A> {
    let mut block = Block::uninit(array.dtype(), shape);
    array.read(start, &mut block).unwrap();
    // SAFETY: `read` has written every element.
    unsafe { block.as_slice::<A>() }.expect("the type asked for").to_vec()
}

fn check<A: Element>(file: &str, name: &str, from: impl Fn(u8) -> A) {
    let array = Hdf5Array::open(data(file), name).unwrap();
    assert_eq!((array.dtype(), array.shape()), (A::DTYPE, &[5, 7][..]), "{name}");
    assert_eq!(read::<A>(&array, &[0, 0], &[5, 7]), (0..35).map(&from).collect::<Vec<A>>(), "{name}");
    let part: Vec<A> = [1, 2, 3].into_iter().flat_map(|i| [2, 3].map(|j| from(i * 7 + j))).collect();
    assert_eq!(read::<A>(&array, &[1, 2], &[3, 2]), part, "{name}");
    // Into a block with the axes the other way round.
    let memory = Block::uninit(A::DTYPE, &[2, 3]);
    array.read(&[1, 2], &mut memory.permuted(&[1, 0])).unwrap();
    let turned: Vec<A> = [2, 3].into_iter().flat_map(|j| [1, 2, 3].map(|i| from(i * 7 + j))).collect();
    // SAFETY: `read` has written every element.
    assert_eq!(unsafe { memory.as_slice::<A>() }, Some(&turned[..]), "{name}");
}

#[test]
fn every_type_that_h5py_writes_is_read() {
    check("types.h5", "bool", |n| n.is_multiple_of(3));
    check("types.h5", "int8", |n| n as i8);
    check("types.h5", "int16", i16::from);
    check("types.h5", "int32", i32::from);
    check("types.h5", "int64", i64::from);
    check("types.h5", "uint8", |n| n);
    check("types.h5", "uint16", u16::from);
    check("types.h5", "uint32", u32::from);
    check("types.h5", "uint64", u64::from);
    check("types.h5", "float32", f32::from);
    check("types.h5", "float64", f64::from);
    check("types.h5", "complex64", |n| Complex::new(f32::from(n), 0.0));
    check("types.h5", "complex128", |n| Complex::new(f64::from(n), 0.0));
    check("types.h5", "big", f64::from);
    check("types.h5", "group/inner/chunked", i32::from);
    check("types.h5", "group/inner/checked", f32::from);
    check("grid.nc", "level", f32::from);
    let scalar = Hdf5Array::open(data("types.h5"), "scalar").unwrap();
    assert_eq!((scalar.shape(), read::<f64>(&scalar, &[], &[])), (&[][..], vec![7.0]));
    let empty = Hdf5Array::open(data("types.h5"), "empty").unwrap();
    assert_eq!((empty.shape(), read::<i16>(&empty, &[0, 1], &[0, 2])), (&[0, 3][..], vec![]));
    let chunked = Hdf5Array::open(data("grid.nc"), "level").unwrap();
    assert_eq!(chunked.grid().unwrap().largest()[..], [2, 4]);
    assert!(chunked.scratch_bytes(&[5, 7]) > 35 * 4);
}

#[test]
fn names_are_listed_and_what_is_no_array_is_refused() {
    let names = hdf5_names(data("types.h5")).unwrap();
    assert_eq!(names.len(), 19);
    assert!(names.contains(&"group/inner/chunked".to_owned()));
    let open = |file: &str, name: &str| Hdf5Array::open(data(file), name).unwrap_err();
    assert!(matches!(open("types.h5", "nothing").kind(), StoreErrorKind::NotFound { .. }));
    assert!(matches!(open("types.h5", "text").kind(), StoreErrorKind::DType { .. }));
    assert!(matches!(open("nothing.h5", "x").kind(), StoreErrorKind::Open(_)));
    assert!(matches!(open("make.py", "x").kind(), StoreErrorKind::Metadata { .. }));
}

fn block<A: Element>(shape: &[usize], elements: Vec<A>) -> Block {
    let memory = Arc::new(elements);
    let bytes = size_of_val(&memory[..]);
    // SAFETY: the buffer keeps the elements alive, and nobody writes to them.
    let buffer = unsafe { Buffer::foreign(memory.as_ptr().cast(), bytes, memory.clone()) };
    Block::row_major(Arc::new(buffer), A::DTYPE, shape)
}

fn round_trip<A: Element>(from: impl Fn(u8) -> A) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.h5");
    let all = block(&[5, 7], (0..35).map(&from).collect::<Vec<A>>());
    let turned =
        block(&[7, 5], (0..7).flat_map(|j| (0..5).map(move |i| i * 7 + j)).map(&from).collect::<Vec<A>>());
    let file = Hdf5Writer::create(&path).unwrap();
    let plain = file.dataset("plain", A::DTYPE, &[5, 7], &Hdf5Options::default()).unwrap();
    let options = Hdf5Options::default().chunks([2, 3]).deflate(4).shuffle().checksum();
    let chunked = file.dataset("a/b/chunked", A::DTYPE, &[5, 7], &options).unwrap();
    let whole = file.dataset("a/whole", A::DTYPE, &[5, 7], &Hdf5Options::default().deflate(1)).unwrap();
    let scalar = file.dataset("scalar", A::DTYPE, &[], &options).unwrap();
    let empty = file.dataset("empty", A::DTYPE, &[0, 3], &options).unwrap();
    assert_eq!(chunked.grid().unwrap().largest()[..], [2, 3]);
    assert!(plain.grid().is_none() && scalar.grid().is_none());
    std::thread::scope(|scope| {
        scope.spawn(|| plain.write(&[0, 0], &turned.permuted(&[1, 0])).unwrap());
        scope.spawn(|| whole.write(&[0, 0], &all).unwrap());
        for row in [0, 2, 4] {
            let (all, chunked) = (&all, &chunked);
            scope.spawn(move || {
                for column in [0, 3, 6] {
                    let part = all.region(&[row, column], &[2.min(5 - row), 3.min(7 - column)]);
                    chunked.write(&[row, column], &part).unwrap();
                }
            });
        }
    });
    assert!(scalar.finish().is_err(), "nothing was written yet");
    scalar.write(&[], &block(&[], vec![from(7)])).unwrap();
    for entry in [&plain, &chunked, &whole, &scalar] {
        entry.finish().unwrap();
        entry.finish().unwrap();
    }
    assert!(!path.exists());
    empty.finish().unwrap();
    assert!(plain.write(&[0, 0], &all).is_err());
    drop((plain, chunked, whole, scalar, empty, file));
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    let expected: Vec<A> = (0..35).map(&from).collect();
    for name in ["plain", "a/b/chunked", "a/whole"] {
        let array = Hdf5Array::open(&path, name).unwrap();
        assert_eq!(read::<A>(&array, &[0, 0], &[5, 7]), expected, "{name} of {}", A::DTYPE);
    }
    assert_eq!(read::<A>(&Hdf5Array::open(&path, "scalar").unwrap(), &[], &[]), [from(7)]);
}

#[test]
fn every_type_comes_back() {
    round_trip(|n| n.is_multiple_of(3));
    round_trip(|n| n as i8);
    round_trip(i16::from);
    round_trip(i32::from);
    round_trip(i64::from);
    round_trip(|n| n);
    round_trip(u16::from);
    round_trip(u32::from);
    round_trip(u64::from);
    round_trip(f32::from);
    round_trip(f64::from);
    round_trip(|n| Complex::new(f32::from(n), 0.5));
    round_trip(|n| Complex::new(f64::from(n), -0.5));
}

#[test]
fn an_unfinished_file_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.h5");
    std::fs::write(&path, "what was there").unwrap();
    let file = Hdf5Writer::create(&path).unwrap();
    let entry = file.dataset("x", DType::I32, &[4], &Hdf5Options::default().chunks([2])).unwrap();
    assert!(file.dataset("x", DType::I32, &[4], &Hdf5Options::default()).is_err());
    for chunks in [vec![2, 2], vec![0], vec![5]] {
        let error = file.dataset("y", DType::I32, &[4], &Hdf5Options::default().chunks(chunks)).unwrap_err();
        assert!(matches!(error.kind(), StoreErrorKind::Mismatch { .. }), "{error}");
    }
    entry.write(&[0], &block(&[2], vec![1, 2])).unwrap();
    assert!(entry.finish().is_err());
    drop((entry, file));
    assert_eq!(std::fs::read(&path).unwrap(), b"what was there");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}
