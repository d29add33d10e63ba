//! The loops over indices that all draws share.
//!
//! The indices of a draw are a register, or a coordinate that was never written down (`base` and `step` of the
//! arguments, which then have no operand): that is how nearly all arrays are drawn, and it saves writing and reading
//! a word for each element.

use std::marker::PhantomData;

use crate::args::Args;
use crate::elementwise::map::Once;
use crate::isa::{Body, Code, Isa, Level};

/// Indices that are found together.
pub(super) const RUN: usize = 64;

/// The first index and the step to the next, where that is all there is to know.
#[inline(always)]
pub(super) fn evenly(args: &Args<'_>) -> Option<(u64, u64)> {
    let [down, right] = args.step;
    let even = args.src.is_empty() && (args.rows == 1 || down == right.wrapping_mul(args.cols as i64));
    even.then_some((args.base as u64, right as u64))
}

/// The indices from position `start` of the tile on.
///
/// # Safety
/// The operand, if there is one, must be a register of `i64`; the tile must have so many positions.
#[inline(always)]
pub(super) unsafe fn indices(args: &Args<'_>, start: usize, run: &mut [u64]) {
    if let Some(src) = args.src.first() {
        // SAFETY: the register holds `len` elements (struct's contract of `args`), of this type (caller).
        unsafe { std::ptr::copy_nonoverlapping(src.cast::<u64>().add(start), run.as_mut_ptr(), run.len()) };
    } else if let Some((base, step)) = evenly(args) {
        for (i, index) in run.iter_mut().enumerate() {
            *index = base.wrapping_add(step.wrapping_mul((start + i) as u64));
        }
    } else {
        let cols = args.cols.max(1);
        let [down, right] = args.step.map(|step| step as u64);
        let (mut row, mut col) = ((start / cols) as u64, start % cols);
        for index in run {
            let across = right.wrapping_mul(col as u64);
            *index = (args.base as u64).wrapping_add(down.wrapping_mul(row)).wrapping_add(across);
            col += 1;
            if col == cols {
                (row, col) = (row + 1, 0);
            }
        }
    }
}

/// Applies a function to the index of each position.
struct Drawn<R, F> {
    function: F,
    result: PhantomData<fn() -> R>,
}

impl<R: 'static, F: Fn(u64) -> R + Send + Sync + 'static> Body for Drawn<R, F> {
    #[inline(always)]
    unsafe fn run<L: Level>(&self, args: &Args<'_>) {
        let dst = args.dst.cast::<R>();
        // Neighbours: whole runs of them that begin at a multiple differ from it in their last bits only, so that they
        // are found by one instruction instead of two.
        let first = evenly(args).and_then(|(base, step)| (step == 1).then_some(base));
        let mut run = [0; RUN];
        let mut start = 0;
        while start < args.len {
            let left = (args.len - start).min(RUN);
            let base = first.map(|first| first.wrapping_add(start as u64));
            let past = base.map_or(0, |base| base as usize % RUN);
            if let (Some(base), 0, RUN) = (base, past, left) {
                for i in 0..RUN {
                    // SAFETY: the verifier has checked that the result is of this type; it holds `len` elements.
                    unsafe { dst.add(start + i).write((self.function)(base ^ i as u64)) }
                }
                start += RUN;
                continue;
            }
            let len = left.min(RUN - past);
            // SAFETY: as above, for the operand.
            unsafe { indices(args, start, &mut run[..len]) };
            for (i, &index) in run[..len].iter().enumerate() {
                // SAFETY: as above.
                unsafe { dst.add(start + i).write((self.function)(index)) }
            }
            start += len;
        }
    }
}

/// The loop of a draw that is one function of the index, without branches.
pub(super) fn drawn<R: 'static>(isa: Isa, function: impl Fn(u64) -> R + Send + Sync + 'static) -> Code {
    Code::new(Drawn { function, result: PhantomData }, isa)
}

/// As `drawn`, for functions that branch or call a library.
pub(super) fn drawn_once<R: 'static>(isa: Isa, function: impl Fn(u64) -> R + Send + Sync + 'static) -> Code {
    Code::new(Once(Drawn { function, result: PhantomData }), isa)
}
