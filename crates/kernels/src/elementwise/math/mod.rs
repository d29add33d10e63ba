//! Elementary functions of floats that vectorise.
//!
//! A function is written without branches for its common arguments, so that LLVM makes a vector loop of it, once for
//! each instruction set. Arguments that this does not serve are *rare*: a block of elements that holds some is gone
//! over again, element by element. Which way an element goes depends on its value only, so results do not depend on
//! tiles.

#![allow(
    clippy::excessive_precision,
    reason = "constants are written as they are, not as the shortest text for them"
)]
#![allow(clippy::manual_range_contains, reason = "it is written with &&")]

mod apply;
mod arc_tangent;
mod bits;
mod double;
mod erf;
mod exp;
mod hyperbolic;
mod inverse_trig;
mod log;
mod log1p;
mod pow;
mod reduce_large;
mod reduce_pi;
mod roots;
#[cfg(test)]
mod tests;
mod trig;
mod trig32;

use num_traits::Float;

use crate::isa::{Isa, Level};

/// A function of one number.
pub(super) trait Function<T>: Copy + Send + Sync + 'static {
    /// The value for a common argument; for a rare one, anything.
    ///
    /// Without branches and `#[inline(always)]`, as all that it calls.
    fn common<L: Level>(x: T) -> T;

    /// Whether `common` serves this argument. Without branches too (`&` and `|` instead of `&&` and `||`).
    #[inline(always)]
    fn is_common(_: T) -> bool {
        true
    }

    /// The value for a rare argument.
    fn rare(x: T) -> T {
        x
    }
}

/// A function of two numbers, as [`Function`].
pub(super) trait Function2<T>: Copy + Send + Sync + 'static {
    /// The value for common arguments; for rare ones, anything.
    fn common<L: Level>(x: T, y: T) -> T;

    /// Whether `common` serves these arguments.
    #[inline(always)]
    fn is_common(_: T, _: T) -> bool {
        true
    }

    /// The value for rare arguments.
    fn rare(x: T, _: T) -> T {
        x
    }
}

pub(super) use apply::{function1, function2};
pub(super) use arc_tangent::{Atan, Atan2};
pub(super) use erf::Erf;
pub(super) use exp::{Exp, Exp2, ExpM1};
pub(super) use hyperbolic::{Cosh, Sinh, Tanh};
pub(super) use inverse_trig::{Acos, Asin};
pub(super) use log::{Ln, Log2, Log10};
pub(super) use log1p::Log1p;
pub(super) use pow::pow;
pub(super) use roots::{Cbrt, Hypot};
pub(super) use trig::{Cos, Sin, Tan};

/// Whether the level has an instruction for `a * b + c`; without one, `mul_add` calls a library for every element.
#[inline(always)]
pub(super) const fn has_fma<L: Level>() -> bool {
    !matches!(L::ISA, Isa::Baseline) || cfg!(any(target_feature = "fma", target_arch = "aarch64"))
}

/// `a * b + c`, with one rounding where the level can, else with two.
#[inline(always)]
fn fma<L: Level, T: Float>(a: T, b: T, c: T) -> T {
    if has_fma::<L>() { a.mul_add(b, c) } else { a * b + c }
}

/// A polynomial in `$x` by Horner's rule, coefficients in ascending order: `horner!(L, x, c0, c1, c2)`.
macro_rules! horner {
    ($L:ty, $x:expr, $c:expr) => { $c };
    ($L:ty, $x:expr, $c:expr, $($rest:expr),+) => {
        $crate::elementwise::math::fma::<$L, _>(horner!($L, $x, $($rest),+), $x, $c)
    };
}
use horner;
