//! Files that NumPy wrote, files that NumPy can read, and files that nobody should have written.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use chunkwise_core::{
    Block, Buffer, Complex, DType, Element, Error as CoreError, RegionSink, RegionSource, Shape,
};
use chunkwise_io::{NpyErrorKind, NpyFile, NpyWriter};
use ndarray::{Array1, Array2, array};

const NAMES: [(&str, DType); 13] = [
    ("b1", DType::Bool),
    ("i1", DType::I8),
    ("i2", DType::I16),
    ("i4", DType::I32),
    ("i8", DType::I64),
    ("u1", DType::U8),
    ("u2", DType::U16),
    ("u4", DType::U32),
    ("u8", DType::U64),
    ("f4", DType::F32),
    ("f8", DType::F64),
    ("c8", DType::C32),
    ("c16", DType::C64),
];

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(name)
}

/// What data/generate.py puts at position `i` (in C order), as this machine's bytes.
fn value(dtype: DType, i: usize) -> Vec<u8> {
    let x = i as f64;
    let bits = (i as u64).wrapping_mul(0x0123_4567_89ab_cdef).wrapping_add(0x1122_3344_5566_7788);
    let (re, im) = (x * 1.5 - 7.25, 2.0 - x * 0.5);
    match dtype {
        DType::Bool => vec![i.is_multiple_of(3).into()],
        DType::I8 | DType::U8 => (bits as u8).to_ne_bytes().into(),
        DType::I16 | DType::U16 => (bits as u16).to_ne_bytes().into(),
        DType::I32 | DType::U32 => (bits as u32).to_ne_bytes().into(),
        DType::I64 | DType::U64 => bits.to_ne_bytes().into(),
        DType::F32 => (re as f32).to_ne_bytes().into(),
        DType::F64 => (x / 7.0).to_ne_bytes().into(),
        DType::C32 => [(re as f32).to_ne_bytes(), (im as f32).to_ne_bytes()].concat(),
        DType::C64 => [re.to_ne_bytes(), im.to_ne_bytes()].concat(),
        other => panic!("no fixture of {other}"),
    }
}

fn values(dtype: DType, len: usize) -> Vec<u8> {
    (0..len).flat_map(|i| value(dtype, i)).collect()
}

/// A row-major block that holds these bytes.
fn block_of(dtype: DType, shape: &[usize], bytes: &[u8]) -> Block {
    let buffer = Buffer::uninit(bytes.len());
    // SAFETY: all of a new buffer.
    unsafe { buffer.as_mut_ptr().copy_from_nonoverlapping(bytes.as_ptr(), bytes.len()) };
    Block::row_major(Arc::new(buffer), dtype, shape)
}

fn bytes_of(block: &Block) -> &[u8] {
    assert!(block.is_row_major());
    // SAFETY: the tests look only at blocks that were filled.
    unsafe { std::slice::from_raw_parts(block.as_ptr(), block.bytes()) }
}

fn read_all(file: &NpyFile) -> Block {
    let mut block = Block::uninit(file.dtype(), file.shape());
    file.read_region(&vec![0; file.shape().len()], &mut block).unwrap();
    block
}

fn read_as<A: Element>(file: &NpyFile) -> Vec<A> {
    let block = read_all(file);
    // SAFETY: `read_all` has filled the block.
    unsafe { block.as_slice::<A>() }.unwrap().to_vec()
}

#[test]
fn numpy_files_of_every_type_order_and_endianness() {
    for (name, dtype) in NAMES {
        for (suffix, fortran) in [("", false), ("_big_fortran", true)] {
            let file = NpyFile::open(fixture(&format!("{name}{suffix}.npy"))).unwrap();
            assert_eq!((file.dtype(), file.shape(), file.is_fortran_order()), (dtype, &[3, 4][..], fortran));
            assert_eq!(bytes_of(&read_all(&file)), values(dtype, 12), "{name}{suffix}");
            // The middle of the last two rows.
            let mut region = Block::uninit(dtype, &[2, 2]);
            file.read_region(&[1, 1], &mut region).unwrap();
            let expected: Vec<u8> = [5, 6, 9, 10].into_iter().flat_map(|i| value(dtype, i)).collect();
            assert_eq!(bytes_of(&region), expected, "{name}{suffix}");
        }
    }
}

