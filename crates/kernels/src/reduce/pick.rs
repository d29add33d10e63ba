//! The first and the last of a run of elements, and how many there are.

use std::marker::PhantomData;

use chunkwise_core::{Complex, DType, Element};

use super::loops::Run;
use super::reducer::{Family, Reducer};
use super::{AllNan, ReduceOp};
use crate::Isa;
use crate::isa::Level;

/// The reduction for `op`, if it is one of these, of operands of this type.
pub(super) fn family(op: ReduceOp, operand: DType) -> Option<Box<dyn Family>> {
    fn of<T: Bits>(op: ReduceOp) -> Option<Box<dyn Family>> {
        Some(match op {
            ReduceOp::First => Box::new(Pick::<T, false>(PhantomData)),
            ReduceOp::Last => Box::new(Pick::<T, true>(PhantomData)),
            ReduceOp::Count => Box::new(Tally::<T>(PhantomData)),
            _ => return None,
        })
    }
    match operand {
        DType::Bool | DType::I8 | DType::U8 => of::<u8>(op),
        DType::I16 | DType::U16 => of::<u16>(op),
        DType::I32 | DType::U32 | DType::F32 => of::<u32>(op),
        DType::I64 | DType::U64 | DType::F64 => of::<u64>(op),
        DType::C32 => of::<Complex<f32>>(op),
        DType::C64 => of::<Complex<f64>>(op),
        _ => None,
    }
}

/// Elements that stand for all of their size and alignment, since nobody looks at them.
trait Bits: Element {
    /// Any value.
    const ZERO: Self;
}

macro_rules! bits {
    ($($T:ty: $zero:expr),*) => {$(
        impl Bits for $T {
            const ZERO: Self = $zero;
        }
    )*};
}

bits!(u8: 0, u16: 0, u32: 0, u64: 0, Complex<f32>: Complex::new(0.0, 0.0), Complex<f64>: Complex::new(0.0, 0.0));

/// The element of the smallest index, or of the largest (`LAST`), with its index; of equal ones the first or the last
/// that comes.
struct Pick<T, const LAST: bool>(PhantomData<T>);

impl<T: Bits, const LAST: bool> Reducer for Pick<T, LAST> {
    type In = T;
    type Cell = (T, i64);
    type Out = T;
    const IDENTITY: Self::Cell = (T::ZERO, if LAST { i64::MIN } else { i64::MAX });
    const WIDEST: Isa = Isa::Baseline;
    const EXACT: bool = true;

    #[inline(always)]
    fn leaf<L: Level>(cell: Self::Cell, leaf: &Run<'_, T>) -> Self::Cell {
        let (i, index) = leaf.outermost(LAST);
        Self::take::<L>(cell, leaf.data[i], index)
    }

    #[inline(always)]
    fn take<L: Level>(cell: Self::Cell, x: T, index: i64) -> Self::Cell {
        <Self as Reducer>::merge(cell, (x, index))
    }

    #[inline(always)]
    fn merge(into: Self::Cell, from: Self::Cell) -> Self::Cell {
        let replaces = if LAST { from.1 >= into.1 } else { from.1 < into.1 };
        if replaces { from } else { into }
    }

    fn finish(&self, (x, _): Self::Cell, _: u64) -> Result<T, AllNan> {
        Ok(x)
    }
}

/// How many elements there are, whatever they are.
struct Tally<T>(PhantomData<T>);

impl<T: Bits> Reducer for Tally<T> {
    type In = T;
    type Cell = (i64,);
    type Out = i64;
    const IDENTITY: Self::Cell = (0,);
    const WIDEST: Isa = Isa::Baseline;
    const EXACT: bool = true;

    #[inline(always)]
    fn leaf<L: Level>((n,): Self::Cell, leaf: &Run<'_, T>) -> Self::Cell {
        (n + leaf.data.len() as i64,)
    }

    #[inline(always)]
    fn take<L: Level>((n,): Self::Cell, _: T, _: i64) -> Self::Cell {
        (n + 1,)
    }

    #[inline(always)]
    fn merge((into,): Self::Cell, (from,): Self::Cell) -> Self::Cell {
        (into + from,)
    }

    fn finish(&self, (n,): Self::Cell, _: u64) -> Result<i64, AllNan> {
        Ok(n)
    }
}
