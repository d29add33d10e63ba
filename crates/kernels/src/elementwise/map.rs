//! The loops themselves: a function of one to four elements, applied to every position of a tile.
//!
//! Built-in instructions pass functions without data, so that making their [`Code`] allocates nothing; those with
//! parameters (`map1_with`) pass closures. Long
//! ones should be `#[inline(always)]` functions passed by name: what LLVM does not inline into a loop is
//! compiled for the baseline.

use std::marker::PhantomData;
use std::mem;
use std::sync::Arc;

use crate::args::Args;
use crate::isa::{Baseline, Body, Code, Isa, Level};
use crate::kernel::At;

/// Applies a function to each element of one operand.
pub(crate) struct Map1<A, R, F> {
    function: F,
    types: PhantomData<fn(A) -> R>,
}

/// Applies a function to the elements of two operands, position by position.
pub(crate) struct Map2<A, B, R, F> {
    function: F,
    types: PhantomData<fn(A, B) -> R>,
}

/// Applies a function to the elements of three operands, position by position.
pub(crate) struct Map3<A, B, C, R, F> {
    function: F,
    types: PhantomData<fn(A, B, C) -> R>,
}

/// Applies a function to the elements of four operands of one type, position by position.
struct Map4<A, F> {
    function: F,
    types: PhantomData<fn(A) -> A>,
}

impl<A, R, F: Fn(A) -> R> Map1<A, R, F> {
    pub(crate) fn new(function: F) -> Self {
        Map1 { function, types: PhantomData }
    }
}

impl<A, B, R, F: Fn(A, B) -> R> Map2<A, B, R, F> {
    pub(crate) fn new(function: F) -> Self {
        Map2 { function, types: PhantomData }
    }
}

impl<A, B, C, R, F: Fn(A, B, C) -> R> Map3<A, B, C, R, F> {
    pub(crate) fn new(function: F) -> Self {
        Map3 { function, types: PhantomData }
    }
}

// The index is kept in a guard, so that a closure that panics is known with its element. What cannot panic has no use
// for it, and the loops vectorise as without.
//
// Results are written through pointers, never through `&mut [R]`: registers may be uninitialised, or hold
// bytes that are no valid `bool`.

impl<A: Copy + 'static, R: 'static, F: Fn(A) -> R + Send + Sync + 'static> Body for Map1<A, R, F> {
    #[inline(always)]
    unsafe fn run<L: Level>(&self, args: &Args<'_>) {
        let (dst, a) = (args.dst.cast::<R>(), args.src[0].cast::<A>());
        let mut at = At(0);
        for i in 0..args.len {
            at.0 = i;
            // SAFETY: the verifier has checked that the registers are of these types; they hold `len` elements.
            unsafe { dst.add(i).write((self.function)(a.add(i).read())) }
        }
        mem::forget(at);
    }
}

impl<A, B, R, F> Body for Map2<A, B, R, F>
where
    A: Copy + 'static,
    B: Copy + 'static,
    R: 'static,
    F: Fn(A, B) -> R + Send + Sync + 'static,
{
    #[inline(always)]
    unsafe fn run<L: Level>(&self, args: &Args<'_>) {
        let (dst, a, b) = (args.dst.cast::<R>(), args.src[0].cast::<A>(), args.src[1].cast::<B>());
        let mut at = At(0);
        for i in 0..args.len {
            at.0 = i;
            // SAFETY: as in `Map1`.
            unsafe { dst.add(i).write((self.function)(a.add(i).read(), b.add(i).read())) }
        }
        mem::forget(at);
    }
}

impl<A, B, C, R, F> Body for Map3<A, B, C, R, F>
where
    A: Copy + 'static,
    B: Copy + 'static,
    C: Copy + 'static,
    R: 'static,
    F: Fn(A, B, C) -> R + Send + Sync + 'static,
{
    #[inline(always)]
    unsafe fn run<L: Level>(&self, args: &Args<'_>) {
        let dst = args.dst.cast::<R>();
        let (a, b, c) = (args.src[0].cast::<A>(), args.src[1].cast::<B>(), args.src[2].cast::<C>());
        let mut at = At(0);
        for i in 0..args.len {
            at.0 = i;
            // SAFETY: as in `Map1`.
            unsafe { dst.add(i).write((self.function)(a.add(i).read(), b.add(i).read(), c.add(i).read())) }
        }
        mem::forget(at);
    }
}

