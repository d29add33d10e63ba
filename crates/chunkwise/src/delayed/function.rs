//! Functions that build calls.

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use chunkwise_core::BoxError;
use chunkwise_expr::Expr;
use chunkwise_plan::{Args, CallFn, CallResult, Function, SharedFn, Value};

use super::changes::parts_of;
use super::{Data, Delayed, IntoArg, Param, get, short};

/// The parameters of a function: the bound that the compiler infers `P` from.
///
/// It stands before [`LazyFn`] in every where clause, because the higher-ranked bounds of that trait alone do not
/// infer. Implemented for all functions and closures of up to eight parameters.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be delayed",
    note = "a delayed function takes up to 8 parameters, each `&T`, `&[T]`, `&str` or a common type by value, and returns an owned value",
    note = "a closure must name the types of its parameters: `delayed(|v: &i64| v + 1)`"
)]
pub trait Signature<P> {
    /// What the function returns.
    type Out;
}

/// A function or closure whose parameters are `P`, a tuple of [`Param`]s that the compiler finds.
///
/// Implemented for all of up to eight parameters that are `Send`, `Sync` and `'static`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be delayed",
    note = "a delayed function takes up to 8 parameters, each `&T`, `&[T]`, `&str` or a common type by value, and returns an owned value",
    note = "a closure must name the types of its parameters: `delayed(|v: &i64| v + 1)`"
)]
pub trait LazyFn<P>: Signature<P> + Send + Sync + 'static {
    /// The types of its arguments, a tuple.
    type Values;

    #[doc(hidden)]
    fn invoke(&self, args: &[Value]) -> Self::Out;
}

/// A function that builds calls instead of running, made by [`delayed`] and [`try_delayed`]. `V` is the tuple of its
/// arguments' types, `R` what it returns.
///
/// A clone is another handle on the same function.
///
/// ```
/// use chunkwise::prelude::*;
///
/// let add: DelayedFn<(i64, i64), i64> = delayed(|a: &i64, b: &i64| a + b);
/// let sums: Vec<Delayed<i64>> = (0..3).map(|i| add.call(i, 10)).collect();
/// assert_eq!(*add.call(&sums[0], &sums[2]).compute()?, 22);
/// # Ok::<(), chunkwise::Error>(())
/// ```
pub struct DelayedFn<V, R> {
    function: Function,
    marker: PhantomData<fn(V) -> R>,
}

impl<V, R> Clone for DelayedFn<V, R> {
    fn clone(&self) -> Self {
        DelayedFn { function: self.function.clone(), marker: PhantomData }
    }
}

impl<V, R> fmt::Debug for DelayedFn<V, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DelayedFn").field("name", &self.name()).finish()
    }
}

impl<V, R> DelayedFn<V, R> {
    fn changed(self, change: impl FnOnce(&mut SharedFn)) -> Self {
        let mut parts = parts_of(&self.function);
        change(&mut parts);
        DelayedFn { function: Function::Shared(Arc::new(parts)), marker: PhantomData }
    }

    /// What messages and graphs call its calls: the function's name, unless [`named`](Self::named) gave another.
    pub fn name(&self) -> &str {
        self.function.name()
    }

    /// The function under another name.
    ///
    /// ```
    /// use chunkwise::prelude::*;
    ///
    /// let inc = delayed(|v: &i64| v + 1).named("inc");
    /// assert_eq!(inc.call(1).name(), "inc");
    /// ```
    pub fn named(self, name: impl Into<String>) -> Self {
        self.changed(|function| function.name = name.into())
    }

    /// The function with the bytes that each of its values is counted with under a memory limit. Without this it is
    /// the size of the type.
    ///
    /// ```
    /// use chunkwise::prelude::*;
    ///
    /// let load = delayed(|rows: usize| vec![0.0; 1000 * rows]).with_bytes(8_000_000);
    /// let small = Config::default().memory_limit(bytes("1 MB"));
    /// assert!(load.call(1).compute_with(&small).is_err());
    /// ```
    pub fn with_bytes(self, bytes: u64) -> Self {
        self.changed(|function| function.bytes = bytes)
    }

    /// The function as one whose value depends on its arguments alone: calls with the same delayed arguments in one
    /// computation become one call. (Plain values are not compared: each is an argument of its own.)
    ///
    /// ```
    /// use std::sync::atomic::{AtomicUsize, Ordering};
    ///
    /// use chunkwise::prelude::*;
    ///
    /// static CALLS: AtomicUsize = AtomicUsize::new(0);
    /// let square = delayed(|v: &i64| {
    ///     CALLS.fetch_add(1, Ordering::Relaxed);
    ///     v * v
    /// });
    /// let (three, square) = (Delayed::new(3), square.pure());
    /// assert_eq!(*(square.call(&three) + square.call(&three)).compute()?, 18);
    /// assert_eq!(CALLS.load(Ordering::Relaxed), 1);
    /// # Ok::<(), chunkwise::Error>(())
    /// ```
    pub fn pure(self) -> Self {
        self.changed(|function| function.pure = true)
    }
}

/// Makes a function or closure lazy: [`call`](DelayedFn::call) then builds a [`Delayed`] value instead of running it.
///
/// It may have up to eight parameters, each a reference to any type that threads can share (`&T`, `&[T]`, `&str`) or
/// a common type by value; see [`Param`]. Closures name the types of their parameters. Arguments are plain values,
/// delayed ones, chunked arrays, and for a list any list of delayed values; see [`IntoArg`].
///
/// A panic in the function is an error of the computation. A function that returns a `Result` usually wants
/// [`try_delayed`].
///
/// ```
/// use chunkwise::prelude::*;
///
/// fn exponent(x: i64, y: u32) -> i64 { x.pow(y) }
/// fn total(xs: &[i64]) -> i64 { xs.iter().sum() }
///
/// let powers: Vec<_> = (1..=3).map(|y| delayed(exponent).call(4, y)).collect();
/// assert_eq!(*delayed(total).call(&powers).compute()?, 84);
/// # Ok::<(), chunkwise::Error>(())
/// ```
pub fn delayed<F, P, R>(f: F) -> DelayedFn<F::Values, R>
where
    F: Signature<P, Out = R> + LazyFn<P>,
    R: Data,
{
    DelayedFn { function: plain::<R>(short::<F>(), move |args| f.invoke(args)), marker: PhantomData }
}

