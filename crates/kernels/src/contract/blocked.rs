//! Products of packed operands, in the order of loops of Goto and van de Geijn, "Anatomy of High-Performance Matrix
//! Multiplication" (2008): the rows of a panel are packed for the third-level cache, blocks of its columns for the
//! second, and while the columns of a tile are read from there, its rows stay in the first.

use std::marker::PhantomData;

use chunkwise_core::{Buffer, DType, dispatch};

use super::micro::{Micro, Tile};
use super::pack::Pack;
use super::{Matrix, MatrixMut, Sizes};
use crate::Isa;
use crate::args::Args;
use crate::isa::{Body, Code, Level};

/// Bytes of an element, times the length of a panel along the axis summed over.
const DEPTH: usize = 3 << 10;
/// Bytes of packed columns: less than half of a second-level cache.
const COLS: usize = 384 << 10;
/// Bytes of packed rows.
const ROWS: usize = 4 << 20;

/// The packed product of one dtype.
pub(super) struct Blocked {
    /// Bytes of an element.
    size: usize,
    /// Rows and columns of a tile.
    tile: [usize; 2],
    pack: [Code; 2],
    multiply: Code,
}

/// How a product is cut: pieces of equal size as far as whole tiles allow.
struct Pieces {
    rows: usize,
    depth: usize,
    cols: usize,
}

impl Pieces {
    fn new(size: usize, tile: [usize; 2], sizes: Sizes) -> Pieces {
        let even = |len: usize, most: usize, round: usize| {
            let most = (most / round).max(1) * round;
            len.div_ceil(len.div_ceil(most).max(1)).next_multiple_of(round)
        };
        let depth = even(sizes.summed, DEPTH / size, 1);
        let group = depth.max(1) * size;
        Pieces {
            rows: even(sizes.rows, ROWS / group, tile[0]),
            depth,
            cols: even(sizes.cols, COLS / group, tile[1]),
        }
    }

    /// Elements of the packed rows, and of the packed columns.
    fn packed(&self) -> [usize; 2] {
        [self.rows * self.depth, self.cols * self.depth]
    }
}

/// The longest panel that is packed at a time.
pub(super) fn depth(dtype: DType) -> usize {
    DEPTH / dtype.size()
}

/// An upper bound of the bytes that are packed at a time, on any instruction set.
pub(super) fn packed_bytes(dtype: DType, sizes: Sizes) -> usize {
    /// More than rounding up to whole tiles adds.
    const ROUND: usize = 64;
    let size = dtype.size();
    let group = sizes.summed.clamp(1, DEPTH / size) * size;
    let bytes = |len: usize, most: usize| len.saturating_mul(group).min(most) + ROUND * group;
    let of = |rows, cols| bytes(rows, ROWS) + bytes(cols, COLS);
    of(sizes.rows, sizes.cols).max(of(sizes.cols, sizes.rows))
}

impl Blocked {
    pub(super) fn new(dtype: DType, isa: Isa) -> Blocked {
        dispatch!(dtype, Element, T => Blocked {
            size: dtype.size(),
            tile: <T as Micro>::shape(isa.min(Isa::supported())),
            pack: [Code::new(Pack::<T, false>(PhantomData), isa), Code::new(Pack::<T, true>(PhantomData), isa)],
            multiply: Code::new(Multiply::<T>(PhantomData), isa),
        })
    }

