//! Memory from the allocator, aligned and on huge pages where they help.
//!
//! Where memory is bounded, large chunks come from the system instead and go back to it. An allocator keeps what it is given
//! back, in pieces that fit nothing else, and what it keeps counts for whoever looks at the process.

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
    /// Whether it comes from the system, without the allocator.
    mapped: bool,
}

/// Chunks from this size on come from the system where memory is bounded. Smaller ones would cost more than they are worth.
const MAPPED: usize = 1 << 20;

// SAFETY: a chunk owns its memory alone, and allocators take memory back from any thread.
unsafe impl Send for Chunk {}

impl Chunk {
    /// Uninitialised memory of at least one byte.
    ///
    /// # Panics
    /// If the capacity, rounded up to the alignment, exceeds `isize::MAX`.
    pub(super) fn new(capacity: usize) -> Self {
        let layout = layout(capacity);
        let wanted = capacity >= MAPPED && bound::is_set();
        let (ptr, mapped) = match wanted.then(|| system::map(capacity)).flatten() {
            Some(ptr) => (ptr, true),
            // SAFETY: the layout has at least one byte.
            None => match NonNull::new(unsafe { alloc(layout) }) {
                Some(ptr) => (ptr, false),
                None => handle_alloc_error(layout),
            },
        };
        advise_huge_pages(ptr, capacity);
        bound::came(capacity);
        Chunk { ptr, capacity, mapped }
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
        if self.mapped {
            // SAFETY: mapped in `new` with this capacity.
            unsafe { system::unmap(self.ptr, self.capacity) }
        } else {
            // SAFETY: allocated in `new` with this layout.
            unsafe { dealloc(self.ptr.as_ptr(), layout(self.capacity)) }
        }
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

/// Memory from the system itself.
#[cfg(all(target_os = "linux", not(miri)))]
mod system {
    use std::ptr::{self, NonNull};

    use super::HUGE_PAGE;

    /// What lengths are rounded up to: a multiple of any size that pages have.
    const GRAIN: usize = 64 << 10;

    /// Memory of zeros that begins with a huge page; `None` if the system has none to give.
    pub(super) fn map(capacity: usize) -> Option<NonNull<u8>> {
        let length = capacity.checked_next_multiple_of(GRAIN)?;
        let reserved = length.checked_add(HUGE_PAGE)?;
        let (access, kind) = (libc::PROT_READ | libc::PROT_WRITE, libc::MAP_PRIVATE | libc::MAP_ANONYMOUS);
        // SAFETY: a mapping of its own, at an address of the system's choice, touches nothing that is there.
        let start = unsafe { libc::mmap(ptr::null_mut(), reserved, access, kind, -1, 0) };
        if start == libc::MAP_FAILED {
            return None;
        }
        let start = start.cast::<u8>();
        let before = start.addr().next_multiple_of(HUGE_PAGE) - start.addr();
        let first = start.wrapping_add(before);
        for (surplus, bytes) in [(start, before), (first.wrapping_add(length), HUGE_PAGE - before)] {
            if bytes > 0 {
                // SAFETY: whole pages at an end of what was just mapped, which nobody knows yet.
                unsafe { libc::munmap(surplus.cast(), bytes) };
            }
        }
        NonNull::new(first)
    }

    /// # Safety
    /// The memory must come from [`map`], called with this capacity, and nobody may use it any more.
    pub(super) unsafe fn unmap(ptr: NonNull<u8>, capacity: usize) {
        // SAFETY: the caller's promise.
        unsafe { libc::munmap(ptr.as_ptr().cast(), capacity.next_multiple_of(GRAIN)) };
    }
}

#[cfg(not(all(target_os = "linux", not(miri))))]
mod system {
    use std::ptr::NonNull;

    pub(super) fn map(_capacity: usize) -> Option<NonNull<u8>> {
        None
    }

    /// # Safety
    /// None: nothing was mapped.
    pub(super) unsafe fn unmap(_ptr: NonNull<u8>, _capacity: usize) {}
}

#[cfg(test)]
mod tests {
    use super::super::MemoryBound;
    use super::*;

    #[test]
    #[cfg(all(target_os = "linux", not(miri)))]
    fn large_chunks_come_from_the_system_where_memory_is_bounded() {
        let _bound = MemoryBound::new(usize::MAX - 1);
        for capacity in [MAPPED, MAPPED + 1, 3 << 20, (4 << 20) + 123] {
            let chunk = Chunk::new(capacity);
            assert!(chunk.mapped && chunk.ptr().addr().get().is_multiple_of(HUGE_PAGE));
            // SAFETY: the memory of the chunk, which is this test's alone.
            let bytes = unsafe { std::slice::from_raw_parts_mut(chunk.ptr().as_ptr(), capacity) };
            assert!(bytes.iter().all(|&byte| byte == 0));
            bytes.fill(7);
        }
        assert!(!Chunk::new(MAPPED - 1).mapped);
    }
}
