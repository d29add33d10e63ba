//! Eager definitions of operations on single values, for tests to compare with.
//!
//! Every definition works on [`Wide`] values: integers as `i128`, floats as `f64`, both wide enough that a
//! result only has to be wrapped or rounded once, at the end. None of this code is shared with the kernels.

use chunkwise_core::{Complex as Parts, DType, Scalar, dispatch};
use chunkwise_kernels::Op;
use chunkwise_kernels::reduce::ReduceOp;
use smallvec::SmallVec;

mod bins;
pub(in crate::ops) mod elementary;
mod random;
mod reductions;
#[cfg(test)]
mod tests;

pub(in crate::ops) use bins::bin;
pub(in crate::ops) use random::draw;
pub(in crate::ops) use reductions::*;

/// The value of an instruction for these operands; `None` where it is not defined for their types.
pub type ElementwiseReference = fn(&Op, &[Scalar]) -> Option<Scalar>;

/// The value of a reduction of elements of one dtype, in C order.
pub type ReductionReference = fn(ReduceOp, DType, &[Scalar]) -> Reduced;

/// What a reduction makes of its elements.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Reduced {
    /// The reduction does not exist for this dtype.
    Undefined,
    /// These elements have no value: there are none, or all are NaN where NaN has no index.
    NoValue,
    /// The result, and the magnitude that its rounding errors are relative to (for a sum, the sum of the
    /// absolute values).
    Value(Scalar, f64),
}

/// Keeps the definition of an operation.
macro_rules! reference {
    ($definition:expr) => {{
        #[allow(unused_imports, reason = "every definition sees the same helpers")]
        use crate::ops::reference::{Wide::*, *};
        #[allow(unused_imports, reason = "as above")]
        use chunkwise_core::{DType, Scalar};
        $definition
    }};
}

/// Any element, widened without loss.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::ops) enum Wide {
    Bool(bool),
    Int(i128),
    Real(f64),
    Complex(Parts<f64>),
}

impl Wide {
    /// The element of `scalar`.
    pub(in crate::ops) fn of(scalar: Scalar) -> Self {
        fn get<A: chunkwise_core::Element>(scalar: Scalar) -> A {
            scalar.get().expect("asked for by its own dtype")
        }
        match scalar.dtype() {
            DType::Bool => Wide::Bool(get(scalar)),
            DType::F32 => Wide::Real(get::<f32>(scalar).into()),
            DType::F64 => Wide::Real(get(scalar)),
            DType::C32 => {
                let z: Parts<f32> = get(scalar);
                Wide::Complex(Parts::new(z.re.into(), z.im.into()))
            }
            DType::C64 => Wide::Complex(get(scalar)),
            integer => {
                dispatch!(integer, Integer, T => Wide::Int(get::<T>(scalar).into()), else unreachable!())
            }
        }
    }

    /// The nearest element of `dtype` as Rust's `as` finds it; to bool, whether it is not zero; to a real
    /// type, the real part.
    pub(in crate::ops) fn narrow(self, dtype: DType) -> Scalar {
        match (self, dtype) {
            (_, DType::Bool) => Scalar::new(self.truthy()),
            (Wide::Bool(b), _) => Wide::Int(b.into()).narrow(dtype),
            (Wide::Complex(z), DType::C32) => Scalar::new(Parts::new(z.re as f32, z.im as f32)),
            (Wide::Complex(z), DType::C64) => Scalar::new(z),
            (Wide::Complex(z), _) => Wide::Real(z.re).narrow(dtype),
            (Wide::Int(v), DType::C32) => Scalar::new(Parts::new(v as f32, 0.0)),
            (Wide::Int(v), DType::C64) => Scalar::new(Parts::new(v as f64, 0.0)),
            (Wide::Real(v), DType::C32) => Scalar::new(Parts::new(v as f32, 0.0)),
            (Wide::Real(v), DType::C64) => Scalar::new(Parts::new(v, 0.0)),
            (Wide::Int(v), DType::F32) => Scalar::new(v as f32),
            (Wide::Int(v), DType::F64) => Scalar::new(v as f64),
            (Wide::Real(v), DType::F32) => Scalar::new(v as f32),
            (Wide::Real(v), DType::F64) => Scalar::new(v),
            (Wide::Int(v), integer) => {
                dispatch!(integer, Integer, T => Scalar::new(v as T), else unreachable!())
            }
            (Wide::Real(v), integer) => {
                dispatch!(integer, Integer, T => Scalar::new(v as T), else unreachable!())
            }
        }
    }

