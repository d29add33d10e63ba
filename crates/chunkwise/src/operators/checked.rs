//! The operators that return an error where the signs panic.

use chunkwise_core::{Bits, Element, Integer, Number};
use chunkwise_kernels::Binary;
use ndarray::{DimMax, Dimension};

use crate::operand::Broadcast;
use crate::{ChunkedArray, Operand, Result};

macro_rules! checked {
    ($($sign:literal $name:ident $Class:ident $Instruction:ident;)*) => {
        /// Operators that return an error where the signs panic.
        impl<A: Element, D: Dimension> ChunkedArray<A, D> {$(
            #[doc = concat!("`self ", $sign, " rhs`, an array of the shape that both broadcast to.")]
            ///
            /// # Errors
            /// If the shapes do not broadcast.
            #[track_caller]
            pub fn $name<R>(&self, rhs: R) -> Result<Broadcast<A, D, R::Dim>>
            where
                A: $Class,
                R: Operand<A>,
                D: DimMax<R::Dim>,
            {
                self.binary(Binary::$Instruction, rhs)
            }
        )*}
    };
}

checked! {
    "+" try_add Number Add;
    "-" try_sub Number Sub;
    "*" try_mul Number Mul;
    "/" try_div Number Div;
    "%" try_rem Number Rem;
    "&" try_bitand Bits BitAnd;
    "|" try_bitor Bits BitOr;
    "^" try_bitxor Bits BitXor;
    "<<" try_shl Integer Shl;
    ">>" try_shr Integer Shr;
}