/// Makes a function lazy whose error fails the computation.
///
/// What the calls give is the value, `T` of a `Result<T, E>`. The error comes out of the computation whole:
/// [`Error::find`](crate::Error::find) looks for it by its type.
///
/// ```
/// use std::num::ParseIntError;
///
/// use chunkwise::prelude::*;
///
/// let parse = try_delayed(|text: &str| text.parse::<i64>());
/// assert_eq!(*(parse.call("41") + 1).compute()?, 42);
///
/// let error = (parse.call("4x") + 1).compute().unwrap_err();
/// assert!(error.find::<ParseIntError>().is_some());
/// # Ok::<(), chunkwise::Error>(())
/// ```
pub fn try_delayed<F, P, T, E>(f: F) -> DelayedFn<F::Values, T>
where
    F: Signature<P, Out = Result<T, E>> + LazyFn<P>,
    T: Data,
    E: Into<BoxError> + 'static,
{
    DelayedFn { function: fallible::<T, E>(short::<F>(), move |args| f.invoke(args)), marker: PhantomData }
}

/// A closure over arguments as an object.
struct Thunk<G>(G);

impl<G: Fn(Args) -> CallResult + Send + Sync + 'static> CallFn for Thunk<G> {
    fn call(&self, args: Args) -> CallResult {
        (self.0)(args)
    }
}

fn function_of<R>(name: String, run: impl Fn(Args) -> CallResult + Send + Sync + 'static) -> Function {
    let run = Arc::new(Thunk(run));
    Function::Shared(Arc::new(SharedFn { name, bytes: size_of::<R>() as u64, pure: false, run }))
}

/// The function of calls that cannot fail.
pub(super) fn plain<R: Data>(name: String, f: impl Fn(&[Value]) -> R + Send + Sync + 'static) -> Function {
    function_of::<R>(name, move |args| Ok(Arc::new(f(&args))))
}

/// The function of calls that may fail.
pub(super) fn fallible<R: Data, E: Into<BoxError> + 'static>(
    name: String,
    f: impl Fn(&[Value]) -> Result<R, E> + Send + Sync + 'static,
) -> Function {
    function_of::<R>(name, move |args| match f(&args) {
        Ok(value) => Ok(Arc::new(value)),
        Err(error) => Err(error.into()),
    })
}

macro_rules! arity {
    ($($P:ident $V:ident $a:ident $i:tt),*) => {
        impl<Func, Out, $($P),*> Signature<($($P,)*)> for Func
        where
            Func: Fn($($P),*) -> Out,
        {
            type Out = Out;
        }

        impl<Func, Out: 'static, $($P: Param),*> LazyFn<($($P,)*)> for Func
        where
            Func: Fn($($P),*) -> Out + for<'a> Fn($($P::Item<'a>),*) -> Out + Send + Sync + 'static,
        {
            type Values = ($($P::Value,)*);

            #[allow(unused_variables, reason = "a function without parameters has no arguments")]
            fn invoke(&self, args: &[Value]) -> Out {
                #[allow(
                    clippy::too_many_arguments,
                    clippy::extra_unused_lifetimes,
                    reason = "as many as the function has, or none"
                )]
                fn call<'a, Func, Out, $($P: Param),*>(f: &Func, $($a: $P::Item<'a>),*) -> Out
                where
                    Func: for<'b> Fn($($P::Item<'b>),*) -> Out,
                {
                    f($($a),*)
                }
                call::<Func, Out, $($P),*>(self, $($P::item(get::<$P::Value>(&args[$i]))),*)
            }
        }

        impl<$($V: Data,)* R: Data> DelayedFn<($($V,)*), R> {
            /// Builds the call; nothing runs. Each argument is anything that [`IntoArg`] allows for its type.
            #[allow(clippy::too_many_arguments, reason = "as many as the function has")]
            #[track_caller]
            pub fn call(&self, $($a: impl IntoArg<$V>),*) -> Delayed<R> {
                Delayed::from_expr(Expr::call(self.function.clone(), [$($a.into_arg().into_expr()),*]))
            }
        }
    };
}

arity!();
arity!(P0 V0 a 0);
arity!(P0 V0 a 0, P1 V1 b 1);
arity!(P0 V0 a 0, P1 V1 b 1, P2 V2 c 2);
arity!(P0 V0 a 0, P1 V1 b 1, P2 V2 c 2, P3 V3 d 3);
arity!(P0 V0 a 0, P1 V1 b 1, P2 V2 c 2, P3 V3 d 3, P4 V4 e 4);
arity!(P0 V0 a 0, P1 V1 b 1, P2 V2 c 2, P3 V3 d 3, P4 V4 e 4, P5 V5 f 5);
arity!(P0 V0 a 0, P1 V1 b 1, P2 V2 c 2, P3 V3 d 3, P4 V4 e 4, P5 V5 f 5, P6 V6 g 6);
arity!(P0 V0 a 0, P1 V1 b 1, P2 V2 c 2, P3 V3 d 3, P4 V4 e 4, P5 V5 f 5, P6 V6 g 6, P7 V7 h 7);
