//! The loops over indices that all draws share.
//!
//! The indices of a draw are a register, or a coordinate that was never written down (`base` and `step` of the
//! arguments, which then have no operand): that is how nearly all arrays are drawn, and it saves writing and reading
//! a word for each element.

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

/// What is drawn for an index.
trait Draws: Send + Sync + 'static {
    type Value: 'static;

    /// The value for one index.
    fn at(&self, index: u64) -> Self::Value;

    /// The values for [`RUN`] neighbours, the first of which is a multiple of so many.
    ///
    /// # Safety
    /// There must be room for as many values.
    unsafe fn run(&self, base: u64, out: *mut Self::Value);
}

/// Draws for each position.
struct Drawn<D>(D);

impl<D: Draws> Body for Drawn<D> {
    #[inline(always)]
    unsafe fn run<L: Level>(&self, args: &Args<'_>) {
        let dst = args.dst.cast::<D::Value>();
        let first = evenly(args).and_then(|(base, step)| (step == 1).then_some(base));
        let mut run = [0; RUN];
        let mut start = 0;
        while start < args.len {
            let left = (args.len - start).min(RUN);
            let base = first.map(|first| first.wrapping_add(start as u64));
            let past = base.map_or(0, |base| base as usize % RUN);
            if let (Some(base), 0, RUN) = (base, past, left) {
                // SAFETY: the verifier has checked that the result is of this type; it holds `len` elements.
                unsafe { self.0.run(base, dst.add(start)) };
                start += RUN;
                continue;
            }
            let len = left.min(RUN - past);
            // SAFETY: as above, for the operand.
            unsafe { indices(args, start, &mut run[..len]) };
            for (i, &index) in run[..len].iter().enumerate() {
                // SAFETY: as above.
                unsafe { dst.add(start + i).write(self.0.at(index)) }
            }
            start += len;
        }
    }
}

/// A function of the index.
struct Whole<F>(F);

impl<R: 'static, F: Fn(u64) -> R + Send + Sync + 'static> Draws for Whole<F> {
    type Value = R;

    #[inline(always)]
    fn at(&self, index: u64) -> R {
        (self.0)(index)
    }

    #[inline(always)]
    unsafe fn run(&self, base: u64, out: *mut R) {
        for i in 0..RUN {
            // The neighbours differ from the first in their last bits only, which one instruction finds instead of two.
            // SAFETY: the caller's promise.
            unsafe { out.add(i).write((self.0)(base ^ i as u64)) }
        }
    }
}

/// Where the half of a word is that an element gets, of the words of [`RUN`] neighbours: the number of the word, and how
/// far to shift it. The first half of the neighbours have the lower halves of the words, so that vectors need not be
/// taken apart.
#[inline(always)]
fn half_of(index: u64) -> (u64, u32) {
    const HALF: u64 = RUN as u64 / 2;
    (index / RUN as u64 * HALF + index % HALF, if index & HALF == 0 { 0 } else { 32 })
}

/// A function of half a word: the words are a function of their number.
struct Halved<W, F> {
    word: W,
    function: F,
}

impl<R, W, F> Draws for Halved<W, F>
where
    R: 'static,
    W: Fn(u64) -> u64 + Send + Sync + 'static,
    F: Fn(u32) -> R + Send + Sync + 'static,
{
    type Value = R;

    #[inline(always)]
    fn at(&self, index: u64) -> R {
        let (number, shift) = half_of(index);
        (self.function)(((self.word)(number) >> shift) as u32)
    }

    #[inline(always)]
    unsafe fn run(&self, base: u64, out: *mut R) {
        let (number, _) = half_of(base);
        for i in 0..RUN / 2 {
            let word = (self.word)(number ^ i as u64);
            // SAFETY: the caller's promise.
            unsafe {
                out.add(i).write((self.function)(word as u32));
                out.add(RUN / 2 + i).write((self.function)((word >> 32) as u32));
            }
        }
    }
}

/// The loop of a draw that needs 32 bits an element, two of which share a word.
pub(super) fn halved<R: 'static>(
    isa: Isa,
    word: impl Fn(u64) -> u64 + Send + Sync + 'static,
    function: impl Fn(u32) -> R + Send + Sync + 'static,
) -> Code {
    Code::new(Drawn(Halved { word, function }), isa)
}

/// The loop of a draw that is one function of the index, without branches.
pub(super) fn drawn<R: 'static>(isa: Isa, function: impl Fn(u64) -> R + Send + Sync + 'static) -> Code {
    Code::new(Drawn(Whole(function)), isa)
}

/// As `drawn`, for functions that branch or call a library.
pub(super) fn drawn_once<R: 'static>(isa: Isa, function: impl Fn(u64) -> R + Send + Sync + 'static) -> Code {
    Code::new(Once(Drawn(Whole(function))), isa)
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
