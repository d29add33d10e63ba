//! Operators between chunked arrays and scalars, on either side.

use std::ops::{Add, BitAnd, BitOr, BitXor, Div, Mul, Rem, Shl, Shr, Sub};

use chunkwise_core::{Bits, Integer, Number};
use chunkwise_kernels::Binary;
use ndarray::Dimension;
use num_complex::Complex;

use super::{apply, for_each_operator};
use crate::ChunkedArray;
use crate::operand::scalar;

macro_rules! scalar_right {
    ($($Op:ident $op:ident $Class:ident $Instruction:ident;)*) => {$(
        scalar_right!(@array $Op $op $Class $Instruction, [ChunkedArray<A, D>]);
        scalar_right!(@array $Op $op $Class $Instruction, [&ChunkedArray<A, D>]);
    )*};
    (@array $Op:ident $op:ident $Class:ident $Instruction:ident, [$L:ty]) => {
        impl<A: $Class, D: Dimension> $Op<A> for $L {
            type Output = ChunkedArray<A, D>;

            #[track_caller]
            fn $op(self, rhs: A) -> Self::Output {
                ChunkedArray::from_expr(apply(Binary::$Instruction, self.expr(), &scalar(rhs)))
            }
        }
    };
}

for_each_operator!(scalar_right);

// A type of one's own on the left of a foreign operator has to be named, one implementation each.
macro_rules! scalar_left {
    ($($T:ty: [$($Op:ident $op:ident),*];)*) => {$($(
        impl<D: Dimension> $Op<ChunkedArray<$T, D>> for $T {
            type Output = ChunkedArray<$T, D>;

            #[track_caller]
            fn $op(self, rhs: ChunkedArray<$T, D>) -> Self::Output {
                self.$op(&rhs)
            }
        }

        impl<D: Dimension> $Op<&ChunkedArray<$T, D>> for $T {
            type Output = ChunkedArray<$T, D>;

            #[track_caller]
            fn $op(self, rhs: &ChunkedArray<$T, D>) -> Self::Output {
                ChunkedArray::from_expr(apply(Binary::$Op, &scalar(self), rhs.expr()))
            }
        }
    )*)*};
}

macro_rules! integers_left {
    ($($T:ty)*) => {
        scalar_left! {$(
            $T: [
                Add add, Sub sub, Mul mul, Div div, Rem rem,
                BitAnd bitand, BitOr bitor, BitXor bitxor, Shl shl, Shr shr
            ];
        )*}
    };
}

macro_rules! numbers_left {
    ($($T:ty)*) => {
        scalar_left! {$($T: [Add add, Sub sub, Mul mul, Div div, Rem rem];)*}
    };
}

scalar_left! { bool: [BitAnd bitand, BitOr bitor, BitXor bitxor]; }
integers_left! { i8 i16 i32 i64 u8 u16 u32 u64 }
numbers_left! { f32 f64 Complex<f32> Complex<f64> }

macro_rules! real_with_complex {
    ($($R:ty: [$($Op:ident $op:ident),*];)*) => {$($(
        real_with_complex!(@array $R, $Op $op, [ChunkedArray<Complex<$R>, D>]);
        real_with_complex!(@array $R, $Op $op, [&ChunkedArray<Complex<$R>, D>]);
    )*)*};
    (@array $R:ty, $Op:ident $op:ident, [$Array:ty]) => {
        impl<D: Dimension> $Op<$R> for $Array {
            type Output = ChunkedArray<Complex<$R>, D>;

            #[track_caller]
            fn $op(self, rhs: $R) -> Self::Output {
                self.$op(Complex::new(rhs, 0.0))
            }
        }

        impl<D: Dimension> $Op<$Array> for $R {
            type Output = ChunkedArray<Complex<$R>, D>;

            #[track_caller]
            fn $op(self, rhs: $Array) -> Self::Output {
                Complex::new(self, 0.0).$op(rhs)
            }
        }
    };
}

real_with_complex! {
    f32: [Add add, Sub sub, Mul mul, Div div];
    f64: [Add add, Sub sub, Mul mul, Div div];
}
