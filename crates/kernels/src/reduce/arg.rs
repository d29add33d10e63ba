//! The index of the smallest or largest element: the smallest index where several are equal.
//!
//! The best of a run is found first, by the loop that also serves minimum and maximum, and located only if
//! the cell has not seen a better one. Which of equal elements arrives first does not matter.

use std::marker::PhantomData;

use chunkwise_core::{DType, dispatch};

use super::loops::Run;
use super::rank::Ranked;
use super::reducer::{Family, Reducer};
use super::{AllNan, ReduceOp};
use crate::isa::Level;

/// The reduction for `op`, one of the arg-reductions, of operands of this type.
pub(super) fn family(op: ReduceOp, operand: DType) -> Option<Box<dyn Family>> {
    use ReduceOp::{ArgMax, ArgMin, NanArgMax, NanArgMin};
    dispatch!(operand, Integer, T => Some(match op {
        ArgMin | NanArgMin => Box::new(Arg::<T, false, false>(PhantomData)),
        ArgMax | NanArgMax => Box::new(Arg::<T, true, false>(PhantomData)),
        _ => return None,
    }), else dispatch!(operand, Real, T => Some(match op {
        ArgMin => Box::new(Arg::<T, false, false>(PhantomData)),
        ArgMax => Box::new(Arg::<T, true, false>(PhantomData)),
        NanArgMin => Box::new(Arg::<T, false, true>(PhantomData)),
        NanArgMax => Box::new(Arg::<T, true, true>(PhantomData)),
        _ => return None,
    }), else None))
}

/// Where the largest element is (`MAX`) or the smallest; NaN is skipped (`SKIP`) or better than any number.
struct Arg<T, const MAX: bool, const SKIP: bool>(PhantomData<T>);

/// The index in a cell without elements: larger than any, so that any element replaces it.
const NONE: i64 = i64::MAX;

impl<T: Ranked, const MAX: bool, const SKIP: bool> Arg<T, MAX, SKIP> {
    #[inline(always)]
    fn beats(x: T, kept: T) -> bool {
        (if MAX { x > kept } else { x < kept }) | (!SKIP & x.is_nan() & !kept.is_nan())
    }

    #[inline(always)]
    fn ties(x: T, kept: T) -> bool {
        (x == kept) | (!SKIP & x.is_nan() & kept.is_nan())
    }

    #[inline(always)]
    fn with((kept, at): (T, i64), (x, index): (T, i64)) -> (T, i64) {
        // Values that are always computed, never just kept, as x86 would store those through a mask.
        let best = kept.or::<MAX>(x);
        let best = if !SKIP && x.is_nan() { T::NAN } else { best };
        let tied = at.min(if Self::ties(x, kept) { index } else { NONE });
        (best, if Self::beats(x, kept) { index } else { tied })
    }
}

impl<T: Ranked, const MAX: bool, const SKIP: bool> Reducer for Arg<T, MAX, SKIP> {
    type In = T;
    type Cell = (T, i64);
    type Out = i64;
    const IDENTITY: (T, i64) = (if MAX { T::LOWEST } else { T::HIGHEST }, NONE);
    const EXACT: bool = true;

    #[inline(always)]
    fn leaf<L: Level>((kept, at): (T, i64), run: &Run<'_, T>) -> (T, i64) {
        let best = if SKIP {
            T::best::<MAX>(run.data)
        } else {
            let (best, nan) = T::best_and_nan::<MAX>(run.data);
            if nan { T::NAN } else { best }
        };
        if !(Self::beats(best, kept) | (Self::ties(best, kept) & (run.first_index() < at))) {
            return (kept, at);
        }
        match run.locate(|x| Self::ties(x, best)) {
            Some(index) => Self::with((kept, at), (best, index)),
            None => (kept, at),
        }
    }

    #[inline(always)]
    fn take<L: Level>(cell: (T, i64), x: T, index: i64) -> (T, i64) {
        Self::with(cell, (x, index))
    }

    #[inline(always)]
    fn merge(into: (T, i64), from: (T, i64)) -> (T, i64) {
        Self::with(into, from)
    }

    #[inline(always)]
    fn finish(&self, (_, at): (T, i64), _: u64) -> Result<i64, AllNan> {
        if SKIP && at == NONE { Err(AllNan) } else { Ok(at) }
    }
}
