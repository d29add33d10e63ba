//! The arguments that a delayed function may be called with.

use std::path::PathBuf;
use std::sync::Arc;

use chunkwise_core::Element;
use chunkwise_expr::Expr;
use chunkwise_plan::{Args, CallResult, Function, StaticFn};
use ndarray::{Array, Dimension};

use super::{Data, Delayed, owned, typed};
use crate::ChunkedArray;

/// What may be passed where a delayed function takes a `T`: a `T`, a [`Delayed<T>`], or a reference to one.
///
/// Where it takes a `Vec<T>` (or `&[T]`), also a `Vec`, slice or array of `Delayed<T>`, of any length; elements that
/// nobody else reads are moved into the list, others cloned. A function that takes `Vec<Arc<T>>` (`&[Arc<T>]`) shares
/// them instead, so that `T` need not be `Clone`. Where it takes a `String` or a `PathBuf`, also a `&str`; where it
/// takes an ndarray array, also a [`ChunkedArray`], which is computed and comes whole.
///
/// ```
/// use std::sync::Arc;
///
/// use chunkwise::prelude::*;
///
/// struct Table(Vec<f64>); // not Clone
///
/// let load = delayed(|rows: usize| Table(vec![1.0; rows]));
/// let rows = delayed(|tables: &[Arc<Table>]| tables.iter().map(|t| t.0.len()).sum::<usize>());
/// assert_eq!(*rows.call([load.call(2), load.call(3)]).compute()?, 5);
///
/// let x = ChunkedArray::<f64, _>::ones((2, 3))?;
/// let sum = delayed(|a: &ndarray::Array2<f64>| a.sum());
/// assert_eq!(*sum.call(&x + 1.0).compute()?, 12.0);
/// # Ok::<(), chunkwise::Error>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "a `{Self}` cannot be passed where the delayed function takes `{T}`",
    label = "expected `{T}` or `Delayed<{T}>`"
)]
pub trait IntoArg<T: Data> {
    /// The argument as a delayed value.
    fn into_arg(self) -> Delayed<T>;
}

impl<T: Data> IntoArg<T> for T {
    #[track_caller]
    fn into_arg(self) -> Delayed<T> {
        Delayed::new(self)
    }
}

impl<T: Data> IntoArg<T> for Delayed<T> {
    fn into_arg(self) -> Delayed<T> {
        self
    }
}

impl<T: Data> IntoArg<T> for &Delayed<T> {
    fn into_arg(self) -> Delayed<T> {
        self.clone()
    }
}

/// The function of a list's node.
struct List<T>(T);

impl<T: Data + Clone> List<T> {
    const OWNED: &'static StaticFn = &StaticFn {
        name: "list",
        bytes: size_of::<Vec<T>>() as u64,
        run: |args: Args| -> CallResult {
            Ok(Arc::new(args.into_iter().map(owned::<T>).collect::<Vec<T>>()))
        },
    };
}

impl<T: Data> List<Arc<T>> {
    const SHARED: &'static StaticFn = &StaticFn {
        name: "list",
        bytes: size_of::<Vec<T>>() as u64,
        run: |args: Args| -> CallResult {
            Ok(Arc::new(args.into_iter().map(typed::<T>).collect::<Vec<Arc<T>>>()))
        },
    };
}

#[track_caller]
fn list<T, L>(function: &'static StaticFn, parts: impl IntoIterator<Item = Delayed<T>>) -> Delayed<L> {
    let inputs = parts.into_iter().map(Delayed::into_expr);
    Delayed::from_expr(Expr::call(Function::Static(function), inputs))
}

macro_rules! lists {
    ($([$($N:tt)*] $L:ty, $self:ident => $iter:expr;)*) => {$(
        impl<T: Data + Clone, $($N)*> IntoArg<Vec<T>> for $L {
            #[track_caller]
            fn into_arg($self) -> Delayed<Vec<T>> {
                list(List::<T>::OWNED, $iter)
            }
        }

        impl<T: Data, $($N)*> IntoArg<Vec<Arc<T>>> for $L {
            #[track_caller]
            fn into_arg($self) -> Delayed<Vec<Arc<T>>> {
                list(List::<Arc<T>>::SHARED, $iter)
            }
        }
    )*};
}

lists! {
    [] Vec<Delayed<T>>, self => self;
    [] &Vec<Delayed<T>>, self => self.iter().cloned();
    [] &[Delayed<T>], self => self.iter().cloned();
    [const N: usize] [Delayed<T>; N], self => self;
    [const N: usize] &[Delayed<T>; N], self => self.iter().cloned();
}

impl IntoArg<String> for &str {
    #[track_caller]
    fn into_arg(self) -> Delayed<String> {
        Delayed::new(self.to_owned())
    }
}

impl IntoArg<PathBuf> for &str {
    #[track_caller]
    fn into_arg(self) -> Delayed<PathBuf> {
        Delayed::new(self.into())
    }
}

impl<A: Element, D: Dimension + 'static> IntoArg<Array<A, D>> for ChunkedArray<A, D> {
    #[track_caller]
    fn into_arg(self) -> Delayed<Array<A, D>> {
        self.to_delayed()
    }
}

impl<A: Element, D: Dimension + 'static> IntoArg<Array<A, D>> for &ChunkedArray<A, D> {
    #[track_caller]
    fn into_arg(self) -> Delayed<Array<A, D>> {
        self.to_delayed()
    }
}
