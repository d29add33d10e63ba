//! The parameters that a delayed function may have.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use chunkwise_core::Element;
use ndarray::Dimension;
use num_complex::Complex;

/// What may pass from task to task: anything that threads can share and that borrows nothing.
pub trait Data: Send + Sync + 'static {}

impl<T: Send + Sync + 'static> Data for T {}

/// A parameter of a delayed function, and how it is lent or copied from the shared value that is its argument.
///
/// Values are shared between their readers, so functions take them by reference: `&T` of any type, `&[T]` of a `Vec`,
/// `&str`, `&Path`. Numbers, `bool`, `char`, strings, `Vec`, `Option`, `Arc`, ndarray arrays and small tuples can be
/// taken by value too; they are cloned.
///
/// ```
/// use chunkwise::prelude::*;
///
/// struct Point { x: f64, y: f64 }
///
/// fn scaled(point: &Point, by: f64, note: &str) -> String {
///     format!("{note}: {} {}", by * point.x, by * point.y)
/// }
///
/// let text = delayed(scaled).call(Point { x: 1.0, y: 2.0 }, 3.0, "scaled");
/// assert_eq!(*text.compute()?, "scaled: 3 6");
/// # Ok::<(), chunkwise::Error>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "a delayed function cannot take `{Self}` by value",
    note = "take it by reference, `&{Self}`: the value is shared between all its readers"
)]
pub trait Param {
    /// The type of the argument.
    type Value: Data;
    /// What the function gets.
    type Item<'a>;
    /// Lends or copies it.
    fn item(value: &Self::Value) -> Self::Item<'_>;
}

impl<T: Data> Param for &T {
    type Value = T;
    type Item<'a> = &'a T;

    fn item(value: &T) -> &T {
        value
    }
}

impl<T: Data> Param for &[T] {
    type Value = Vec<T>;
    type Item<'a> = &'a [T];

    fn item(value: &Vec<T>) -> &[T] {
        value
    }
}

impl Param for &str {
    type Value = String;
    type Item<'a> = &'a str;

    fn item(value: &String) -> &str {
        value
    }
}

impl Param for &Path {
    type Value = PathBuf;
    type Item<'a> = &'a Path;

    fn item(value: &PathBuf) -> &Path {
        value
    }
}

macro_rules! by_value {
    ($([$($parameters:tt)*] $T:ty;)*) => {$(
        impl<$($parameters)*> Param for $T {
            type Value = $T;
            type Item<'a> = $T;

            fn item(value: &$T) -> $T {
                value.clone()
            }
        }
    )*};
}

by_value! {
    [] bool; [] char; [] ();
    [] i8; [] i16; [] i32; [] i64; [] i128; [] isize;
    [] u8; [] u16; [] u32; [] u64; [] u128; [] usize;
    [] f32; [] f64; [] Complex<f32>; [] Complex<f64>;
    [] String; [] PathBuf;
    [T: Data + Clone] Vec<T>; [T: Data + Clone] Option<T>; [T: Data] Arc<T>;
    [A: Element, D: Dimension + 'static] ndarray::Array<A, D>;
    [A: Data + Clone, B: Data + Clone] (A, B);
    [A: Data + Clone, B: Data + Clone, C: Data + Clone] (A, B, C);
}
