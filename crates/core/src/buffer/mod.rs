//! Memory that blocks live in.

mod bound;
mod chunk;
mod pool;
mod small;

#[cfg(test)]
mod tests;

use std::any::Any;
use std::mem::ManuallyDrop;
use std::ptr::NonNull;
use std::sync::Arc;

use crate::{DType, Element, dispatch};
use chunk::{ALIGN, Chunk, advise_huge_pages};
use pool::POOL;

pub use bound::MemoryBound;
pub use pool::PoolStats;

/// A piece of memory: the engine's own, which is recycled; a `Vec` that can be given to the user; or memory
/// that someone else owns.
///
/// Fresh pages cost several times what arithmetic on them does, so the engine's own memory is kept for the
/// next buffer of about the same size: a few per thread, where they are likely still in its cache, and more
/// that all threads share, up to 256 MiB in all.
///
/// ```
/// use chunkwise_core::Buffer;
///
/// let buffer = Buffer::uninit(100_000);
/// assert_eq!(buffer.bytes(), 100_000);
/// assert_eq!(buffer.as_ptr() as usize % 64, 0);
/// drop(buffer);
/// assert!(Buffer::pool_stats().free >= 100_000);
/// assert!(Buffer::trim() >= 100_000);
/// ```
#[derive(Debug)]
pub struct Buffer {
    ptr: NonNull<u8>,
    bytes: usize,
    owner: Owner,
}

