//! Division and powers of integers, made total: nothing here panics.
//!
//! No instruction set divides vectors of integers. Quotients of integers of up to 32 bits are exact after
//! truncation when computed in a float of twice the width, because a quotient that is not a whole number
//! is further from one than the rounding error; such loops vectorise.

use num_traits::{PrimInt, WrappingAdd, WrappingMul, WrappingNeg, WrappingSub};

/// An integer that can be divided by any other.
pub(super) trait Integer: PrimInt + WrappingAdd + WrappingSub + WrappingMul + WrappingNeg {
    /// The quotient, truncated; 0 when `by` is 0, `MIN` when it is the one that overflows.
    fn quotient(self, by: Self) -> Self;
}

macro_rules! through_float {
    ($($T:ty, $Float:ty, $Wide:ty;)*) => {$(
        impl Integer for $T {
            #[inline(always)]
            fn quotient(self, by: Self) -> Self {
                let divisor = if by == 0 { 1 } else { by };
                let quotient = self as $Float / divisor as $Float;
                // SAFETY: no quotient is larger than the dividend, or -MIN, which `Wide` can represent.
                let whole = unsafe { quotient.to_int_unchecked::<$Wide>() };
                // -MIN wraps
                if by == 0 { 0 } else { whole as $T }
            }
        }
    )*};
}

through_float! {
    i8, f32, i32;
    u8, f32, i32;
    i16, f32, i32;
    u16, f32, i32;
    u32, f64, u32;
}

impl Integer for i32 {
    #[inline(always)]
    fn quotient(self, by: Self) -> Self {
        let special = (by == 0) | (by == -1);
        let divisor = if special { 1 } else { by };
        let quotient = f64::from(self) / f64::from(divisor);
        // SAFETY: no quotient is larger than the dividend; -MIN does not occur.
        let whole = unsafe { quotient.to_int_unchecked::<i32>() };
        let negated = if by == -1 { self.wrapping_neg() } else { 0 };
        if special { negated } else { whole }
    }
}

impl Integer for i64 {
    #[inline(always)]
    fn quotient(self, by: Self) -> Self {
        if by == 0 { 0 } else { self.wrapping_div(by) }
    }
}

impl Integer for u64 {
    #[inline(always)]
    fn quotient(self, by: Self) -> Self {
        self.checked_div(by).unwrap_or(0)
    }
}

/// Rust's `%`: the sign of the dividend; 0 when `y` is 0.
#[inline(always)]
pub(super) fn rem<T: Integer>(x: T, y: T) -> T {
    let rest = x.wrapping_sub(&x.quotient(y).wrapping_mul(&y));
    if y == T::zero() { y } else { rest }
}

/// Whether truncation rounded the quotient up: there is a rest, and its sign is not the divisor's.
#[inline(always)]
fn rounded_up<T: Integer>(rest: T, y: T) -> bool {
    (rest != T::zero()) & ((rest < T::zero()) != (y < T::zero()))
}

/// NumPy's `floor_divide`.
#[inline(always)]
pub(super) fn floor_divide<T: Integer>(x: T, y: T) -> T {
    let quotient = x.quotient(y);
    let lower = quotient.wrapping_sub(&T::one());
    if rounded_up(rem(x, y), y) { lower } else { quotient }
}

/// NumPy's `remainder`: the sign of the divisor; 0 when `y` is 0.
#[inline(always)]
pub(super) fn remainder<T: Integer>(x: T, y: T) -> T {
    let rest = rem(x, y);
    let other = rest.wrapping_add(&y);
    if rounded_up(rest, y) { other } else { rest }
}

/// `1 / x`: only 1 and -1 have a reciprocal that is not 0.
#[inline(always)]
pub(super) fn recip<T: Integer>(x: T) -> T {
    inverse_power::<T, true>(x)
}

/// `x` to the power of a negative odd or even integer.
#[inline(always)]
pub(super) fn inverse_power<T: Integer, const ODD: bool>(x: T) -> T {
    let minus_one = T::one().wrapping_neg();
    let negative = (T::min_value() < T::zero()) & (x == minus_one);
    if x == T::one() {
        x
    } else if negative {
        if ODD { minus_one } else { T::one() }
    } else {
        T::zero()
    }
}

/// Wrapping power by repeated squaring; for negative exponents see [`inverse_power`].
pub(super) fn power<T: Integer>(x: T, exponent: T) -> T {
    let odd = |n: T| n & T::one() == T::one();
    if exponent < T::zero() {
        return if odd(exponent) { inverse_power::<T, true>(x) } else { inverse_power::<T, false>(x) };
    }
    let (mut base, mut left, mut result) = (x, exponent, T::one());
    while left > T::zero() {
        if odd(left) {
            result = result.wrapping_mul(&base);
        }
        base = base.wrapping_mul(&base);
        left = left >> 1;
    }
    result
}
