//! Reshapes against the definition: the element at a place of the row-major order stays there.

use proptest::prelude::*;
use smallvec::SmallVec;

use super::{for_flat_boxes, groups, reshaped_grid, reshaped_view, unit_axes_view};
use crate::{AxisGrid, AxisMap, Block, Buffer, DType, Grid, Shape, Strides, View};

/// Two shapes of one size: the same factors multiplied up in two ways, with ones in between.
fn shapes() -> impl Strategy<Value = (Vec<usize>, Vec<usize>)> {
    let factors = prop::collection::vec(prop::sample::select(vec![1usize, 2, 2, 3, 3, 5]), 0..6);
    (factors, any::<u64>()).prop_map(|(factors, bits)| {
        let join = |bits: u64| {
            let mut shape: Vec<usize> = Vec::new();
            for (i, &n) in factors.iter().enumerate() {
                match shape.last_mut() {
                    Some(last) if bits >> i & 1 == 1 => *last *= n,
                    _ => shape.push(n),
                }
            }
            shape
        };
        (join(bits), join(bits >> 8))
    })
}

fn coords(shape: &[usize], flat: usize) -> Shape {
    Grid::new(shape.iter().map(|&n| AxisGrid::regular(n, 1))).coords(flat)
}

/// Offsets of the elements of a block in its memory, in row-major order.
fn offsets(block: &Block) -> Vec<isize> {
    let base = block.buffer().as_ptr();
    (0..block.len())
        .map(|flat| {
            let at = coords(block.shape(), flat);
            let offset: isize = at.iter().zip(block.strides()).map(|(&i, s)| i as isize * s).sum();
            block.as_ptr() as isize - base as isize + offset
        })
        .collect()
}

/// A block of bytes whose axes lie in memory in this order, each with `gap` steps of room, every other backwards.
fn laid(shape: &[usize], order: &[usize], gap: usize) -> Block {
    let (mut strides, mut offset): (Strides, usize) = (SmallVec::from_elem(0, shape.len()), 0);
    let mut step = 1;
    for &k in order.iter().rev() {
        strides[k] = step as isize;
        if gap > 1 && k % 2 == 1 {
            strides[k] = -strides[k];
            offset += step * (shape[k] - 1);
        }
        step *= shape[k] * gap;
    }
    let buffer = std::sync::Arc::new(Buffer::uninit(step.max(1)));
    // SAFETY: the strides reach no further than `step` bytes.
    unsafe { Block::from_parts(buffer, offset, DType::U8, shape.into(), strides) }
}

