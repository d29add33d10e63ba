//! What stands for the loops over vectors where there are none: loops that see nothing.

/// # Safety
/// None is needed.
#[inline(always)]
pub(super) unsafe fn avx512<const SIZE: usize>(
    _: *const u8,
    _: *const u8,
    _: usize,
    _: *mut u8,
) -> (usize, usize) {
    (0, 0)
}

/// # Safety
/// None is needed.
#[inline(always)]
pub(super) unsafe fn avx2<const SIZE: usize>(
    _: *const u8,
    _: *const u8,
    _: usize,
    _: *mut u8,
) -> (usize, usize) {
    (0, 0)
}
