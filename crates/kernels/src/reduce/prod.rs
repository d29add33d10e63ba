//! Products: integers wrap in 64 bits, floats multiply in `f64`.
//!
//! Floats are multiplied leaf by leaf. Where partial products overflow or underflow, the grouping shows: as in
//! any order but strictly left to right, an infinity may meet a zero.

use std::marker::PhantomData;

use chunkwise_core::{DType, dispatch};

use super::loops::Run;
use super::number::{Term, Whole, Wide};
use super::reducer::{Family, Reducer};
use super::{AllNan, ReduceOp, lanes};
use crate::isa::Level;

/// The reduction for `op`, one of the products, of operands of this type.
pub(super) fn family(op: ReduceOp, operand: DType) -> Option<Box<dyn Family>> {
    let skip = match op {
        ReduceOp::Prod => false,
        ReduceOp::NanProd => true,
        _ => return None,
    };
    Some(dispatch!(operand, Inexact, T => match skip {
        false => Box::new(Prod::<T, false>(PhantomData)),
        true => Box::new(Prod::<T, true>(PhantomData)),
    }, else dispatch!(operand, Integer, T => Box::new(Wrapping::<T>(PhantomData)), else return None)))
}

/// Products of integers.
struct Wrapping<A>(PhantomData<A>);

impl<A: Whole> Reducer for Wrapping<A> {
    type In = A;
    type Cell = (A::Sum,);
    type Out = A::Sum;
    const IDENTITY: Self::Cell = (A::UNITS[1],);
    const EXACT: bool = true;

    #[inline(always)]
    fn leaf<L: Level>((product,): Self::Cell, leaf: &Run<'_, A>) -> Self::Cell {
        (leaf.data.iter().fold(product, |product, x| A::times(product, x.wide())),)
    }

    #[inline(always)]
    fn take<L: Level>((product,): Self::Cell, x: A, _: i64) -> Self::Cell {
        (A::times(product, x.wide()),)
    }

    #[inline(always)]
    fn merge((into,): Self::Cell, (from,): Self::Cell) -> Self::Cell {
        (A::times(into, from),)
    }

    #[inline(always)]
    fn finish(&self, (product,): Self::Cell, _: u64) -> Result<A::Sum, AllNan> {
        Ok(product)
    }
}

/// Products of floats; NaN counts as one where it is skipped.
struct Prod<A, const SKIP: bool>(PhantomData<A>);

impl<A: Term, const SKIP: bool> Prod<A, SKIP> {
    #[inline(always)]
    fn value(x: A) -> A::Wide {
        if SKIP && x.is_nan() { A::Wide::ONE } else { x.wide() }
    }
}

impl<A: Term, const SKIP: bool> Reducer for Prod<A, SKIP> {
    type In = A;
    type Cell = (A::Wide,);
    type Out = A::Mean;
    const IDENTITY: Self::Cell = (A::Wide::ONE,);
    const EXACT: bool = false;

    #[inline(always)]
    fn leaf<L: Level>((product,): Self::Cell, leaf: &Run<'_, A>) -> Self::Cell {
        let of_leaf = lanes::fold(leaf.data, A::Wide::ONE, |p, x| p * Self::value(x), |a, b| a * b);
        (product * of_leaf,)
    }

    #[inline(always)]
    fn take<L: Level>((product,): Self::Cell, x: A, _: i64) -> Self::Cell {
        (product * Self::value(x),)
    }

    #[inline(always)]
    fn merge((into,): Self::Cell, (from,): Self::Cell) -> Self::Cell {
        (into * from,)
    }

    #[inline(always)]
    fn finish(&self, (product,): Self::Cell, _: u64) -> Result<A::Mean, AllNan> {
        Ok(A::narrow(product))
    }
}
