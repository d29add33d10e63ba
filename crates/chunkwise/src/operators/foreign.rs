//! Operators between chunked arrays and ndarray arrays, on either side, owned or by reference.

use std::ops::{Add, BitAnd, BitOr, BitXor, Div, Mul, Rem, Shl, Shr, Sub};

use chunkwise_core::{Bits, Integer, Number};
use chunkwise_kernels::Binary;
use ndarray::{ArrayBase, Data, DimMax, Dimension};

use super::{apply, for_each_operator};
use crate::operand::Broadcast;
use crate::{ChunkedArray, Operand};

// The third parameter of `ArrayBase` tells arrays from scalars of the same operator, see `Operand`.
macro_rules! with_ndarray {
    ($($Op:ident $op:ident $Class:ident $Instruction:ident;)*) => {$(
        with_ndarray!(@pair $Op $op $Class $Instruction, [ChunkedArray<A, D>], [ArrayBase<S, E, A>]);
        with_ndarray!(@pair $Op $op $Class $Instruction, [ChunkedArray<A, D>], [&ArrayBase<S, E, A>]);
        with_ndarray!(@pair $Op $op $Class $Instruction, [&ChunkedArray<A, D>], [ArrayBase<S, E, A>]);
        with_ndarray!(@pair $Op $op $Class $Instruction, [&ChunkedArray<A, D>], [&ArrayBase<S, E, A>]);
    )*};
    (@pair $Op:ident $op:ident $Class:ident $Instruction:ident, [$Chunked:ty], [$Plain:ty]) => {
        impl<A: $Class, S: Data<Elem = A>, D: Dimension + DimMax<E>, E: Dimension> $Op<$Plain> for $Chunked {
            type Output = Broadcast<A, D, E>;

            #[track_caller]
            fn $op(self, rhs: $Plain) -> Self::Output {
                let rhs = Operand::<A>::into_expr(rhs);
                ChunkedArray::from_expr(apply(Binary::$Instruction, self.expr(), &rhs))
            }
        }

        impl<A: $Class, S: Data<Elem = A>, D: Dimension, E: Dimension + DimMax<D>> $Op<$Chunked> for $Plain {
            type Output = Broadcast<A, E, D>;

            #[track_caller]
            fn $op(self, rhs: $Chunked) -> Self::Output {
                let lhs = Operand::<A>::into_expr(self);
                ChunkedArray::from_expr(apply(Binary::$Instruction, &lhs, rhs.expr()))
            }
        }
    };
}

for_each_operator!(with_ndarray);