impl<A: Copy + 'static, F: Fn(A, A, A, A) -> A + Send + Sync + 'static> Body for Map4<A, F> {
    #[inline(always)]
    unsafe fn run<L: Level>(&self, args: &Args<'_>) {
        let dst = args.dst.cast::<A>();
        let [a, b, c, d] = [0, 1, 2, 3].map(|k| args.src[k].cast::<A>());
        for i in 0..args.len {
            // SAFETY: as in `Map1`.
            unsafe {
                let [a, b, c, d] = [a, b, c, d].map(|operand| operand.add(i).read());
                dst.add(i).write((self.function)(a, b, c, d))
            }
        }
    }
}

impl<B: Body> Body for Arc<B> {
    #[inline(always)]
    unsafe fn run<L: Level>(&self, args: &Args<'_>) {
        // SAFETY: the caller's promise is the one that the body asks for.
        unsafe { (**self).run::<L>(args) }
    }
}

/// A body that no instruction set makes faster, compiled only once.
pub(crate) struct Once<B>(pub(crate) B);

impl<B: Body> Body for Once<B> {
    #[inline(always)]
    unsafe fn run<L: Level>(&self, args: &Args<'_>) {
        #[inline(never)]
        unsafe fn baseline<B: Body>(body: &B, args: &Args<'_>) {
            // SAFETY: the caller's promise is the one that the body asks for.
            unsafe { body.run::<Baseline>(args) }
        }
        // SAFETY: as above.
        unsafe { baseline(&self.0, args) }
    }
}

/// The code of a function of one element.
pub(super) fn map1<A: Copy + 'static, R: 'static>(
    isa: Isa,
    function: impl Fn(A) -> R + Send + Sync + 'static,
) -> Option<Code> {
    builtin(isa, Map1::new(function))
}

/// The code of a function of two elements.
pub(super) fn map2<A: Copy + 'static, B: Copy + 'static, R: 'static>(
    isa: Isa,
    function: impl Fn(A, B) -> R + Send + Sync + 'static,
) -> Option<Code> {
    builtin(isa, Map2::new(function))
}

/// The code of a function of three elements.
pub(super) fn map3<A: Copy + 'static, B: Copy + 'static, C: Copy + 'static, R: 'static>(
    isa: Isa,
    function: impl Fn(A, B, C) -> R + Send + Sync + 'static,
) -> Option<Code> {
    builtin(isa, Map3::new(function))
}

/// The code of a function of four elements of one type.
pub(super) fn map4<A: Copy + 'static>(
    isa: Isa,
    function: impl Fn(A, A, A, A) -> A + Send + Sync + 'static,
) -> Option<Code> {
    builtin(isa, Map4 { function, types: PhantomData })
}

/// As `map1`, for functions that call a library or branch, so that there is nothing to vectorise.
pub(super) fn scalar1<A: Copy + 'static, R: 'static>(
    isa: Isa,
    function: impl Fn(A) -> R + Send + Sync + 'static,
) -> Option<Code> {
    builtin(isa, Once(Map1::new(function)))
}

/// As `map2`, for functions that call a library or branch.
pub(super) fn scalar2<A: Copy + 'static, B: Copy + 'static, R: 'static>(
    isa: Isa,
    function: impl Fn(A, B) -> R + Send + Sync + 'static,
) -> Option<Code> {
    builtin(isa, Once(Map2::new(function)))
}

/// As `map1`, for a function with data.
pub(crate) fn map1_with<A: Copy + 'static, R: 'static>(
    isa: Isa,
    function: impl Fn(A) -> R + Send + Sync + 'static,
) -> Code {
    Code::new(Map1::new(function), isa)
}

/// As `map1_with`, for functions that call a library or branch.
pub(crate) fn scalar1_with<A: Copy + 'static, R: 'static>(
    isa: Isa,
    function: impl Fn(A) -> R + Send + Sync + 'static,
) -> Code {
    Code::new(Once(Map1::new(function)), isa)
}

fn builtin<B: Body>(isa: Isa, body: B) -> Option<Code> {
    const { assert!(size_of::<B>() == 0, "built-in functions have no data") };
    Some(Code::new(body, isa))
}
