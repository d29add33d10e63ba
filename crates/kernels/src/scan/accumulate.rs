//! What is kept along a lane, and how it takes in an element.

use std::marker::PhantomData;

use chunkwise_core::Complex;

/// A scan of elements of one type: what a lane keeps, and how it takes in an element.
///
/// The state of a lane is a sum (or product) and the rounding errors that it has made; types that need none have
/// `()` there, an array of which takes no memory.
pub(super) trait Accumulate: Send + Sync + 'static {
    /// The elements.
    type Element: Copy;
    /// What they are added up or multiplied in.
    type Sum: Copy;
    /// The errors of that.
    type Errors: Copy;
    /// The state of no elements.
    const IDENTITY: (Self::Sum, Self::Errors);
    /// A value to fill an array with.
    const ZERO: Self::Element;
    /// Whether runs of a lane are taken in by their own prefixes, see [`Accumulate::prefixes`].
    const BY_PREFIXES: bool = false;

    /// The state with one more element.
    fn take(state: (Self::Sum, Self::Errors), x: Self::Element) -> (Self::Sum, Self::Errors);

    /// The state of the elements of one state and then those of another.
    fn merge(into: (Self::Sum, Self::Errors), from: (Self::Sum, Self::Errors)) -> (Self::Sum, Self::Errors);

    /// The result at the last element that was taken in.
    fn value(state: (Self::Sum, Self::Errors)) -> Self::Element;

    /// The states after each of eight elements that come after those of a state.
    #[inline(always)]
    fn prefixes(state: (Self::Sum, Self::Errors), x: [Self::Element; 8]) -> [(Self::Sum, Self::Errors); 8] {
        let mut state = state;
        x.map(|x| {
            state = Self::take(state, x);
            state
        })
    }
}

/// Adds `x` to a sum, and the rounding error of that to the errors (Knuth).
#[inline(always)]
fn add((sum, errors): (f64, f64), x: f64) -> (f64, f64) {
    let total = sum + x;
    let added = total - sum;
    (total, errors + ((sum - (total - added)) + (x - added)))
}

/// The sums of the first one to eight of some numbers: in three steps, which vectorise, instead of seven that wait for
/// each other (Hillis and Steele).
#[inline(always)]
fn sums_of_first(mut x: [f64; 8]) -> [f64; 8] {
    let before = x;
    for i in 1..8 {
        x[i] = before[i] + before[i - 1];
    }
    let before = x;
    for i in 2..8 {
        x[i] = before[i] + before[i - 2];
    }
    let before = x;
    for i in 4..8 {
        x[i] = before[i] + before[i - 4];
    }
    x
}

/// Sums of 64-bit integers, which wrap; signed and unsigned ones are the same.
pub(super) struct WrappingSum;

impl Accumulate for WrappingSum {
    type Element = i64;
    type Sum = i64;
    type Errors = ();
    const IDENTITY: (i64, ()) = (0, ());
    const ZERO: i64 = 0;

    #[inline(always)]
    fn take((sum, ()): (i64, ()), x: i64) -> (i64, ()) {
        (sum.wrapping_add(x), ())
    }

    #[inline(always)]
    fn merge(into: (i64, ()), from: (i64, ())) -> (i64, ()) {
        Self::take(into, from.0)
    }

    #[inline(always)]
    fn value((sum, ()): (i64, ())) -> i64 {
        sum
    }
}

/// Products of 64-bit integers, which wrap.
pub(super) struct WrappingProd;

impl Accumulate for WrappingProd {
    type Element = i64;
    type Sum = i64;
    type Errors = ();
    const IDENTITY: (i64, ()) = (1, ());
    const ZERO: i64 = 0;

    #[inline(always)]
    fn take((product, ()): (i64, ()), x: i64) -> (i64, ()) {
        (product.wrapping_mul(x), ())
    }

    #[inline(always)]
    fn merge(into: (i64, ()), from: (i64, ())) -> (i64, ()) {
        Self::take(into, from.0)
    }

