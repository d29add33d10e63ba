use std::sync::Arc;

use chunkwise_core::AxisGrid;
use proptest::prelude::*;

use super::*;

/// A row-major block of numbers that tell where they are in an array of this shape.
fn block_at(whole: &[usize], start: &[usize], shape: &[usize]) -> Block {
    let block = Block::uninit(DType::I32, shape);
    for (i, value) in numbers(whole, start, shape).into_iter().enumerate() {
        // SAFETY: the block has room for as many.
        unsafe { block.as_mut_ptr().cast::<i32>().add(i).write(value) };
    }
    block
}

fn numbers(whole: &[usize], start: &[usize], shape: &[usize]) -> Vec<i32> {
    let all: usize = shape.iter().product();
    (0..all)
        .map(|mut i| {
            let (mut flat, mut step) = (0, 1);
            for k in (0..shape.len()).rev() {
                flat += (start[k] + i % shape[k]) * step;
                i /= shape[k];
                step *= whole[k];
            }
            flat as i32
        })
        .collect()
}

fn elements(block: &Block) -> Vec<i32> {
    // SAFETY: written by the tests, or read whole.
    unsafe { block.as_slice::<i32>() }.expect("row-major").to_vec()
}

fn spilled(shape: &[usize], pieces: &Grid, tiles: &Grid) -> SpillFile {
    let space = SpillFile::new(&std::env::temp_dir(), DType::I32, shape);
    space.divide(pieces.refine(tiles));
    for tile in 0..tiles.count() {
        let (start, extent) = tiles.block(&tiles.coords(tile));
        space.write(&start, &block_at(shape, &start, &extent)).unwrap();
    }
    space
}

proptest! {
    #[test]
    fn any_box_of_any_pieces(
        axes in prop::collection::vec((1usize..9, 1usize..9, 1usize..9, 0usize..9, 0usize..9), 0..4),
    ) {
        let shape: Vec<usize> = axes.iter().map(|axis| axis.0).collect();
        let grid = |size: fn(&(usize, usize, usize, usize, usize)) -> usize| {
            Grid::new(axes.iter().map(|axis| AxisGrid::regular(axis.0, size(axis))))
        };
        let space = spilled(&shape, &grid(|axis| axis.1), &grid(|axis| axis.2));
        let start: Vec<usize> = axes.iter().map(|axis| axis.3 % axis.0).collect();
        let extent: Vec<usize> = axes.iter().zip(&start).map(|(axis, at)| axis.4.min(axis.0 - at)).collect();
        let mut out = Block::uninit(DType::I32, &extent);
        space.read(&start, &mut out).unwrap();
        prop_assert_eq!(elements(&out), numbers(&shape, &start, &extent));
    }
}

#[test]
fn blocks_of_any_strides() {
    let shape = [4, 6];
    let pieces = Grid::new([AxisGrid::regular(4, 2), AxisGrid::regular(6, 3)]);
    let space = SpillFile::new(&std::env::temp_dir(), DType::I32, &shape);
    space.divide(pieces);
    // A column-major block.
    space.write(&[0, 0], &block_at(&[6, 4], &[0, 0], &[6, 4]).permuted(&[1, 0])).unwrap();
    let mut out = Block::uninit(DType::I32, &[6, 4]).permuted(&[1, 0]);
    space.read(&[0, 0], &mut out).unwrap();
    assert_eq!(elements(&out.permuted(&[1, 0])), numbers(&[6, 4], &[0, 0], &[6, 4]));
}

#[test]
fn pieces_that_were_not_written_or_have_changed_are_errors() {
    let shape = [4, 4];
    let halves = Grid::new([AxisGrid::regular(4, 2), AxisGrid::whole(4)]);
    let space = SpillFile::new(&std::env::temp_dir(), DType::I32, &shape);
    space.divide(halves);
    space.write(&[0, 0], &block_at(&shape, &[0, 0], &[2, 4])).unwrap();
    let read = |row: usize| {
        let mut out = Block::uninit(DType::I32, &[1, 4]);
        space.read(&[row, 0], &mut out)
    };
    read(1).unwrap();
    assert!(read(2).is_err(), "not written");
    write_all_at(space.file().unwrap(), &[9], 5).unwrap();
    let error = read(0).unwrap_err();
    assert!(
        matches!(error.downcast_ref(), Some(SpillError::Corrupt { piece, .. }) if piece[..] == [0, 0]),
        "{error}"
    );
}

#[test]
fn a_folder_that_is_not_there() {
    let space = SpillFile::new(Path::new("/no/such/folder"), DType::I32, &[2]);
    let error = space.write(&[0], &block_at(&[2], &[0], &[2])).unwrap_err();
    assert!(error.to_string().contains("/no/such/folder"), "{error}");
}

#[test]
fn a_folder_that_vanishes_and_nothing_left_behind() {
    let folder = tempfile::tempdir().unwrap();
    let space = Arc::new(SpillFile::new(folder.path(), DType::I32, &[2]));
    space.write(&[0], &block_at(&[2], &[0], &[2])).unwrap();
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "the file has no name");
    folder.close().unwrap();
    let mut out = Block::uninit(DType::I32, &[2]);
    space.read(&[0], &mut out).unwrap();
    assert_eq!(elements(&out), [0, 1]);
}

/// The kernel's own list of what is mounted says the same.
#[test]
#[cfg(target_os = "linux")]
fn folders_in_memory_are_told_from_others() {
    let mounts = std::fs::read_to_string("/proc/self/mounts").unwrap();
    for folder in ["/proc", "/dev/shm", "/run", "/tmp"] {
        // The last one mounted on a folder is the one that is seen.
        let kind = mounts.lines().rev().find_map(|line| {
            let mut words = line.split(' ').skip(1);
            (words.next() == Some(folder)).then(|| words.next())?
        });
        if let Some(kind) = kind {
            assert_eq!(
                is_in_memory(Path::new(folder)),
                matches!(kind, "tmpfs" | "ramfs"),
                "{folder}: {kind}"
            );
        }
    }
    assert!(!is_in_memory(Path::new("/no/such/folder")));
}
