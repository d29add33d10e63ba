//! `-x` and `!x`.

use std::ops::{Neg, Not};

use chunkwise_core::{Bits, Signed};
use chunkwise_kernels::Unary;
use ndarray::Dimension;

use crate::ChunkedArray;

macro_rules! unary_operators {
    ($($Op:ident $op:ident $Class:ident;)*) => {$(
        impl<A: $Class, D: Dimension> $Op for &ChunkedArray<A, D> {
            type Output = ChunkedArray<A, D>;

            #[track_caller]
            fn $op(self) -> Self::Output {
                self.unary(Unary::$Op)
            }
        }

        impl<A: $Class, D: Dimension> $Op for ChunkedArray<A, D> {
            type Output = ChunkedArray<A, D>;

            #[track_caller]
            fn $op(self) -> Self::Output {
                self.unary(Unary::$Op)
            }
        }
    )*};
}

unary_operators! {
    Neg neg Signed;
    Not not Bits;
}