    /// Whether the element is not zero. NaN is true.
    pub(in crate::ops) fn truthy(self) -> bool {
        match self {
            Wide::Bool(b) => b,
            Wide::Int(v) => v != 0,
            Wide::Real(v) => v != 0.0,
            Wide::Complex(z) => z.re != 0.0 || z.im != 0.0,
        }
    }

    /// Whether the element, or a part of it, is NaN.
    pub(in crate::ops) fn is_nan(self) -> bool {
        match self {
            Wide::Bool(_) | Wide::Int(_) => false,
            Wide::Real(v) => v.is_nan(),
            Wide::Complex(z) => z.re.is_nan() || z.im.is_nan(),
        }
    }

    /// The absolute value, roughly, of any element.
    pub(in crate::ops) fn magnitude(self) -> f64 {
        match self {
            Wide::Bool(b) => f64::from(u8::from(b)),
            Wide::Int(v) => v as f64,
            Wide::Real(v) => v,
            Wide::Complex(z) => z.re.hypot(z.im),
        }
        .abs()
    }

    /// The order of two elements of one type; `None` with NaN and between complex numbers.
    pub(in crate::ops) fn order(self, other: Wide) -> Option<std::cmp::Ordering> {
        match (self, other) {
            (Wide::Bool(a), Wide::Bool(b)) => a.partial_cmp(&b),
            (Wide::Int(a), Wide::Int(b)) => a.partial_cmp(&b),
            (Wide::Real(a), Wide::Real(b)) => a.partial_cmp(&b),
            _ => None,
        }
    }
}

/// A complex number, for definitions that make one.
pub(in crate::ops) fn parts(re: f64, im: f64) -> Parts<f64> {
    Parts::new(re, im)
}

fn widened(operands: &[Scalar]) -> Option<SmallVec<[Wide; 3]>> {
    let alike = operands.iter().all(|x| x.dtype() == operands[0].dtype());
    alike.then(|| operands.iter().copied().map(Wide::of).collect())
}

/// A definition whose result has the type of its operands.
pub(in crate::ops) fn same(operands: &[Scalar], f: impl Fn(&[Wide]) -> Option<Wide>) -> Option<Scalar> {
    typed(operands[0].dtype(), operands, f)
}

/// A definition whose result has the type of the real part of its operands (that of integers is `f64`).
pub(in crate::ops) fn real(operands: &[Scalar], f: impl Fn(&[Wide]) -> Option<Wide>) -> Option<Scalar> {
    typed(operands[0].dtype().real(), operands, f)
}

/// A definition whose result is true or false.
pub(in crate::ops) fn truth(operands: &[Scalar], f: impl Fn(&[Wide]) -> Option<bool>) -> Option<Scalar> {
    typed(DType::Bool, operands, |x| f(x).map(Wide::Bool))
}

/// A definition whose result has type `dtype`.
pub(in crate::ops) fn typed(
    dtype: DType,
    operands: &[Scalar],
    f: impl Fn(&[Wide]) -> Option<Wide>,
) -> Option<Scalar> {
    Some(f(&widened(operands)?)?.narrow(dtype))
}

/// A function of one float or complex number.
pub(in crate::ops) fn inexact(
    operands: &[Scalar],
    real: fn(f64) -> f64,
    complex: fn(Parts<f64>) -> Parts<f64>,
) -> Option<Scalar> {
    same(operands, |x| match *x {
        [Wide::Real(x)] => Some(Wide::Real(real(x))),
        [Wide::Complex(x)] => Some(Wide::Complex(complex(x))),
        _ => None,
    })
}

/// A function of floats only.
pub(in crate::ops) fn float<const N: usize>(
    operands: &[Scalar],
    f: impl Fn([f64; N]) -> f64,
) -> Option<Scalar> {
    same(operands, |x| {
        let mut floats = [0.0; N];
        for (float, x) in floats.iter_mut().zip(x) {
            let Wide::Real(x) = *x else { return None };
            *float = x;
        }
        Some(Wide::Real(f(floats)))
    })
}

/// A function of two integers only.
pub(in crate::ops) fn integers(operands: &[Scalar], f: impl Fn(i128, i128) -> i128) -> Option<Scalar> {
    same(operands, |x| match *x {
        [Wide::Int(a), Wide::Int(b)] => Some(Wide::Int(f(a, b))),
        _ => None,
    })
}

