//! Powers.

use std::marker::PhantomData;

use chunkwise_core::{DType, dispatch};

use super::map::{map1, scalar2};
use super::{complex, integer, unsigned};
use crate::args::Args;
use crate::isa::{Body, Code, Isa, Level};

pub(super) fn pow(dtype: DType, isa: Isa) -> Option<Code> {
    dispatch!(dtype, Integer, T => scalar2(isa, integer::power::<T>),
        else dispatch!(dtype, Real, T => scalar2(isa, |x: T, y: T| x.powf(y)),
        else dispatch!(dtype, ComplexNumber, T => scalar2(isa, |x: T, y: T| complex::power(x, y)), else None)))
}

pub(super) fn powi(exponent: i32, dtype: DType, isa: Isa) -> Option<Code> {
    if exponent < 0 && dtype.is_integer() {
        return dispatch!(dtype, Integer, T => match exponent % 2 {
            0 => map1(isa, integer::inverse_power::<T, false>),
            _ => map1(isa, integer::inverse_power::<T, true>),
        }, else None);
    }
    dispatch!(unsigned(dtype), Unsigned, T => match exponent {
        2 => map1(isa, |x: T| x.wrapping_mul(x)),
        _ => squaring(exponent, isa, 1, |x: T, y: T| x.wrapping_mul(y), |x: T| x),
    }, else dispatch!(dtype, Real, T => match exponent {
        2 => map1(isa, |x: T| x * x),
        _ => squaring(exponent, isa, 1.0, |x: T, y: T| x * y, |x: T| 1.0 / x),
    }, else dispatch!(dtype, ComplexNumber, T => match exponent {
        2 => map1(isa, |z: T| z * z),
        _ => squaring(exponent, isa, T::new(1.0, 0.0), |x: T, y: T| x * y, |z: T| complex::recip(z)),
    }, else None)))
}

fn squaring<T, M, I>(exponent: i32, isa: Isa, one: T, times: M, inverse: I) -> Option<Code>
where
    T: Copy + Send + Sync + 'static,
    M: Fn(T, T) -> T + Send + Sync + 'static,
    I: Fn(T) -> T + Send + Sync + 'static,
{
    Some(Code::new(Squaring { exponent, one, times, inverse, element: PhantomData }, isa))
}

/// One exponent for every element, by repeated squaring.
///
/// All elements of a piece take each step together: the exponent's bits steer loops that vectorise, and the
/// products are those of Rust's `powi`, in its order.
struct Squaring<T, M, I> {
    exponent: i32,
    one: T,
    times: M,
    inverse: I,
    element: PhantomData<fn(T) -> T>,
}

const PIECE: usize = 64;

impl<T, M, I> Body for Squaring<T, M, I>
where
    T: Copy + Send + Sync + 'static,
    M: Fn(T, T) -> T + Send + Sync + 'static,
    I: Fn(T) -> T + Send + Sync + 'static,
{
    #[inline(always)]
    unsafe fn run<L: Level>(&self, args: &Args<'_>) {
        let Squaring { exponent, one, ref times, ref inverse, .. } = *self;
        let (src, dst) = (args.src[0].cast::<T>(), args.dst.cast::<T>());
        for start in (0..args.len).step_by(PIECE) {
            let len = PIECE.min(args.len - start);
            let (mut base, mut power) = ([one; PIECE], [one; PIECE]);
            // SAFETY: both registers hold `len` elements of `T` (verifier), and do not overlap the array.
            unsafe { base.as_mut_ptr().copy_from_nonoverlapping(src.add(start), len) };
            let mut left = exponent.unsigned_abs();
            loop {
                if left & 1 == 1 {
                    power.iter_mut().zip(&base).for_each(|(power, base)| *power = times(*power, *base));
                }
                left >>= 1;
                if left == 0 {
                    break;
                }
                base.iter_mut().for_each(|base| *base = times(*base, *base));
            }
            if exponent < 0 {
                power.iter_mut().for_each(|power| *power = inverse(*power));
            }
            // SAFETY: as above.
            unsafe { dst.add(start).copy_from_nonoverlapping(power.as_ptr(), len) };
        }
    }
}
