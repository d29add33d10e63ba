//! Zarr arrays in object stores: in memory, and as files.

use std::sync::Arc;

use chunkwise_core::{Block, Buffer, DType, RegionSink, RegionSource};
use chunkwise_io::{StoreErrorKind, ZarrArray, ZarrObjectWriter, ZarrOptions, ZarrVersion};
use futures_util::TryStreamExt;
use object_store::memory::InMemory;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt};

fn block_of(dtype: DType, shape: &[usize], bytes: &[u8]) -> Block {
    let buffer = Buffer::uninit(bytes.len());
    // SAFETY: all of a new buffer.
    unsafe { buffer.as_mut_ptr().copy_from_nonoverlapping(bytes.as_ptr(), bytes.len()) };
    Block::row_major(Arc::new(buffer), dtype, shape)
}

fn read(array: &ZarrArray, start: &[usize], shape: &[usize]) -> Vec<u8> {
    let mut block = Block::uninit(array.dtype(), shape);
    array.read(start, &mut block).unwrap();
    // SAFETY: `read` has written every element.
    unsafe { std::slice::from_raw_parts(block.as_ptr(), block.bytes()) }.to_vec()
}

fn names(store: &InMemory) -> Vec<String> {
    let list = store.list(None).map_ok(|object| object.location.to_string()).try_collect();
    let mut names: Vec<String> = futures(list);
    names.sort();
    names
}

/// Memory answers at once.
fn futures<T>(future: impl Future<Output = Result<T, object_store::Error>>) -> T {
    let mut future = std::pin::pin!(future);
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    loop {
        if let std::task::Poll::Ready(result) = future.as_mut().poll(&mut context) {
            return result.unwrap();
        }
    }
}

fn write(writer: &ZarrObjectWriter, dtype: DType, shape: &[usize], bytes: &[u8]) {
    let all = block_of(dtype, shape, bytes);
    let grid = writer.grid().unwrap();
    std::thread::scope(|scope| {
        for i in 0..grid.count() {
            let (start, extent) = grid.block(&grid.coords(i));
            let part = all.region(&start, &extent);
            scope.spawn(move || writer.write(&start, &part).unwrap());
        }
    });
}

#[test]
fn what_is_written_comes_back_and_appears_at_the_end() {
    let bytes: Vec<u8> = (0..35 * 4).collect();
    for options in [
        ZarrOptions::default().chunks([2, 3]),
        ZarrOptions::default().chunks([2, 3]).version(ZarrVersion::V2).attribute("k", 1),
        ZarrOptions::default().chunks([1, 3]).shards([2, 6]),
    ] {
        let memory = Arc::new(InMemory::new());
        let store = || memory.clone() as Arc<dyn ObjectStore>;
        let create = |options| ZarrObjectWriter::create(store(), "a/b", DType::I32, &[5, 7], options);
        let writer = create(options.clone()).unwrap();
        write(&writer, DType::I32, &[5, 7], &bytes);
        assert!(ZarrArray::open_object(store(), "a/b").is_err(), "no array before it is complete");
        writer.finish().unwrap();
        let array = ZarrArray::open_object(store(), "a/b").unwrap();
        assert_eq!(read(&array, &[0, 0], &[5, 7]), bytes);
        assert_eq!(read(&array, &[4, 6], &[1, 1]), bytes[136..]);
        assert!(names(&memory).iter().all(|name| name.starts_with("a/b/")));
        assert!(array.name().contains("a/b"));

        let error = create(options.clone()).unwrap_err();
        assert!(matches!(error.kind(), StoreErrorKind::Exists { .. }), "{error}");
        let more: Vec<u8> = (0..21 * 4).map(|i| 200 - i).collect();
        let writer = ZarrObjectWriter::append(store(), "a/b", 0, DType::I32, &[3, 7]).unwrap();
        write(&writer, DType::I32, &[3, 7], &more);
        writer.finish().unwrap();
        let array = ZarrArray::open_object(store(), "a/b").unwrap();
        let mut expected = [&bytes[..], &more].concat();
        assert_eq!(read(&array, &[0, 0], &[8, 7]), expected);
        let writer = ZarrObjectWriter::region(store(), "a/b", &[3, 2], DType::I32, &[1, 2]).unwrap();
        write(&writer, DType::I32, &[1, 2], &[9; 8]);
        writer.finish().unwrap();
        expected[(3 * 7 + 2) * 4..][..8].fill(9);
        assert_eq!(read(&ZarrArray::open_object(store(), "a/b").unwrap(), &[0, 0], &[8, 7]), expected);
        assert!(writer.resume(1).is_err());

        let writer = create(options.overwrite()).unwrap();
        assert!(names(&memory).is_empty());
        let error = writer.finish().unwrap_err();
        assert!(error.to_string().contains("incomplete"), "{error}");
    }
}

#[test]
fn chunks_that_are_missing_or_damaged_are_as_in_folders() {
    let memory = Arc::new(InMemory::new());
    let store = || memory.clone() as Arc<dyn ObjectStore>;
    for (path, options) in [
        ("plain", ZarrOptions::default().chunks([2]).fill_value(7_u8)),
        ("sharded", ZarrOptions::default().chunks([1]).shards([2]).fill_value(7_u8)),
    ] {
        let writer = ZarrObjectWriter::create(store(), path, DType::U8, &[4], options).unwrap();
        write(&writer, DType::U8, &[4], &[1, 2, 3, 4]);
        writer.finish().unwrap();
        let array = ZarrArray::open_object(store(), path).unwrap();
        let chunk = Path::from(format!("{path}/c/1"));
        let good = futures(async { memory.get(&chunk).await?.bytes().await });
        futures(memory.put(&chunk, good.slice(..good.len() - 3).into()));
        let error = array.read(&[0], &mut Block::uninit(DType::U8, &[4])).unwrap_err();
        assert!(error.to_string().contains("[1] (c/1)"), "{error}");
        futures(memory.delete(&chunk));
        assert_eq!(read(&array, &[0], &[4]), [1, 2, 7, 7]);
    }
    let error = ZarrArray::open_object(store(), "nothing").unwrap_err();
    assert!(matches!(error.kind(), StoreErrorKind::NotFound { .. }), "{error}");
}

#[test]
fn threads_that_serve_another_runtime_may_wait_too() {
    let memory: Arc<dyn ObjectStore> = Arc::new(InMemory::new());
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        let writer =
            ZarrObjectWriter::create(memory.clone(), "x", DType::U8, &[2], ZarrOptions::default()).unwrap();
        writer.write(&[0], &block_of(DType::U8, &[2], &[1, 2])).unwrap();
        writer.finish().unwrap();
        assert_eq!(read(&ZarrArray::open_object(memory, "x").unwrap(), &[0], &[2]), [1, 2]);
    });
}
