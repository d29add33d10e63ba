//! What can be submitted.

use std::sync::{Arc, Mutex, PoisonError};

use chunkwise_expr::Expr;
use chunkwise_plan::{Args, CallFn, CallResult, Function, SharedFn};

use crate::delayed::{Data, Delayed, short};

/// What [`Client::submit`](super::Client::submit) takes: a [`Delayed`] value or a reference to one, or a closure
/// without parameters.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be submitted",
    note = "submit takes a delayed value, as `delayed(f).call(a, b)`, or a closure without parameters"
)]
pub trait Submit {
    /// The type of the result.
    type Value: Data;

    /// What is to be computed, as a delayed value.
    fn into_delayed(self) -> Delayed<Self::Value>;
}

impl<T: Data> Submit for Delayed<T> {
    type Value = T;

    fn into_delayed(self) -> Delayed<T> {
        self
    }
}

impl<T: Data> Submit for &Delayed<T> {
    type Value = T;

    fn into_delayed(self) -> Delayed<T> {
        self.clone()
    }
}

/// A closure that is called once.
struct Once<F>(Mutex<Option<F>>);

impl<F, R> CallFn for Once<F>
where
    F: FnOnce() -> R + Send + 'static,
    R: Data,
{
    fn call(&self, _: Args) -> CallResult {
        let closure = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        Ok(Arc::new(closure.expect("what is submitted runs once")()))
    }
}

impl<F, R> Submit for F
where
    F: FnOnce() -> R + Send + 'static,
    R: Data,
{
    type Value = R;

    #[track_caller]
    fn into_delayed(self) -> Delayed<R> {
        let run = Arc::new(Once(Mutex::new(Some(self))));
        let function = SharedFn { name: short::<F>(), bytes: size_of::<R>() as u64, pure: false, run };
        Delayed::from_expr(Expr::call(Function::Shared(Arc::new(function)), []))
    }
}
