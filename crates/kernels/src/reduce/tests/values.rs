//! Elements as the tests see them: made at random, read from bytes, compared.

use chunkwise_core::{Complex, DType, Element, dispatch};

/// An element or a result of any type.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Value {
    Int(i128),
    Float(Complex<f64>),
}

impl Value {
    pub(super) fn is_nan(self) -> bool {
        matches!(self, Value::Float(x) if x.re.is_nan() || x.im.is_nan())
    }

    pub(super) fn is_zero(self) -> bool {
        matches!(self, Value::Int(0)) || matches!(self, Value::Float(x) if x.re == 0.0 && x.im == 0.0)
    }

    pub(super) fn float(self) -> Complex<f64> {
        match self {
            Value::Int(x) => Complex::new(x as f64, 0.0),
            Value::Float(x) => x,
        }
    }

    /// Whether a result is as expected: integers exactly, floats within `tolerance`.
    pub(super) fn meets(self, expected: Value, tolerance: f64) -> bool {
        let close = |a: f64, b: f64| a == b || (a.is_nan() && b.is_nan()) || (a - b).abs() <= tolerance;
        match (self, expected) {
            (Value::Float(a), Value::Float(b)) => close(a.re, b.re) && close(a.im, b.im),
            (a, b) => a == b,
        }
    }
}

/// An element that the tests can make and read.
pub(super) trait Sample: Element {
    /// From three integers, the first two small and of both signs; the third says how special it may be.
    fn sample(x: i64, y: i64, special: Option<f64>) -> Self;
    fn value(self) -> Value;
}

macro_rules! sample {
    (int $($T:ty),*) => {$(
        impl Sample for $T {
            fn sample(x: i64, _: i64, _: Option<f64>) -> Self {
                // Extreme values too, so that sums wrap.
                match x {
                    40 => <$T>::MAX,
                    -40 => <$T>::MIN,
                    x => x as $T,
                }
            }
            fn value(self) -> Value {
                Value::Int(self as i128)
            }
        }
    )*};
    (float $($T:ty),*) => {$(
        impl Sample for $T {
            fn sample(x: i64, _: i64, special: Option<f64>) -> Self {
                special.unwrap_or(x as f64 / 32.0) as $T
            }
            fn value(self) -> Value {
                Value::Float(Complex::new(f64::from(self), 0.0))
            }
        }
        impl Sample for Complex<$T> {
            fn sample(x: i64, y: i64, special: Option<f64>) -> Self {
                Complex::new(special.unwrap_or(x as f64 / 32.0) as $T, y as $T / 32.0)
            }
            fn value(self) -> Value {
                Value::Float(Complex::new(f64::from(self.re), f64::from(self.im)))
            }
        }
    )*};
}

sample!(int i8, i16, i32, i64, u8, u16, u32, u64);
sample!(float f32, f64);

impl Sample for bool {
    fn sample(x: i64, _: i64, _: Option<f64>) -> Self {
        x > 0
    }
    fn value(self) -> Value {
        Value::Int(i128::from(self))
    }
}

/// Which special values random data may have.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Special {
    None,
    Nan,
    NanAndInfinite,
    /// Nothing but NaN.
    All,
}

/// A generator of numbers for tests (Knuth's MMIX).
pub(super) struct Random(pub(super) u64);

impl Random {
    pub(super) fn below(&mut self, n: i64) -> i64 {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        ((self.0 >> 33) as i64) % n
    }

    /// From 0 to 1.
    pub(super) fn unit(&mut self) -> f64 {
        self.below(1 << 31) as f64 / (1u64 << 31) as f64
    }

    pub(super) fn data<T: Sample>(&mut self, n: usize, special: Special) -> Vec<T> {
        (0..n)
            .map(|_| {
                let (x, y) = (self.below(81) - 40, self.below(81) - 40);
                let value = match (special, self.below(60)) {
                    (Special::All, _) | (Special::Nan | Special::NanAndInfinite, 0) => Some(f64::NAN),
                    (Special::NanAndInfinite, 1) => Some(f64::INFINITY),
                    (Special::NanAndInfinite, 2) => Some(f64::NEG_INFINITY),
                    (Special::None, _) => None,
                    (_, 3) => Some(-0.0),
                    _ => None,
                };
                T::sample(x, y, value)
            })
            .collect()
    }
}

/// Reads elements of a type from bytes.
pub(super) fn read(dtype: DType, bytes: &[u8]) -> Vec<Value> {
    fn of<T: Sample>(bytes: &[u8]) -> Vec<Value> {
        let read = |bytes: &[u8]| {
            assert_eq!(bytes.len(), size_of::<T>());
            // SAFETY: as many bytes as the element has, written as one.
            unsafe { bytes.as_ptr().cast::<T>().read_unaligned() }.value()
        };
        bytes.chunks(size_of::<T>()).map(read).collect()
    }
    dispatch!(dtype, Element, T => of::<T>(bytes))
}
