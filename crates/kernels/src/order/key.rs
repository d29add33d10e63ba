//! Elements as unsigned integers of the same order.

use chunkwise_core::Element;

/// An unsigned integer that stands for an element.
pub(super) trait Key: Copy + Ord + Default + Into<u64> + 'static {
    const MIN: Self;
    const MAX: Self;
    /// Whether it lies within `width` of `low`, upwards.
    fn within(self, low: Self, width: Self) -> bool;
    fn minus(self, other: Self) -> Self;
    /// The key in the opposite order.
    fn reversed(self) -> Self;
}

macro_rules! keys {
    ($($K:ty),*) => {$(
        impl Key for $K {
            const MIN: Self = <$K>::MIN;
            const MAX: Self = <$K>::MAX;

            #[inline(always)]
            fn within(self, low: Self, width: Self) -> bool {
                self.wrapping_sub(low) <= width
            }

            #[inline(always)]
            fn minus(self, other: Self) -> Self {
                self.wrapping_sub(other)
            }

            #[inline(always)]
            fn reversed(self) -> Self {
                !self
            }
        }
    )*};
}

keys!(u8, u16, u32, u64);

/// An element with an order.
pub(super) trait Ranked: Element {
    /// Of the size and alignment of the element.
    type Key: Key;
    /// Whether there is a NaN, whose key is the largest, which no number has.
    const NAN: bool;
    /// Smaller for smaller elements. Negative zero is smaller than zero.
    fn key(self) -> Self::Key;
    /// The element of a key.
    fn of(key: Self::Key) -> Self;
    /// The same for elements that are equal.
    fn equal_key(self) -> Self::Key;
    /// The element of a key as a float, rounded if need be.
    fn float(key: Self::Key) -> f64;
    /// The difference of two elements, of which the second is no smaller, rounded once.
    fn gap(low: Self::Key, high: Self::Key) -> f64;
    /// A mean of elements in its own type.
    fn mean(mean: f64) -> Self::Mean;
}

macro_rules! integers {
    ($($T:ty, $K:ty, $flip:expr;)*) => {$(
        impl Ranked for $T {
            type Key = $K;
            const NAN: bool = false;

            #[inline(always)]
            fn key(self) -> $K {
                (self as $K) ^ $flip
            }

            #[inline(always)]
            fn of(key: $K) -> Self {
                (key ^ $flip) as $T
            }

            #[inline(always)]
            fn equal_key(self) -> $K {
                self.key()
            }

            #[inline(always)]
            fn float(key: $K) -> f64 {
                Self::of(key) as f64
            }

            #[inline(always)]
            fn gap(low: $K, high: $K) -> f64 {
                (high - low) as f64
            }

            #[inline(always)]
            fn mean(mean: f64) -> f64 {
                mean
            }
        }
    )*};
}

integers! {
    i8, u8, 1 << 7;
    i16, u16, 1 << 15;
    i32, u32, 1 << 31;
    i64, u64, 1 << 63;
    u8, u8, 0;
    u16, u16, 0;
    u32, u32, 0;
    u64, u64, 0;
}

impl Ranked for bool {
    type Key = u8;
    const NAN: bool = false;

    #[inline(always)]
    fn key(self) -> u8 {
        self as u8
    }

    #[inline(always)]
    fn of(key: u8) -> Self {
        key != 0
    }

    #[inline(always)]
    fn equal_key(self) -> u8 {
        self.key()
    }

    #[inline(always)]
    fn float(key: u8) -> f64 {
        f64::from(key)
    }

    #[inline(always)]
    fn gap(low: u8, high: u8) -> f64 {
        f64::from(high - low)
    }

    #[inline(always)]
    fn mean(mean: f64) -> f64 {
        mean
    }
}

macro_rules! floats {
    ($($T:ty, $K:ty, $I:ty;)*) => {$(
        impl Ranked for $T {
            type Key = $K;
            const NAN: bool = true;

            // The bits of positive floats are in order; those of negative ones are in the opposite order.
            #[inline(always)]
            fn key(self) -> $K {
                const SIGN: $K = 1 << (<$K>::BITS - 1);
                let bits = self.to_bits();
                let negative = ((bits as $I) >> (<$K>::BITS - 1)) as $K;
                if self.is_nan() { <$K>::MAX } else { bits ^ (negative | SIGN) }
            }

            #[inline(always)]
            fn of(key: $K) -> Self {
                const SIGN: $K = 1 << (<$K>::BITS - 1);
                let negative = !(((key as $I) >> (<$K>::BITS - 1)) as $K);
                <$T>::from_bits(key ^ (negative | SIGN))
            }

            // Adding zero makes negative zero positive.
            #[inline(always)]
            fn equal_key(self) -> $K {
                (self + 0.0).key()
            }

            #[inline(always)]
            fn float(key: $K) -> f64 {
                f64::from(Self::of(key))
            }

            #[inline(always)]
            fn gap(low: $K, high: $K) -> f64 {
                Self::float(high) - Self::float(low)
            }

            #[inline(always)]
            fn mean(mean: f64) -> $T {
                mean as $T
            }
        }
    )*};
}

floats! {
    f32, u32, i32;
    f64, u64, i64;
}
