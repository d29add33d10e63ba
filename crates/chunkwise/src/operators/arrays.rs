//! Operators between chunked arrays, owned or by reference.

use std::ops::{Add, BitAnd, BitOr, BitXor, Div, Mul, Rem, Shl, Shr, Sub};

use chunkwise_core::{Bits, Integer, Number};
use chunkwise_kernels::Binary;
use ndarray::{DimMax, Dimension};

use super::{apply, for_each_operator};
use crate::ChunkedArray;
use crate::operand::Broadcast;

macro_rules! between_arrays {
    ($($Op:ident $op:ident $Class:ident $Instruction:ident;)*) => {$(
        between_arrays!(@pair $Op $op $Class $Instruction, [ChunkedArray<A, D>], [ChunkedArray<A, E>]);
        between_arrays!(@pair $Op $op $Class $Instruction, [ChunkedArray<A, D>], [&ChunkedArray<A, E>]);
        between_arrays!(@pair $Op $op $Class $Instruction, [&ChunkedArray<A, D>], [ChunkedArray<A, E>]);
        between_arrays!(@pair $Op $op $Class $Instruction, [&ChunkedArray<A, D>], [&ChunkedArray<A, E>]);
    )*};
    (@pair $Op:ident $op:ident $Class:ident $Instruction:ident, [$L:ty], [$R:ty]) => {
        impl<A: $Class, D: Dimension + DimMax<E>, E: Dimension> $Op<$R> for $L {
            type Output = Broadcast<A, D, E>;

            #[track_caller]
            fn $op(self, rhs: $R) -> Self::Output {
                ChunkedArray::from_expr(apply(Binary::$Instruction, self.expr(), rhs.expr()))
            }
        }
    };
}

for_each_operator!(between_arrays);
