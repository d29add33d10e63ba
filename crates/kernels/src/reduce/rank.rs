//! The order of elements, and the fast search for the best of a run.

use chunkwise_core::Element;

use super::lanes;

/// An element that can be the smallest or largest of many.
///
/// `MAX` asks for the largest, otherwise for the smallest.
pub(super) trait Ranked: Element + PartialOrd {
    /// No element is smaller.
    const LOWEST: Self;
    /// No element is larger.
    const HIGHEST: Self;
    /// NaN with one pattern of bits; types without NaN have no use for it.
    const NAN: Self;
    /// Whether zero has two signs.
    const SIGNED_ZERO: bool;

    /// Whether this is NaN.
    fn is_nan(self) -> bool;

    /// The best of the elements that are not NaN (the worst there is if none). Where zeros of either sign are
    /// the best, it is any of them.
    fn best<const MAX: bool>(run: &[Self]) -> Self;

    /// The same, and whether any element is NaN.
    fn best_and_nan<const MAX: bool>(run: &[Self]) -> (Self, bool);

    /// No element is worse.
    #[inline(always)]
    fn worst<const MAX: bool>() -> Self {
        if MAX { Self::LOWEST } else { Self::HIGHEST }
    }

    /// The better of two, this where they are equal or one is NaN.
    #[inline(always)]
    fn or<const MAX: bool>(self, other: Self) -> Self {
        if MAX { if other > self { other } else { self } } else { if other < self { other } else { self } }
    }
}

macro_rules! integers {
    ($($T:ty),*) => {$(
        impl Ranked for $T {
            const LOWEST: Self = <$T>::MIN;
            const HIGHEST: Self = <$T>::MAX;
            const NAN: Self = 0;
            const SIGNED_ZERO: bool = false;

            #[inline(always)]
            fn is_nan(self) -> bool {
                false
            }
            #[inline(always)]
            fn best<const MAX: bool>(run: &[Self]) -> Self {
                run.iter().fold(Self::worst::<MAX>(), |best, &x| best.or::<MAX>(x))
            }
            #[inline(always)]
            fn best_and_nan<const MAX: bool>(run: &[Self]) -> (Self, bool) {
                (Self::best::<MAX>(run), false)
            }
        }
    )*};
}

integers!(i8, i16, i32, i64, u8, u16, u32, u64);

macro_rules! floats {
    ($($T:ty),*) => {$(
        impl Ranked for $T {
            const LOWEST: Self = <$T>::NEG_INFINITY;
            const HIGHEST: Self = <$T>::INFINITY;
            const NAN: Self = <$T>::NAN;
            const SIGNED_ZERO: bool = true;

            #[inline(always)]
            fn is_nan(self) -> bool {
                self.is_nan()
            }
            #[inline(always)]
            fn best<const MAX: bool>(run: &[Self]) -> Self {
                lanes::fold(run, Self::worst::<MAX>(), Self::or::<MAX>, Self::or::<MAX>)
            }
            #[inline(always)]
            fn best_and_nan<const MAX: bool>(run: &[Self]) -> (Self, bool) {
                let nan = run.iter().fold(false, |nan, x| nan | x.is_nan());
                (Self::best::<MAX>(run), nan)
            }
        }
    )*};
}

floats!(f32, f64);
