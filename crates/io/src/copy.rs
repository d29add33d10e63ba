//! Strided copies between a staging area and a block, and byte order.

use smallvec::SmallVec;

/// One axis of a copy, its steps in elements.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CopyAxis {
    pub(crate) len: usize,
    pub(crate) from: isize,
    pub(crate) to: isize,
}

/// Copies elements of `size` bytes (a power of two up to 16) from one strided array to another.
///
/// # Safety
/// Every element that the axes reach from `from` must be valid for reads and initialised, every one that
/// they reach from `to` valid for writes, and the two must not overlap. Neither needs any alignment.
pub(crate) unsafe fn copy(size: usize, axes: &[CopyAxis], from: *const u8, to: *mut u8) {
    if axes.iter().any(|axis| axis.len == 0) {
        return;
    }
    // The destination is walked with its smallest steps innermost: whole cache lines of it are filled,
    // while the source (or the other way round, when gathering) is a staging area that stays in cache.
    let mut axes: SmallVec<[CopyAxis; 6]> = axes.iter().copied().filter(|axis| axis.len > 1).collect();
    axes.sort_by_key(|axis| std::cmp::Reverse(axis.to.unsigned_abs()));
    // SAFETY: the caller's contract; the element types have the size named and no invalid bit patterns.
    unsafe {
        match size {
            1 => nest::<u8>(&axes, from.cast(), to.cast()),
            2 => nest::<u16>(&axes, from.cast(), to.cast()),
            4 => nest::<u32>(&axes, from.cast(), to.cast()),
            8 => nest::<u64>(&axes, from.cast(), to.cast()),
            16 => nest::<[u64; 2]>(&axes, from.cast(), to.cast()),
            _ => unreachable!("no dtype has {size} bytes"),
        }
    }
}

/// # Safety
/// As [`copy`].
unsafe fn nest<T: Copy>(axes: &[CopyAxis], from: *const T, to: *mut T) {
    let Some((axis, inner)) = axes.split_first() else {
        // SAFETY: the one element of no axes.
        unsafe { to.write_unaligned(from.read_unaligned()) };
        return;
    };
    if inner.is_empty() {
        // SAFETY: the elements that this axis reaches.
        unsafe { row(*axis, from, to) };
        return;
    }
    for i in 0..axis.len as isize {
        // SAFETY: a position that the axes reach.
        unsafe { nest(inner, from.wrapping_offset(i * axis.from), to.wrapping_offset(i * axis.to)) };
    }
}

/// # Safety
/// As [`copy`], for one axis.
unsafe fn row<T: Copy>(axis: CopyAxis, from: *const T, to: *mut T) {
    if axis.from == 1 && axis.to == 1 {
        // SAFETY: both runs lie within what the caller vouches for, and do not overlap.
        unsafe { to.cast::<u8>().copy_from_nonoverlapping(from.cast(), axis.len * size_of::<T>()) };
        return;
    }
    for i in 0..axis.len as isize {
        // SAFETY: a position that the axis reaches.
        unsafe {
            let value = from.wrapping_offset(i * axis.from).read_unaligned();
            to.wrapping_offset(i * axis.to).write_unaligned(value);
        }
    }
}

/// Reverses the bytes of every number of `width` bytes (1, 2, 4 or 8).
pub(crate) fn swap_bytes(bytes: &mut [u8], width: usize) {
    fn swap<const N: usize>(bytes: &mut [u8]) {
        for number in bytes.as_chunks_mut::<N>().0 {
            number.reverse();
        }
    }
    match width {
        1 => {}
        2 => swap::<2>(bytes),
        4 => swap::<4>(bytes),
        8 => swap::<8>(bytes),
        _ => unreachable!("no number has {width} bytes"),
    }
}
