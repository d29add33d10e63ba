//! Memory from the allocator, aligned and on huge pages where they help.

use std::alloc::{Layout, alloc, dealloc, handle_alloc_error};
use std::ptr::NonNull;

use super::bound;

/// The alignment of every buffer: a cache line, and the widest vector register.
pub(super) const ALIGN: usize = 64;

/// The size of a huge page on x86-64, and on Arm with 4 KiB pages.
const HUGE_PAGE: usize = 2 << 20;

/// An allocation of its own.
#[derive(Debug)]
pub(super) struct Chunk {
    ptr: NonNull<u8>,
    capacity: usize,
}

// SAFETY: a chunk owns its memory alone, and allocators take memory back from any thread.
unsafe impl Send for Chunk {}

impl Chunk {
    /// Uninitialised memory of at least one byte.
    ///
    /// # Panics
    /// If the capacity, rounded up to the alignment, exceeds `isize::MAX`.
    pub(super) fn new(capacity: usize) -> Self {
        let layout = layout(capacity);
        // SAFETY: the layout has at least one byte.
        let ptr = unsafe { alloc(layout) };
        let Some(ptr) = NonNull::new(ptr) else { handle_alloc_error(layout) };
        advise_huge_pages(ptr, capacity);
        bound::came(capacity);
        Chunk { ptr, capacity }
    }

    pub(super) fn ptr(&self) -> NonNull<u8> {
        self.ptr
    }

    /// Bytes, as given to `new`.
    pub(super) fn capacity(&self) -> usize {
        self.capacity
    }
}

impl Drop for Chunk {
    fn drop(&mut self) {
        bound::went(self.capacity);
        // SAFETY: allocated in `new` with this layout.
        unsafe { dealloc(self.ptr.as_ptr(), layout(self.capacity)) }
    }
}

fn layout(capacity: usize) -> Layout {
    let align = if capacity >= HUGE_PAGE { HUGE_PAGE } else { ALIGN };
    Layout::from_size_align(capacity.max(1), align).expect("a buffer larger than isize::MAX bytes")
}

/// Asks for huge pages under the part of this memory that whole ones fit in.
///
/// A block of some megabytes takes one page fault instead of hundreds then, and few entries of the
/// translation cache. It is advice: memory stays valid and its contents the same whether or not it is taken.
pub(super) fn advise_huge_pages(ptr: NonNull<u8>, bytes: usize) {
    let start = ptr.as_ptr().align_offset(HUGE_PAGE);
    let Some(pages) = bytes.checked_sub(start).map(|inside| inside / HUGE_PAGE) else { return };
    if pages > 0 {
        advise(ptr.as_ptr().wrapping_add(start), pages * HUGE_PAGE);
    }
}

#[cfg(all(target_os = "linux", not(miri)))]
fn advise(start: *mut u8, bytes: usize) {
    // SAFETY: the range lies within one live allocation, and this advice changes neither its contents nor
    // its protection.
    unsafe { libc::madvise(start.cast(), bytes, libc::MADV_HUGEPAGE) };
}

#[cfg(not(all(target_os = "linux", not(miri))))]
fn advise(_: *mut u8, _: usize) {}