#[test]
fn numpy_files_of_other_shapes_and_versions() {
    let file = NpyFile::open(fixture("fortran_3d.npy")).unwrap();
    assert_eq!(file.shape(), [2, 3, 4]);
    assert_eq!(bytes_of(&read_all(&file)), values(DType::I32, 24));

    let file = NpyFile::open(fixture("zero_d.npy")).unwrap();
    assert_eq!(file.shape(), [0; 0]);
    assert_eq!(read_as::<f64>(&file), [2.5]);

    let file = NpyFile::open(fixture("one_d.npy")).unwrap();
    assert_eq!(bytes_of(&read_all(&file)), values(DType::U16, 5));

    let file = NpyFile::open(fixture("empty.npy")).unwrap();
    assert_eq!(file.shape(), [2, 0, 3]);
    assert_eq!(read_as::<f32>(&file), [0.0; 0]);

    for version in ["version_2.npy", "version_3.npy"] {
        let file = NpyFile::open(fixture(version)).unwrap();
        assert_eq!(bytes_of(&read_all(&file)), values(DType::I16, 12));
    }
}

#[test]
fn files_are_byte_for_byte_those_of_numpy() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("written.npy");
    let names = NAMES.map(|(name, dtype)| (name, dtype, &[3, 4][..]));
    for (name, dtype, shape) in
        names.into_iter().chain([("one_d", DType::U16, &[5][..]), ("empty", DType::F32, &[2, 0, 3])])
    {
        let writer = NpyWriter::create(&path, dtype, shape).unwrap();
        let bytes = values(dtype, shape.iter().product());
        // SAFETY: the block was filled.
        unsafe { writer.write_region(&vec![0; shape.len()], &block_of(dtype, shape, &bytes)) }.unwrap();
        writer.finish().unwrap();
        assert_eq!(fs::read(&path).unwrap(), fs::read(fixture(&format!("{name}.npy"))).unwrap(), "{name}");
    }
}

#[test]
fn other_readers_and_writers_agree() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("shared.npy");
    let theirs: Array2<f64> = array![[1.0, f64::NAN, -0.0], [f64::INFINITY, 5e-324, 2.0]];
    ndarray_npy::write_npy(&path, &theirs).unwrap();
    let ours = read_as::<f64>(&NpyFile::open(&path).unwrap());
    assert!(ours.iter().zip(&theirs).all(|(a, b)| a.to_bits() == b.to_bits()));

    let bytes = values(DType::C64, 1000);
    let writer = NpyWriter::create(&path, DType::C64, &[1000]).unwrap();
    // SAFETY: the block was filled.
    unsafe { writer.write_region(&[0], &block_of(DType::C64, &[1000], &bytes)) }.unwrap();
    writer.finish().unwrap();
    let theirs: Array1<Complex<f64>> = ndarray_npy::read_npy(&path).unwrap();
    assert_eq!(read_as::<Complex<f64>>(&NpyFile::open(&path).unwrap()), theirs.to_vec());
}

#[test]
fn many_threads_write_one_file_and_read_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("parallel.npy");
    // Rows far apart and column blocks that share each row: neither aligned to anything.
    let (rows, columns) = (97, 1003);
    let value = |i: usize, j: usize| (i * columns + j) as u32;
    let writer = NpyWriter::create(&path, DType::U32, &[rows, columns]).unwrap();
    std::thread::scope(|scope| {
        for part in 0..4 {
            let writer = &writer;
            scope.spawn(move || {
                for block in (part..rows.div_ceil(10) * columns.div_ceil(100)).step_by(4) {
                    let (i, j) = (block / columns.div_ceil(100) * 10, block % columns.div_ceil(100) * 100);
                    let (m, n) = (10.min(rows - i), 100.min(columns - j));
                    let bytes: Vec<u8> =
                        (0..m * n).flat_map(|k| value(i + k / n, j + k % n).to_ne_bytes()).collect();
                    // SAFETY: the block was filled.
                    unsafe { writer.write_region(&[i, j], &block_of(DType::U32, &[m, n], &bytes)) }.unwrap();
                }
            });
        }
    });
    assert!(!path.exists(), "nothing is at the path before `finish`");
    writer.finish().unwrap();
    let file = NpyFile::open(&path).unwrap();
    std::thread::scope(|scope| {
        for column in 0..4 {
            let file = &file;
            scope.spawn(move || {
                let mut block = Block::uninit(DType::U32, &[rows, 1]);
                file.read_region(&[0, column * 300], &mut block).unwrap();
                let expected: Vec<u32> = (0..rows).map(|i| value(i, column * 300)).collect();
                // SAFETY: filled by the read.
                assert_eq!(unsafe { block.as_slice::<u32>() }, Some(&expected[..]));
            });
        }
    });
}

