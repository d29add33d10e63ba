//! What a loop over a tile takes in: the elements of an operand, or what arithmetic makes of those of several.

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
    pub(super) operands: [&'a [T]; N],
    pub(super) function: F,
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
