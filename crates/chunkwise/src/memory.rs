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
    let buffer = unsafe { Buffer::foreign(lowest, bytes, Arc::new(shared.into_dyn())) };
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
