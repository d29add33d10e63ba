//! Variance and standard deviation, by count, mean and sum of squared deviations.
//!
//! Along a row every leaf is passed twice while it is in cache, its mean first and then the deviations from
//! it, and merged into the cell by the formula of Chan, Golub and LeVeque ("Updating formulae and a pairwise
//! algorithm for computing sample variances", 1979). Down the rows each element is taken in by Welford's
//! update, the same formula for one element. Neither subtracts large sums, so values far from zero keep their
//! digits. Multiplications and additions are not fused: the result has the same bits on every instruction set.

use std::marker::PhantomData;

use chunkwise_core::{DType, dispatch};

use super::cell::Cell;
use super::items::Items;
use super::loops::Run;
use super::number::{Term, Wide};
use super::reducer::{Family, Reducer};
use super::{AllNan, ReduceOp, lanes};
use crate::isa::Level;

/// The reduction for `op`, one of the variances, of operands of this type.
pub(super) fn family(op: ReduceOp, operand: DType) -> Option<Box<dyn Family>> {
    let ReduceOp::Var { ddof, std, nan } = op else { return None };
    Some(dispatch!(operand, Inexact, T => match nan {
        false => Box::new(Var::<T, false> { ddof, std, of: PhantomData }),
        true => Box::new(Var::<T, true> { ddof, std, of: PhantomData }),
    }, else dispatch!(operand, Integer, T => Box::new(Var::<T, false> { ddof, std, of: PhantomData }),
        else return None)))
}

/// Variance, or its square root, without NaN where it is skipped.
struct Var<A, const SKIP: bool> {
    ddof: f64,
    std: bool,
    of: PhantomData<A>,
}

/// How many elements, their mean, and the sum of the squares of their distances from it.
type Moments<W> = (f64, W, f64);

/// Count, mean and squares of two groups together (Chan).
#[inline(always)]
fn merge<W: Wide>((n, mean, squares): Moments<W>, from: Moments<W>) -> Moments<W> {
    let total = n + from.0;
    let share = if total > 0.0 { from.0 / total } else { 0.0 };
    let distance = from.1 - mean;
    // In this order nothing overflows when one of the groups is empty.
    let between = distance.scale(n * share).dot(distance);
    (total, mean + distance.scale(share), squares + from.2 + between)
}

/// Takes in one element, given the reciprocal of the count with it (Welford).
#[inline(always)]
fn take<W: Wide>((mean, squares): (W, f64), x: W, reciprocal: f64) -> (W, f64) {
    let distance = x - mean;
    let mean = mean + distance.scale(reciprocal);
    (mean, squares + distance.dot(x - mean))
}

impl<A: Term, const SKIP: bool> Var<A, SKIP> {
    #[inline(always)]
    fn skips(x: A) -> bool {
        SKIP && x.is_nan()
    }

    #[inline(always)]
    fn moments(leaf: &[A]) -> Moments<A::Wide> {
        let count = leaf.iter().fold(0, |n: i64, &x| n + i64::from(!Self::skips(x))) as f64;
        let value = |x: A| if Self::skips(x) { A::Wide::ZERO } else { x.wide() };
        let sum = lanes::fold(leaf, A::Wide::ZERO, |sum, x| sum + value(x), |a, b| a + b);
        let mean = if count > 0.0 { sum.divide(count) } else { A::Wide::ZERO };
        let square = |x: A| {
            let distance = x.wide() - mean;
            if Self::skips(x) { 0.0 } else { distance.dot(distance) }
        };
        (count, mean, lanes::fold(leaf, 0.0, |sum, x| sum + square(x), |a, b| a + b))
    }
}

impl<A: Term, const SKIP: bool> Reducer for Var<A, SKIP> {
    type In = A;
    type Cell = Moments<A::Wide>;
    type Out = A::Real;
    const IDENTITY: Self::Cell = (0.0, A::Wide::ZERO, 0.0);
    const EXACT: bool = false;

    #[inline(always)]
    fn leaf<L: Level>(cell: Self::Cell, leaf: &Run<'_, A>) -> Self::Cell {
        merge(cell, Self::moments(leaf.data))
    }

    #[inline(always)]
    fn take<L: Level>((n, mean, squares): Self::Cell, x: A, _: i64) -> Self::Cell {
        // What is skipped is taken in as another mean, without being counted.
        let (x, one) = if Self::skips(x) { (mean, 0.0) } else { (x.wide(), 1.0) };
        let count = n + one;
        let (mean, squares) = take((mean, squares), x, 1.0 / count.max(1.0));
        (count, mean, squares)
    }

    /// Where all cells have taken in equally many elements, which is the rule, one division serves a row of them.
    #[inline(always)]
    fn zip<L: Level, const N: usize>(
        (counts, means, squares): <Self::Cell as Cell>::Row<'_>,
        rows: [impl Items<Item = A>; N],
        _: i64,
        _: [i64; 2],
    ) {
        let count = counts.first().copied().unwrap_or_default();
        let differ = |bits: u64, n: &f64| bits | (n.to_bits() ^ count.to_bits());
        if SKIP || counts.iter().fold(0, differ) != 0 {
            for i in 0..counts.len() {
                let cell = (counts[i], means[i], squares[i]);
                (counts[i], means[i], squares[i]) =
                    Self::column::<L, N>(cell, rows.map(|row| row.at(i)), 0, 0);
            }
            return;
        }
        let reciprocals: [f64; N] = std::array::from_fn(|k| 1.0 / (count + (k + 1) as f64));
        counts.fill(count + N as f64);
        for i in 0..means.len() {
            let mut cell = (means[i], squares[i]);
            for k in 0..N {
                cell = take(cell, rows[k].at(i).wide(), reciprocals[k]);
            }
            (means[i], squares[i]) = cell;
        }
    }

    #[inline(always)]
    fn merge(into: Self::Cell, from: Self::Cell) -> Self::Cell {
        merge(into, from)
    }

    #[inline(always)]
    fn finish(&self, (count, _, squares): Self::Cell, _: u64) -> Result<Self::Out, AllNan> {
        let freedom = count - self.ddof;
        // Negative only where the distance of finite elements was infinite, and a mean with it.
        let squares = squares.abs();
        // As NumPy: without degrees of freedom `var` divides by zero, `nanvar` is NaN.
        let variance = if SKIP && freedom <= 0.0 { f64::NAN } else { squares / freedom.max(0.0) };
        let result = if self.std { variance.sqrt() } else { variance };
        let result = if result.is_nan() { f64::NAN } else { result };
        Ok(num_traits::cast(result).expect("floats convert to floats"))
    }
}
