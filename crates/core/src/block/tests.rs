use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use super::Block;
use crate::{Buffer, DType, Shape, Strides};

fn panics<T>(f: impl FnOnce() -> T) -> bool {
    catch_unwind(AssertUnwindSafe(f)).is_err()
}

/// 0, 1, 2, .. in row-major order.
fn iota(shape: &[usize]) -> Block {
    let block = Block::uninit(DType::I32, shape);
    for i in 0..block.len() {
        // SAFETY: within the block, which nobody else holds.
        unsafe { block.as_mut_ptr().cast::<i32>().add(i).write(i as i32) };
    }
    block
}

fn values(block: &Block) -> Vec<i32> {
    let at = |i: usize| {
        let (mut rest, mut offset) = (i, 0);
        for (&n, &stride) in block.shape().iter().zip(block.strides()).rev() {
            offset += (rest % n) as isize * stride;
            rest /= n;
        }
        // SAFETY: an element of the block, which `iota` has written.
        unsafe { block.as_ptr().cast::<i32>().offset(offset).read() }
    };
    (0..block.len()).map(at).collect()
}

#[test]
fn regions_share_memory() {
    let block = iota(&[3, 4]);
    let region = block.region(&[1, 1], &[2, 3]);
    assert_eq!((region.shape(), region.strides()), (&[2, 3][..], &[4, 1][..]));
    assert_eq!(values(&region), [5, 6, 7, 9, 10, 11]);
    assert_eq!(values(&region.region(&[1, 0], &[1, 2])), [9, 10]);
    assert!(Arc::ptr_eq(region.buffer(), block.buffer()));
    assert!(!region.is_row_major());
    assert!(block.region(&[1, 0], &[2, 4]).is_row_major());
    assert!(block.region(&[1, 1], &[1, 3]).is_row_major());
    let last = block.region(&[2, 0], &[1, 4]);
    // SAFETY: written by `iota`.
    assert_eq!(unsafe { last.as_slice::<i32>() }, Some(&[8, 9, 10, 11][..]));
    // SAFETY: as above.
    assert_eq!(unsafe { region.as_slice::<i32>() }, None);
    // SAFETY: as above.
    assert_eq!(unsafe { block.as_slice::<u32>() }, None);
}

#[test]
fn regions_of_flipped_and_repeated_axes() {
    let block = iota(&[2, 3]);
    let strides = Strides::from_slice(&[0, -1]);
    // SAFETY: offset 5 is the last element, from which the strides go down to 3.
    let flipped =
        unsafe { Block::from_parts(block.into_buffer(), 5, DType::I32, Shape::from_slice(&[4, 3]), strides) };
    assert_eq!(values(&flipped.region(&[2, 1], &[2, 2])), [4, 3, 4, 3]);
}

#[test]
fn regions_of_nothing() {
    let block = iota(&[3, 4]);
    for (start, shape) in [([3, 4], [0, 0]), ([0, 4], [3, 0]), ([3, 0], [0, 4])] {
        let region = block.region(&start, &shape);
        assert!(region.is_empty() && region.is_row_major());
        // SAFETY: there are no elements.
        assert_eq!(unsafe { region.as_slice::<i32>() }, Some(&[][..]));
    }
    let scalar = iota(&[]);
    assert_eq!((scalar.len(), scalar.bytes(), scalar.is_empty()), (1, 4, false));
    assert_eq!(values(&scalar.region(&[], &[])), [0]);
    let empty = Block::uninit(DType::C64, &[2, 0, 3]);
    assert_eq!((empty.len(), empty.bytes()), (0, 0));
    assert!(empty.region(&[2, 0, 0], &[0, 0, 3]).is_empty());
}

#[test]
fn regions_outside_panic() {
    let block = iota(&[3, 4]);
    for (start, shape) in [
        (&[0, 0][..], &[4, 1][..]),
        (&[3, 0], &[1, 1]),
        (&[usize::MAX, 0], &[1, 1]),
        (&[0, 5], &[1, 0]),
        (&[0], &[1]),
        (&[0, 0], &[1]),
        (&[0, 0, 0], &[1, 1, 1]),
    ] {
        assert!(panics(|| block.region(start, shape)), "{start:?} {shape:?}");
    }
}

#[test]
fn memory_that_does_not_fit_panics() {
    let buffer = Arc::new(Buffer::uninit(16));
    assert!(panics(|| Block::row_major(buffer.clone(), DType::F64, &[3])));
    assert!(panics(|| Block::uninit(DType::F64, &[1 << 40, 1 << 40])));
    let bytes = Arc::new([0u64; 2]);
    let odd = bytes.as_ptr().cast::<u8>().wrapping_add(1);
    // SAFETY: eight bytes of the array, which is kept alive and never written.
    let odd = Arc::new(unsafe { Buffer::foreign(odd, 8, bytes) });
    assert!(panics(|| Block::row_major(odd.clone(), DType::F64, &[1])));
    assert_eq!(Block::row_major(odd, DType::U8, &[8]).len(), 8);
}

#[test]
fn only_pooled_memory_with_one_handle_may_be_reused() {
    let block = iota(&[4]);
    assert!(block.is_unique());
    let region = block.region(&[1], &[2]);
    assert!(!block.is_unique() && !region.is_unique());
    drop(block);
    assert!(region.is_unique());
    assert!(!Block::row_major(Arc::new(Buffer::vec(DType::I32, 4)), DType::I32, &[4]).is_unique());
}

#[test]
fn permuted_blocks_share_memory() {
    let block = Block::uninit(DType::I32, &[2, 3, 4]);
    let turned = block.permuted(&[2, 0, 1]);
    assert_eq!((turned.shape(), turned.strides()), (&[4, 2, 3][..], &[1, 12, 4][..]));
    assert_eq!(turned.as_ptr(), block.as_ptr());
    assert!(block.permuted(&[0, 1, 2]).is_row_major() && !turned.is_row_major());
    assert_eq!(turned.region(&[1, 1, 0], &[1, 1, 3]).as_ptr(), block.region(&[1, 0, 1], &[1, 3, 1]).as_ptr());
}

#[test]
#[should_panic(expected = "no order of 2 axes")]
fn an_order_names_every_axis() {
    let _ = Block::uninit(DType::I32, &[2, 3]).permuted(&[1, 1]);
}
