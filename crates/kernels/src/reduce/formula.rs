//! Sums that compute what they add up: the last arithmetic before a sum is part of the sum's own loop, so that its
//! result does not go through memory.
//!
//! Every operation is rounded on its own, and elements are added in the order in which the sum of a register adds them,
//! so that the bits are the same.

use std::marker::PhantomData;
use std::mem::MaybeUninit;

use chunkwise_core::DType;
use num_traits::Float;

use super::cell::Cell;
use super::items::{Items, Operands};
use super::loops::{SHORT, WIDE, Zip, zip_items};
use super::reducer::Sum;
use super::sum::{Compensated, Plain};
use super::{LEAF, ReduceOp, Shape};
use crate::args::{Args, REPEATED};
use crate::isa::{Body, Code, Isa, Level};

/// What a sum makes of its operands: what dot products, norms, distances, weights and linear functions need. There are no
/// more because each is compiled for every type and instruction set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Formula {
    /// `a - b`
    Difference,
    /// `a * b`
    Product,
    /// `(a - b) * (a - b)`
    SquaredDifference,
    /// `(a * b) * c`
    ProductOfThree,
    /// `(a - b) * c`
    DifferenceTimes,
    /// `a * b + c`
    ProductPlus,
    /// `a * b + c * d`
    SumOfProducts,
}

/// Whether there are loops for a reduction of what formulas give.
pub(crate) fn sums_formulas(op: ReduceOp, operand: DType) -> bool {
    matches!(op, ReduceOp::Sum | ReduceOp::Mean) && matches!(operand, DType::F32 | DType::F64)
}

/// The loop that takes a tile into the state of a sum. It is as that of a sum of one operand ([`code`](super::code)), but
/// has as many operands as the formula, all of them registers of the summed type, whose rows adjoin.
///
/// # Panics
/// When there is none: see [`sums_formulas`].
pub(crate) fn code(formula: Formula, operand: DType, shape: Shape, isa: Isa) -> Code {
    match operand {
        DType::F32 => of::<Plain<f32>>(formula, shape, isa),
        DType::F64 => of::<Compensated<f64>>(formula, shape, isa),
        _ => panic!("sums of {operand} compute nothing"),
    }
}

fn of<R: Sum<In: Float>>(formula: Formula, shape: Shape, isa: Isa) -> Code {
    match formula {
        Formula::Difference => with::<R, _, 2>(|[a, b]| a - b, shape, isa),
        Formula::Product => with::<R, _, 2>(|[a, b]| a * b, shape, isa),
        Formula::SquaredDifference => with::<R, _, 2>(|[a, b]| (a - b) * (a - b), shape, isa),
        Formula::ProductOfThree => with::<R, _, 3>(|[a, b, c]| (a * b) * c, shape, isa),
        Formula::DifferenceTimes => with::<R, _, 3>(|[a, b, c]| (a - b) * c, shape, isa),
        Formula::ProductPlus => with::<R, _, 3>(|[a, b, c]| a * b + c, shape, isa),
        Formula::SumOfProducts => with::<R, _, 4>(|[a, b, c, d]| a * b + c * d, shape, isa),
    }
}

fn with<R: Sum, F: Function<R::In, N>, const N: usize>(function: F, shape: Shape, isa: Isa) -> Code {
    match shape {
        Shape::All | Shape::Columns => Code::new(FoldOf::<R, F, N> { function, of: PhantomData }, isa),
        Shape::Rows | Shape::None => {
            let narrow = Code::new(Zip::<R>(PhantomData), isa);
            Code::new(ZipOf::<R, F, N> { function, narrow, of: PhantomData }, isa)
        }
    }
}

/// A function without data of some elements.
trait Function<T, const N: usize>: Fn([T; N]) -> T + Copy + Send + Sync + 'static {}
impl<T, const N: usize, F: Fn([T; N]) -> T + Copy + Send + Sync + 'static> Function<T, N> for F {}

/// Columns are reduced, and rows too where they do not step over cells.
struct FoldOf<R, F, const N: usize> {
    function: F,
    of: PhantomData<R>,
}

