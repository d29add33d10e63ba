//! What a loop over a tile takes in: the elements of an operand, or what arithmetic makes of those of several.

use crate::args::{Args, REPEATED};

/// Values in a row, found one by one.
pub(super) trait Items: Copy {
    type Item: Copy;

    fn len(self) -> usize;

    /// `len` of them, from `start` on.
    fn part(self, start: usize, len: usize) -> Self;

    fn at(self, i: usize) -> Self::Item;
}

impl<T: Copy> Items for &[T] {
    type Item = T;

    #[inline(always)]
    fn len(self) -> usize {
        <[T]>::len(self)
    }

    #[inline(always)]
    fn part(self, start: usize, len: usize) -> Self {
        &self[start..start + len]
    }

    #[inline(always)]
    fn at(self, i: usize) -> T {
        self[i]
    }
}

/// What a function makes of the elements of `N` operands. Of those that [repeat](Args::repeats) there is one block, which
/// serves all; where there are such, parts of a block at most can be read.
#[derive(Clone, Copy)]
pub(super) struct Computed<'a, T, F, const N: usize> {
    operands: [&'a [T]; N],
    repeating: u8,
    len: usize,
    function: F,
}

impl<'a, T: Copy, F: Fn([T; N]) -> T + Copy, const N: usize> Computed<'a, T, F, N> {
    /// What is made of the operands of a tile.
    ///
    /// # Safety
    /// The operands must be registers of `T`.
    #[inline(always)]
    pub(super) unsafe fn of(args: &'a Args<'_>, function: F) -> Self {
        let operands = std::array::from_fn(|k| {
            let len = if args.repeats(k) { REPEATED } else { args.len };
            // SAFETY: registers hold as many elements as the tile, constants that repeat a block; of `T` (caller).
            unsafe { std::slice::from_raw_parts(args.src[k].cast::<T>(), len) }
        });
        Computed { operands, repeating: args.repeating, len: args.len, function }
    }

    /// A part that can be read: where constants repeat, a block at most. The loop over it checks no bounds.
    #[inline(always)]
    pub(super) fn block(self, start: usize, len: usize) -> Self {
        let operands = std::array::from_fn(|k| {
            let start = if self.repeating >> k & 1 == 0 { start } else { 0 };
            &self.operands[k][start..start + len]
        });
        Computed { operands, len, ..self }
    }

    /// Whether only parts of a block can be read.
    #[inline(always)]
    pub(super) fn repeats(self) -> bool {
        self.repeating != 0
    }
}

impl<T: Copy, F: Fn([T; N]) -> T + Copy, const N: usize> Items for Computed<'_, T, F, N> {
    type Item = T;

    #[inline(always)]
    fn len(self) -> usize {
        self.len
    }

    #[inline(always)]
    fn part(self, start: usize, len: usize) -> Self {
        let operands = std::array::from_fn(|k| match self.repeating >> k & 1 {
            0 => self.operands[k].part(start, len),
            _ => &self.operands[k][..len.min(REPEATED)],
        });
        Computed { operands, len, ..self }
    }

    #[inline(always)]
    fn at(self, i: usize) -> T {
        (self.function)(self.operands.map(|operand| operand[i]))
    }
}
