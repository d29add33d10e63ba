//! Between ndarray's arrays and the engine's blocks, without copying where memory allows it.

use std::sync::Arc;

use chunkwise_core::{Block, Buffer, Element, Shape, Strides};
use ndarray::{ArcArray, Array, ArrayBase, Data, Dimension};

use crate::shape::dim_of;

/// The elements of an array as a block.
///
/// Owned and shared arrays give up or share their memory, whatever its order; views are copied.
pub(crate) fn block_of<A, S, D>(array: ArrayBase<S, D>) -> Block
where
    A: Element,
    S: Data<Elem = A>,
    D: Dimension,
{
    let shared: ArcArray<A, D> = match array.try_into_owned_nocopy() {
        Ok(owned) => owned.into_shared(),
        Err(array) => array.to_shared(),
    };
    block_of_shared(Arc::new(shared.into_dyn()))
}

/// The elements of a shared array as a block, which holds the array.
pub(crate) fn block_of_shared<A, S, D>(shared: Arc<ArrayBase<S, D>>) -> Block
where
    A: Element,
    S: Data<Elem = A> + Send + Sync + 'static,
    D: Dimension + 'static,
{
    let shape = shared.shape().into();
    if shared.is_empty() {
        return Block::row_major(Arc::new(Buffer::uninit(0)), A::DTYPE, shared.shape());
    }
    // With negative strides the first element is not the lowest in memory.
    let mut below = 0;
    let mut above = 0;
    for (&n, &stride) in shared.shape().iter().zip(shared.strides()) {
        let reach = (n as isize - 1) * stride;
        if reach < 0 { below -= reach } else { above += reach }
    }
    let strides: Strides = shared.strides().into();
    let lowest = shared.as_ptr().wrapping_offset(-below).cast::<u8>();
    let bytes = (below + above + 1) as usize * size_of::<A>();
    // SAFETY: shape and strides reach exactly the elements from `lowest` on, all within the array's allocation,
    // which the shared handle keeps alive and which nobody writes while it is shared.
    let buffer = unsafe { Buffer::foreign(lowest, bytes, shared) };
    // SAFETY: as above; ndarray aligns its elements.
    unsafe { Block::from_parts(Arc::new(buffer), below as usize, A::DTYPE, shape, strides) }
}

/// The array that owns the elements of a computed block.
///
/// The block must be row-major over the whole of its buffer and written; the array takes over the memory if it
/// is a `Vec`'s and nobody else holds it.
pub(crate) fn array_of<A: Element, D: Dimension>(block: Block) -> Array<A, D> {
    assert_eq!(block.dtype(), A::DTYPE, "the engine computes the dtype that was asked for");
    let shape: Shape = block.shape().into();
    let vec = Arc::try_unwrap(block.into_buffer())
        // SAFETY: computed blocks are written before they are returned.
        .and_then(|buffer| unsafe { buffer.into_vec::<A>() }.map_err(Arc::new))
        .unwrap_or_else(|buffer| {
            let block = Block::row_major(buffer, A::DTYPE, &shape);
            // SAFETY: as above.
            unsafe { block.as_slice::<A>() }.expect("row-major by construction").to_vec()
        });
    Array::from_shape_vec(dim_of::<D>(&shape), vec).expect("a block holds as many elements as its shape says")
}

#[cfg(test)]
mod tests {
    use ndarray::{Array, Array2, ArrayD, ArrayView, IxDyn, ShapeBuilder, s};

    use super::*;

    /// The elements of a block, in order.
    fn elements(block: &Block) -> Vec<i32> {
        let shape = IxDyn(block.shape());
        ndarray::indices(shape)
            .into_iter()
            .map(|index| {
                let steps = index.as_array_view().to_vec().into_iter().zip(block.strides());
                let offset: isize = steps.map(|(i, stride)| i as isize * stride).sum();
                // SAFETY: the index lies within the block, which was made from initialised memory.
                unsafe { *block.as_ptr().cast::<i32>().offset(offset) }
            })
            .collect()
    }

    fn check<S: Data<Elem = i32>, D: Dimension>(array: ArrayBase<S, D>, copied: bool) {
        let expected: Vec<i32> = array.iter().copied().collect();
        let (shape, first) = (array.shape().to_vec(), array.as_ptr().cast::<u8>());
        let block = block_of(array);
        assert_eq!(block.shape(), shape);
        assert_eq!(elements(&block), expected);
        assert_eq!(block.as_ptr() == first, !copied, "the memory was shared, or not, against expectation");
    }

    #[test]
    fn owned_and_shared_memory_is_taken_as_it_is() {
        let numbers = || Array::from_iter(0..60).into_shape_with_order((3, 4, 5)).expect("60 elements");
        check(numbers(), false);
        check(numbers().reversed_axes(), false);
        check(Array2::from_shape_fn((3, 4).f(), |(i, j)| (10 * i + j) as i32), false);
        check(numbers().slice_move(s![..;-1, 1.., ..;-2]), false);
        check(numbers().slice_move(s![1, ..;3, ..]), false);
        check(numbers().into_shared().slice_move(s![.., ..;-1, 2..3]), false);
        let shared = numbers().into_shared();
        check(shared.clone(), false);
        check(shared.view(), true);
        check(numbers().slice(s![.., 1, ..]), true);
        check(ArrayView::from(&[1, 2, 3]).broadcast((2, 3)).expect("broadcasts"), true);
        check(Array::from_elem((), 7), false);
    }

    #[test]
    fn arrays_without_elements() {
        let block = block_of(ArrayD::<f64>::zeros(vec![3, 0, 2]));
        assert_eq!((block.shape(), block.is_empty()), (&[3, 0, 2][..], true));
    }

    #[test]
    fn results_take_over_memory_that_nobody_else_holds() {
        let filled = || {
            let buffer = Buffer::vec(i32::DTYPE, 6);
            for i in 0..6 {
                // SAFETY: the buffer has room for six elements.
                unsafe { buffer.as_mut_ptr().cast::<i32>().add(i).write(i as i32) };
            }
            Block::row_major(Arc::new(buffer), i32::DTYPE, &[2, 3])
        };
        let block = filled();
        let memory = block.as_ptr();
        let array: Array2<i32> = array_of(block);
        assert_eq!(array, ndarray::array![[0, 1, 2], [3, 4, 5]]);
        assert_eq!(array.as_ptr().cast::<u8>(), memory);

        let held = filled();
        let array: Array2<i32> = array_of(held.clone());
        assert_eq!(array, ndarray::array![[0, 1, 2], [3, 4, 5]]);
        assert_ne!(array.as_ptr().cast::<u8>(), held.as_ptr());
    }
}