/// What frees the memory when it is dropped.
#[derive(Debug)]
enum Owner {
    Pool(#[expect(dead_code, reason = "held for its drop")] Pooled),
    Vec(VecMemory),
    /// Read only.
    Foreign(#[expect(dead_code, reason = "held for its drop")] Arc<dyn Any + Send + Sync>),
}

// SAFETY: a buffer is plain memory. It is written only through `as_mut_ptr` by whoever holds the only
// reference or an exclusive part of it, and read afterwards. What owns it may be dropped on any thread.
unsafe impl Send for Buffer {}
// SAFETY: as above; nothing is changed through a shared reference to the buffer itself.
unsafe impl Sync for Buffer {}

impl Buffer {
    /// Uninitialised memory of this many bytes, 64-byte aligned; from 2 MiB on aligned to huge pages, which
    /// are asked for.
    ///
    /// # Panics
    /// If `bytes` exceeds `isize::MAX` by the alignment or more.
    pub fn uninit(bytes: usize) -> Self {
        let chunk = POOL.take(bytes);
        Buffer { ptr: chunk.ptr(), bytes, owner: Owner::Pool(Pooled(ManuallyDrop::new(chunk))) }
    }

    /// Uninitialised memory for `len` elements of `dtype` that [`Buffer::into_vec`] can hand to the user.
    ///
    /// # Panics
    /// If that is more than `isize::MAX` bytes.
    pub fn vec(dtype: DType, len: usize) -> Self {
        dispatch!(dtype, Element, T => Self::of_vec(Vec::<T>::with_capacity(len), len))
    }

    /// The same, or nothing where there is not so much memory: for sizes that are bounds, of which little may be used.
    pub fn try_vec(dtype: DType, len: usize) -> Option<Self> {
        dispatch!(dtype, Element, T => {
            let mut vec = Vec::<T>::new();
            vec.try_reserve_exact(len).ok()?;
            Some(Self::of_vec(vec, len))
        })
    }

    /// The memory of a `Vec` without elements, for `len` of them.
    fn of_vec<A: Element>(vec: Vec<A>, len: usize) -> Self {
        let mut vec = ManuallyDrop::new(vec);
        let ptr = NonNull::new(vec.as_mut_ptr().cast()).expect("a Vec's pointer is never null");
        let bytes = len * size_of::<A>();
        advise_huge_pages(ptr, bytes);
        bound::came(vec.capacity() * size_of::<A>());
        Buffer { ptr, bytes, owner: Owner::Vec(VecMemory { ptr, capacity: vec.capacity(), dtype: A::DTYPE }) }
    }

    /// The first `len` elements of a buffer made by [`Buffer::vec`]; the rest goes back to the allocator, which moves
    /// no large piece of memory for it. Other buffers are returned as they are.
    ///
    /// # Panics
    /// If it has not so many elements.
    ///
    /// # Safety
    /// The first `len` elements must have been written.
    pub unsafe fn shortened(self, len: usize) -> Self {
        let Owner::Vec(memory) = self.owner else { return self };
        assert!(len <= memory.capacity, "{len} of {} elements", memory.capacity);
        let memory = ManuallyDrop::new(memory);
        dispatch!(memory.dtype, Element, T => {
            // SAFETY: `vec` made the allocation as a Vec<T> of this capacity; the caller has written the elements.
            let mut vec = unsafe { Vec::<T>::from_raw_parts(memory.ptr.as_ptr().cast(), len, memory.capacity) };
            vec.shrink_to_fit();
            bound::went((memory.capacity - vec.capacity()) * size_of::<T>());
            let mut vec = ManuallyDrop::new(vec);
            let ptr = NonNull::new(vec.as_mut_ptr().cast()).expect("a Vec's pointer is never null");
            let owner = Owner::Vec(VecMemory { ptr, capacity: vec.capacity(), dtype: memory.dtype });
            Buffer { ptr, bytes: len * size_of::<T>(), owner }
        })
    }

    /// Memory that `owner` keeps alive.
    ///
    /// # Safety
    /// `ptr` must be valid for reads of `bytes` bytes, which nobody writes, for as long as `owner` lives.
    pub unsafe fn foreign(ptr: *const u8, bytes: usize, owner: Arc<dyn Any + Send + Sync>) -> Self {
        // No bytes may have no address; give them one that is aligned for any element.
        let ptr = NonNull::new(ptr.cast_mut()).unwrap_or(NonNull::<Aligned>::dangling().cast());
        Buffer { ptr, bytes, owner: Owner::Foreign(owner) }
    }

    /// The `Vec` whose memory this is, or the buffer back if it is none of elements `A`.
    ///
    /// # Safety
    /// Every element must have been written.
    pub unsafe fn into_vec<A: Element>(self) -> Result<Vec<A>, Self> {
        match self.owner {
            Owner::Vec(memory) if memory.dtype == A::DTYPE => {
                let memory = ManuallyDrop::new(memory);
                let len = self.bytes / size_of::<A>();
                bound::went(memory.capacity * size_of::<A>());
                // SAFETY: `vec` made the allocation as a Vec<A> of this capacity; the caller has written
                // the elements.
                Ok(unsafe { Vec::from_raw_parts(memory.ptr.as_ptr().cast(), len, memory.capacity) })
            }
            owner => Err(Buffer { owner, ..self }),
        }
    }

    /// First byte.
    pub fn as_ptr(&self) -> *const u8 {
        self.ptr.as_ptr()
    }

    /// First byte, for writing. Writing is the caller's to justify; foreign memory must not be written.
    pub fn as_mut_ptr(&self) -> *mut u8 {
        self.ptr.as_ptr()
    }

    /// Length in bytes, as asked for.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// Whether the engine allocated this memory for itself and may reuse it.
    pub fn is_pooled(&self) -> bool {
        matches!(self.owner, Owner::Pool(_))
    }

    /// What the engine's own memory amounts to now, over all threads.
    pub fn pool_stats() -> PoolStats {
        POOL.stats()
    }

    /// Gives the memory that is kept for later back to the system, and returns how many bytes that were.
    pub fn trim() -> usize {
        POOL.trim()
    }
}

/// A type with the alignment that every buffer has.
#[repr(align(64))]
struct Aligned;

const _: () = assert!(align_of::<Aligned>() == ALIGN);

/// Memory that goes back to the pool.
#[derive(Debug)]
struct Pooled(ManuallyDrop<Chunk>);

impl Drop for Pooled {
    fn drop(&mut self) {
        // SAFETY: taken once, here, and never used again.
        POOL.give(unsafe { ManuallyDrop::take(&mut self.0) });
    }
}

/// The allocation of a `Vec` of this dtype and capacity.
#[derive(Debug)]
struct VecMemory {
    ptr: NonNull<u8>,
    capacity: usize,
    dtype: DType,
}

impl Drop for VecMemory {
    fn drop(&mut self) {
        dispatch!(self.dtype, Element, T => {
            bound::went(self.capacity * size_of::<T>());
            // SAFETY: allocated in `Buffer::vec` as a Vec of this type and capacity; a length of zero drops
            // no elements.
            drop(unsafe { Vec::<T>::from_raw_parts(self.ptr.as_ptr().cast(), 0, self.capacity) });
        });
    }
}
