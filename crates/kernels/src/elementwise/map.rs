//! The loops themselves: a function of one to four elements, applied to every position of a tile.
//!
//! Built-in instructions pass functions without data, so that making their [`Code`] allocates nothing; those with
//! parameters (`map1_with`) pass closures. Long
//! ones should be `#[inline(always)]` functions passed by name: what LLVM does not inline into a loop is
//! compiled for the baseline.

use std::marker::PhantomData;
use std::mem::{self, MaybeUninit};
use std::slice;
use std::sync::Arc;

use crate::args::{Args, REPEATED};
use crate::isa::{Baseline, Body, Code, Isa, Level};
use crate::kernel::At;

/// Applies a function to each element of one operand.
pub(crate) struct Map1<A, R, F> {
    function: F,
    types: PhantomData<fn(A) -> R>,
}

impl<A, R, F: Fn(A) -> R> Map1<A, R, F> {
    pub(crate) fn new(function: F) -> Self {
        Map1 { function, types: PhantomData }
    }
}

// The index is kept in a guard, so that a closure that panics is known with its element. What cannot panic has no use
// for it, and the loops vectorise as without.
//
// Results are written through pointers or as `MaybeUninit`, never through `&mut [R]`: registers may be uninitialised,
// or hold bytes that are no valid `bool`.

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

/// Bytes of the largest operand that loops over several operands take at a time. Every block reads constants that repeat
/// from their beginning.
const BLOCK: usize = 512;
const _: () = assert!(BLOCK <= REPEATED, "of bytes, too");

/// A function of several elements, applied position by position, in blocks.
macro_rules! maps {
    ($(#[$doc:meta])* $Map:ident, $($T:ident $x:ident $k:literal),+) => {
        $(#[$doc])*
        pub(crate) struct $Map<$($T,)+ R, F> {
            function: F,
            types: PhantomData<fn($($T),+) -> R>,
        }

        impl<$($T: Copy,)+ R, F: Fn($($T),+) -> R> $Map<$($T,)+ R, F> {
            pub(crate) fn new(function: F) -> Self {
                $Map { function, types: PhantomData }
            }

            /// The elements of one block, of which `start` elements of the tile come before.
            #[allow(clippy::too_many_arguments, reason = "there is one for each operand")]
            #[inline(always)]
            fn block(&self, at: &mut At, start: usize, dst: &mut [MaybeUninit<R>], $($x: &[$T]),+) {
                for (i, dst) in dst.iter_mut().enumerate() {
                    at.0 = start + i;
                    dst.write((self.function)($($x[i]),+));
                }
            }
        }

        impl<$($T,)+ R, F> Body for $Map<$($T,)+ R, F>
        where
            $($T: Copy + 'static,)+
            R: 'static,
            F: Fn($($T),+) -> R + Send + Sync + 'static,
        {
            const REPEATS: bool = true;

            #[inline(always)]
            unsafe fn run<L: Level>(&self, args: &Args<'_>) {
                let block = const { let mut widest = size_of::<R>(); $(widest = max(widest, size_of::<$T>());)+ BLOCK / widest };
                let dst = args.dst.cast::<MaybeUninit<R>>();
                $(let mut $x = args.src[$k].cast::<$T>();)+
                let mut at = At(0);
                let mut start = 0;
                // Slices, as their references tell the compiler that the result overlaps no operand.
                //
                // SAFETY: the verifier has checked that the registers are of these types. They hold `len` elements, those
                // that repeat at least a block of them; the result overlaps no operand.
                unsafe {
                    while args.len - start >= block {
                        let dst = slice::from_raw_parts_mut(dst.add(start), block);
                        self.block(&mut at, start, dst, $(slice::from_raw_parts($x, block)),+);
                        $($x = $x.add(if args.repeats($k) { 0 } else { block });)+
                        start += block;
                    }
                    let rest = args.len - start;
                    let dst = slice::from_raw_parts_mut(dst.add(start), rest);
                    self.block(&mut at, start, dst, $(slice::from_raw_parts($x, rest)),+);
                }
                mem::forget(at);
            }
        }
    };
}

maps! {
    /// Applies a function to the elements of two operands.
    Map2, A a 0, B b 1
}
maps! {
    /// Applies a function to the elements of three operands.
    Map3, A a 0, B b 1, C c 2
}
maps! {
    /// Applies a function to the elements of four operands.
    Map4, A a 0, B b 1, C c 2, D d 3
}

const fn max(a: usize, b: usize) -> usize {
    if a > b { a } else { b }
}

impl<B: Body> Body for Arc<B> {
    const REPEATS: bool = B::REPEATS;

    #[inline(always)]
    unsafe fn run<L: Level>(&self, args: &Args<'_>) {
        // SAFETY: the caller's promise is the one that the body asks for.
        unsafe { (**self).run::<L>(args) }
    }
}

/// A body that no instruction set makes faster, compiled only once.
pub(crate) struct Once<B>(pub(crate) B);

impl<B: Body> Body for Once<B> {
    const REPEATS: bool = B::REPEATS;

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
    builtin(isa, Map4::new(function))
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