impl<R: Sum, F: Function<R::In, N>, const N: usize> Body for FoldOf<R, F, N> {
    const REPEATS: bool = true;

    #[inline(always)]
    unsafe fn run<L: Level>(&self, args: &Args<'_>) {
        let &Args { rows, cols, .. } = args;
        if args.len == 0 {
            return;
        }
        // SAFETY: the operands are registers of `R::In`, see `code`.
        let operands = unsafe { Operands::<R::In, N>::of(args) };
        let one_cell = args.cell_step[0] == 0;
        // Narrow rows share a leaf.
        let (leaf, width) =
            if one_cell && cols < LEAF { (LEAF / cols * cols, rows * cols) } else { (LEAF, cols) };
        for r in 0..args.len / width {
            // SAFETY: the fields are those of a state of `R`, and the tile lies within its cells.
            let mut cells = unsafe { R::Cell::at(&args.fields, args.cell + r * args.cell_step[0], 1) };
            let mut kept = R::Cell::get(&cells, 0);
            for start in (0..width).step_by(leaf) {
                let part = operands.computed(r * width + start, leaf.min(width - start), self.function);
                if part.len() < SHORT {
                    for i in 0..part.len() {
                        kept = R::take::<L>(kept, part.at(i), 0);
                    }
                } else {
                    kept = R::items(kept, part);
                }
            }
            R::Cell::set(&mut cells, 0, kept);
        }
    }
}

/// Columns have a cell each; rows share it or, where they step over cells, have their own.
struct ZipOf<R, F, const N: usize> {
    function: F,
    /// The loop over elements, for rows of few columns and cells that do not adjoin.
    narrow: Code,
    of: PhantomData<R>,
}

impl<R: Sum, F: Function<R::In, N>, const N: usize> Body for ZipOf<R, F, N> {
    const REPEATS: bool = true;

    #[inline(always)]
    unsafe fn run<L: Level>(&self, args: &Args<'_>) {
        let &Args { rows, cols, cell_step: [down, across], .. } = args;
        if args.len == 0 {
            return;
        }
        // SAFETY: the operands are registers of `R::In`, see `code`.
        let operands = unsafe { Operands::<R::In, N>::of(args) };
        if across == 1 && cols > WIDE {
            let wide = if operands.any_repeats() { REPEATED } else { cols };
            // Two rows at a time read and write each cell half as often; more of them have more operands than registers.
            let pairs = if down == 0 { rows / 2 * 2 } else { 0 };
            for c in (0..cols).step_by(wide) {
                let args = Args { cols: wide.min(cols - c), cell: args.cell + c, ..*args };
                let row = |r: usize| operands.computed(r * cols + c, args.cols, self.function);
                for r in (0..pairs).step_by(2) {
                    // SAFETY: the fields are those of a state of `R`, and the tile lies within its cells.
                    unsafe { zip_items::<R, L, 2>(&args, r, [row(r), row(r + 1)]) }
                }
                for r in pairs..rows {
                    // SAFETY: as above.
                    unsafe { zip_items::<R, L, 1>(&args, r, [row(r)]) }
                }
            }
            return;
        }
        // A few rows, or a part of one, are written down first.
        let wide = cols.min(LEAF);
        let high = LEAF / wide;
        let mut values = [MaybeUninit::<R::In>::uninit(); LEAF];
        for r in (0..rows).step_by(high) {
            for c in (0..cols).step_by(wide) {
                let (rows, cols) = (high.min(rows - r), wide.min(cols - c));
                let part = operands.computed(r * args.cols + c, rows * cols, self.function);
                for (i, value) in values[..part.len()].iter_mut().enumerate() {
                    value.write(part.at(i));
                }
                let src = [values.as_ptr().cast()];
                let (len, stride, cell) =
                    (rows * cols, [cols as isize, 1], args.cell + r * down + c * across);
                // SAFETY: a register of so many elements; the rest is as for the whole tile.
                unsafe { self.narrow.run(&Args { src: &src, rows, cols, len, stride, cell, ..*args }) }
            }
        }
    }
}
