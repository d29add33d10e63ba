//! Arrays that zarr-python wrote (data/zarr/make.py).

use std::fs;

use chunkwise_core::{Block, RegionSource};
use chunkwise_io::{NpyFile, StoreErrorKind, ZarrArray, ZarrGroup};

use crate::support::{Cells, bytes_of, data, part, read, read_all};

/// Every array of the folder that has its elements beside it.
fn fixtures() -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(data())
        .unwrap()
        .filter_map(|entry| entry.unwrap().file_name().to_str()?.strip_suffix(".npy").map(str::to_owned))
        .collect();
    names.sort();
    assert!(names.len() >= 60, "{} fixtures", names.len());
    names
}

#[test]
fn whole_arrays_are_what_zarr_python_wrote() {
    for name in fixtures() {
        let array = ZarrArray::open(data().join(&name)).unwrap();
        let expected = NpyFile::open(data().join(format!("{name}.npy"))).unwrap();
        assert_eq!((array.dtype(), array.shape()), (expected.dtype(), expected.shape()), "{name}");
        assert_eq!(read_all(&array), read_all(&expected), "{name}");
    }
}

#[test]
fn boxes_across_chunks_are_those_of_the_whole() {
    for name in fixtures() {
        let array = ZarrArray::open(data().join(&name)).unwrap();
        let expected = read_all(&NpyFile::open(data().join(format!("{name}.npy"))).unwrap());
        let whole = array.shape().to_vec();
        let size = array.dtype().size();
        // From every position that is not the last to the last but one, and every cell.
        let mut boxes = vec![(
            whole.iter().map(|&n| usize::from(n > 2)).collect::<Vec<_>>(),
            whole.iter().map(|&n| if n > 2 { n - 2 } else { n }).collect::<Vec<_>>(),
        )];
        let grid = array.grid().unwrap();
        assert_eq!(grid.shape()[..], whole[..], "{name}");
        boxes.extend(grid.cells().iter().map(|coords| {
            let (start, shape) = grid.block(coords);
            (start.to_vec(), shape.to_vec())
        }));
        for (start, shape) in boxes {
            assert_eq!(
                read(&array, &start, &shape),
                part(&expected, size, &whole, &start, &shape),
                "{name} {start:?}"
            );
        }
    }
}

#[test]
fn blocks_of_any_strides_are_filled() {
    for name in ["v3-sharded", "v3-transpose", "v2-fortran", "v3-missing-float32"] {
        let array = ZarrArray::open(data().join(name)).unwrap();
        let whole = array.shape().to_vec();
        let reversed: Vec<usize> = whole.iter().rev().copied().collect();
        let order: Vec<usize> = (0..whole.len()).rev().collect();
        let memory = Block::uninit(array.dtype(), &reversed);
        let mut turned = memory.permuted(&order);
        array.read(&vec![0; whole.len()], &mut turned).unwrap();
        let mut back = Block::uninit(array.dtype(), &whole);
        array.read(&vec![0; whole.len()], &mut back).unwrap();
        let (turned, straight) = (bytes_of(&memory), bytes_of(&back));
        let size = array.dtype().size();
        let element = |bytes: &[u8], at: usize| bytes[at * size..(at + 1) * size].to_vec();
        let strides = chunkwise_core::row_major_strides(&whole);
        let turned_strides = chunkwise_core::row_major_strides(&reversed);
        for index in array.grid().unwrap().cells() {
            let at = |strides: &[isize], index: &[usize]| {
                index.iter().zip(strides).map(|(&i, &s)| i * s as usize).sum::<usize>()
            };
            let flipped: Vec<usize> = index.iter().rev().copied().collect();
            assert_eq!(
                element(&turned, at(&turned_strides, &flipped)),
                element(&straight, at(&strides, &index))
            );
        }
    }
}

#[test]
fn grids_are_what_costs_as_much_in_part_as_whole() {
    let largest = |name: &str| {
        let array = ZarrArray::open(data().join(name)).unwrap();
        (array.grid().unwrap().largest().to_vec(), array.storage_grid().largest().to_vec())
    };
    assert_eq!(largest("v3-gzip"), (vec![4, 2, 3], vec![4, 2, 3]));
    assert_eq!(largest("v3-sharded"), (vec![2, 2, 4], vec![4, 4, 4]));
    assert_eq!(largest("v3-sharded-crc32c"), (vec![4, 2, 2], vec![4, 4, 4]));
    // Transposed as a whole, so that no inner chunk can be read by itself.
    assert_eq!(largest("v3-sharded-transpose"), (vec![4, 4, 2], vec![4, 4, 2]));
    assert_eq!(largest("v3-wide-chunk"), (vec![3, 2], vec![3, 2]));
    let scratch = |name: &str| ZarrArray::open(data().join(name)).unwrap().scratch_bytes(&[1]);
    // A chunk at the edge is stored whole.
    assert_eq!(scratch("v3-wide-chunk") - scratch("v3-scalar"), 2 * 200 - 2 * 8);
}

#[test]
fn attributes_names_and_groups_are_found() {
    for version in ["group-v2", "group-v3"] {
        let group = ZarrGroup::open(data().join(version)).unwrap();
        assert_eq!(group.attributes()["title"], "a run");
        assert_eq!(group.arrays().unwrap(), ["level"]);
        assert_eq!(group.groups().unwrap(), ["inner"]);
        let level = group.array("level").unwrap();
        assert_eq!(level.attributes()["units"], "m");
        assert_eq!(read_all(&level), [1.0_f32, 2.0, 3.0, 4.0].map(f32::to_ne_bytes).concat());
        let inner = group.group("inner").unwrap();
        assert_eq!(inner.attributes()["depth"], 1);
        assert_eq!(read_all(&group.array("inner/deep").unwrap()), [1, 2, 3, 4]);
    }
    let named = ZarrArray::open(data().join("v3-names")).unwrap();
    assert_eq!(named.dimension_names(), Some(vec![Some("y".into()), None]));
    assert_eq!(named.attributes()["k"], serde_json::json!([1, null]));
    let error = ZarrArray::open(data().join("group-v3/nothing")).unwrap_err();
    assert!(matches!(error.kind(), StoreErrorKind::Open(_)), "{error}");
    let error = ZarrArray::open(data().join("group-v3")).unwrap_err();
    assert!(error.to_string().contains("group-v3"), "{error}");
    let error = ZarrGroup::open(data().join("v3-names")).unwrap_err();
    assert!(matches!(error.kind(), StoreErrorKind::NotFound { .. }), "{error}");
}