proptest! {
    #[test]
    fn groups_hold_the_same_elements((from, to) in shapes()) {
        let mut ends = (0, 0);
        for (old, new) in groups(&from, &to) {
            prop_assert_eq!((old.start, new.start), ends);
            prop_assert_eq!(from[old.clone()].iter().product::<usize>(), to[new.clone()].iter().product::<usize>());
            ends = (old.end, new.end);
        }
        prop_assert_eq!(ends, (from.len(), to.len()));
    }

    #[test]
    fn blocks_reshaped_reach_the_same_elements((from, to) in shapes(), turn in 0usize..6, gap in 1usize..3) {
        let mut order: Vec<usize> = (0..from.len()).collect();
        if !order.is_empty() {
            let turn = turn % order.len();
            order.rotate_left(turn);
        }
        let block = laid(&from, &order, gap);
        match block.reshape(&to) {
            Some(reshaped) => {
                prop_assert_eq!(reshaped.shape(), &to[..]);
                prop_assert_eq!(offsets(&reshaped), offsets(&block));
            }
            None => prop_assert!(!block.is_row_major() && unit_axes_view(&from, &to).is_none()),
        }
    }

    #[test]
    fn views_reshaped_show_the_same_elements(
        (from, to) in shapes(),
        repeated in any::<u8>(),
        turn in 0usize..4,
        cut in any::<u8>(),
    ) {
        // Axis `i` of the view is axis `k` of the source, or repeats; some see only part of it.
        let mut order: Vec<usize> = (0..from.len()).filter(|i| repeated >> i & 1 == 0).collect();
        if !order.is_empty() {
            let turn = turn % order.len();
            order.rotate_left(turn);
        }
        let mut source = Shape::new();
        let mut maps = SmallVec::new();
        for (k, &i) in order.iter().enumerate() {
            let part = usize::from(cut >> k & 3 == 3);
            source.push(from[i] + part);
            maps.push(AxisMap { axis: Some(i), start: part, step: 1 });
        }
        let view = View { shape: from.clone().into(), source: maps };
        let Some(reshaped) = reshaped_view(&source, &view, &to) else {
            prop_assert!(unit_axes_view(&from, &to).is_none());
            return Ok(());
        };
        let block = laid(&source, &(0..source.len()).collect::<Vec<_>>(), 1);
        let after = block.reshape(&reshaped.source).expect("row-major").view(&reshaped.view);
        prop_assert_eq!(after.shape(), &to[..]);
        prop_assert_eq!(offsets(&after), offsets(&block.view(&view)));
    }

    #[test]
    fn ranges_are_cut_into_few_boxes_in_order((shape, _) in shapes(), a in 0usize..400, b in 0usize..400) {
        let len = shape.iter().product::<usize>();
        let (first, end) = (a.min(b).min(len), a.max(b).min(len));
        let (mut at, mut boxes) = (first, 0);
        for_flat_boxes(&shape, first, end, |start, extent| {
            let grid = Grid::new(shape.iter().map(|&n| AxisGrid::regular(n, 1)));
            assert_eq!(grid.index(start), at);
            let last: Shape = start.iter().zip(extent).map(|(s, n)| s + n - 1).collect();
            at += extent.iter().product::<usize>();
            assert_eq!(grid.index(&last) + 1, at, "nothing else lies between the corners");
            boxes += 1;
        });
        prop_assert_eq!(at, end);
        prop_assert!(boxes < (2 * shape.len()).max(2));
    }

    #[test]
    fn chunks_fit_and_are_no_larger((from, to) in shapes(), cuts in any::<u32>()) {
        let axes = from.iter().enumerate().map(|(k, &n)| AxisGrid::regular(n, 1 + (cuts >> (4 * k)) as usize % 5));
        let grid = Grid::new(axes);
        let reshaped = reshaped_grid(&grid, &to, DType::U8).unwrap();
        prop_assert_eq!(&reshaped.shape()[..], &to[..]);
    }
}

#[test]
fn chunks_keep_the_boundaries_that_line_up() {
    let chunks = |from: &[AxisGrid], to: &[usize]| {
        let grid = reshaped_grid(&Grid::new(from.iter().cloned()), to, DType::F64).unwrap();
        grid.axes().iter().map(|axis| axis.sizes().collect::<Vec<_>>()).collect::<Vec<_>>()
    };
    let (whole, regular, sizes) = (AxisGrid::whole, AxisGrid::regular, AxisGrid::from_sizes);
    assert_eq!(chunks(&[regular(6, 2), whole(5)], &[30]), [vec![10; 3]]);
    assert_eq!(chunks(&[sizes(&[1, 0, 5]), whole(5)], &[30]), [vec![5, 0, 25]]);
    assert_eq!(chunks(&[sizes(&[10, 20])], &[3, 10]), [vec![1, 2], vec![10]]);
    assert_eq!(chunks(&[regular(6, 2), regular(4, 3)], &[3, 2, 4]), [vec![1; 3], vec![2], vec![3, 1]]);
    assert_eq!(chunks(&[regular(1, 1), regular(6, 2)], &[6, 1]), [vec![2; 3], vec![1]]);
    // Cut inside of what is merged, or not between steps: automatic, here the whole.
    assert_eq!(chunks(&[regular(6, 2), regular(5, 2)], &[30]), [[30]]);
    assert_eq!(chunks(&[regular(30, 8)], &[3, 10]), [[3], [10]]);
    assert_eq!(chunks(&[whole(0), whole(10)], &[0, 5, 2]), [[0], [5], [2]]);
    assert_eq!(chunks(&[], &[1, 1]), [[1], [1]]);
    // Never one giant chunk: what does not line up is cut as a new array would be.
    let grid = Grid::new([regular(5000, 1000), regular(5000, 999)]);
    let reshaped = reshaped_grid(&grid, &[25_000_000], DType::F64).unwrap();
    assert!(reshaped.largest()[0] <= 1 << 18, "{reshaped:?}");
}
