//! Copies of operands in the order in which tiles read them.
//!
//! A sliver is as wide as a tile and as long as the panel; behind each of its groups, one position of the axis summed
//! over, the next one follows. What is missing of the last sliver is zero.

use std::marker::PhantomData;

use super::micro::Micro;
use super::vector::prefetch;
use crate::args::Args;
use crate::isa::{Body, Level};
use crate::kernel::transposed;

/// Packs `rows` positions of the axis summed over by `cols` rows (`COLS` false) or columns of the result, which are
/// `stride` apart in the operand.
pub(super) struct Pack<T, const COLS: bool>(pub(super) PhantomData<fn() -> T>);

impl<T: Micro, const COLS: bool> Body for Pack<T, COLS> {
    /// # Safety
    /// The operand must be valid for reads of `rows` by `cols` elements, the destination for writes of whole slivers.
    #[inline(always)]
    unsafe fn run<L: Level>(&self, args: &Args<'_>) {
        let width = T::shape(L::ISA)[usize::from(COLS)];
        let in_order = !COLS || T::IN_ORDER;
        let depth = args.rows;
        for first in (0..args.cols).step_by(width) {
            let present = width.min(args.cols - first);
            let src = args.src[0].cast::<T>().wrapping_offset(first as isize * args.stride[1]);
            let dst = args.dst.cast::<T>().wrapping_add(first * depth);
            // SAFETY: a sliver of the caller's promise.
            unsafe {
                match args.stride {
                    [down, 1] if in_order && present == width => copy(src, down, dst, depth, width),
                    [1, right] if in_order => {
                        turn::<T, L>(src, right, dst, depth, [width, present]);
                        pad(dst, depth, width, present);
                    }
                    [down, right] => {
                        for k in 0..depth {
                            let (src, group) = (src.offset(k as isize * down), dst.add(k * width));
                            for col in 0..width {
                                let value =
                                    if col < present { *src.offset(col as isize * right) } else { T::ZERO };
                                if COLS {
                                    T::place(group, width, col, value);
                                } else {
                                    *group.add(col) = value;
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// Copies `depth` rows of `width` adjacent elements, `down` apart, one behind the other.
///
/// # Safety
/// They must be valid for reads, the destination for writes.
#[inline(always)]
unsafe fn copy<T: Copy>(src: *const T, down: isize, dst: *mut T, depth: usize, width: usize) {
    /// Rows are too short for the processor to see where they lead.
    const AHEAD: isize = 12;
    /// Elements copied at a time: a call of `memcpy` takes as long as the row.
    const RUN: usize = 8;
    for k in 0..depth {
        prefetch(src.wrapping_offset((k as isize + AHEAD) * down), [0, 1], [1, width]);
        // SAFETY: a row of the caller's promise.
        unsafe {
            let (src, dst) = (src.offset(k as isize * down), dst.add(k * width));
            for run in 0..width / RUN {
                dst.add(run * RUN).cast::<[T; RUN]>().write(src.add(run * RUN).cast::<[T; RUN]>().read());
            }
            for i in width / RUN * RUN..width {
                *dst.add(i) = *src.add(i);
            }
        }
    }
}

/// Copies `depth` positions of `width` rows, `right` apart, whose elements are adjacent, one position behind the other.
///
/// # Safety
/// They must be valid for reads, the destination for writes of whole slivers.
#[inline(always)]
unsafe fn turn<T: Copy, L: Level>(
    src: *const T,
    right: isize,
    dst: *mut T,
    depth: usize,
    [width, present]: [usize; 2],
) {
    /// Elements of each row at a time, while those of the next sliver's rows, which are pages away, are asked for.
    const RUN: usize = 64;
    for first in (0..depth).step_by(RUN) {
        let (src, run) = (src.wrapping_add(first), RUN.min(depth - first));
        prefetch(src.wrapping_offset(present as isize * right), [right, 1], [present, run]);
        let dst = dst.wrapping_add(first * width);
        // SAFETY: part of the caller's promise.
        unsafe { transposed::<T, L>((src, right), (dst, width as isize), [run, present]) };
    }
}

/// Clears the columns of a sliver that are not there.
///
/// # Safety
/// The sliver must be valid for writes.
#[inline(always)]
unsafe fn pad<T: Micro>(dst: *mut T, depth: usize, width: usize, present: usize) {
    if present < width {
        for k in 0..depth {
            for col in present..width {
                // SAFETY: an element of the sliver.
                unsafe { *dst.add(k * width + col) = T::ZERO };
            }
        }
    }
}
