//! How elements are widened before they are added up.

use std::ops::{Add, Mul, Sub};

use chunkwise_core::{Complex, Element};

/// What sums of floats are kept in: `f64`, or complex of it, whose parts are separate sums.
pub(super) trait Wide: Element + Add<Output = Self> + Sub<Output = Self> + Mul<Output = Self> {
    /// Nothing.
    const ZERO: Self;
    /// The neutral factor.
    const ONE: Self;

    /// This times a real number.
    fn scale(self, factor: f64) -> Self;

    /// This divided by a real number.
    fn divide(self, divisor: f64) -> Self;

    /// The sum of the products of the parts: `|x|^2` for `x.dot(x)`.
    fn dot(self, other: Self) -> f64;

    /// This plus the rounding errors that adding it up has left. Where the sum has overflowed or is NaN the
    /// errors mean nothing, and the sum stands.
    fn corrected(self, errors: Self) -> Self;
}

impl Wide for f64 {
    const ZERO: Self = 0.0;
    const ONE: Self = 1.0;

    #[inline(always)]
    fn scale(self, factor: f64) -> Self {
        self * factor
    }

    #[inline(always)]
    fn divide(self, divisor: f64) -> Self {
        self / divisor
    }

    #[inline(always)]
    fn dot(self, other: Self) -> f64 {
        self * other
    }

    #[inline(always)]
    fn corrected(self, errors: Self) -> Self {
        if errors.is_finite() { self + errors } else { self }
    }
}

impl Wide for Complex<f64> {
    const ZERO: Self = Complex::new(0.0, 0.0);
    const ONE: Self = Complex::new(1.0, 0.0);

    #[inline(always)]
    fn scale(self, factor: f64) -> Self {
        Complex::new(self.re * factor, self.im * factor)
    }

    #[inline(always)]
    fn divide(self, divisor: f64) -> Self {
        Complex::new(self.re / divisor, self.im / divisor)
    }

    #[inline(always)]
    fn dot(self, other: Self) -> f64 {
        self.re * other.re + self.im * other.im
    }

    #[inline(always)]
    fn corrected(self, errors: Self) -> Self {
        Complex::new(self.re.corrected(errors.re), self.im.corrected(errors.im))
    }
}

/// An element that is summed, averaged or multiplied in floating point.
pub(super) trait Term: Element {
    /// What it is widened to.
    type Wide: Wide;

    /// The same value; integers beyond 2^53 are rounded.
    fn wide(self) -> Self::Wide;

    /// Whether it, or a part of it, is NaN.
    fn is_nan(self) -> bool;

    /// Rounds a result. NaN gets the one pattern of bits that does not depend on the instruction set.
    fn narrow(wide: Self::Wide) -> Self::Mean;
}

/// An element whose sums and products are 64-bit integers that wrap.
pub(super) trait Whole: Element {
    /// Zero and one.
    const UNITS: [Self::Sum; 2];

    /// The same value.
    fn wide(self) -> Self::Sum;

    /// The wrapping sum.
    fn plus(a: Self::Sum, b: Self::Sum) -> Self::Sum;

    /// The wrapping product.
    fn times(a: Self::Sum, b: Self::Sum) -> Self::Sum;

    /// The wrapping sum of a run.
    fn sum(run: &[Self]) -> Self::Sum;
}

/// NaN with one pattern of bits.
#[inline(always)]
fn canonical(x: f64) -> f64 {
    if x.is_nan() { f64::NAN } else { x }
}

macro_rules! whole {
    ($($T:ty, $Sum:ty, $Partial:ty;)*) => {$(
        impl Term for $T {
            type Wide = f64;

            #[inline(always)]
            fn wide(self) -> f64 {
                self as f64
            }
            #[inline(always)]
            fn is_nan(self) -> bool {
                false
            }
            #[inline(always)]
            fn narrow(wide: f64) -> f64 {
                canonical(wide)
            }
        }

        impl Whole for $T {
            const UNITS: [$Sum; 2] = [0, 1];

            #[inline(always)]
            fn wide(self) -> $Sum {
                <$Sum>::from(self)
            }
            #[inline(always)]
            fn plus(a: $Sum, b: $Sum) -> $Sum {
                a.wrapping_add(b)
            }
            #[inline(always)]
            fn times(a: $Sum, b: $Sum) -> $Sum {
                a.wrapping_mul(b)
            }
            #[inline(always)]
            fn sum(run: &[Self]) -> $Sum {
                // 2^15 elements of at most 16 bits fit their 32-bit partial sum.
                run.chunks(1 << 15).fold(0, |sum: $Sum, part| {
                    let partial = part.iter().fold(0, |sum: $Partial, &x| sum.wrapping_add(<$Partial>::from(x)));
                    sum.wrapping_add(<$Sum>::from(partial))
                })
            }
        }
    )*};
}

whole! {
    i8, i64, i32;
    i16, i64, i32;
    i32, i64, i64;
    i64, i64, i64;
    u8, u64, u32;
    u16, u64, u32;
    u32, u64, u64;
    u64, u64, u64;
}

macro_rules! float {
    ($($T:ty),*) => {$(
        impl Term for $T {
            type Wide = f64;

            #[inline(always)]
            fn wide(self) -> f64 {
                f64::from(self)
            }
            #[inline(always)]
            fn is_nan(self) -> bool {
                self != self
            }
            #[inline(always)]
            fn narrow(wide: f64) -> $T {
                canonical(wide) as $T
            }
        }

        impl Term for Complex<$T> {
            type Wide = Complex<f64>;

            #[inline(always)]
            fn wide(self) -> Complex<f64> {
                Complex::new(f64::from(self.re), f64::from(self.im))
            }
            #[inline(always)]
            fn is_nan(self) -> bool {
                self.re.is_nan() | self.im.is_nan()
            }
            #[inline(always)]
            fn narrow(wide: Complex<f64>) -> Complex<$T> {
                Complex::new(canonical(wide.re) as $T, canonical(wide.im) as $T)
            }
        }
    )*};
}

float!(f32, f64);
