//! What is written here is read back, in every type, version and encoding.

use chunkwise_core::{DType, RegionSink};
use chunkwise_io::{
    BloscCodec, BloscShuffle, StoreErrorKind, ZarrArray, ZarrCompressor, ZarrOptions, ZarrVersion, ZarrWriter,
};

use crate::support::{block_of, files, part, read, read_all, values, write_all};

fn compressors() -> Vec<ZarrCompressor> {
    let blosc = |codec, shuffle| ZarrCompressor::Blosc { codec, level: 5, shuffle };
    vec![
        ZarrCompressor::None,
        ZarrCompressor::Zstd { level: 3 },
        ZarrCompressor::Zstd { level: -1 },
        ZarrCompressor::Gzip { level: 6 },
        blosc(BloscCodec::Lz4, BloscShuffle::Bytes),
        blosc(BloscCodec::Lz4Hc, BloscShuffle::None),
        blosc(BloscCodec::BloscLz, BloscShuffle::None),
        blosc(BloscCodec::Zstd, BloscShuffle::Bits),
        blosc(BloscCodec::Zlib, BloscShuffle::Bytes),
    ]
}

fn check(dtype: DType, shape: &[usize], options: ZarrOptions) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.zarr");
    let bytes = values(dtype, shape.iter().product(), 5);
    let writer = ZarrWriter::create(&path, dtype, shape, options.clone()).unwrap();
    assert!(files(folder.path()).is_empty(), "nothing is there before the first block");
    write_all(&writer, dtype, shape, &bytes);
    assert!(!path.exists(), "nothing is in its place before it is complete");
    writer.finish().unwrap();
    writer.finish().unwrap();
    drop(writer);
    let array = ZarrArray::open(&path).unwrap();
    assert_eq!((array.dtype(), array.shape()), (dtype, shape), "{options:?}");
    assert_eq!(read_all(&array), bytes, "{dtype} {shape:?} {options:?}");
    let names = files(folder.path());
    assert!(names.iter().all(|name| !name.contains(".chunkwise")), "{names:?}");
}

#[test]
fn every_type_in_both_versions_comes_back() {
    for dtype in DType::ALL {
        for version in [ZarrVersion::V2, ZarrVersion::V3] {
            check(dtype, &[5, 7], ZarrOptions::default().version(version).chunks([2, 3]));
        }
        check(dtype, &[7, 5], ZarrOptions::default().chunks([2, 1]).shards([4, 5]));
    }
}

#[test]
fn every_compressor_in_both_versions_comes_back() {
    for compressor in compressors() {
        let options = ZarrOptions::default().chunks([4, 3, 2]).compressor(compressor);
        for version in [ZarrVersion::V2, ZarrVersion::V3] {
            check(DType::F32, &[9, 5, 3], options.clone().version(version));
            check(DType::I16, &[9, 5, 3], options.clone().version(version).without_checksum());
        }
        check(DType::F64, &[9, 5, 3], options.shards([8, 3, 4]));
    }
}

#[test]
fn shapes_that_engines_get_wrong_come_back() {
    for version in [ZarrVersion::V2, ZarrVersion::V3] {
        let options = ZarrOptions::default().version(version);
        check(DType::F64, &[], options.clone());
        check(DType::U8, &[1], options.clone());
        check(DType::I32, &[0], options.clone());
        check(DType::I32, &[3, 0, 2], options.clone().chunks([2, 1, 2]));
        check(DType::I32, &[3, 4], options.clone().chunks([100, 100]));
        check(DType::C32, &[1, 1, 1, 4], options.clone().chunks([1, 1, 1, 1]));
        check(DType::F32, &[7], options.chunks([7]));
    }
}

#[test]
fn chunks_of_the_fill_value_are_not_written() {
    let folder = tempfile::tempdir().unwrap();
    for (i, version) in [ZarrVersion::V2, ZarrVersion::V3].into_iter().enumerate() {
        let path = folder.path().join(i.to_string());
        let options = ZarrOptions::default().version(version).chunks([2]).fill_value(f32::NAN);
        let writer = ZarrWriter::create(&path, DType::F32, &[6], options).unwrap();
        let elements = [f32::NAN, f32::NAN, 1.0, f32::NAN, 0.0, 0.0];
        let bytes = elements.map(f32::to_ne_bytes).concat();
        write_all(&writer, DType::F32, &[6], &bytes);
        writer.finish().unwrap();
        let array = ZarrArray::open(&path).unwrap();
        assert_eq!(read_all(&array), bytes);
        let chunks =
            files(&path).iter().filter(|name| name.chars().next_back().unwrap().is_numeric()).count();
        assert_eq!(chunks, 2);
    }
}

