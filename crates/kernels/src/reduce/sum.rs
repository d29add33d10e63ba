//! Sum and mean: integers wrap in 64 bits, floats carry their rounding errors along.
//!
//! A sum of `f64` is kept with the errors that its additions have made (Neumaier's form of Kahan's summation:
//! the errors are summed apart and added once, at the end). Until then the sum is what adding without any
//! compensation gives, so infinities and NaN come out as IEEE arithmetic has them. Sums of `f32` are kept in
//! `f64`, whose rounding errors are beyond the digits of the result.

use std::marker::PhantomData;

use chunkwise_core::{DType, dispatch};

use super::cell::Cell;
use super::items::Items;
use super::loops::Run;
use super::number::{Term, Whole, Wide};
use super::reducer::{Family, Reducer, Sum};
use super::{AllNan, ReduceOp, lanes};
use crate::isa::Level;

/// The reduction for `op`, one of the sums and means, of operands of this type.
pub(super) fn family(op: ReduceOp, operand: DType) -> Option<Box<dyn Family>> {
    let result = match op {
        ReduceOp::Sum | ReduceOp::NanSum => Result::Sum,
        ReduceOp::Mean | ReduceOp::NanMean => Result::Mean,
        _ => return None,
    };
    let skip = matches!(op, ReduceOp::NanSum | ReduceOp::NanMean);
    Some(dispatch!(operand, Inexact, T => match (skip, operand) {
        (true, _) => Box::new(Present::<T> { result, of: PhantomData }),
        (false, DType::F32 | DType::C32) => Box::new(Plain::<T> { result, of: PhantomData }),
        (false, _) => Box::new(Compensated::<T> { result, of: PhantomData }),
    }, else dispatch!(operand, Integer, T => match result {
        Result::Sum => Box::new(Wrapping::<T>(PhantomData)),
        Result::Mean => Box::new(Compensated::<T> { result, of: PhantomData }),
    }, else return None)))
}

/// What is made of a sum.
#[derive(Clone, Copy)]
enum Result {
    Sum,
    Mean,
}

impl Result {
    #[inline(always)]
    fn of<A: Term>(self, sum: A::Wide, count: f64) -> A::Mean {
        A::narrow(match self {
            Result::Sum => sum,
            Result::Mean => sum.divide(count),
        })
    }
}

/// The plain sum of a leaf.
#[inline(always)]
fn leaf_sum<A: Term>(leaf: impl Items<Item = A>, value: impl Fn(A) -> A::Wide) -> A::Wide {
    lanes::fold(leaf, A::Wide::ZERO, |sum, x| sum + value(x), |a, b| a + b)
}

/// Adds `x` to a sum and the rounding error of that to the errors, whichever of the two is larger (Knuth).
#[inline(always)]
fn add<W: Wide>((sum, errors): (W, W), x: W) -> (W, W) {
    let total = sum + x;
    let added = total - sum;
    (total, errors + ((sum - (total - added)) + (x - added)))
}

/// The same in half the operations, exact where the sum is not smaller than `x` (Dekker). Where it is, the
/// error is within one rounding of `x`: over any number of elements that stays below two roundings of the sum
/// of their magnitudes.
#[inline(always)]
fn add_small<W: Wide>((sum, errors): (W, W), x: W) -> (W, W) {
    let total = sum + x;
    (total, errors + (x - (total - sum)))
}

/// Adds a few rows to a row of sums and errors. (As parameters of their own these are known to overlap nothing that is
/// read; the loop is not vectorised otherwise where the rows are computed of many operands.)
#[inline(always)]
fn add_rows<A: Term, const N: usize>(
    sums: &mut [A::Wide],
    errors: &mut [A::Wide],
    rows: [impl Items<Item = A>; N],
) {
    for (i, (sum, error)) in sums.iter_mut().zip(errors).enumerate() {
        let mut cell = (*sum, *error);
        for row in rows {
            cell = add_small(cell, row.at(i).wide());
        }
        (*sum, *error) = cell;
    }
}

#[inline(always)]
fn merge<W: Wide>(into: (W, W), from: (W, W)) -> (W, W) {
    let (sum, errors) = add(into, from.0);
    (sum, errors + from.1)
}

/// Sums of integers.
struct Wrapping<A>(PhantomData<A>);

impl<A: Whole> Reducer for Wrapping<A> {
    type In = A;
    type Cell = (A::Sum,);
    type Out = A::Sum;
    const IDENTITY: Self::Cell = (A::UNITS[0],);
    const EXACT: bool = true;

    #[inline(always)]
    fn leaf<L: Level>((sum,): Self::Cell, leaf: &Run<'_, A>) -> Self::Cell {
        (A::plus(sum, A::sum(leaf.data)),)
    }

    #[inline(always)]
    fn take<L: Level>((sum,): Self::Cell, x: A, _: i64) -> Self::Cell {
        (A::plus(sum, x.wide()),)
    }

    #[inline(always)]
    fn merge((into,): Self::Cell, (from,): Self::Cell) -> Self::Cell {
        (A::plus(into, from),)
    }

