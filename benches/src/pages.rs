//! Memory of the kind that NumPy's arrays have.

/// Moves elements to huge pages where the system has them.
///
/// NumPy asks for huge pages when it allocates a large array; a `Vec` does not. Workloads that are compared with NumPy
/// start from the same kind of memory. Contents and addresses stay as they are.
pub fn use_huge_pages(elements: &[f64]) {
    collapse(elements.as_ptr().cast(), size_of_val(elements));
}

#[cfg(all(target_os = "linux", target_env = "gnu"))]
fn collapse(start: *const u8, bytes: usize) {
    const PAGE: usize = 4096;
    let inside = start.align_offset(PAGE);
    let Some(bytes) = bytes.checked_sub(inside).filter(|bytes| *bytes > 0) else { return };
    let start = start.wrapping_add(inside).cast_mut().cast();
    // SAFETY: the range lies within one live allocation, and neither advice changes its contents or its protection.
    unsafe {
        libc::madvise(start, bytes, libc::MADV_HUGEPAGE);
        libc::madvise(start, bytes, libc::MADV_COLLAPSE);
    }
}

#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
fn collapse(_: *const u8, _: usize) {}
