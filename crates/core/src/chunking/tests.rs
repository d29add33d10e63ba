use proptest::prelude::*;

use super::AxisChunks::{self, Auto, Bytes, Full, Size, Sizes};
use crate::{AxisGrid, DType, Error, Grid, Shape};

fn resolve(specs: &[AxisChunks], shape: &[usize], dtype: DType) -> Grid {
    AxisChunks::resolve(specs, shape, dtype).unwrap()
}

/// Shape of the largest chunk.
fn chunk(specs: &[AxisChunks], shape: &[usize], dtype: DType) -> Shape {
    resolve(specs, shape, dtype).largest()
}

#[test]
fn sizes_are_taken_as_given() {
    let specs = [Size(3), Size(100), Sizes(vec![5, 0, 5]), Full];
    let grid = resolve(&specs, &[7, 7, 10, 9], DType::U8);
    let expected =
        [AxisGrid::regular(7, 3), AxisGrid::whole(7), AxisGrid::from_sizes(&[5, 0, 5]), AxisGrid::whole(9)];
    assert_eq!(grid.axes(), expected);
    assert_eq!(resolve(&[], &[], DType::F64), Grid::whole(&[]));
}

#[test]
fn automatic_chunks_have_equal_sides() {
    // 2 MiB of f64 are 2^18 elements, 512 x 512 or 64 x 64 x 64.
    assert_eq!(chunk(&[Auto, Auto], &[5000, 5000], DType::F64)[..], [512, 512]);
    assert_eq!(chunk(&[Auto, Auto, Auto], &[1000, 1000, 1000], DType::F64)[..], [64, 64, 64]);
    assert_eq!(chunk(&[Auto], &[10_000_000], DType::F64)[..], [1 << 18]);
    assert_eq!(chunk(&[Auto, Auto], &[5000, 5000], DType::C64)[..], [362, 362]);
    // What a short axis leaves goes to the long ones.
    assert_eq!(chunk(&[Auto, Auto], &[10, 1_000_000], DType::F64)[..], [10, 26_214]);
    assert_eq!(chunk(&[Auto, Auto], &[30, 40], DType::F64)[..], [30, 40]);
    // As does what fixed axes leave.
    assert_eq!(chunk(&[Size(4), Auto, Auto], &[100, 1000, 1000], DType::F64)[..], [4, 256, 256]);
    assert_eq!(chunk(&[Full, Auto], &[1 << 20, 50], DType::F64)[..], [1 << 20, 1]);
    assert_eq!(chunk(&[Sizes(vec![1, 63]), Auto], &[64, 1 << 20], DType::U8)[..], [63, 33_288]);
}

#[test]
fn byte_targets() {
    assert_eq!(chunk(&[Bytes(8000)], &[10_000], DType::F64)[..], [1000]);
    assert_eq!(chunk(&[Bytes(8000), Bytes(8000)], &[1000, 1000], DType::F64)[..], [31, 31]);
    // The smallest target counts, for automatic axes too.
    assert_eq!(chunk(&[Bytes(800), Auto, Bytes(8000)], &[50, 50, 50], DType::F64)[..], [4, 4, 4]);
    // Less than an element is one.
    assert_eq!(chunk(&[Bytes(1)], &[10], DType::C64)[..], [1]);
    assert_eq!(chunk(&[Bytes(u64::MAX)], &[10], DType::C64)[..], [10]);
}

#[test]
fn axes_without_elements_are_ignored() {
    assert_eq!(
        resolve(&[Auto, Auto], &[0, 1 << 20], DType::F64),
        resolve_pair(AxisGrid::regular(1 << 20, 1 << 18))
    );
    assert_eq!(
        resolve(&[Bytes(0), Auto], &[0, 1 << 20], DType::F64),
        resolve_pair(AxisGrid::regular(1 << 20, 1 << 18))
    );
    assert_eq!(resolve(&[Size(0), Full], &[0, 3], DType::F64), resolve_pair(AxisGrid::whole(3)));
    assert_eq!(resolve(&[Sizes(vec![]), Full], &[0, 3], DType::F64), resolve_pair(AxisGrid::whole(3)));
}

fn resolve_pair(second: AxisGrid) -> Grid {
    Grid::new([AxisGrid::whole(0), second])
}

#[test]
fn specs_that_do_not_fit() {
    let fault =
        |specs: &[AxisChunks], shape: &[usize]| AxisChunks::resolve(specs, shape, DType::F64).unwrap_err();
    assert_eq!(fault(&[Auto], &[2, 3]), Error::ChunkArity { got: 1, expected: 2 });
    assert_eq!(fault(&[Auto], &[]), Error::ChunkArity { got: 1, expected: 0 });
    assert_eq!(fault(&[Full, Size(0)], &[2, 3]), Error::ZeroChunk { axis: 1, len: 3 });
    assert_eq!(fault(&[Bytes(0), Full], &[2, 3]), Error::ZeroChunk { axis: 0, len: 2 });
    assert_eq!(fault(&[Sizes(vec![1, 2])], &[4]), Error::ChunkSum { axis: 0, len: 4, sum: 3 });
    assert_eq!(fault(&[Sizes(vec![])], &[4]), Error::ChunkSum { axis: 0, len: 4, sum: 0 });
    assert_eq!(
        fault(&[Sizes(vec![usize::MAX, 5])], &[4]),
        Error::ChunkSum { axis: 0, len: 4, sum: usize::MAX }
    );
    let shape = [1 << 40, 1 << 40];
    assert_eq!(fault(&[Auto, Auto], &shape), Error::TooLarge { shape: Shape::from_slice(&shape) });
    assert_eq!(fault(&[Auto], &[1 << 60]), Error::TooLarge { shape: Shape::from_slice(&[1 << 60]) });
}

proptest! {
    #[test]
    fn automatic_chunks_fill_the_target(
        shape in proptest::collection::vec(0usize..3000, 1..4),
        target in 16u64..10_000_000,
    ) {
        let specs = vec![Bytes(target); shape.len()];
        let grid = resolve(&specs, &shape, DType::F32);
        let largest = grid.largest();
        let elements = largest.iter().map(|&n| n.max(1) as u64).product::<u64>();
        prop_assert!(elements * 4 <= target);
        // One more along every axis that is cut would be too much.
        let more = largest.iter().zip(&shape).map(|(&n, &len)| (n + usize::from(n < len)).max(1) as u64);
        prop_assert!(largest[..] == shape[..] || more.product::<u64>() * 4 > target);
        // Axes that are cut are cut to one length.
        let cut: Vec<usize> = largest.iter().zip(&shape).filter(|(n, len)| n < len).map(|(&n, _)| n).collect();
        prop_assert!(cut.windows(2).all(|pair| pair[0] == pair[1]));
    }
}