    #[inline(always)]
    fn finish(&self, (sum,): Self::Cell, _: u64) -> std::result::Result<A::Sum, AllNan> {
        Ok(sum)
    }
}

/// Sums of `f32`, real or complex, in `f64`.
pub(super) struct Plain<A> {
    result: Result,
    of: PhantomData<A>,
}

impl<A: Term> Reducer for Plain<A> {
    type In = A;
    type Cell = (A::Wide,);
    type Out = A::Mean;
    const IDENTITY: Self::Cell = (A::Wide::ZERO,);
    const EXACT: bool = false;

    #[inline(always)]
    fn leaf<L: Level>((sum,): Self::Cell, leaf: &Run<'_, A>) -> Self::Cell {
        Self::items((sum,), leaf.data)
    }

    #[inline(always)]
    fn take<L: Level>((sum,): Self::Cell, x: A, _: i64) -> Self::Cell {
        (sum + x.wide(),)
    }

    #[inline(always)]
    fn merge((into,): Self::Cell, (from,): Self::Cell) -> Self::Cell {
        (into + from,)
    }

    #[inline(always)]
    fn finish(&self, (sum,): Self::Cell, count: u64) -> std::result::Result<A::Mean, AllNan> {
        Ok(self.result.of::<A>(sum, count as f64))
    }
}

impl<A: Term> Sum for Plain<A> {
    #[inline(always)]
    fn items((sum,): Self::Cell, leaf: impl Items<Item = A>) -> Self::Cell {
        (sum + leaf_sum(leaf, A::wide),)
    }
}

/// Sums of `f64`, real or complex, and of integers of which the mean is wanted: the sum and its errors.
pub(super) struct Compensated<A> {
    result: Result,
    of: PhantomData<A>,
}

impl<A: Term> Reducer for Compensated<A> {
    type In = A;
    type Cell = (A::Wide, A::Wide);
    type Out = A::Mean;
    const IDENTITY: Self::Cell = (A::Wide::ZERO, A::Wide::ZERO);
    const EXACT: bool = false;

    #[inline(always)]
    fn leaf<L: Level>(cell: Self::Cell, leaf: &Run<'_, A>) -> Self::Cell {
        Self::items(cell, leaf.data)
    }

    #[inline(always)]
    fn take<L: Level>(cell: Self::Cell, x: A, _: i64) -> Self::Cell {
        add_small(cell, x.wide())
    }

    #[inline(always)]
    fn zip<L: Level, const N: usize>(
        (sums, errors): <Self::Cell as Cell>::Row<'_>,
        rows: [impl Items<Item = A>; N],
        _: i64,
        _: [i64; 2],
    ) {
        add_rows(sums, errors, rows);
    }

    #[inline(always)]
    fn merge(into: Self::Cell, from: Self::Cell) -> Self::Cell {
        merge(into, from)
    }

    #[inline(always)]
    fn finish(&self, (sum, errors): Self::Cell, count: u64) -> std::result::Result<A::Mean, AllNan> {
        Ok(self.result.of::<A>(sum.corrected(errors), count as f64))
    }
}

impl<A: Term> Sum for Compensated<A> {
    #[inline(always)]
    fn items(cell: Self::Cell, leaf: impl Items<Item = A>) -> Self::Cell {
        add(cell, leaf_sum(leaf, A::wide))
    }
}

/// Sums of the elements that are not NaN: the sum, its errors, and how many they are.
struct Present<A> {
    result: Result,
    of: PhantomData<A>,
}

/// The value of an element, nothing for NaN.
#[inline(always)]
fn present<A: Term>(x: A) -> A::Wide {
    if x.is_nan() { A::Wide::ZERO } else { x.wide() }
}

impl<A: Term> Reducer for Present<A> {
    type In = A;
    type Cell = (A::Wide, A::Wide, i64);
    type Out = A::Mean;
    const IDENTITY: Self::Cell = (A::Wide::ZERO, A::Wide::ZERO, 0);
    const EXACT: bool = false;

    #[inline(always)]
    fn leaf<L: Level>((sum, errors, count): Self::Cell, leaf: &Run<'_, A>) -> Self::Cell {
        let (sum, errors) = add((sum, errors), leaf_sum(leaf.data, present));
        (sum, errors, count + leaf.data.iter().fold(0, |n, x| n + i64::from(!x.is_nan())))
    }

    #[inline(always)]
    fn take<L: Level>((sum, errors, count): Self::Cell, x: A, _: i64) -> Self::Cell {
        let (sum, errors) = add_small((sum, errors), present(x));
        (sum, errors, count + i64::from(!x.is_nan()))
    }

    #[inline(always)]
    fn merge(into: Self::Cell, from: Self::Cell) -> Self::Cell {
        let (sum, errors) = merge((into.0, into.1), (from.0, from.1));
        (sum, errors, into.2 + from.2)
    }

    #[inline(always)]
    fn finish(&self, (sum, errors, count): Self::Cell, _: u64) -> std::result::Result<A::Mean, AllNan> {
        Ok(self.result.of::<A>(sum.corrected(errors), count as f64))
    }
}
