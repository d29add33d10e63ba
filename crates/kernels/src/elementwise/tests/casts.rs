//! All 169 conversions, against Rust's `as`.

use super::*;

/// What a conversion starts from and ends with.
#[derive(Clone, Copy, Debug)]
enum Value {
    Integer(i128),
    Float(f64),
}

trait Convert: Same {
    fn edges() -> Vec<Self>;
    /// The real part.
    fn value(self) -> Value;
    fn imaginary(self) -> f64 {
        0.0
    }
    fn of(value: Value, imaginary: f64) -> Self;
}

macro_rules! convert_integers {
    ($($T:ty)*) => {$(
        impl Convert for $T {
            fn edges() -> Vec<Self> {
                vec![<$T>::MIN, <$T>::MIN + 1, 0, 1, 2, 77, <$T>::MAX / 2, <$T>::MAX - 1, <$T>::MAX]
            }
            fn value(self) -> Value {
                Value::Integer(self as i128)
            }
            fn of(value: Value, _: f64) -> Self {
                match value {
                    Value::Integer(x) => x as $T,
                    Value::Float(x) => x as $T,
                }
            }
        }
    )*};
}

convert_integers!(i8 i16 i32 i64 u8 u16 u32 u64);

impl Convert for bool {
    fn edges() -> Vec<Self> {
        vec![false, true]
    }
    fn value(self) -> Value {
        Value::Integer(self.into())
    }
    fn of(value: Value, imaginary: f64) -> Self {
        let real = match value {
            Value::Integer(x) => x != 0,
            Value::Float(x) => x != 0.0,
        };
        real || imaginary != 0.0
    }
}

impl Convert for f32 {
    fn edges() -> Vec<Self> {
        f32_edges()
    }
    fn value(self) -> Value {
        Value::Float(self.into())
    }
    fn of(value: Value, _: f64) -> Self {
        match value {
            Value::Integer(x) => x as f32,
            Value::Float(x) => x as f32,
        }
    }
}

impl Convert for f64 {
    fn edges() -> Vec<Self> {
        let mut edges = F64_EDGES.to_vec();
        // around the bounds of integers
        for bits in [7, 8, 15, 16, 31, 32, 63, 64] {
            let bound = 2_f64.powi(bits);
            edges.extend([bound - 1.0, bound, bound + 0.5, -bound, -bound - 1.0, -bound - 0.5]);
        }
        edges
    }
    fn value(self) -> Value {
        Value::Float(self)
    }
    fn of(value: Value, _: f64) -> Self {
        match value {
            Value::Integer(x) => x as f64,
            Value::Float(x) => x,
        }
    }
}

impl Convert for Complex<f32> {
    fn edges() -> Vec<Self> {
        complex_edges().iter().map(|z| Complex::new(z.re as f32, z.im as f32)).collect()
    }
    fn value(self) -> Value {
        self.re.value()
    }
    fn imaginary(self) -> f64 {
        self.im.into()
    }
    fn of(value: Value, imaginary: f64) -> Self {
        Complex::new(f32::of(value, 0.0), imaginary as f32)
    }
}

impl Convert for Complex<f64> {
    fn edges() -> Vec<Self> {
        complex_edges()
    }
    fn value(self) -> Value {
        self.re.value()
    }
    fn imaginary(self) -> f64 {
        self.im
    }
    fn of(value: Value, imaginary: f64) -> Self {
        Complex::new(f64::of(value, 0.0), imaginary)
    }
}

fn check<A: Convert, R: Convert>() {
    assert_unary(Op::Cast(R::DTYPE), &A::edges(), |x: A| R::of(x.value(), x.imaginary()));
}

macro_rules! every_result {
    ($($name:ident: $A:ty;)*) => {$(
        #[test]
        fn $name() {
            check::<$A, bool>();
            check::<$A, i8>();
            check::<$A, i16>();
            check::<$A, i32>();
            check::<$A, i64>();
            check::<$A, u8>();
            check::<$A, u16>();
            check::<$A, u32>();
            check::<$A, u64>();
            check::<$A, f32>();
            check::<$A, f64>();
            check::<$A, Complex<f32>>();
            check::<$A, Complex<f64>>();
        }
    )*};
}

every_result! {
    from_bool: bool;
    from_i8: i8;
    from_i16: i16;
    from_i32: i32;
    from_i64: i64;
    from_u8: u8;
    from_u16: u16;
    from_u32: u32;
    from_u64: u64;
    from_f32: f32;
    from_f64: f64;
    from_c32: Complex<f32>;
    from_c64: Complex<f64>;
}
