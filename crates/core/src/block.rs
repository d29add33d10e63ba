//! Strided memory with a dtype.

use std::sync::Arc;
use std::sync::atomic::{Ordering, fence};

use crate::{Buffer, DType, Element, Shape, Strides, byte_len, row_major_strides};

/// A strided array in memory, without its element type.
///
/// Cheap to clone: clones share the memory. Strides count elements and may be negative or zero.
#[derive(Clone, Debug)]
pub struct Block {
    buffer: Arc<Buffer>,
    /// Offset of the first element, in elements.
    offset: usize,
    dtype: DType,
    shape: Shape,
    strides: Strides,
}

impl Block {
    /// A fresh row-major block with uninitialised elements, in memory of the engine.
    ///
    /// # Panics
    /// If the shape is too large to address, which the caller must have checked ([`byte_len`]).
    pub fn uninit(dtype: DType, shape: &[usize]) -> Self {
        let bytes = byte_len(shape, dtype).expect("the caller has checked the shape");
        Self::row_major(Arc::new(Buffer::uninit(bytes)), dtype, shape)
    }

    /// A row-major block from the start of `buffer`.
    ///
    /// # Panics
    /// If the buffer is too short for the shape, or not aligned for the dtype.
    pub fn row_major(buffer: Arc<Buffer>, dtype: DType, shape: &[usize]) -> Self {
        let bytes = byte_len(shape, dtype).expect("the caller has checked the shape");
        assert!(bytes <= buffer.bytes(), "a block of {bytes} bytes in a buffer of {}", buffer.bytes());
        assert!(buffer.as_ptr().addr().is_multiple_of(dtype.align()), "memory is not aligned for {dtype}");
        Block { buffer, offset: 0, dtype, shape: shape.into(), strides: row_major_strides(shape) }
    }

    /// A block over part of a buffer.
    ///
    /// # Safety
    /// Every element that shape, strides and offset reach must lie within the buffer and be aligned for the
    /// dtype.
    pub unsafe fn from_parts(
        buffer: Arc<Buffer>,
        offset: usize,
        dtype: DType,
        shape: Shape,
        strides: Strides,
    ) -> Self {
        Block { buffer, offset, dtype, shape, strides }
    }

    /// The box at `start` with `shape`, sharing memory.
    ///
    /// # Panics
    /// If the box does not lie within this block.
    pub fn region(&self, start: &[usize], shape: &[usize]) -> Self {
        let ndim = self.shape.len();
        let fits = start.len() == ndim
            && shape.len() == ndim
            && (0..ndim).all(|k| shape[k] <= self.shape[k] && start[k] <= self.shape[k] - shape[k]);
        assert!(
            fits,
            "the box of shape {shape:?} at {start:?} is not within a block of shape {:?}",
            self.shape
        );
        let mut offset = self.offset;
        // A box of nothing may begin past the last element, which is not always within the buffer.
        if !shape.contains(&0) {
            for (&at, &stride) in start.iter().zip(&self.strides) {
                offset = offset.wrapping_add_signed((at as isize).wrapping_mul(stride));
            }
        }
        Block { offset, shape: shape.into(), ..self.clone() }
    }

    /// The same memory with its axes in another order: axis `i` of the result is axis `order[i]` of this block.
    ///
    /// # Panics
    /// If `order` does not name every axis once.
    pub fn permuted(&self, order: &[usize]) -> Self {
        let ndim = self.shape.len();
        let named = (0..ndim).all(|axis| order.contains(&axis));
        assert!(named && order.len() == ndim, "{order:?} is no order of {ndim} axes");
        let shape = order.iter().map(|&axis| self.shape[axis]).collect();
        let strides = order.iter().map(|&axis| self.strides[axis]).collect();
        Block { shape, strides, ..self.clone() }
    }

    /// Element type.
    pub fn dtype(&self) -> DType {
        self.dtype
    }

    /// Lengths of the axes.
    pub fn shape(&self) -> &[usize] {
        &self.shape
    }

    /// Strides in elements.
    pub fn strides(&self) -> &[isize] {
        &self.strides
    }

    /// Number of elements.
    pub fn len(&self) -> usize {
        self.shape.iter().product()
    }

    /// Whether there are no elements.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Bytes of the elements.
    pub fn bytes(&self) -> usize {
        self.len() * self.dtype.size()
    }

    /// Offset of the first element in the memory, in elements.
    pub(crate) fn offset(&self) -> usize {
        self.offset
    }

    /// First element.
    pub fn as_ptr(&self) -> *const u8 {
        self.buffer.as_ptr().wrapping_add(self.offset * self.dtype.size())
    }

    /// First element, for writing. Only the task that made the block may write it, before anyone reads.
    pub fn as_mut_ptr(&self) -> *mut u8 {
        self.buffer.as_mut_ptr().wrapping_add(self.offset * self.dtype.size())
    }

    /// The memory.
    pub fn buffer(&self) -> &Arc<Buffer> {
        &self.buffer
    }

    /// The memory, given up.
    pub fn into_buffer(self) -> Arc<Buffer> {
        self.buffer
    }

    /// Whether the engine allocated the memory and this is the only handle to it, so that it may be reused.
    pub fn is_unique(&self) -> bool {
        let unique = self.buffer.is_pooled() && Arc::strong_count(&self.buffer) == 1;
        // The count is read without ordering. Whoever writes to the memory next must do so after the last
        // read of the handles that were dropped, which this makes sure of.
        fence(Ordering::Acquire);
        unique
    }

    /// Whether elements are row-major without gaps.
    pub fn is_row_major(&self) -> bool {
        self.is_empty() || {
            let expected = row_major_strides(&self.shape);
            self.shape.iter().zip(&self.strides).zip(&expected).all(|((&n, s), e)| n == 1 || s == e)
        }
    }

    /// The elements as a slice, if they are row-major without gaps and of type `A`.
    ///
    /// # Safety
    /// Every element must have been written.
    pub unsafe fn as_slice<A: Element>(&self) -> Option<&[A]> {
        if A::DTYPE != self.dtype || !self.is_row_major() {
            return None;
        }
        if self.is_empty() {
            return Some(&[]);
        }
        // SAFETY: within the buffer and aligned by the constructors' contract; written by the caller's.
        Some(unsafe { std::slice::from_raw_parts(self.as_ptr().cast(), self.len()) })
    }
}

#[cfg(test)]
mod tests;
