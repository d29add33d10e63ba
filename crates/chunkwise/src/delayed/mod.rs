//! Values of any type that are not there yet, and functions that build calls instead of running.
//!
//! ```
//! use chunkwise::prelude::*;
//!
//! let inc = delayed(|v: &i64| v + 1);
//! let add = delayed(|a: &i64, b: &i64| a + b);
//! let total = add.call(inc.call(1), inc.call(2)); // nothing has run
//! assert_eq!(*total.compute()?, 5); // the two calls of `inc` ran on two threads, if there are two
//! # Ok::<(), chunkwise::Error>(())
//! ```

mod args;
mod arrays;
mod changes;
mod function;
mod name;
mod operators;
mod params;
mod value;

pub use args::IntoArg;
pub use function::{DelayedFn, LazyFn, Signature, delayed, try_delayed};
pub use params::{Data, Param};
pub use value::Delayed;

pub(crate) use name::short;

use std::sync::Arc;

use chunkwise_plan::Value;

/// The value behind a handle, which is of this type because a `Delayed` of it says so.
fn get<T: Data>(value: &Value) -> &T {
    value.downcast_ref().expect("a delayed value has the type that its handle says")
}

/// The value itself, without a copy if nobody else holds it.
fn owned<T: Data + Clone>(value: Value) -> T {
    Arc::unwrap_or_clone(typed(value))
}

/// The typed handle.
pub(crate) fn typed<T: Data>(value: Value) -> Arc<T> {
    value.downcast().expect("a delayed value has the type that its handle says")
}