    /// Writes `A B` to `c`, or adds it.
    ///
    /// # Safety
    /// As for [`Product::run`](super::Product::run); no size is zero.
    pub(super) unsafe fn run(&self, sizes: Sizes, a: Matrix, b: Matrix, c: MatrixMut, add: bool) {
        // Registers go along what is adjacent in the result; else the transposed product is the same.
        let (sizes, [a, b], c) = if c.strides[1] == 1 || c.strides[0] != 1 {
            (sizes, [a.turned(), b], c)
        } else {
            let turned = Sizes { rows: sizes.cols, cols: sizes.rows, ..sizes };
            (turned, [b, a.turned()], MatrixMut { strides: [c.strides[1], c.strides[0]], ..c })
        };
        let pieces = Pieces::new(self.size, self.tile, sizes);
        let [rows, cols] = pieces.packed();
        let memory = Buffer::uninit((rows + cols) * self.size);
        let packed_rows = memory.as_mut_ptr();
        let packed_cols = packed_rows.wrapping_add(rows * self.size);
        for k in (0..sizes.summed).step_by(pieces.depth) {
            let depth = pieces.depth.min(sizes.summed - k);
            for i in (0..sizes.rows).step_by(pieces.rows) {
                let rows = pieces.rows.min(sizes.rows - i);
                // SAFETY: the piece lies within the operand; its memory holds whole slivers of it.
                unsafe { self.pack(0, self.at(a, [k, i]), [depth, rows], packed_rows) };
                for j in (0..sizes.cols).step_by(pieces.cols) {
                    let cols = pieces.cols.min(sizes.cols - j);
                    // SAFETY: as above.
                    unsafe { self.pack(1, self.at(b, [k, j]), [depth, cols], packed_cols) };
                    let offset = i as isize * c.strides[0] + j as isize * c.strides[1];
                    let args = Args {
                        dst: c.ptr.wrapping_offset(offset * self.size as isize),
                        src: &[packed_rows, packed_cols],
                        len: depth,
                        rows,
                        cols,
                        dst_stride: c.strides,
                        base: i64::from(add || k > 0),
                        ..Args::default()
                    };
                    // SAFETY: both pieces are packed; this part of the result is the caller's promise, and written
                    // before it is added to.
                    unsafe { self.multiply.run(&args) };
                }
            }
        }
    }

    /// The matrix from this position on.
    fn at(&self, matrix: Matrix, at: [usize; 2]) -> Matrix {
        let offset = at[0] as isize * matrix.strides[0] + at[1] as isize * matrix.strides[1];
        Matrix { ptr: matrix.ptr.wrapping_offset(offset * self.size as isize), ..matrix }
    }

    /// Packs the rows (0) or columns (1) of a product, which are columns of the matrix.
    ///
    /// # Safety
    /// The matrix must be valid for reads, `into` for writes of whole slivers.
    unsafe fn pack(&self, side: usize, matrix: Matrix, [rows, cols]: [usize; 2], into: *mut u8) {
        let args =
            Args { dst: into, src: &[matrix.ptr], rows, cols, stride: matrix.strides, ..Args::default() };
        // SAFETY: the caller's promise.
        unsafe { self.pack[side].run(&args) };
    }
}

/// Multiplies packed rows and columns, `len` groups each, tile by tile; `base` is zero to overwrite the result.
struct Multiply<T>(PhantomData<fn() -> T>);

impl<T: Micro> Body for Multiply<T> {
    #[inline(always)]
    unsafe fn run<L: Level>(&self, args: &Args<'_>) {
        let [tall, wide] = T::shape(L::ISA);
        let (a, b) = (args.src[0].cast::<T>(), args.src[1].cast::<T>());
        for row in (0..args.rows).step_by(tall) {
            for col in (0..args.cols).step_by(wide) {
                let offset = row as isize * args.dst_stride[0] + col as isize * args.dst_stride[1];
                let tile = Tile {
                    depth: args.len,
                    a: a.wrapping_add(row * args.len),
                    b: b.wrapping_add(col * args.len),
                    dst: args.dst.cast::<T>().wrapping_offset(offset),
                    strides: args.dst_stride,
                    rows: tall.min(args.rows - row),
                    cols: wide.min(args.cols - col),
                    add: args.base != 0,
                };
                // SAFETY: slivers of packed operands, and a tile of the result.
                unsafe { T::run::<L>(&tile) };
            }
        }
    }
}
