//! Computations that go on while the program does something else.
//!
//! A [`Client`] starts work at once and gives a [`TaskHandle`] on each result that is to come. What is submitted is
//! a delayed value, so arguments, names, errors and lists are those of [delayed functions](mod@crate::delayed), and a
//! handle is an argument like any other: the call that takes it begins when the result is there, without passing
//! through the caller.
//!
//! ```
//! use chunkwise::prelude::*;
//!
//! let client = Client::new();
//! let inc = delayed(|v: &i64| v + 1).named("inc");
//! let add = delayed(|a: &i64, b: &i64| a + b).named("add");
//!
//! let one = client.submit(inc.call(0)); // has begun
//! let two = client.submit(add.call(&one, &one)); // begins when `one` is done
//! assert_eq!(*two.wait()?, 2);
//!
//! let handles = client.map(&inc, 0..4);
//! assert_eq!(client.gather(&handles)?.iter().map(|v| **v).sum::<i64>(), 10);
//! # Ok::<(), chunkwise::Error>(())
//! ```

mod argument;
mod as_completed;
mod cell;
mod client;
mod handle;
mod start;
mod submit;

pub use as_completed::AsCompleted;
pub use client::Client;
pub use handle::TaskHandle;
pub use submit::Submit;

pub(crate) use argument::settle;
