//! Products with a few rows or columns: matrices by vectors, and inner products.
//!
//! The large operand is read once, where it lies; the small one is copied to be dense. Results depend on which
//! axis of the large operand is dense in memory.

use std::marker::PhantomData;

use chunkwise_core::{DType, dispatch};

use super::ring::Ring;
use super::{Matrix, MatrixMut, Sizes};
use crate::Isa;
use crate::args::Args;
use crate::isa::{Body, Code, Level};

/// Partial sums of a row, so that additions need not wait for each other.
const LANES: usize = 32;
/// Rows whose sums are kept together when rows are adjacent in memory.
const BLOCK: usize = 512;
/// Rows after which the next column begins, so that the large operand is still in cache.
const ROWS: usize = 64;

/// Matrix-vector products of one dtype.
pub(super) struct Narrow {
    dtype: DType,
    code: Code,
}

impl Narrow {
    pub(super) fn new(dtype: DType, isa: Isa) -> Narrow {
        Narrow { dtype, code: dispatch!(dtype, Element, T => Code::new(TimesVector::<T>(PhantomData), isa)) }
    }

    /// # Safety
    /// As for [`Product::run`](super::Product::run).
    pub(super) unsafe fn run(&self, sizes: Sizes, a: Matrix, b: Matrix, c: MatrixMut, add: bool) {
        let swap = |s: [isize; 2]| [s[1], s[0]];
        let (sizes, a, b, c) = if sizes.cols <= sizes.rows {
            (sizes, a, b, c)
        } else {
            // The transposed product: few columns again.
            (
                Sizes { rows: sizes.cols, summed: sizes.summed, cols: sizes.rows },
                Matrix { strides: swap(b.strides), ..b },
                Matrix { strides: swap(a.strides), ..a },
                MatrixMut { strides: swap(c.strides), ..c },
            )
        };
        // SAFETY: the caller's promise, which transposing both sides keeps.
        dispatch!(self.dtype, Element, T => unsafe { run::<T>(&self.code, sizes, a, b, c, add) });
    }
}

/// # Safety
/// As for [`Narrow::run`], with elements of `T`, of which `code` is.
unsafe fn run<T: Ring>(code: &Code, sizes: Sizes, a: Matrix, b: Matrix, c: MatrixMut, add: bool) {
    let mut dense: Vec<T> = Vec::with_capacity(sizes.summed * sizes.cols);
    for col in 0..sizes.cols {
        for k in 0..sizes.summed {
            let offset = k as isize * b.strides[0] + col as isize * b.strides[1];
            // SAFETY: within the rows and columns of `b`.
            dense.push(unsafe { *b.ptr.cast::<T>().offset(offset) });
        }
    }
    // One column needs no blocks: nothing is read again.
    let block = if sizes.cols == 1 { sizes.rows } else { ROWS };
    for first in (0..sizes.rows).step_by(block) {
        for (col, vector) in (0..sizes.cols).map(|col| (col, &dense[col * sizes.summed..])) {
            let (from, to) = (first as isize * a.strides[0], first as isize * c.strides[0]);
            let to = to + col as isize * c.strides[1];
            let args = Args {
                dst: c.ptr.cast::<T>().wrapping_offset(to).cast(),
                src: &[a.ptr.cast::<T>().wrapping_offset(from).cast(), vector.as_ptr().cast()],
                len: sizes.summed,
                rows: block.min(sizes.rows - first),
                stride: a.strides,
                dst_stride: c.strides,
                base: i64::from(add),
                ..Args::default()
            };
            // SAFETY: the rows lie within the operand and the result, the vector holds `summed` elements.
            unsafe { code.run(&args) };
        }
    }
}

/// `rows` rows of `len` elements, `stride` apart, times a dense vector; `base` is zero to overwrite.
struct TimesVector<T>(PhantomData<fn() -> T>);

impl<T: Ring> Body for TimesVector<T> {
    #[inline(always)]
    unsafe fn run<L: Level>(&self, args: &Args<'_>) {
        // SAFETY: struct's contract.
        let vector = unsafe { std::slice::from_raw_parts(args.src[1].cast::<T>(), args.len) };
        let store = |row: usize, sum: T| {
            // SAFETY: within the rows of the result, which is written before it is added to.
            unsafe {
                let dst = args.dst.cast::<T>().offset(row as isize * args.dst_stride[0]);
                *dst = if args.base == 0 { sum } else { T::add(*dst, sum) };
            }
        };
        let [down, right] = args.stride;
        let matrix = args.src[0].cast::<T>();
        if down == 1 && right != 1 && args.rows > 1 {
            for first in (0..args.rows).step_by(BLOCK) {
                let rows = BLOCK.min(args.rows - first);
                let mut sums = [T::ZERO; BLOCK];
                for (k, &x) in vector.iter().enumerate() {
                    let column = matrix.wrapping_offset(k as isize * right).wrapping_add(first);
                    // SAFETY: adjacent rows of one column of the operand.
                    let column = unsafe { std::slice::from_raw_parts(column, rows) };
                    for (sum, &a) in sums.iter_mut().zip(column) {
                        *sum = T::add_product(*sum, a, x);
                    }
                }
                sums.iter().take(rows).enumerate().for_each(|(i, &sum)| store(first + i, sum));
            }
            return;
        }
        for row in 0..args.rows {
            let start = matrix.wrapping_offset(row as isize * down);
            let mut lanes = [T::ZERO; LANES];
            if right == 1 {
                // SAFETY: the elements of one row of the operand, which are adjacent.
                let line = unsafe { std::slice::from_raw_parts(start, args.len) };
                let (lines, vectors) = (line.chunks_exact(LANES), vector.chunks_exact(LANES));
                let tail = lines.remainder().iter().zip(vectors.remainder());
                for (lane, (&a, &x)) in lanes.iter_mut().zip(tail) {
                    *lane = T::add_product(*lane, a, x);
                }
                for (line, vector) in lines.zip(vectors) {
                    for (lane, (&a, &x)) in lanes.iter_mut().zip(line.iter().zip(vector)) {
                        *lane = T::add_product(*lane, a, x);
                    }
                }
            } else {
                for (k, &x) in vector.iter().enumerate() {
                    // SAFETY: an element of this row of the operand.
                    let a = unsafe { *start.offset(k as isize * right) };
                    let lane = &mut lanes[k % LANES];
                    *lane = T::add_product(*lane, a, x);
                }
            }
            let mut width = LANES / 2;
            while width > 0 {
                for i in 0..width {
                    lanes[i] = T::add(lanes[i], lanes[i + width]);
                }
                width /= 2;
            }
            store(row, lanes[0]);
        }
    }
}