#[test]
fn large_runs_go_straight_to_memory_and_short_ones_through_staging() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("large.npy");
    // More than a staging area, and rows wider than a gap that is read along.
    let (rows, columns) = (300, 2500);
    let theirs = Array2::from_shape_fn((rows, columns), |(i, j)| (i * columns + j) as f64);
    ndarray_npy::write_npy(&path, &theirs).unwrap();
    let file = NpyFile::open(&path).unwrap();
    assert!(read_as::<f64>(&file).iter().eq(&theirs));
    for (start, shape) in
        [([0, 17], [rows, 1]), ([3, 5], [200, 2400]), ([250, 0], [50, 700]), ([1, 1], [1, 2000])]
    {
        let mut block = Block::uninit(DType::F64, &shape);
        file.read_region(&start, &mut block).unwrap();
        let expected =
            theirs.slice(ndarray::s![start[0]..start[0] + shape[0], start[1]..start[1] + shape[1]]);
        // SAFETY: filled by the read.
        assert!(unsafe { block.as_slice::<f64>() }.unwrap().iter().eq(expected), "{start:?} {shape:?}");
    }
    // The same, transposed in the file.
    ndarray_npy::write_npy(&path, &theirs.t()).unwrap();
    let file = NpyFile::open(&path).unwrap();
    assert!(file.is_fortran_order());
    assert!(read_as::<f64>(&file).iter().eq(theirs.t()));
}

#[test]
fn refused_types_are_named() {
    for (name, descr) in [
        ("refused_text.npy", "\"<U5\""),
        ("refused_half.npy", "\"<f2\""),
        ("refused_record.npy", "[('x', '<f8'), ('y', '<i4', (2,))]"),
        ("refused_date.npy", "\"<M8[ns]\""),
    ] {
        let error = NpyFile::open(fixture(name)).unwrap_err();
        assert!(matches!(error.kind(), NpyErrorKind::DType { descr: got } if got == descr), "{error}");
        assert!(error.to_string().contains(name) && error.to_string().contains(descr), "{error}");
    }
    let error = NpyFile::open(fixture("refused_object.npy")).unwrap_err();
    assert!(matches!(error.kind(), NpyErrorKind::Objects));
    assert!(error.to_string().contains("refused"), "{error}");
}

