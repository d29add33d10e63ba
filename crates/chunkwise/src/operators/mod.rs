//! `+ - * / % & | ^ << >>`, unary `-` and `!`, and their assigning forms.
//!
//! Bounds are the classes of elements (`A: Number`), not `A: Add<Output = A>`, so that generic code needs no more
//! than the class.

mod arrays;
mod assign;
mod checked;
mod foreign;
mod scalars;
mod unary;

use chunkwise_expr::Expr;
use chunkwise_kernels::{Binary, Op};

/// The expression of an operator.
///
/// # Panics
/// If the operands do not broadcast.
#[track_caller]
fn apply(op: Binary, left: &Expr, right: &Expr) -> Expr {
    match Expr::elementwise(Op::Binary(op), &[left, right]) {
        Ok(expr) => expr,
        Err(error) => panic!("{}: {error}", Op::Binary(op).name()),
    }
}

/// Passes every operator with its method, class of elements and instruction to another macro.
macro_rules! for_each_operator {
    ($callback:ident) => {
        $callback! {
            Add add Number Add;
            Sub sub Number Sub;
            Mul mul Number Mul;
            Div div Number Div;
            Rem rem Number Rem;
            BitAnd bitand Bits BitAnd;
            BitOr bitor Bits BitOr;
            BitXor bitxor Bits BitXor;
            Shl shl Integer Shl;
            Shr shr Integer Shr;
        }
    };
}
use for_each_operator;