#[test]
fn attributes_and_names_are_written() {
    let folder = tempfile::tempdir().unwrap();
    let options = ZarrOptions::default().attribute("units", "K").dimension_names(["time", "x"]);
    let empty = values(DType::I8, 4, 1);
    for version in [ZarrVersion::V2, ZarrVersion::V3] {
        let path = folder.path().join(format!("{version:?}"));
        let writer = ZarrWriter::create(&path, DType::I8, &[2, 2], options.clone().version(version)).unwrap();
        write_all(&writer, DType::I8, &[2, 2], &empty);
        writer.finish().unwrap();
        let array = ZarrArray::open(&path).unwrap();
        assert_eq!(array.attributes()["units"], "K");
        match version {
            ZarrVersion::V2 => {
                assert_eq!(array.attributes()["_ARRAY_DIMENSIONS"], serde_json::json!(["time", "x"]));
            }
            ZarrVersion::V3 => {
                assert_eq!(array.dimension_names(), Some(vec![Some("time".into()), Some("x".into())]));
            }
        }
    }
}

#[test]
fn blocks_of_several_chunks_and_any_strides_are_written() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x");
    let options = ZarrOptions::default().chunks([2, 3]);
    let writer = ZarrWriter::create(&path, DType::I32, &[5, 7], options).unwrap();
    let bytes = values(DType::I32, 35, 9);
    let turned: Vec<u8> = (0..7)
        .flat_map(|j| (0..5).map(move |i| (i, j)))
        .flat_map(|(i, j)| bytes[(i * 7 + j) * 4..][..4].to_vec())
        .collect();
    let block = block_of(DType::I32, &[7, 5], &turned).permuted(&[1, 0]);
    writer.write(&[0, 0], &block.region(&[0, 0], &[4, 7])).unwrap();
    assert!(matches!(
        crate::support::store_error(&writer.finish().unwrap_err()).kind(),
        StoreErrorKind::Incomplete { written: 6, expected: 9, .. }
    ));
    writer.write(&[4, 0], &block.region(&[4, 0], &[1, 7])).unwrap();
    writer.finish().unwrap();
    let array = ZarrArray::open(&path).unwrap();
    assert_eq!(read_all(&array), bytes);
    assert_eq!(read(&array, &[1, 2], &[3, 4]), part(&bytes, 4, &[5, 7], &[1, 2], &[3, 4]));
}

#[test]
fn what_does_not_fit_is_refused_before_anything_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x");
    let create = |shape: &[usize], options: ZarrOptions| {
        ZarrWriter::create(&path, DType::F64, shape, options).unwrap_err()
    };
    let mismatch = [
        create(&[2, 2], ZarrOptions::default().chunks([2])),
        create(&[2, 2], ZarrOptions::default().chunks([2, 0])),
        create(&[2, 2], ZarrOptions::default().chunks([2, 2]).shards([4, 3])),
        create(&[2, 2], ZarrOptions::default().version(ZarrVersion::V2).chunks([2, 2]).shards([4, 4])),
        create(&[2, 2], ZarrOptions::default().fill_value(0_f32)),
        create(&[2, 2], ZarrOptions::default().dimension_names(["x"])),
    ];
    for error in mismatch {
        assert!(matches!(error.kind(), StoreErrorKind::Mismatch { .. }), "{error}");
    }
    let error = create(&[usize::MAX, 2], ZarrOptions::default());
    assert!(matches!(error.kind(), StoreErrorKind::Request(_)), "{error}");
    assert!(files(folder.path()).is_empty());

    let writer =
        ZarrWriter::create(&path, DType::F64, &[4, 4], ZarrOptions::default().chunks([2, 2])).unwrap();
    let block = block_of(DType::F64, &[1, 2], &[0; 16]);
    let error = writer.write(&[0, 0], &block).unwrap_err();
    assert!(error.to_string().contains("only a part of the chunk"), "{error}");
    let block = block_of(DType::I64, &[2, 2], &[0; 32]);
    assert!(writer.write(&[0, 0], &block).is_err());
    drop(writer);
    assert!(files(folder.path()).is_empty());
}
