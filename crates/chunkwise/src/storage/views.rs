//! Blocks of the engine as views of ndarray, for the code of users.

use std::mem::MaybeUninit;

use chunkwise_core::{Block, Element};
use ndarray::{ArrayView, ArrayViewMut, Axis, Dimension, ShapeBuilder, StrideShape};

use crate::shape::dim_of;

/// Where a view of a block begins, and its shape with strides that are not negative; the axes that must be turned round
/// then.
fn parts<D: Dimension>(block: &Block) -> (isize, StrideShape<D>, Vec<Axis>) {
    let (mut below, mut turned) = (0, Vec::new());
    let mut strides: D = dim_of(block.shape());
    for (k, (&n, &stride)) in block.shape().iter().zip(block.strides()).enumerate() {
        // Strides of axes without neighbours say nothing.
        let stride = if n > 1 { stride } else { 0 };
        if stride < 0 {
            below += (n as isize - 1) * stride;
            turned.push(Axis(k));
        }
        strides[k] = stride.unsigned_abs();
    }
    if block.is_empty() {
        return (0, dim_of::<D>(block.shape()).into(), Vec::new());
    }
    (below, dim_of::<D>(block.shape()).strides(strides), turned)
}

/// The block, every element of which is set to zero first, for writing.
///
/// # Safety
/// Nobody else may read or write the block's elements while the view lives.
pub(super) unsafe fn cleared_view<'a, A: Element, D: Dimension>(
    block: &'a mut Block,
) -> ArrayViewMut<'a, A, D> {
    assert_eq!(block.dtype(), A::DTYPE);
    let (below, shape, turned) = parts::<D>(block);
    let first = block.as_mut_ptr().cast::<MaybeUninit<A>>().wrapping_offset(below);
    // SAFETY: shape and strides reach the elements of the block, which are aligned, and the caller holds alone.
    let mut view = unsafe { ArrayViewMut::<'a, MaybeUninit<A>, D>::from_shape_ptr(shape, first) };
    view.fill(MaybeUninit::zeroed());
    // SAFETY: zero bytes are a value of every element type, and every element was set to them.
    let mut view = unsafe { view.assume_init() };
    turned.into_iter().for_each(|axis| view.invert_axis(axis));
    view
}

/// The block, for reading.
///
/// # Safety
/// Every element must have been written, and nobody may write to it while the view lives.
pub(super) unsafe fn view<A: Element, D: Dimension>(block: &Block) -> ArrayView<'_, A, D> {
    assert_eq!(block.dtype(), A::DTYPE);
    let (below, shape, turned) = parts::<D>(block);
    let first = block.as_ptr().cast::<A>().wrapping_offset(below);
    // SAFETY: shape and strides reach the elements of the block, which are aligned and written.
    let mut view = unsafe { ArrayView::from_shape_ptr(shape, first) };
    turned.into_iter().for_each(|axis| view.invert_axis(axis));
    view
}

#[cfg(test)]
mod tests {
    use ndarray::{Array3, Ix3, IxDyn, s};

    use super::*;
    use crate::memory::block_of;

    #[test]
    fn blocks_of_any_strides_are_seen_as_they_are() {
        let x = Array3::from_shape_fn((3, 4, 5), |(i, j, k)| (100 * i + 10 * j + k) as i32);
        let cases = [
            x.clone(),
            x.clone().slice_move(s![..;-1, .., ..;-2]),
            x.clone().slice_move(s![1..2;-1, ..;3, 2..]).permuted_axes([2, 0, 1]).to_owned(),
            x.clone().permuted_axes([2, 1, 0]).slice_move(s![.., ..;-1, 1..]),
            x.slice_move(s![.., 4.., ..]),
        ];
        for case in cases {
            let block = block_of(case.clone());
            // SAFETY: the block holds the array's elements, which nobody writes.
            assert_eq!(unsafe { view::<i32, Ix3>(&block) }, case);
            // SAFETY: as above.
            assert_eq!(unsafe { view::<i32, IxDyn>(&block) }, case.into_dyn());
        }
    }

    #[test]
    fn cleared_blocks_are_zero_and_writable() {
        let mut block = Block::uninit(i32::DTYPE, &[4, 3]).permuted(&[1, 0]).region(&[1, 0], &[2, 4]);
        // SAFETY: nobody else has the block.
        let mut view = unsafe { cleared_view::<i32, ndarray::Ix2>(&mut block) };
        assert_eq!(view, ndarray::Array2::<i32>::zeros((2, 4)));
        view[[1, 3]] = 7;
        // SAFETY: all of it was set.
        assert_eq!(unsafe { super::view::<i32, ndarray::Ix2>(&block) }[[1, 3]], 7);
    }
}
