//! Memory that blocks live in.

use std::alloc::Layout;
use std::any::Any;
use std::ptr::NonNull;
use std::sync::Arc;

use crate::{DType, Element, dispatch};

/// A piece of memory: allocated here, a `Vec` that can be given to the user, or memory that someone else
/// owns.
#[derive(Debug)]
pub struct Buffer {
    ptr: NonNull<u8>,
    bytes: usize,
    owner: Owner,
}

#[derive(Debug)]
enum Owner {
    /// Allocated by this module with 64-byte alignment.
    Pool,
    /// The allocation of a `Vec` of this dtype.
    Vec(DType),
    /// Kept alive by the owner; read only.
    Foreign(#[expect(dead_code, reason = "held for its drop")] Arc<dyn Any + Send + Sync>),
}

// SAFETY: a buffer is plain memory. It is written only through `as_mut_ptr` by whoever holds the only
// reference or an exclusive part of it, and read afterwards.
unsafe impl Send for Buffer {}
// SAFETY: as above.
unsafe impl Sync for Buffer {}

const ALIGN: usize = 64;

impl Buffer {
    /// Uninitialised memory of this many bytes, 64-byte aligned.
    pub fn uninit(bytes: usize) -> Self {
        let layout = Layout::from_size_align(bytes.max(1), ALIGN).expect("fits isize, checked by the caller");
        // SAFETY: the layout has at least one byte.
        let ptr = unsafe { std::alloc::alloc(layout) };
        let Some(ptr) = NonNull::new(ptr) else { std::alloc::handle_alloc_error(layout) };
        Buffer { ptr, bytes, owner: Owner::Pool }
    }

    /// Uninitialised memory for `len` elements of `dtype` that [`Buffer::into_vec`] can hand to the user.
    pub fn vec(dtype: DType, len: usize) -> Self {
        dispatch!(dtype, Element, T => {
            let mut vec = std::mem::ManuallyDrop::new(Vec::<T>::with_capacity(len));
            debug_assert_eq!(vec.capacity(), len);
            let ptr = NonNull::new(vec.as_mut_ptr().cast()).expect("a Vec's pointer is never null");
            Buffer { ptr, bytes: len * dtype.size(), owner: Owner::Vec(dtype) }
        })
    }

    /// Memory that `owner` keeps alive.
    ///
    /// # Safety
    /// `ptr` must be valid for reads of `bytes` bytes, which nobody writes, for as long as `owner` lives.
    pub unsafe fn foreign(ptr: *const u8, bytes: usize, owner: Arc<dyn Any + Send + Sync>) -> Self {
        let ptr = NonNull::new(ptr.cast_mut()).unwrap_or(NonNull::dangling());
        Buffer { ptr, bytes, owner: Owner::Foreign(owner) }
    }

    /// The `Vec` whose memory this is, or the buffer back if it is none of elements `A`.
    ///
    /// # Safety
    /// Every element must have been written.
    pub unsafe fn into_vec<A: Element>(self) -> Result<Vec<A>, Self> {
        if !matches!(self.owner, Owner::Vec(dtype) if dtype == A::DTYPE) {
            return Err(self);
        }
        let this = std::mem::ManuallyDrop::new(self);
        let len = this.bytes / size_of::<A>();
        // SAFETY: `vec` made the allocation as a Vec<A> of this capacity; the caller has written it.
        Ok(unsafe { Vec::from_raw_parts(this.ptr.as_ptr().cast(), len, len) })
    }

    /// First byte.
    pub fn as_ptr(&self) -> *const u8 {
        self.ptr.as_ptr()
    }

    /// First byte, for writing. Writing is the caller's to justify; foreign memory must not be written.
    pub fn as_mut_ptr(&self) -> *mut u8 {
        self.ptr.as_ptr()
    }

    /// Length in bytes.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// Whether the engine allocated this memory for itself and may reuse it.
    pub fn is_pooled(&self) -> bool {
        matches!(self.owner, Owner::Pool)
    }
}

impl Drop for Buffer {
    fn drop(&mut self) {
        match self.owner {
            Owner::Pool => {
                let layout = Layout::from_size_align(self.bytes.max(1), ALIGN).expect("checked in uninit");
                // SAFETY: allocated in `uninit` with this layout.
                unsafe { std::alloc::dealloc(self.ptr.as_ptr(), layout) }
            }
            Owner::Vec(dtype) => dispatch!(dtype, Element, T => {
                let capacity = self.bytes / dtype.size();
                // SAFETY: allocated in `vec` as a Vec of this type and capacity; length zero drops nothing.
                drop(unsafe { Vec::<T>::from_raw_parts(self.ptr.as_ptr().cast(), 0, capacity) });
            }),
            Owner::Foreign(_) => {}
        }
    }
}
