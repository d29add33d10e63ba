//! Raw files, maps and stacks of `.npy` files.

use std::fs;
use std::sync::Arc;

use chunkwise_core::{Block, Buffer, DType, RegionSink, RegionSource};
use chunkwise_io::{
    ByteOrder, NpyFile, NpyStack, NpyStackWriter, NpyWriter, RawFile, RawOptions, RawWriter, StoreError,
    StoreErrorKind, map_npy, map_raw,
};

fn block_of(dtype: DType, shape: &[usize], bytes: &[u8]) -> Block {
    let buffer = Buffer::uninit(bytes.len());
    // SAFETY: all of a new buffer.
    unsafe { buffer.as_mut_ptr().copy_from_nonoverlapping(bytes.as_ptr(), bytes.len()) };
    Block::row_major(Arc::new(buffer), dtype, shape)
}

fn read(source: &dyn RegionSource, start: &[usize], shape: &[usize]) -> Vec<u8> {
    let mut block = Block::uninit(source.dtype(), shape);
    source.read(start, &mut block).unwrap();
    // SAFETY: `read` has written every element.
    unsafe { std::slice::from_raw_parts(block.as_ptr(), block.bytes()) }.to_vec()
}

/// Different bytes for every element; of bools zeros and ones.
fn bytes(dtype: DType, len: usize) -> Vec<u8> {
    let byte = |i: usize| if dtype.is_bool() { i.is_multiple_of(3).into() } else { (i * 37 + i / 7) as u8 };
    (0..len * dtype.size()).map(byte).collect()
}

fn part(all: &[u8], size: usize, columns: usize, start: [usize; 2], shape: [usize; 2]) -> Vec<u8> {
    let row = |i: usize| &all[((start[0] + i) * columns + start[1]) * size..][..shape[1] * size];
    (0..shape[0]).flat_map(row).copied().collect()
}

fn kind(error: &chunkwise_core::BoxError) -> &StoreErrorKind {
    error.downcast_ref::<StoreError>().expect("an error of a store").kind()
}

#[test]
fn raw_files_are_read_in_every_type_order_and_place() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.bin");
    for dtype in DType::ALL {
        let elements = bytes(dtype, 35);
        let size = dtype.size();
        let width = if dtype.is_complex() { size / 2 } else { size };
        let swapped: Vec<u8> =
            elements.chunks(width).flat_map(|number| number.iter().rev()).copied().collect();
        let columns: Vec<u8> = (0..7)
            .flat_map(|j| (0..5).map(move |i| i * 7 + j))
            .flat_map(|at| elements[at * size..(at + 1) * size].to_vec())
            .collect();
        let native = if cfg!(target_endian = "big") { ByteOrder::Big } else { ByteOrder::Little };
        let other = if cfg!(target_endian = "big") { ByteOrder::Little } else { ByteOrder::Big };
        let options = RawOptions::default().byte_order(native);
        for (content, options) in
            [(&elements, options), (&swapped, options.byte_order(other)), (&columns, options.fortran_order())]
        {
            for offset in [0, 3] {
                fs::write(&path, [&vec![0xee; offset], &content[..], &[1, 2, 3]].concat()).unwrap();
                let file = RawFile::open(&path, dtype, &[5, 7], options.offset(offset as u64)).unwrap();
                assert_eq!(read(&file, &[0, 0], &[5, 7]), elements, "{dtype} {options:?}");
                assert_eq!(read(&file, &[1, 2], &[3, 4]), part(&elements, size, 7, [1, 2], [3, 4]));
                assert!(file.version().is_some());
            }
        }
    }
    let error = RawFile::open(&path, DType::F64, &[100], RawOptions::default()).unwrap_err();
    assert!(matches!(error.kind(), StoreErrorKind::Length { expected: 800, .. }), "{error}");
    let offset = RawOptions::default().offset(u64::MAX);
    assert!(RawFile::open(&path, DType::F64, &[1], offset).is_err());
    assert!(RawFile::open(folder.path(), DType::F64, &[0], RawOptions::default()).is_err());
    fs::write(&path, [0, 1, 2]).unwrap();
    let file = RawFile::open(&path, DType::Bool, &[3], RawOptions::default()).unwrap();
    let error = file.read(&[0], &mut Block::uninit(DType::Bool, &[3])).unwrap_err();
    assert!(matches!(kind(&error), StoreErrorKind::Bool { byte: 2, .. }), "{error}");
}