#[test]
fn files_that_are_not_npy() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bad.npy");
    let open = |bytes: &[u8]| {
        fs::write(&path, bytes).unwrap();
        let error = NpyFile::open(&path).unwrap_err();
        assert_eq!(error.path(), path);
        assert!(error.to_string().starts_with(path.to_str().unwrap()));
        error
    };
    for bytes in [&b""[..], b"\x93NUM", b"PK\x03\x04 and so on", b"\x92NUMPY\x01\x00"] {
        assert!(matches!(open(bytes).kind(), NpyErrorKind::Magic));
    }
    for bytes in
        [&b"\x93NUMPY"[..], b"\x93NUMPY\x01", b"\x93NUMPY\x01\x00\x80", b"\x93NUMPY\x01\x00\x80\x00{'descr"]
    {
        assert!(matches!(open(bytes).kind(), NpyErrorKind::TruncatedHeader { .. }));
    }
    let error = open(b"\x93NUMPY\x04\x00\x02\x00{}");
    assert!(matches!(error.kind(), NpyErrorKind::Version { major: 4, minor: 0 }));
    let error = open(b"\x93NUMPY\x01\x00\x02\x00{}");
    assert!(matches!(error.kind(), NpyErrorKind::Header { .. }));

    let valid = fs::read(fixture("f8.npy")).unwrap();
    let error = open(&valid[..valid.len() - 1]);
    assert!(matches!(error.kind(), NpyErrorKind::Length { expected: 96, actual: 95, .. }));
    let error = open(&[&valid[..], b"!"].concat());
    assert!(matches!(error.kind(), NpyErrorKind::Length { expected: 96, actual: 97, .. }));
    assert!(error.to_string().contains("96 bytes") && error.to_string().contains("has 97"), "{error}");

    let error = NpyFile::open(folder.path().join("missing.npy")).unwrap_err();
    assert!(matches!(error.kind(), NpyErrorKind::Open(e) if e.kind() == std::io::ErrorKind::NotFound));
    let error = NpyFile::open(folder.path()).unwrap_err();
    assert!(matches!(error.kind(), NpyErrorKind::Open(_)));
}

#[test]
fn bytes_that_are_no_bools_are_found() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bool.npy");
    for (name, at) in [("b1.npy", 9), ("b1_big_fortran.npy", 5)] {
        let mut bytes = fs::read(fixture(name)).unwrap();
        let data = bytes.len() - 12;
        bytes[data + at] = 7;
        fs::write(&path, bytes).unwrap();
        let file = NpyFile::open(&path).unwrap();
        // Byte 9 of C order and byte 5 of Fortran order are both at (2, 1).
        for (start, shape) in [([0, 0], [3, 4]), ([2, 1], [1, 1]), ([1, 1], [2, 3])] {
            let error = file.read_region(&start, &mut Block::uninit(DType::Bool, &shape)).unwrap_err();
            match error.kind() {
                NpyErrorKind::Bool { index, byte: 7 } => assert_eq!(index[..], [2, 1]),
                other => panic!("{other:?}"),
            }
        }
        // It does not matter to those who do not read it, not even when it lies in a gap.
        file.read_region(&[0, 0], &mut Block::uninit(DType::Bool, &[3, 1])).unwrap();
        file.read_region(&[0, 2], &mut Block::uninit(DType::Bool, &[3, 2])).unwrap();
    }
    let header = "{'descr': '|b1', 'fortran_order': False, 'shape': ()}";
    let bytes = [&b"\x93NUMPY\x01\x00"[..], &[header.len() as u8, 0], header.as_bytes(), &[2]].concat();
    fs::write(&path, bytes).unwrap();
    let error =
        NpyFile::open(&path).unwrap().read_region(&[], &mut Block::uninit(DType::Bool, &[])).unwrap_err();
    assert!(matches!(error.kind(), NpyErrorKind::Bool { index, byte: 2 } if index.is_empty()));
}

#[test]
fn regions_outside_of_the_array_are_errors() {
    let file = NpyFile::open(fixture("f8.npy")).unwrap();
    for (start, shape) in [
        (&[0, 0][..], &[4, 4][..]),
        (&[3, 0], &[1, 1]),
        (&[0, 4], &[1, 1]),
        (&[usize::MAX, 0], &[1, 1]),
        (&[0], &[3]),
        (&[0, 0], &[3]),
        (&[0, 0, 0], &[3, 4, 1]),
    ] {
        let error = file.read_region(start, &mut Block::uninit(DType::F64, shape)).unwrap_err();
        assert!(
            matches!(error.kind(), NpyErrorKind::Request(CoreError::Invalid { .. })),
            "{start:?} {shape:?}"
        );
    }
    let error = file.read_region(&[0, 0], &mut Block::uninit(DType::I64, &[1, 1])).unwrap_err();
    assert!(matches!(error.kind(), NpyErrorKind::Request(CoreError::DTypeMismatch { .. })));
    // A box of nothing may begin at the end.
    file.read_region(&[3, 4], &mut Block::uninit(DType::F64, &[0, 0])).unwrap();
}

