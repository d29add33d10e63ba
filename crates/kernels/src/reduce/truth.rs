//! Any, all, and how many are not zero. NaN is not zero.

use std::marker::PhantomData;

use chunkwise_core::{Complex, DType, Element, dispatch};

use super::loops::Run;
use super::reducer::{Family, Reducer};
use super::{AllNan, ReduceOp};
use crate::isa::Level;

/// The reduction for `op`, one of the questions about zeros, of operands of this type.
pub(super) fn family(op: ReduceOp, operand: DType) -> Option<Box<dyn Family>> {
    use ReduceOp::{All, Any, CountNonzero};
    // Zero has no sign: the signed integers share the loops of the unsigned.
    let operand = match operand {
        DType::I8 => DType::U8,
        DType::I16 => DType::U16,
        DType::I32 => DType::U32,
        DType::I64 => DType::U64,
        other => other,
    };
    fn of<T: Truth>(op: ReduceOp) -> Option<Box<dyn Family>> {
        Some(match op {
            Any => Box::new(Logical::<T, false>(PhantomData)),
            All => Box::new(Logical::<T, true>(PhantomData)),
            CountNonzero => Box::new(Count::<T>(PhantomData)),
            _ => return None,
        })
    }
    dispatch!(operand, Unsigned, T => of::<T>(op), else dispatch!(operand, Inexact, T => of::<T>(op), else None))
}

/// An element that is zero or not.
trait Truth: Element {
    /// Whether it is not zero.
    fn truth(self) -> bool;

    /// How many of a run are not zero.
    #[inline(always)]
    fn count(run: &[Self]) -> i64 {
        run.iter().fold(0, |n, x| n + i64::from(x.truth()))
    }
}

impl Truth for u8 {
    #[inline(always)]
    fn truth(self) -> bool {
        self != 0
    }

    /// Counts in bytes, which do not overflow in 255 steps.
    #[inline(always)]
    fn count(run: &[Self]) -> i64 {
        let (chunks, rest) = run.as_chunks::<64>();
        let mut total = rest.iter().fold(0, |n, x| n + i64::from(x.truth()));
        for chunks in chunks.chunks(255) {
            let mut counts = [0u8; 64];
            for chunk in chunks {
                for i in 0..64 {
                    counts[i] += u8::from(chunk[i].truth());
                }
            }
            total += i64::from(counts.iter().map(|&n| u32::from(n)).sum::<u32>());
        }
        total
    }
}

macro_rules! truth {
    ($($T:ty),*) => {$(
        impl Truth for $T {
            #[inline(always)]
            fn truth(self) -> bool {
                self != <$T>::default()
            }
        }
    )*};
}

truth!(u16, u32, u64, f32, f64);

impl<T: Truth> Truth for Complex<T>
where
    Complex<T>: Element,
{
    #[inline(always)]
    fn truth(self) -> bool {
        self.re.truth() | self.im.truth()
    }
}

/// Whether any element is true, or all are (`ALL`).
struct Logical<T, const ALL: bool>(PhantomData<T>);

impl<T: Truth, const ALL: bool> Logical<T, ALL> {
    #[inline(always)]
    fn join(a: bool, b: bool) -> bool {
        if ALL { a & b } else { a | b }
    }
}

impl<T: Truth, const ALL: bool> Reducer for Logical<T, ALL> {
    type In = T;
    type Cell = (bool,);
    type Out = bool;
    const IDENTITY: (bool,) = (ALL,);
    const EXACT: bool = true;

    #[inline(always)]
    fn leaf<L: Level>((kept,): (bool,), leaf: &Run<'_, T>) -> (bool,) {
        (leaf.data.iter().fold(kept, |kept, x| Self::join(kept, x.truth())),)
    }

    #[inline(always)]
    fn take<L: Level>((kept,): (bool,), x: T, _: i64) -> (bool,) {
        (Self::join(kept, x.truth()),)
    }

    #[inline(always)]
    fn merge((into,): (bool,), (from,): (bool,)) -> (bool,) {
        (Self::join(into, from),)
    }

    #[inline(always)]
    fn finish(&self, (kept,): (bool,), _: u64) -> Result<bool, AllNan> {
        Ok(kept)
    }
}

/// How many elements are not zero.
struct Count<T>(PhantomData<T>);

impl<T: Truth> Reducer for Count<T> {
    type In = T;
    type Cell = (i64,);
    type Out = i64;
    const IDENTITY: (i64,) = (0,);
    const EXACT: bool = true;

    #[inline(always)]
    fn leaf<L: Level>((count,): (i64,), leaf: &Run<'_, T>) -> (i64,) {
        (count + T::count(leaf.data),)
    }

    #[inline(always)]
    fn take<L: Level>((count,): (i64,), x: T, _: i64) -> (i64,) {
        (count + i64::from(x.truth()),)
    }

    #[inline(always)]
    fn merge((into,): (i64,), (from,): (i64,)) -> (i64,) {
        (into + from,)
    }

    #[inline(always)]
    fn finish(&self, (count,): (i64,), _: u64) -> Result<i64, AllNan> {
        Ok(count)
    }
}
