//! Element types and their classes, as sealed traits.

use std::fmt::Debug;
use std::ops::{BitAnd, BitOr, BitXor, Neg, Not};

use num_complex::Complex;
use num_traits::{Float, NumOps, One, Zero};

use crate::DType;

mod sealed {
    pub trait Sealed {}
}

/// A type that an array can hold: `bool`, `i8` to `i64`, `u8` to `u64`, `f32`, `f64`, `Complex<f32>`,
/// `Complex<f64>`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be stored in a ChunkedArray",
    note = "elements are bool, i8..i64, u8..u64, f32, f64, Complex<f32>, Complex<f64>"
)]
pub trait Element: sealed::Sealed + Copy + Default + Debug + PartialEq + Send + Sync + 'static {
    /// The run-time name of this type.
    const DTYPE: DType;
    /// The type of `sum`, `prod` and `cumsum`: 64-bit for integers and bool.
    type Sum: Number + Element<Sum = Self::Sum>;
    /// The type of `mean`: `f64` for integers and bool.
    type Mean: Inexact + Element<Mean = Self::Mean>;
    /// The type of `var` and `std`, and of the parts of complex numbers.
    type Real: Real;
    /// The type of `abs`: the type of the parts for complex numbers, else the type itself.
    type Abs: Ordered + Element<Abs = Self::Abs>;
}

/// Everything but `bool`: `+ - * / %`.
#[diagnostic::on_unimplemented(
    message = "arithmetic is not defined for arrays of `{Self}`",
    note = "for bool use `& | ^ !`, or cast first: `x.cast::<i64>()`"
)]
pub trait Number: Element + NumOps + Zero + One {}

/// Has an order: everything but complex numbers.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no order",
    note = "complex numbers cannot be compared or sorted; compare `.re()` or `.abs()`"
)]
pub trait Ordered: Element + PartialOrd {}

/// `bool` and the integers: `& | ^ !`.
#[diagnostic::on_unimplemented(message = "`{Self}` has no bits: `& | ^ !` need bool or an integer")]
pub trait Bits:
    Element + BitAnd<Output = Self> + BitOr<Output = Self> + BitXor<Output = Self> + Not<Output = Self>
{
}

/// `i8` to `i64` and `u8` to `u64`: `<< >>`.
#[diagnostic::on_unimplemented(message = "`{Self}` is not an integer: `<< >>` need one")]
pub trait Integer: Number + Ordered + Bits + Element<Abs = Self> {}

/// Has negative values: signed integers, floats, complex numbers.
#[diagnostic::on_unimplemented(message = "arrays of `{Self}` cannot be negated")]
pub trait Signed: Number + Neg<Output = Self> {}

/// `f32`, `f64` and their complex forms: `sin`, `exp`, `sqrt` and the like.
#[diagnostic::on_unimplemented(
    message = "this method is not defined for arrays of `{Self}`",
    label = "needs f32, f64, Complex<f32> or Complex<f64>",
    note = "cast first: `x.cast::<f64>()`"
)]
pub trait Inexact: Signed + Element<Sum = Self, Mean = Self> {}

/// `f32` and `f64`.
#[diagnostic::on_unimplemented(
    message = "this method is not defined for arrays of `{Self}`",
    label = "needs f32 or f64",
    note = "cast first: `x.cast::<f64>()`"
)]
pub trait Real: Inexact + Element<Real = Self, Abs = Self> + Ordered + Float {}

macro_rules! elements {
    ($($T:ty, $V:ident, $Sum:ty, $Mean:ty, $Real:ty, $Abs:ty, [$($Class:ident),*];)*) => {$(
        impl sealed::Sealed for $T {}
        impl Element for $T {
            const DTYPE: DType = DType::$V;
            type Sum = $Sum;
            type Mean = $Mean;
            type Real = $Real;
            type Abs = $Abs;
        }
        $(impl $Class for $T {})*
    )*};
}

elements! {
    bool, Bool, i64, f64, f64, bool, [Ordered, Bits];
    i8, I8, i64, f64, f64, i8, [Number, Ordered, Bits, Signed, Integer];
    i16, I16, i64, f64, f64, i16, [Number, Ordered, Bits, Signed, Integer];
    i32, I32, i64, f64, f64, i32, [Number, Ordered, Bits, Signed, Integer];
    i64, I64, i64, f64, f64, i64, [Number, Ordered, Bits, Signed, Integer];
    u8, U8, u64, f64, f64, u8, [Number, Ordered, Bits, Integer];
    u16, U16, u64, f64, f64, u16, [Number, Ordered, Bits, Integer];
    u32, U32, u64, f64, f64, u32, [Number, Ordered, Bits, Integer];
    u64, U64, u64, f64, f64, u64, [Number, Ordered, Bits, Integer];
    f32, F32, f32, f32, f32, f32, [Number, Ordered, Signed, Inexact, Real];
    f64, F64, f64, f64, f64, f64, [Number, Ordered, Signed, Inexact, Real];
    Complex<f32>, C32, Complex<f32>, Complex<f32>, f32, f32, [Number, Signed, Inexact];
    Complex<f64>, C64, Complex<f64>, Complex<f64>, f64, f64, [Number, Signed, Inexact];
}
