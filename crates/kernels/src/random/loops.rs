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

/// Where the half of a word is that an element gets, of the words of [`RUN`] neighbours: the number of the word, and how
/// far to shift it. The first half of the neighbours have the lower halves of the words, so that vectors need not be
/// taken apart.
#[inline(always)]
pub(super) fn half_of(index: u64) -> (u64, u32) {
    const HALF: u64 = RUN as u64 / 2;
    (index / RUN as u64 * HALF + index % HALF, if index & HALF == 0 { 0 } else { 32 })
}

/// Applies a function to half a word for each position: the words are a function of their number.
struct Halved<R, W, F> {
    word: W,
    function: F,
    result: PhantomData<fn() -> R>,
}

impl<R, W, F> Body for Halved<R, W, F>
where
    R: 'static,
    W: Fn(u64) -> u64 + Send + Sync + 'static,
    F: Fn(u32) -> R + Send + Sync + 'static,
{
    #[inline(always)]
    unsafe fn run<L: Level>(&self, args: &Args<'_>) {
        let dst = args.dst.cast::<R>();
        let first = evenly(args).and_then(|(base, step)| (step == 1).then_some(base));
        let mut run = [0; RUN];
        let mut start = 0;
        while start < args.len {
            let left = (args.len - start).min(RUN);
            let base = first.map(|first| first.wrapping_add(start as u64));
            let past = base.map_or(0, |base| base as usize % RUN);
            if let (Some(base), 0, RUN) = (base, past, left) {
                let (number, _) = half_of(base);
                for i in 0..RUN / 2 {
                    let word = (self.word)(number ^ i as u64);
                    // SAFETY: the verifier has checked that the result is of this type; it holds `len` elements.
                    unsafe {
                        dst.add(start + i).write((self.function)(word as u32));
                        dst.add(start + RUN / 2 + i).write((self.function)((word >> 32) as u32));
                    }
                }
                start += RUN;
                continue;
            }
            let len = left.min(RUN - past);
            // SAFETY: as above, for the operand.
            unsafe { indices(args, start, &mut run[..len]) };
            for (i, &index) in run[..len].iter().enumerate() {
                let (number, shift) = half_of(index);
                let half = ((self.word)(number) >> shift) as u32;
                // SAFETY: as above.
                unsafe { dst.add(start + i).write((self.function)(half)) }
            }
            start += len;
        }
    }
}

/// The loop of a draw that needs 32 bits an element, two of which share a word.
pub(super) fn halved<R: 'static>(
    isa: Isa,
    word: impl Fn(u64) -> u64 + Send + Sync + 'static,
    function: impl Fn(u32) -> R + Send + Sync + 'static,
) -> Code {
    Code::new(Halved { word, function, result: PhantomData }, isa)
}

/// The loop of a draw that is one function of the index, without branches.
pub(super) fn drawn<R: 'static>(isa: Isa, function: impl Fn(u64) -> R + Send + Sync + 'static) -> Code {
    Code::new(Drawn { function, result: PhantomData }, isa)
}

/// As `drawn`, for functions that branch or call a library.
pub(super) fn drawn_once<R: 'static>(isa: Isa, function: impl Fn(u64) -> R + Send + Sync + 'static) -> Code {
    Code::new(Once(Drawn { function, result: PhantomData }), isa)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_half_of_every_word_is_one_elements() {
        let halves: BTreeSet<(u64, u32)> = (0..4 * RUN as u64).map(half_of).collect();
        let all = (0..2 * RUN as u64).flat_map(|number| [(number, 0), (number, 32)]);
        assert_eq!(halves, all.collect());
        let last = half_of(u64::MAX);
        assert_eq!(last, (u64::MAX / 2, 32));
    }
}