#[test]
fn raw_files_that_are_written_come_back() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.bin");
    for dtype in DType::ALL {
        let elements = bytes(dtype, 35);
        let writer = RawWriter::create(&path, dtype, &[5, 7]).unwrap();
        let block = block_of(dtype, &[5, 7], &elements);
        writer.write(&[2, 0], &block.region(&[2, 0], &[3, 7])).unwrap();
        let error = writer.finish().unwrap_err();
        assert!(matches!(kind(&error), StoreErrorKind::Incomplete { written: 21, .. }), "{error}");
        writer.write(&[0, 0], &block.region(&[0, 0], &[2, 7])).unwrap();
        writer.finish().unwrap();
        assert_eq!(fs::metadata(&path).unwrap().len(), elements.len() as u64);
        let file = RawFile::open(&path, dtype, &[5, 7], RawOptions::default()).unwrap();
        assert_eq!(read(&file, &[0, 0], &[5, 7]), elements);
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn files_are_mapped_where_memory_can_be_as_they_are() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x");
    for dtype in DType::ALL {
        let elements = bytes(dtype, 35);
        let writer = NpyWriter::create(&path, dtype, &[5, 7]).unwrap();
        RegionSink::write(&writer, &[0, 0], &block_of(dtype, &[5, 7], &elements)).unwrap();
        writer.finish().unwrap();
        // SAFETY: nobody changes the file.
        let block = unsafe { map_npy(&path) };
        if dtype.is_bool() {
            assert!(matches!(block.unwrap_err().kind(), StoreErrorKind::Mismatch { .. }));
            continue;
        }
        let block = block.unwrap();
        assert_eq!((block.dtype(), block.shape(), block.is_row_major()), (dtype, &[5, 7][..], true));
        // SAFETY: the file has every element.
        assert_eq!(unsafe { std::slice::from_raw_parts(block.as_ptr(), block.bytes()) }, elements);
        drop(block);
        fs::write(&path, &elements).unwrap();
        // SAFETY: nobody changes the file.
        let block = unsafe { map_raw(&path, dtype, &[7, 5], RawOptions::default().fortran_order()) }.unwrap();
        assert_eq!((block.shape(), block.strides()), (&[7, 5][..], &[1, 7][..]));
        let odd = RawOptions::default().offset(1);
        // SAFETY: nobody changes the file.
        let shifted = unsafe { map_raw(&path, dtype, &[5], odd) };
        assert_eq!(shifted.is_err(), dtype.align() > 1);
    }
    // SAFETY: as above.
    assert!(unsafe { map_npy(folder.path().join("nothing")) }.is_err());
    fs::write(&path, "").unwrap();
    // SAFETY: as above.
    assert!(unsafe { map_raw(&path, DType::F32, &[0, 3], RawOptions::default()) }.unwrap().is_empty());
}

#[test]
fn stacks_are_one_array_along_any_axis() {
    let folder = tempfile::tempdir().unwrap();
    let elements = bytes(DType::I16, 35);
    let all = block_of(DType::I16, &[5, 7], &elements);
    for (axis, sizes) in [(0, vec![2, 0, 2, 1]), (1, vec![7]), (1, vec![1, 3, 3]), (0, vec![1; 5])] {
        let path = folder.path().join(format!("{axis}-{}", sizes.len()));
        let writer = NpyStackWriter::create(&path, DType::I16, &[5, 7], axis, &sizes).unwrap();
        let grid = writer.grid().unwrap();
        for i in (0..grid.count()).rev() {
            let (start, shape) = grid.block(&grid.coords(i));
            writer.write(&start, &all.region(&start, &shape)).unwrap();
            assert!(!path.exists());
        }
        writer.finish().unwrap();
        drop(writer);
        assert_eq!(fs::read_dir(&path).unwrap().count(), sizes.len() + 1);
        let stack = NpyStack::open(&path, axis).unwrap();
        assert_eq!((stack.dtype(), stack.shape(), stack.sizes()), (DType::I16, &[5, 7][..], sizes));
        assert_eq!(read(&stack, &[0, 0], &[5, 7]), elements);
        assert_eq!(read(&stack, &[1, 2], &[3, 4]), part(&elements, 2, 7, [1, 2], [3, 4]));
        assert!(stack.version().is_some());
    }
    // The first file of several, in one block.
    let path = folder.path().join("at once");
    let writer = NpyStackWriter::create(&path, DType::I16, &[5, 7], 0, &[3, 2]).unwrap();
    assert!(writer.write(&[0, 0], &all.region(&[0, 0], &[2, 7])).is_err());
    assert!(writer.finish().is_err());
    writer.write(&[0, 0], &all).unwrap();
    writer.finish().unwrap();
    assert_eq!(NpyFile::open(path.join("1.npy")).unwrap().shape(), [2, 7]);
    let error = NpyStackWriter::create(&path, DType::I16, &[5, 7], 0, &[5]).unwrap_err();
    assert!(matches!(error.kind(), StoreErrorKind::Exists { .. }), "{error}");
    let error = NpyStackWriter::create(folder.path().join("y"), DType::I16, &[5, 7], 0, &[4]).unwrap_err();
    assert!(matches!(error.kind(), StoreErrorKind::Mismatch { .. }), "{error}");
}

#[test]
fn stacks_of_files_that_do_not_fit_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let make = |i: usize, dtype: DType, shape: &[usize]| {
        let writer = NpyWriter::create(folder.path().join(format!("{i}.npy")), dtype, shape).unwrap();
        let len = shape.iter().product();
        RegionSink::write(&writer, &vec![0; shape.len()], &block_of(dtype, shape, &bytes(dtype, len)))
            .unwrap();
        writer.finish().unwrap();
    };
    let open = |axis: usize| NpyStack::open(folder.path(), axis);
    assert!(matches!(open(0).unwrap_err().kind(), StoreErrorKind::Chunk { .. }));
    make(0, DType::F32, &[2, 3]);
    assert_eq!(open(0).unwrap().shape(), [2, 3]);
    assert!(open(2).is_err());
    make(1, DType::F32, &[2, 4]);
    assert!(matches!(open(0).unwrap_err().kind(), StoreErrorKind::Mismatch { .. }));
    assert_eq!(open(1).unwrap().shape(), [2, 7]);
    make(1, DType::F64, &[2, 3]);
    assert!(matches!(open(0).unwrap_err().kind(), StoreErrorKind::Mismatch { .. }));
    make(1, DType::F32, &[2, 3]);
    let stack = open(0).unwrap();
    fs::remove_file(folder.path().join("1.npy")).unwrap();
    let error = stack.read(&[0, 0], &mut Block::uninit(DType::F32, &[4, 3])).unwrap_err();
    let StoreErrorKind::Chunk { indices, .. } = kind(&error) else { panic!("{error}") };
    assert_eq!(indices[..], [1]);
    fs::write(folder.path().join("0.npy"), "no array").unwrap();
    assert!(open(0).is_err());
}
