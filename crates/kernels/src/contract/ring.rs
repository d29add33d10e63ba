//! What multiplying and adding means for each element type.

use chunkwise_core::{Complex, Element};

/// An element type with the two operations of a product.
pub(super) trait Ring: Element {
    /// The sum of nothing.
    const ZERO: Self;

    /// `sum + a * b`.
    fn add_product(sum: Self, a: Self, b: Self) -> Self;

    /// `a + b`.
    fn add(a: Self, b: Self) -> Self;
}

macro_rules! integers {
    ($($T:ty),*) => {$(
        impl Ring for $T {
            const ZERO: Self = 0;

            #[inline(always)]
            fn add_product(sum: Self, a: Self, b: Self) -> Self {
                sum.wrapping_add(a.wrapping_mul(b))
            }

            #[inline(always)]
            fn add(a: Self, b: Self) -> Self {
                a.wrapping_add(b)
            }
        }
    )*};
}

integers!(i8, i16, i32, i64, u8, u16, u32, u64);

macro_rules! floats {
    ($($T:ty = $zero:expr),*) => {$(
        impl Ring for $T {
            const ZERO: Self = $zero;

            #[inline(always)]
            fn add_product(sum: Self, a: Self, b: Self) -> Self {
                sum + a * b
            }

            #[inline(always)]
            fn add(a: Self, b: Self) -> Self {
                a + b
            }
        }
    )*};
}

floats!(f32 = 0.0, f64 = 0.0, Complex<f32> = Complex::new(0.0, 0.0), Complex<f64> = Complex::new(0.0, 0.0));

/// NumPy's product of truth values: whether any pair is true.
impl Ring for bool {
    const ZERO: Self = false;

    #[inline(always)]
    fn add_product(sum: Self, a: Self, b: Self) -> Self {
        sum | (a & b)
    }

    #[inline(always)]
    fn add(a: Self, b: Self) -> Self {
        a | b
    }
}
