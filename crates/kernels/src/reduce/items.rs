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

/// What a function makes of the elements of `N` operands, which are equally many.
#[derive(Clone, Copy)]
pub(super) struct Computed<'a, T, F, const N: usize> {
    operands: [&'a [T]; N],
    function: F,
}

impl<T: Copy, F: Fn([T; N]) -> T + Copy, const N: usize> Items for Computed<'_, T, F, N> {
    type Item = T;

    #[inline(always)]
    fn len(self) -> usize {
        self.operands[0].len()
    }

    #[inline(always)]
    fn part(self, start: usize, len: usize) -> Self {
        Computed { operands: self.operands.map(|operand| operand.part(start, len)), ..self }
    }

    #[inline(always)]
    fn at(self, i: usize) -> T {
        (self.function)(self.operands.map(|operand| operand[i]))
    }
}

/// The operands of a tile.
pub(super) struct Operands<'a, T, const N: usize> {
    operands: [&'a [T]; N],
    repeating: u8,
}

impl<'a, T: Copy, const N: usize> Operands<'a, T, N> {
    /// # Safety
    /// The operands must be registers of `T`.
    #[inline(always)]
    pub(super) unsafe fn of(args: &'a Args<'_>) -> Self {
        let operands = std::array::from_fn(|k| {
            let len = if args.repeats(k) { REPEATED } else { args.len };
            // SAFETY: registers hold as many elements as the tile, and constants that repeat have memory of so many,
            // which is initialised as all of a frame's; of `T` (caller).
            unsafe { std::slice::from_raw_parts(args.src[k].cast::<T>(), len) }
        });
        Operands { operands, repeating: args.repeating }
    }

    /// Whether some operand [repeats](Args::repeats).
    #[inline(always)]
    pub(super) fn any_repeats(&self) -> bool {
        self.repeating != 0
    }

    /// What a function makes of `len` elements of each from `start` on, [`REPEATED`] at most where operands repeat.
    #[inline(always)]
    pub(super) fn computed<F>(&self, start: usize, len: usize, function: F) -> Computed<'a, T, F, N> {
        let operands = std::array::from_fn(|k| {
            let start = if self.repeating >> k & 1 == 0 { start } else { 0 };
            &self.operands[k][start..start + len]
        });
        Computed { operands, function }
    }
}
