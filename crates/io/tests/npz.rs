//! Archives that NumPy wrote (data/npz/make.py), and those that are written here.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use chunkwise_core::{Block, Buffer, DType, RegionSink, RegionSource};
use chunkwise_io::{NpzArray, NpzWriter, StoreErrorKind, npz_names};

fn data(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/npz").join(name)
}

fn read(array: &NpzArray, start: &[usize], shape: &[usize]) -> Vec<u8> {
    let mut block = Block::uninit(array.dtype(), shape);
    array.read(start, &mut block).unwrap();
    // SAFETY: `read` has written every element.
    unsafe { std::slice::from_raw_parts(block.as_ptr(), block.bytes()) }.to_vec()
}

fn bytes<const N: usize>(
    elements: impl IntoIterator<Item = usize>,
    encode: impl Fn(usize) -> [u8; N],
) -> Vec<u8> {
    elements.into_iter().flat_map(encode).collect()
}

#[test]
fn arrays_that_numpy_archived_are_read_whole_and_in_part() {
    let part = || [2, 3].into_iter().flat_map(|i| (3..6).map(move |j| i * 7 + j));
    for file in ["stored.npz", "compressed.npz"] {
        let mut names = npz_names(data(file)).unwrap();
        names.sort();
        assert_eq!(names, ["big", "bool", "complex", "empty", "fortran", "scalar"]);
        let open = |name: &str| NpzArray::open(data(file), name).unwrap();
        let check = |name: &str, dtype: DType, all: Vec<u8>, some: Vec<u8>| {
            let array = open(name);
            assert_eq!((array.dtype(), array.shape()), (dtype, &[5, 7][..]));
            assert_eq!(read(&array, &[0, 0], &[5, 7]), all, "{file} {name}");
            assert_eq!(read(&array, &[2, 3], &[2, 3]), some, "{file} {name}");
            let compressed = file == "compressed.npz";
            assert_eq!(array.grid().is_some(), compressed);
            assert_eq!(array.scratch_bytes(&[1, 1]) >= 35 * dtype.size() as u64, compressed);
        };
        let truth = |i: usize| [u8::from(i.is_multiple_of(3))];
        check("bool", DType::Bool, bytes(0..35, truth), bytes(part(), truth));
        let number = |i: usize| (i as f64).to_ne_bytes();
        check("fortran", DType::F64, bytes(0..35, number), bytes(part(), number));
        let number = |i: usize| (i as i32).to_ne_bytes();
        check("big", DType::I32, bytes(0..35, number), bytes(part(), number));
        let number = |i: usize| {
            let mut both = [0; 8];
            both[..4].copy_from_slice(&(i as f32).to_ne_bytes());
            both
        };
        check("complex", DType::C32, bytes(0..35, number), bytes(part(), number));
        assert_eq!((open("empty").shape(), read(&open("empty"), &[0, 1], &[0, 2])), (&[0, 3][..], vec![]));
        assert_eq!((open("scalar").shape(), read(&open("scalar"), &[], &[])), (&[][..], vec![7]));
        let error = NpzArray::open(data(file), "other").unwrap_err();
        assert!(matches!(error.kind(), StoreErrorKind::NotFound { .. }), "{error}");
        assert!(error.to_string().contains("fortran"), "{error}");
    }
}

#[test]
fn damaged_archives_are_errors() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.npz");
    let whole = std::fs::read(data("compressed.npz")).unwrap();
    for length in [0, 10, whole.len() / 2, whole.len() - 1] {
        std::fs::write(&path, &whole[..length]).unwrap();
        assert!(NpzArray::open(&path, "fortran").is_err(), "{length} bytes");
    }
    // Within the elements of an array: found when it is decompressed, by its checksum if by nothing else.
    let name = whole.windows(11).position(|window| window == b"fortran.npy").unwrap();
    let mut damaged = whole.clone();
    damaged[name + 120] ^= 0x55;
    std::fs::write(&path, damaged).unwrap();
    let read = NpzArray::open(&path, "fortran").map(|array| {
        array.read(&[0, 0], &mut Block::uninit(DType::F64, &[5, 7])).map_err(|error| error.to_string())
    });
    assert!(!matches!(read, Ok(Ok(()))));
    assert!(NpzArray::open(folder.path(), "x").is_err());
    assert!(npz_names(folder.path().join("nothing")).is_err());
}

#[test]
fn what_is_archived_here_comes_back() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.npz");
    let archive = NpzWriter::create(&path).unwrap();
    let first = archive.array("first", DType::U8, &[2, 3]).unwrap();
    let second = archive.array("second", DType::U8, &[0]).unwrap();
    assert!(archive.array("first", DType::U8, &[1]).is_err());
    let memory = Arc::new([1_u8, 2, 3, 4, 5, 6]);
    // SAFETY: the buffer keeps the array alive, and nobody writes to it.
    let buffer = unsafe { Buffer::foreign(memory.as_ptr(), 6, memory.clone()) };
    let block = Block::row_major(Arc::new(buffer), DType::U8, &[2, 3]);
    first.write(&[1, 0], &block.region(&[1, 0], &[1, 3])).unwrap();
    assert!(first.finish().is_err(), "half of it is missing");
    drop((first, second, archive));
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);

    let archive = NpzWriter::create(&path).unwrap();
    let first = archive.array("first", DType::U8, &[2, 3]).unwrap();
    let second = archive.array("second", DType::U8, &[0]).unwrap();
    first.write(&[0, 0], &block).unwrap();
    first.finish().unwrap();
    first.finish().unwrap();
    assert!(!path.exists());
    second.finish().unwrap();
    drop((first, second, archive));
    assert_eq!(read(&NpzArray::open(&path, "first").unwrap(), &[0, 0], &[2, 3]), [1, 2, 3, 4, 5, 6]);
    assert_eq!(NpzArray::open(&path, "second").unwrap().shape(), [0]);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}
