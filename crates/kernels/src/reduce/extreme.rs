//! Smallest, largest, and the distance between them.
//!
//! NaN propagates: once in a cell it stays. The forms that skip NaN keep it for "nothing yet".

use std::marker::PhantomData;

use chunkwise_core::{DType, dispatch};

use super::loops::Run;
use super::rank::Ranked;
use super::reducer::{Family, Reducer};
use super::{AllNan, ReduceOp};
use crate::isa::Level;

/// The reduction for `op`, one of the extremes, of operands of this type.
pub(super) fn family(op: ReduceOp, operand: DType) -> Option<Box<dyn Family>> {
    dispatch!(operand, Integer, T => Some(match op {
        ReduceOp::Min | ReduceOp::NanMin => Box::new(Extreme::<T, false, false>(PhantomData)),
        ReduceOp::Max | ReduceOp::NanMax => Box::new(Extreme::<T, true, false>(PhantomData)),
        ReduceOp::Ptp => Box::new(Ptp::<T>(PhantomData)),
        _ => return None,
    }), else dispatch!(operand, Real, T => Some(match op {
        ReduceOp::Min => Box::new(Extreme::<T, false, false>(PhantomData)),
        ReduceOp::Max => Box::new(Extreme::<T, true, false>(PhantomData)),
        ReduceOp::NanMin => Box::new(Extreme::<T, false, true>(PhantomData)),
        ReduceOp::NanMax => Box::new(Extreme::<T, true, true>(PhantomData)),
        ReduceOp::Ptp => Box::new(Ptp::<T>(PhantomData)),
        _ => return None,
    }), else None))
}

/// The largest element (`MAX`) or the smallest, without NaN (`SKIP`) or NaN if any is.
///
/// Of equal elements, which can only be zeros of either sign, it is the first.
struct Extreme<T, const MAX: bool, const SKIP: bool>(PhantomData<T>);

impl<T: Ranked, const MAX: bool, const SKIP: bool> Extreme<T, MAX, SKIP> {
    /// The state with one more element.
    #[inline(always)]
    fn with(kept: T, x: T) -> T {
        // Stored values that are always computed, never just kept: x86 would store those through a mask.
        if SKIP {
            let present = if kept.is_nan() { x } else { kept };
            present.or::<MAX>(x)
        } else {
            let best = kept.or::<MAX>(x);
            if x.is_nan() { T::NAN } else { best }
        }
    }

    /// The state with a leaf.
    #[inline(always)]
    fn with_all(kept: T, leaf: &[T]) -> T {
        let (best, nan) = if SKIP { (T::best::<MAX>(leaf), false) } else { T::best_and_nan::<MAX>(leaf) };
        if nan {
            return Self::with(kept, T::NAN);
        }
        // Zero may be of either sign, and the worst there is may stand for no number at all.
        if (T::SIGNED_ZERO && best == T::default()) || (SKIP && best == T::worst::<MAX>()) {
            return leaf.iter().find(|x| **x == best).map_or(kept, |&first| Self::with(kept, first));
        }
        Self::with(kept, best)
    }
}

impl<T: Ranked, const MAX: bool, const SKIP: bool> Reducer for Extreme<T, MAX, SKIP> {
    type In = T;
    type Cell = (T,);
    type Out = T;
    const IDENTITY: (T,) = (match (SKIP, MAX) {
        (true, _) => T::NAN,
        (false, true) => T::LOWEST,
        (false, false) => T::HIGHEST,
    },);
    const EXACT: bool = true;

    #[inline(always)]
    fn leaf<L: Level>((kept,): (T,), leaf: &Run<'_, T>) -> (T,) {
        (Self::with_all(kept, leaf.data),)
    }

    #[inline(always)]
    fn take<L: Level>((kept,): (T,), x: T, _: i64) -> (T,) {
        (Self::with(kept, x),)
    }

    #[inline(always)]
    fn merge((into,): (T,), (from,): (T,)) -> (T,) {
        (Self::with(into, from),)
    }

    #[inline(always)]
    fn finish(&self, (kept,): (T,), _: u64) -> Result<T, AllNan> {
        Ok(if kept.is_nan() { T::NAN } else { kept })
    }
}

/// Largest minus smallest; integers wrap.
struct Ptp<T>(PhantomData<T>);

impl<T: Distance> Reducer for Ptp<T> {
    type In = T;
    type Cell = (T, T);
    type Out = T;
    const IDENTITY: (T, T) = (T::HIGHEST, T::LOWEST);
    const EXACT: bool = true;

    #[inline(always)]
    fn leaf<L: Level>((low, high): (T, T), leaf: &Run<'_, T>) -> (T, T) {
        // One NaN is enough for a result of NaN.
        (low.or::<false>(T::best::<false>(leaf.data)), Extreme::<T, true, false>::with_all(high, leaf.data))
    }

    #[inline(always)]
    fn take<L: Level>((low, high): (T, T), x: T, _: i64) -> (T, T) {
        (low.or::<false>(x), Extreme::<T, true, false>::with(high, x))
    }

    #[inline(always)]
    fn merge(into: (T, T), from: (T, T)) -> (T, T) {
        (into.0.or::<false>(from.0), Extreme::<T, true, false>::with(into.1, from.1))
    }

    #[inline(always)]
    fn finish(&self, (low, high): (T, T), _: u64) -> Result<T, AllNan> {
        let distance = high.minus(low);
        Ok(match distance {
            nan if nan.is_nan() => T::NAN,
            // The difference of two zeros may have a sign.
            zero if zero == T::default() => T::default(),
            distance => distance,
        })
    }
}

/// An element with a difference.
trait Distance: Ranked {
    /// `self - other`, wrapping.
    fn minus(self, other: Self) -> Self;
}

macro_rules! distance {
    ($($T:ty: $minus:expr),*) => {$(
        impl Distance for $T {
            #[inline(always)]
            fn minus(self, other: Self) -> Self {
                $minus(self, other)
            }
        }
    )*};
}

distance! {
    i8: i8::wrapping_sub, i16: i16::wrapping_sub, i32: i32::wrapping_sub, i64: i64::wrapping_sub,
    u8: u8::wrapping_sub, u16: u16::wrapping_sub, u32: u32::wrapping_sub, u64: u64::wrapping_sub,
    f32: std::ops::Sub::sub, f64: std::ops::Sub::sub
}
