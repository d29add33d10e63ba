//! Loads whose rows are adjacent in memory: cache-friendly transposition in blocks of 8 by 8.

use super::Strided;
use crate::isa::{Isa, Level};

const BLOCK: usize = 8;

/// Copies `rows` x `cols` elements whose rows are adjacent in the source and whose columns are adjacent in the
/// destination; `from` is from one column of the source to the next, `to` from one row of the destination.
///
/// # Safety
/// They must be valid, and the two sides must not overlap.
#[inline(always)]
pub(crate) unsafe fn transposed<T: Copy, L: Level>(
    (src, from): (*const T, isize),
    (dst, to): (*mut T, isize),
    [rows, cols]: [usize; 2],
) {
    // SAFETY: the caller's promise.
    unsafe { transpose::<T, L>(Strided { src, dst, from: [1, from], to: [to, 1], rows, cols }) }
}

/// Moves a tile whose rows are adjacent in the source and whose columns are adjacent in the destination.
///
/// # Safety
/// As for [`Move::run`](super::Move); `from[0]` and `to[1]` must be one.
#[inline(always)]
pub(super) unsafe fn transpose<T: Copy, L: Level>(tile: Strided<T>) {
    let (rows, cols) = (tile.rows - tile.rows % BLOCK, tile.cols - tile.cols % BLOCK);
    let wide = L::ISA == Isa::Avx512 && size_of::<T>() == 8;
    for r in (0..rows).step_by(BLOCK) {
        for c in (0..cols).step_by(BLOCK) {
            // SAFETY: whole blocks of the tile; the level says that the processor has AVX-512.
            unsafe {
                let src = tile.src.offset(r as isize + c as isize * tile.from[1]);
                let dst = tile.dst.offset(r as isize * tile.to[0] + c as isize);
                if wide {
                    block_of_64_bits(src.cast(), tile.from[1], dst.cast(), tile.to[0]);
                } else {
                    block(src, tile.from[1], dst, tile.to[0]);
                }
            }
        }
    }
    // SAFETY: what the blocks have left out of the tile.
    unsafe {
        rest(tile, rows..tile.rows, 0..tile.cols);
        rest(tile, 0..rows, cols..tile.cols);
    }
}

/// # Safety
/// `BLOCK` rows of `BLOCK` elements must be valid on both sides.
#[inline(always)]
unsafe fn block<T: Copy>(src: *const T, from: isize, dst: *mut T, to: isize) {
    // SAFETY: the caller's promise. Reading everything first lets the compiler see that nothing aliases.
    unsafe {
        let mut columns = [[*src; BLOCK]; BLOCK];
        for (c, column) in columns.iter_mut().enumerate() {
            *column = src.offset(c as isize * from).cast::<[T; BLOCK]>().read();
        }
        for r in 0..BLOCK {
            dst.offset(r as isize * to).cast::<[T; BLOCK]>().write(columns.map(|column| column[r]));
        }
    }
}

/// # Safety
/// The ranges must lie within the tile.
#[inline(always)]
unsafe fn rest<T: Copy>(tile: Strided<T>, rows: std::ops::Range<usize>, cols: std::ops::Range<usize>) {
    for c in cols {
        for r in rows.clone() {
            // SAFETY: an element of the tile.
            unsafe {
                *tile.dst.offset(r as isize * tile.to[0] + c as isize) =
                    *tile.src.offset(r as isize + c as isize * tile.from[1]);
            }
        }
    }
}

/// # Safety
/// As for [`block`], elements of eight bytes; the processor must have AVX-512F.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f")]
unsafe fn block_of_64_bits(src: *const f64, from: isize, dst: *mut f64, to: isize) {
    use std::arch::x86_64::*;
    // SAFETY: unaligned loads of eight elements each, within the block.
    let load = |i: isize| unsafe { _mm512_loadu_pd(src.offset(i * from)) };
    let c = [load(0), load(1), load(2), load(3), load(4), load(5), load(6), load(7)];
    // In three rounds, neighbouring columns exchange single elements, then pairs, then quadruples.
    let low = |i: usize| _mm512_unpacklo_pd(c[i], c[i + 1]);
    let high = |i: usize| _mm512_unpackhi_pd(c[i], c[i + 1]);
    let even = [low(0), low(2), low(4), low(6)];
    let odd = [high(0), high(2), high(4), high(6)];
    // Elements 0 and 4 of four columns, then 2 and 6.
    let near = |x: __m512d, y: __m512d| _mm512_shuffle_f64x2::<0x88>(x, y);
    let far = |x: __m512d, y: __m512d| _mm512_shuffle_f64x2::<0xdd>(x, y);
    for (first, [a, b, c, d]) in [(0, even), (1, odd)] {
        let (left, right) = (near(a, b), near(c, d));
        let (left2, right2) = (far(a, b), far(c, d));
        let rows = [near(left, right), near(left2, right2), far(left, right), far(left2, right2)];
        for (i, row) in rows.into_iter().enumerate() {
            // SAFETY: a row of eight elements within the block.
            unsafe { _mm512_storeu_pd(dst.offset((first + 2 * i) as isize * to), row) };
        }
    }
}

/// # Safety
/// Never called: without x86-64 there is no AVX-512.
#[cfg(not(target_arch = "x86_64"))]
unsafe fn block_of_64_bits(src: *const f64, from: isize, dst: *mut f64, to: isize) {
    // SAFETY: the caller's promise.
    unsafe { block(src, from, dst, to) }
}
