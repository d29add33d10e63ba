//! Compressing element by element.

/// Moves the elements of `src` for which the byte of `mask` is not zero to `dst`, in order; tells how many there are.
///
/// # Safety
/// As for [`Compress::run`](super::Compress::run), elements of `SIZE` bytes.
#[inline(always)]
pub(super) unsafe fn compress<const SIZE: usize>(
    src: *const u8,
    mask: *const u8,
    len: usize,
    dst: *mut u8,
) -> usize {
    let (src, dst) = (src.cast::<[u8; SIZE]>(), dst.cast::<[u8; SIZE]>());
    let mut taken = 0;
    for i in 0..len {
        // SAFETY: the caller's promise; `taken <= i`.
        unsafe {
            dst.add(taken).write(src.add(i).read());
            taken += usize::from(*mask.add(i) != 0);
        }
    }
    taken
}
