//! Moving tiles between memory with strides and memory without: loads that are more than a pointer, stores
//! that were not computed in place, constants and coordinates.

mod transpose;

pub(crate) use transpose::transposed;

use std::marker::PhantomData;

use chunkwise_core::DType;

use crate::args::Args;
use crate::isa::{Body, Code, Isa, Level};

/// The loop that copies tiles of this type: element `(r, c)` from `r * stride[0] + c * stride[1]` of the
/// source to `r * dst_stride[0] + c * dst_stride[1]` of the destination.
pub(super) fn mover(dtype: DType, isa: Isa) -> Code {
    // Complex numbers are less aligned than integers of their size.
    match dtype {
        DType::C32 => Code::new(Move::<[u32; 2]>(PhantomData), isa),
        DType::C64 => Code::new(Move::<[u64; 2]>(PhantomData), isa),
        _ => match dtype.size() {
            1 => Code::new(Move::<u8>(PhantomData), isa),
            2 => Code::new(Move::<u16>(PhantomData), isa),
            4 => Code::new(Move::<u32>(PhantomData), isa),
            _ => Code::new(Move::<u64>(PhantomData), isa),
        },
    }
}

/// See [`mover`].
struct Move<T>(PhantomData<fn() -> T>);

impl<T: Copy + 'static> Body for Move<T> {
    /// # Safety
    /// Every element that shape and strides reach must be valid, and the two sides must not overlap.
    #[inline(always)]
    unsafe fn run<L: Level>(&self, args: &Args<'_>) {
        let mut tile = Strided {
            src: args.src[0].cast::<T>(),
            dst: args.dst.cast::<T>(),
            from: args.stride,
            to: args.dst_stride,
            rows: args.rows,
            cols: args.cols,
        };
        if tile.cols == 1 {
            tile = tile.swapped();
        }
        // SAFETY: the caller's promise, which does not depend on the order of the axes.
        unsafe {
            match (tile.from, tile.to) {
                ([_, 1], [_, 1]) => tile.copy_rows(),
                ([_, 0], [_, 1]) => tile.fill_rows(),
                ([1, _], [_, 1]) => transpose::transpose::<T, L>(tile),
                ([_, 1], [1, _]) => transpose::transpose::<T, L>(tile.swapped()),
                ([_, -1], [_, 1]) => tile.each_row(|src, dst, i| *dst.add(i) = *src.offset(-(i as isize))),
                ([_, 2], [_, 1]) => tile.each_row(|src, dst, i| *dst.add(i) = *src.add(2 * i)),
                ([_, from], [_, to]) => {
                    tile.each_row(|src, dst, i| *dst.offset(i as isize * to) = *src.offset(i as isize * from))
                }
            }
        }
    }
}

/// Both sides of a move.
#[derive(Clone, Copy)]
struct Strided<T> {
    src: *const T,
    dst: *mut T,
    from: [isize; 2],
    to: [isize; 2],
    rows: usize,
    cols: usize,
}

/// Rows shorter than this are not worth a call of `memcpy` each.
const SHORT: usize = 8;

impl<T: Copy> Strided<T> {
    /// The same move with the axes in the other order.
    #[inline(always)]
    fn swapped(self) -> Self {
        let Strided { src, dst, from, to, rows, cols } = self;
        Strided { src, dst, from: [from[1], from[0]], to: [to[1], to[0]], rows: cols, cols: rows }
    }

    /// # Safety
    /// As for [`Move::run`], as everything below; columns must be adjacent on both sides.
    #[inline(always)]
    unsafe fn copy_rows(self) {
        let row = self.cols as isize;
        // SAFETY: the caller's promise.
        unsafe {
            if self.rows == 1 || self.from[0] == row && self.to[0] == row {
                std::ptr::copy_nonoverlapping(self.src, self.dst, self.rows * self.cols);
            } else if self.cols < SHORT {
                let [from, to] = [self.from[0], self.to[0]];
                self.swapped().each_row(|src, dst, i| {
                    *dst.offset(i as isize * to) = *src.offset(i as isize * from);
                });
            } else {
                for r in 0..self.rows as isize {
                    let (src, dst) = (self.src.offset(r * self.from[0]), self.dst.offset(r * self.to[0]));
                    std::ptr::copy_nonoverlapping(src, dst, self.cols);
                }
            }
        }
    }

    /// # Safety
    /// Columns must be adjacent in the destination and the same element in the source.
    #[inline(always)]
    unsafe fn fill_rows(self) {
        // SAFETY: the caller's promise; the destination is written only.
        unsafe {
            if self.from[0] == 0 && self.to[0] == self.cols as isize {
                fill(self.dst, *self.src, self.rows * self.cols);
            } else {
                for r in 0..self.rows as isize {
                    fill(self.dst.offset(r * self.to[0]), *self.src.offset(r * self.from[0]), self.cols);
                }
            }
        }
    }

    /// Calls `element` with the first element of the source's and the destination's row and each column.
    ///
    /// # Safety
    /// `element` must reach only what strides and shape do.
    #[inline(always)]
    unsafe fn each_row(self, element: impl Fn(*const T, *mut T, usize)) {
        for r in 0..self.rows as isize {
            // SAFETY: the first element of a row of the tile.
            let (src, dst) = unsafe { (self.src.offset(r * self.from[0]), self.dst.offset(r * self.to[0])) };
            for i in 0..self.cols {
                element(src, dst, i);
            }
        }
    }
}

/// # Safety
/// `dst` must be valid for writes of `len` elements.
#[inline(always)]
unsafe fn fill<T: Copy>(dst: *mut T, value: T, len: usize) {
    for i in 0..len {
        // SAFETY: the caller's promise.
        unsafe { *dst.add(i) = value };
    }
}

/// Coordinates: `base + r * step[0] + c * step[1]` as `i64`, wrapping.
pub(super) struct Affine;

impl Body for Affine {
    /// # Safety
    /// The result must be a register of `i64`.
    #[inline(always)]
    unsafe fn run<L: Level>(&self, args: &Args<'_>) {
        // SAFETY: the caller's promise.
        let dst = unsafe { args.dst::<i64>() };
        for (r, row) in dst.chunks_exact_mut(args.cols).enumerate() {
            let first = args.base.wrapping_add(args.step[0].wrapping_mul(r as i64));
            for (c, value) in row.iter_mut().enumerate() {
                *value = first.wrapping_add(args.step[1].wrapping_mul(c as i64));
            }
        }
    }
}