/// `base` to an integer power, modulo 2^128; a negative power is 1 or -1 where it is whole, else 0.
pub(in crate::ops) fn integer_power(base: i128, exponent: i128) -> i128 {
    if exponent < 0 {
        return match base {
            1 => 1,
            -1 if exponent % 2 == 0 => 1,
            -1 => -1,
            _ => 0,
        };
    }
    let (mut result, mut square, mut rest) = (1i128, base, exponent);
    while rest > 0 {
        if rest % 2 == 1 {
            result = result.wrapping_mul(square);
        }
        square = square.wrapping_mul(square);
        rest /= 2;
    }
    result
}

/// Quotient rounded down and the remainder with the sign of the divisor, of integers; zero for a zero divisor.
pub(in crate::ops) fn integer_divmod(a: i128, b: i128) -> (i128, i128) {
    if b == 0 {
        return (0, 0);
    }
    let (quotient, remainder) = (a / b, a % b);
    if remainder != 0 && (remainder < 0) != (b < 0) {
        (quotient - 1, remainder + b)
    } else {
        (quotient, remainder)
    }
}

/// NumPy's `floor_divide` and `remainder` of floats, with NumPy's choices for zero, infinities and rounding.
pub(in crate::ops) fn float_divmod<T: chunkwise_core::Real>(a: T, b: T) -> (T, T) {
    let zero = T::zero();
    let mut remainder = a % b;
    if b == zero {
        return (a / b, remainder);
    }
    let mut quotient = (a - remainder) / b;
    if remainder == zero {
        remainder = zero.copysign(b);
    } else if (b < zero) != (remainder < zero) {
        remainder = remainder + b;
        quotient = quotient - T::one();
    }
    if quotient == zero {
        return (zero.copysign(a / b), remainder);
    }
    let floor = quotient.floor();
    let half = T::one() / (T::one() + T::one());
    (if quotient - floor > half { floor + T::one() } else { floor }, remainder)
}

/// Applies a function of two floats in their own precision.
pub(in crate::ops) fn in_precision(
    operands: &[Scalar],
    single: fn(f32, f32) -> f32,
    double: fn(f64, f64) -> f64,
) -> Option<Scalar> {
    match *operands {
        [a, b] if a.dtype() == DType::F32 => Some(Scalar::new(single(a.get()?, b.get()?))),
        [a, b] if a.dtype() == DType::F64 => Some(Scalar::new(double(a.get()?, b.get()?))),
        _ => None,
    }
}

/// Whether the order of two elements is as asked; false with NaN.
pub(in crate::ops) fn ordered(operands: &[Scalar], is: fn(std::cmp::Ordering) -> bool) -> Option<Scalar> {
    if operands[0].dtype().is_complex() {
        return None;
    }
    truth(operands, |x| Some(x[0].order(x[1]).is_some_and(is)))
}

/// The greater of two elements, NaN if either is; `None` for complex numbers.
pub(in crate::ops) fn greater(a: Wide, b: Wide) -> Option<Wide> {
    pick(a, b, std::cmp::Ordering::is_ge)
}

/// The smaller of two elements, NaN if either is; `None` for complex numbers.
pub(in crate::ops) fn smaller(a: Wide, b: Wide) -> Option<Wide> {
    pick(a, b, std::cmp::Ordering::is_le)
}

fn pick(a: Wide, b: Wide, first: fn(std::cmp::Ordering) -> bool) -> Option<Wide> {
    match (a, b) {
        (Wide::Complex(_), _) => None,
        _ if a.is_nan() => Some(a),
        _ if b.is_nan() => Some(b),
        _ => a.order(b).map(|order| if first(order) { a } else { b }),
    }
}

/// A float rounded, or an integer as it is.
pub(in crate::ops) fn rounded(operands: &[Scalar], f: fn(f64) -> f64) -> Option<Scalar> {
    same(operands, |x| match *x {
        [Wide::Int(x)] => Some(Wide::Int(x)),
        [Wide::Real(x)] => Some(Wide::Real(f(x))),
        _ => None,
    })
}

/// A part of a complex number, or what a real one has in its place.
pub(in crate::ops) fn part(
    operands: &[Scalar],
    of: fn(Parts<f64>) -> f64,
    of_real: fn(Wide) -> Option<Wide>,
) -> Option<Scalar> {
    match Wide::of(*operands.first()?) {
        Wide::Bool(_) => None,
        Wide::Complex(z) => real(operands, |_| Some(Wide::Real(of(z)))),
        _ => same(operands, |x| of_real(x[0])),
    }
}
