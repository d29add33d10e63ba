//! `+=` and its relatives: the array becomes the result, its expression grows.

use std::ops::{
    AddAssign, BitAndAssign, BitOrAssign, BitXorAssign, DivAssign, MulAssign, RemAssign, ShlAssign,
    ShrAssign, SubAssign,
};

use chunkwise_core::{Bits, Element, Integer, Number};
use chunkwise_expr::Expr;
use chunkwise_kernels::Binary;
use ndarray::{DimMax, Dimension};

use super::apply;
use crate::{ChunkedArray, Operand};

macro_rules! assigning {
    ($($Op:ident $op:ident $Class:ident $Instruction:ident;)*) => {$(
        impl<A, D, R> $Op<R> for ChunkedArray<A, D>
        where
            A: $Class,
            D: Dimension + DimMax<R::Dim, Output = D>,
            R: Operand<A>,
        {
            #[track_caller]
            fn $op(&mut self, rhs: R) {
                assign(Binary::$Instruction, self, &rhs.into_expr());
            }
        }
    )*};
}

assigning! {
    AddAssign add_assign Number Add;
    SubAssign sub_assign Number Sub;
    MulAssign mul_assign Number Mul;
    DivAssign div_assign Number Div;
    RemAssign rem_assign Number Rem;
    BitAndAssign bitand_assign Bits BitAnd;
    BitOrAssign bitor_assign Bits BitOr;
    BitXorAssign bitxor_assign Bits BitXor;
    ShlAssign shl_assign Integer Shl;
    ShrAssign shr_assign Integer Shr;
}

/// # Panics
/// If the right side does not broadcast to the shape of the left one.
#[track_caller]
fn assign<A: Element, D: Dimension>(op: Binary, left: &mut ChunkedArray<A, D>, right: &Expr) {
    let result = apply(op, left.expr(), right);
    assert!(
        result.shape() == left.shape(),
        "an array of shape {:?} cannot be assigned the result, which has shape {:?}",
        left.shape(),
        result.shape(),
    );
    *left = ChunkedArray::from_expr(result);
}
