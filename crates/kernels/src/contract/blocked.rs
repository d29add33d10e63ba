//! Products of integers and of truth values: both operands packed, a few rows of the result in registers.
//!
//! The order of loops is that of Goto and van de Geijn, "Anatomy of High-Performance Matrix Multiplication"
//! (2008): a panel of `B` is packed for the second-level cache, then strips of `A` for the first, and the
//! innermost loop adds products to a tile of the result that stays in registers.

use std::marker::PhantomData;

use chunkwise_core::{DType, dispatch};

use super::backend::Backend;
use super::ring::Ring;
use super::{Matrix, MatrixMut, Sizes};
use crate::Isa;
use crate::args::Args;
use crate::isa::{Body, Code, Level};

/// Rows of the tile in registers.
const ROWS: usize = 4;
/// Columns of the tile in registers: two registers of 64-bit, four of narrower elements.
const COLS: usize = 16;
/// Length of a panel along the axis summed over.
const DEPTH: usize = 256;
/// Columns of a panel of `B`.
const WIDTH: usize = 1024;

/// The most elements that are packed at a time.
pub(super) fn packed_elements(sizes: Sizes) -> usize {
    sizes.summed.min(DEPTH) * (sizes.cols.min(WIDTH).next_multiple_of(COLS) + ROWS)
}

/// The packed product of one dtype.
pub(super) struct Blocked {
    dtype: DType,
    tile: Code,
}

impl Blocked {
    /// The product of any dtype; floats have a better one.
    pub(super) fn new(dtype: DType, isa: Isa) -> Blocked {
        let tile = dispatch!(dtype, Element, T => Code::new(Tile::<T>(PhantomData), isa));
        Blocked { dtype, tile }
    }
}

impl Backend for Blocked {
    unsafe fn run(&self, sizes: Sizes, a: Matrix, b: Matrix, c: MatrixMut, add: bool) {
        // SAFETY: the caller's promise; the tile's code is of this dtype.
        dispatch!(self.dtype, Element, T => unsafe { run::<T>(&self.tile, sizes, a, b, c, add) });
    }
}

/// # Safety
/// As for [`Backend::run`], with elements of `T`, of which `tile` is.
unsafe fn run<T: Ring>(tile: &Code, sizes: Sizes, a: Matrix, b: Matrix, c: MatrixMut, add: bool) {
    let mut strip = [T::ZERO; ROWS * DEPTH];
    let mut panel = vec![T::ZERO; sizes.summed.min(DEPTH) * sizes.cols.min(WIDTH).next_multiple_of(COLS)];
    let at = |m: Matrix, row: usize, col: usize| {
        let offset = row as isize * m.strides[0] + col as isize * m.strides[1];
        Matrix { ptr: m.ptr.cast::<T>().wrapping_offset(offset).cast(), strides: m.strides }
    };
    let (rows, cols) = (|i: usize| (sizes.rows - i).min(ROWS), |j: usize| (sizes.cols - j).min(WIDTH));
    for left in (0..sizes.cols).step_by(WIDTH) {
        for top in (0..sizes.summed).step_by(DEPTH) {
            let depth = (sizes.summed - top).min(DEPTH);
            for (j, packed) in panel.chunks_mut(COLS * depth).enumerate() {
                let first = left + j * COLS;
                if first >= left + cols(left) {
                    break;
                }
                let from = at(b, top, first);
                // SAFETY: the box lies within `b`.
                unsafe { pack::<T, COLS>(packed, from, depth, (left + cols(left) - first).min(COLS)) };
            }
            for row in (0..sizes.rows).step_by(ROWS) {
                let from = at(a, row, top);
                let turned = Matrix { strides: [from.strides[1], from.strides[0]], ..from };
                // SAFETY: the box lies within `a`; its columns are packed as the rows of its transpose.
                unsafe { pack::<T, ROWS>(&mut strip, turned, depth, rows(row)) };
                for (j, packed) in panel.chunks(COLS * depth).enumerate() {
                    let col = left + j * COLS;
                    if col >= left + cols(left) {
                        break;
                    }
                    let offset = row as isize * c.strides[0] + col as isize * c.strides[1];
                    let args = Args {
                        dst: c.ptr.cast::<T>().wrapping_offset(offset).cast(),
                        src: &[strip.as_ptr().cast(), packed.as_ptr().cast()],
                        len: depth,
                        rows: rows(row),
                        cols: (left + cols(left) - col).min(COLS),
                        dst_stride: c.strides,
                        base: i64::from(add || top > 0),
                        ..Args::default()
                    };
                    // SAFETY: both packed operands hold `depth` groups; the tile lies within the result.
                    unsafe { tile.run(&args) };
                }
            }
        }
    }
}

/// Copies `depth` rows of at most `N` elements one after the other, filled up with zeros.
///
/// # Safety
/// `from` must be valid for reading `depth` rows and `width` columns.
unsafe fn pack<T: Ring, const N: usize>(into: &mut [T], from: Matrix, depth: usize, width: usize) {
    let ptr = from.ptr.cast::<T>();
    for (row, group) in into.chunks_exact_mut(N).take(depth).enumerate() {
        let ptr = ptr.wrapping_offset(row as isize * from.strides[0]);
        for (col, value) in group.iter_mut().enumerate() {
            if col >= width {
                *value = T::ZERO;
                continue;
            }
            // SAFETY: within the rows and columns of the caller's promise.
            *value = unsafe { *ptr.offset(col as isize * from.strides[1]) };
        }
    }
}

/// Adds the products of two packed operands to a tile of the result: `len` groups of [`ROWS`] and of [`COLS`]
/// elements; `base` is zero to overwrite the tile.
struct Tile<T>(PhantomData<fn() -> T>);

impl<T: Ring> Body for Tile<T> {
    #[inline(always)]
    unsafe fn run<L: Level>(&self, args: &Args<'_>) {
        // SAFETY: packed operands hold `len` groups (struct's contract).
        let (a, b) = unsafe {
            (
                std::slice::from_raw_parts(args.src[0].cast::<[T; ROWS]>(), args.len),
                std::slice::from_raw_parts(args.src[1].cast::<[T; COLS]>(), args.len),
            )
        };
        let mut sums = [[T::ZERO; COLS]; ROWS];
        for (a, b) in a.iter().zip(b) {
            for (sums, &a) in sums.iter_mut().zip(a) {
                for (sum, &b) in sums.iter_mut().zip(b) {
                    *sum = T::add_product(*sum, a, b);
                }
            }
        }
        let dst = args.dst.cast::<T>();
        for (i, sums) in sums.iter().enumerate().take(args.rows) {
            for (j, &sum) in sums.iter().enumerate().take(args.cols) {
                let offset = i as isize * args.dst_stride[0] + j as isize * args.dst_stride[1];
                // SAFETY: within the tile of the result, which is written before it is added to.
                unsafe {
                    let dst = dst.offset(offset);
                    *dst = if args.base == 0 { sum } else { T::add(*dst, sum) };
                }
            }
        }
    }
}
