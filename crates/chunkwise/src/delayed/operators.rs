//! Operators on delayed values.

use std::iter::{Product, Sum};
use std::ops::{Add, Div, Mul, Neg, Rem, Sub};
use std::sync::Arc;

use chunkwise_expr::Expr;
use chunkwise_plan::{Args, CallResult, Function, StaticFn};
use num_complex::Complex;
use num_traits::{One, Zero};

use super::{Data, Delayed, IntoArg, owned};

/// The functions of operators on a type.
struct Operators<T>(T);

/// The value of an operator of two operands.
fn binary<T: Data + Clone>(mut args: Args, f: impl FnOnce(T, T) -> T) -> CallResult {
    let (Some(right), Some(left)) = (args.pop(), args.pop()) else {
        unreachable!("an operator is called with its operands")
    };
    Ok(Arc::new(f(owned(left), owned(right))))
}

#[track_caller]
fn call<T: Data>(function: &'static StaticFn, left: Delayed<T>, right: Delayed<T>) -> Delayed<T> {
    Delayed::from_expr(Expr::call(Function::Static(function), [left.into_expr(), right.into_expr()]))
}

macro_rules! operators {
    ($($Op:ident $op:ident $NAME:ident $name:literal;)*) => {$(
        impl<T: Data + Clone + $Op<Output = T>> Operators<T> {
            const $NAME: &'static StaticFn = &StaticFn {
                name: $name,
                bytes: size_of::<T>() as u64,
                run: |args| binary::<T>(args, |left, right| left.$op(right)),
            };
        }

        operators!(@ $Op $op $NAME, Delayed<T>, Delayed<T>);
        operators!(@ $Op $op $NAME, Delayed<T>, &Delayed<T>);
        operators!(@ $Op $op $NAME, &Delayed<T>, Delayed<T>);
        operators!(@ $Op $op $NAME, &Delayed<T>, &Delayed<T>);
        operators!(@ $Op $op $NAME, Delayed<T>, T);
        operators!(@ $Op $op $NAME, &Delayed<T>, T);
        operators!(@left $Op $op;
            i8 i16 i32 i64 i128 isize u8 u16 u32 u64 u128 usize f32 f64 Complex<f32> Complex<f64>);
    )*};
    (@ $Op:ident $op:ident $NAME:ident, $L:ty, $R:ty) => {
        impl<T: Data + Clone + $Op<Output = T>> $Op<$R> for $L {
            type Output = Delayed<T>;

            #[track_caller]
            fn $op(self, right: $R) -> Delayed<T> {
                call(Operators::<T>::$NAME, IntoArg::<T>::into_arg(self), IntoArg::<T>::into_arg(right))
            }
        }
    };
    (@left $Op:ident $op:ident; $($T:ty)*) => {$(
        impl $Op<Delayed<$T>> for $T {
            type Output = Delayed<$T>;

            #[track_caller]
            fn $op(self, right: Delayed<$T>) -> Delayed<$T> {
                Delayed::new(self).$op(right)
            }
        }

        impl $Op<&Delayed<$T>> for $T {
            type Output = Delayed<$T>;

            #[track_caller]
            fn $op(self, right: &Delayed<$T>) -> Delayed<$T> {
                Delayed::new(self).$op(right)
            }
        }
    )*};
}

operators! {
    Add add ADD "+";
    Sub sub SUB "-";
    Mul mul MUL "*";
    Div div DIV "/";
    Rem rem REM "%";
}

impl<T: Data + Clone + Neg<Output = T>> Operators<T> {
    const NEG: &'static StaticFn = &StaticFn {
        name: "-",
        bytes: size_of::<T>() as u64,
        run: |args| match args.into_iter().next() {
            Some(value) => Ok(Arc::new(-owned::<T>(value))),
            None => unreachable!("an operator is called with its operand"),
        },
    };
}

impl<T: Data + Clone + Neg<Output = T>> Neg for Delayed<T> {
    type Output = Delayed<T>;

    #[track_caller]
    fn neg(self) -> Delayed<T> {
        Delayed::from_expr(Expr::call(Function::Static(Operators::<T>::NEG), [self.into_expr()]))
    }
}

impl<T: Data + Clone + Neg<Output = T>> Neg for &Delayed<T> {
    type Output = Delayed<T>;

    #[track_caller]
    fn neg(self) -> Delayed<T> {
        -self.clone()
    }
}

/// Joins neighbours, then neighbours of these, and so on: a tree whose depth is the logarithm of the count.
#[track_caller]
fn tree<T: Data>(
    parts: impl Iterator<Item = Delayed<T>>,
    join: fn(Delayed<T>, Delayed<T>) -> Delayed<T>,
) -> Option<Delayed<T>> {
    let mut level: Vec<Delayed<T>> = parts.collect();
    while level.len() > 1 {
        let mut next = Vec::with_capacity(level.len().div_ceil(2));
        let mut parts = level.into_iter();
        while let Some(left) = parts.next() {
            next.push(match parts.next() {
                Some(right) => join(left, right),
                None => left,
            });
        }
        level = next;
    }
    level.pop()
}

macro_rules! folds {
    ($($Fold:ident $fold:ident $Op:ident $op:ident $Unit:ident $unit:ident;)*) => {$(
        /// A tree, so that the depth of the graph is the logarithm of the count.
        impl<T: Data + Clone + $Op<Output = T> + $Unit> $Fold for Delayed<T> {
            fn $fold<I: Iterator<Item = Self>>(parts: I) -> Self {
                tree(parts, $Op::$op).unwrap_or_else(|| Delayed::new(T::$unit()))
            }
        }

        impl<'a, T: Data + Clone + $Op<Output = T> + $Unit> $Fold<&'a Delayed<T>> for Delayed<T> {
            fn $fold<I: Iterator<Item = &'a Self>>(parts: I) -> Self {
                parts.cloned().$fold()
            }
        }
    )*};
}

folds! {
    Sum sum Add add Zero zero;
    Product product Mul mul One one;
}
