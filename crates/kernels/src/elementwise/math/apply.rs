//! The loops over a tile.

use std::marker::PhantomData;

use super::{Function, Function2};
use crate::args::Args;
use crate::isa::{Body, Code, Isa, Level};

/// Elements from one look for rare arguments to the next.
const BLOCK: usize = 256;

/// Applies a [`Function`] to each element.
struct Apply1<T, F>(PhantomData<fn(T) -> F>);

/// Applies a [`Function2`] to the elements of two operands, position by position.
struct Apply2<T, F>(PhantomData<fn(T) -> F>);

/// The code of a function of one element.
pub(in crate::elementwise) fn function1<T: Copy + 'static, F: Function<T>>(_: F, isa: Isa) -> Option<Code> {
    Some(Code::new(Apply1::<T, F>(PhantomData), isa))
}

/// The code of a function of two elements.
pub(in crate::elementwise) fn function2<T: Copy + 'static, F: Function2<T>>(_: F, isa: Isa) -> Option<Code> {
    Some(Code::new(Apply2::<T, F>(PhantomData), isa))
}

impl<T: Copy + 'static, F: Function<T>> Body for Apply1<T, F> {
    #[inline(always)]
    unsafe fn run<L: Level>(&self, args: &Args<'_>) {
        let (dst, src) = (args.dst.cast::<T>(), args.src[0].cast::<T>());
        let mut start = 0;
        while start < args.len {
            let end = args.len.min(start + BLOCK);
            let mut rare = false;
            for i in start..end {
                // SAFETY: the verifier has checked that the registers are of `T`; they hold `len` elements.
                unsafe {
                    let x = src.add(i).read();
                    rare |= !F::is_common(x);
                    dst.add(i).write(F::common::<L>(x));
                }
            }
            if rare {
                // SAFETY: as above.
                unsafe { rare1::<T, F>(dst, src, start, end) };
            }
            start = end;
        }
    }
}

/// Goes over the elements from `start` to `end` whose arguments are rare.
///
/// # Safety
/// Both hold `end` elements.
#[cold]
#[inline(never)]
unsafe fn rare1<T: Copy, F: Function<T>>(dst: *mut T, src: *const T, start: usize, end: usize) {
    for i in start..end {
        // SAFETY: the caller's promise.
        unsafe {
            let x = src.add(i).read();
            if !F::is_common(x) {
                dst.add(i).write(F::rare(x));
            }
        }
    }
}

impl<T: Copy + 'static, F: Function2<T>> Body for Apply2<T, F> {
    #[inline(always)]
    unsafe fn run<L: Level>(&self, args: &Args<'_>) {
        let dst = args.dst.cast::<T>();
        let src = [args.src[0].cast::<T>(), args.src[1].cast::<T>()];
        let mut start = 0;
        while start < args.len {
            let end = args.len.min(start + BLOCK);
            let mut rare = false;
            for i in start..end {
                // SAFETY: as for one operand.
                unsafe {
                    let (x, y) = (src[0].add(i).read(), src[1].add(i).read());
                    rare |= !F::is_common(x, y);
                    dst.add(i).write(F::common::<L>(x, y));
                }
            }
            if rare {
                // SAFETY: as for one operand.
                unsafe { rare2::<T, F>(dst, src, start, end) };
            }
            start = end;
        }
    }
}

/// As `rare1`, of two operands.
///
/// # Safety
/// All three hold `end` elements.
#[cold]
#[inline(never)]
unsafe fn rare2<T: Copy, F: Function2<T>>(dst: *mut T, src: [*const T; 2], start: usize, end: usize) {
    for i in start..end {
        // SAFETY: the caller's promise.
        unsafe {
            let (x, y) = (src[0].add(i).read(), src[1].add(i).read());
            if !F::is_common(x, y) {
                dst.add(i).write(F::rare(x, y));
            }
        }
    }
}