    #[inline(always)]
    fn value((product, ()): (i64, ())) -> i64 {
        product
    }
}

/// Sums of `f32` in `f64`, whose rounding errors are beyond the digits of the result.
pub(super) struct WideSum;

impl Accumulate for WideSum {
    type Element = f32;
    type Sum = f64;
    type Errors = ();
    const IDENTITY: (f64, ()) = (0.0, ());
    const ZERO: f32 = 0.0;
    const BY_PREFIXES: bool = true;

    #[inline(always)]
    fn take((sum, ()): (f64, ()), x: f32) -> (f64, ()) {
        (sum + f64::from(x), ())
    }

    #[inline(always)]
    fn merge((into, ()): (f64, ()), (from, ()): (f64, ())) -> (f64, ()) {
        (into + from, ())
    }

    #[inline(always)]
    fn value((sum, ()): (f64, ())) -> f32 {
        sum as f32
    }

    #[inline(always)]
    fn prefixes((sum, ()): (f64, ()), x: [f32; 8]) -> [(f64, ()); 8] {
        sums_of_first(x.map(f64::from)).map(|x| (sum + x, ()))
    }
}

/// Sums of `f64` with the errors that their additions have made, which the results take into account.
pub(super) struct CompensatedSum;

impl Accumulate for CompensatedSum {
    type Element = f64;
    type Sum = f64;
    type Errors = f64;
    const IDENTITY: (f64, f64) = (0.0, 0.0);
    const ZERO: f64 = 0.0;
    const BY_PREFIXES: bool = true;

    #[inline(always)]
    fn take(state: (f64, f64), x: f64) -> (f64, f64) {
        add(state, x)
    }

    #[inline(always)]
    fn merge(into: (f64, f64), from: (f64, f64)) -> (f64, f64) {
        let (sum, errors) = add(into, from.0);
        (sum, errors + from.1)
    }

    /// Where the sum has overflowed or is NaN the errors mean nothing, and the sum stands.
    #[inline(always)]
    fn value((sum, errors): (f64, f64)) -> f64 {
        if errors.abs() < f64::INFINITY { sum + errors } else { sum }
    }

    #[inline(always)]
    fn prefixes(state: (f64, f64), x: [f64; 8]) -> [(f64, f64); 8] {
        sums_of_first(x).map(|x| add(state, x))
    }
}

/// Products of floats, real or complex, in the wider of the two types.
pub(super) struct Product<T>(PhantomData<T>);

macro_rules! products {
    ($($T:ty, $Wide:ty, $zero:expr, $one:expr, $x:ident => $widen:expr, $product:ident => $narrow:expr;)*) => {$(
        impl Accumulate for Product<$T> {
            type Element = $T;
            type Sum = $Wide;
            type Errors = ();
            const IDENTITY: ($Wide, ()) = ($one, ());
            const ZERO: $T = $zero;

            #[inline(always)]
            fn take((product, ()): ($Wide, ()), $x: $T) -> ($Wide, ()) {
                (product * $widen, ())
            }

            #[inline(always)]
            fn merge((into, ()): ($Wide, ()), (from, ()): ($Wide, ())) -> ($Wide, ()) {
                (into * from, ())
            }

            #[inline(always)]
            fn value(($product, ()): ($Wide, ())) -> $T {
                $narrow
            }
        }
    )*};
}

products! {
    f32, f64, 0.0, 1.0, x => f64::from(x), p => p as f32;
    f64, f64, 0.0, 1.0, x => x, p => p;
    Complex<f32>, Complex<f64>, Complex::new(0.0, 0.0), Complex::new(1.0, 0.0),
        x => Complex::new(f64::from(x.re), f64::from(x.im)), p => Complex::new(p.re as f32, p.im as f32);
    Complex<f64>, Complex<f64>, Complex::new(0.0, 0.0), Complex::new(1.0, 0.0), x => x, p => p;
}