#[test]
fn a_file_that_shrinks_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("shrinking.npy");
    fs::copy(fixture("f8.npy"), &path).unwrap();
    let file = NpyFile::open(&path).unwrap();
    fs::OpenOptions::new().write(true).open(&path).unwrap().set_len(150).unwrap();
    let source: &dyn RegionSource = &file;
    let error = source.read(&[0, 0], &mut Block::uninit(DType::F64, &[3, 4])).unwrap_err();
    assert!(error.to_string().contains("shrinking.npy"), "{error}");
    let cause = error.source().unwrap().downcast_ref::<std::io::Error>().unwrap();
    assert_eq!(cause.kind(), std::io::ErrorKind::UnexpectedEof);
    source.read(&[0, 0], &mut Block::uninit(DType::F64, &[1, 2])).unwrap();
}

#[test]
fn unfinished_files_leave_no_trace() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("old.npy");
    fs::write(&path, "what was here").unwrap();
    let names = || fs::read_dir(folder.path()).unwrap().count();

    let writer = NpyWriter::create(&path, DType::I16, &[2, 2]).unwrap();
    assert_eq!(
        (names(), writer.path(), writer.dtype(), writer.shape()),
        (2, &*path, DType::I16, &[2, 2][..])
    );
    let row = block_of(DType::I16, &[1, 2], &[1, 0, 2, 0]);
    // SAFETY: the block was filled.
    unsafe { writer.write_region(&[0, 0], &row) }.unwrap();
    drop(writer);
    assert_eq!((names(), &fs::read(&path).unwrap()[..]), (1, &b"what was here"[..]));

    let writer = NpyWriter::create(&path, DType::I16, &[2, 2]).unwrap();
    // SAFETY: the block was filled.
    unsafe { writer.write_region(&[0, 0], &row) }.unwrap();
    let error = writer.finish().unwrap_err();
    assert!(matches!(error.kind(), NpyErrorKind::Incomplete { written: 2, expected: 4 }));
    drop(writer);
    assert_eq!((names(), &fs::read(&path).unwrap()[..]), (1, &b"what was here"[..]));

    let writer = NpyWriter::create(&path, DType::I16, &[2, 2]).unwrap();
    for (start, block) in [(&[1, 1][..], &row), (&[2, 0], &row), (&[0], &row)] {
        // SAFETY: the block was filled.
        let error = unsafe { writer.write_region(start, block) }.unwrap_err();
        assert!(matches!(error.kind(), NpyErrorKind::Request(CoreError::Invalid { .. })));
    }
    let other = block_of(DType::U8, &[1, 1], &[1]);
    // SAFETY: the block was filled.
    let error = unsafe { writer.write_region(&[0, 0], &other) }.unwrap_err();
    assert!(matches!(error.kind(), NpyErrorKind::Request(CoreError::DTypeMismatch { .. })));
    let sink: &dyn RegionSink = &writer;
    assert_eq!(sink.name(), path.display().to_string());
    assert!(sink.write(&[0, 0], &other).unwrap_err().to_string().contains("old.npy"));
    sink.write(&[0, 0], &row).unwrap();
}

#[test]
fn files_that_cannot_be_created() {
    let folder = tempfile::tempdir().unwrap();
    let error = NpyWriter::create(folder.path().join("no/such/folder.npy"), DType::F64, &[1]).unwrap_err();
    assert!(matches!(error.kind(), NpyErrorKind::Create(_)));
    let error = NpyWriter::create("..", DType::F64, &[1]).unwrap_err();
    assert!(matches!(error.kind(), NpyErrorKind::Create(_)));
    let shape = Shape::from_slice(&[usize::MAX, 2]);
    let error = NpyWriter::create(folder.path().join("huge.npy"), DType::F64, &shape).unwrap_err();
    assert!(
        matches!(error.kind(), NpyErrorKind::Request(CoreError::TooLarge { shape: got }) if *got == shape)
    );
    // A folder in the way: found when the file is moved into place.
    let target = folder.path().join("taken");
    fs::create_dir(&target).unwrap();
    let error = NpyWriter::create(&target, DType::F64, &[0]).unwrap().finish().unwrap_err();
    assert!(matches!(error.kind(), NpyErrorKind::Write(_)));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}
