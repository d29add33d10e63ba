//! Powers.

use std::marker::PhantomData;

use chunkwise_core::{DType, dispatch};

use super::map::{map1, scalar2};
use super::{complex, integer, math, unsigned};
use crate::args::Args;
use crate::isa::{Body, Code, Isa, Level};

pub(super) fn pow(dtype: DType, isa: Isa) -> Option<Code> {
    dispatch!(dtype, Integer, T => scalar2(isa, integer::power::<T>),
        else dispatch!(dtype, Real, T => math::pow::<T>(isa),
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
        3 => map1(isa, |x: T| x.wrapping_mul(x.wrapping_mul(x))),
        _ => squaring::<T, 16>(exponent, isa, 1, |x, y| x.wrapping_mul(y), |x| x),
    }, else dispatch!(dtype, Real, T => match exponent {
        2 => map1(isa, |x: T| x * x),
        3 => map1(isa, |x: T| x * (x * x)),
        _ => squaring::<T, 16>(exponent, isa, 1.0, |x, y| x * y, |x| 1.0 / x),
    }, else dispatch!(dtype, ComplexNumber, T => match exponent {
        2 => map1(isa, |z: T| z * z),
        3 => map1(isa, |z: T| z * (z * z)),
        _ => squaring::<T, 4>(exponent, isa, T::new(1.0, 0.0), |z, w| z * w, complex::recip),
    }, else None)))
}

fn squaring<T: Copy + Send + Sync + 'static, const LANES: usize>(
    exponent: i32,
    isa: Isa,
    one: T,
    times: impl Fn(T, T) -> T + Send + Sync + 'static,
    inverse: impl Fn(T) -> T + Send + Sync + 'static,
) -> Option<Code> {
    Some(Code::new(Squaring::<T, _, _, LANES> { exponent, one, times, inverse, lanes: PhantomData }, isa))
}

/// One exponent for every element, by repeated squaring.
///
/// A few elements take each step together, in registers: the exponent's bits steer vector instructions, and
/// the products are those of Rust's `powi`, in its order.
struct Squaring<T, M, I, const LANES: usize> {
    exponent: i32,
    one: T,
    times: M,
    inverse: I,
    lanes: PhantomData<[T; LANES]>,
}

impl<T, M, I, const LANES: usize> Squaring<T, M, I, LANES>
where
    T: Copy,
    M: Fn(T, T) -> T,
    I: Fn(T) -> T,
{
    #[inline(always)]
    fn power(&self, mut base: [T; LANES]) -> [T; LANES] {
        let mut power = [self.one; LANES];
        let mut left = self.exponent.unsigned_abs();
        loop {
            if left & 1 == 1 {
                power = std::array::from_fn(|lane| (self.times)(power[lane], base[lane]));
            }
            left >>= 1;
            if left == 0 {
                break;
            }
            base = std::array::from_fn(|lane| (self.times)(base[lane], base[lane]));
        }
        if self.exponent < 0 { power.map(&self.inverse) } else { power }
    }
}

impl<T, M, I, const LANES: usize> Body for Squaring<T, M, I, LANES>
where
    T: Copy + Send + Sync + 'static,
    M: Fn(T, T) -> T + Send + Sync + 'static,
    I: Fn(T) -> T + Send + Sync + 'static,
{
    #[inline(always)]
    unsafe fn run<L: Level>(&self, args: &Args<'_>) {
        let (src, dst) = (args.src[0].cast::<T>(), args.dst.cast::<T>());
        let whole = args.len - args.len % LANES;
        for start in (0..whole).step_by(LANES) {
            // SAFETY: both registers hold `len` elements of `T` (verifier), aligned for `T`.
            unsafe {
                let base = src.add(start).cast::<[T; LANES]>().read();
                dst.add(start).cast::<[T; LANES]>().write(self.power(base));
            }
        }
        let rest = args.len - whole;
        let mut base = [self.one; LANES];
        // SAFETY: as above; the rest is shorter than the array.
        unsafe { base.as_mut_ptr().copy_from_nonoverlapping(src.add(whole), rest) };
        let power = self.power(base);
        // SAFETY: as above.
        unsafe { dst.add(whole).copy_from_nonoverlapping(power.as_ptr(), rest) };
    }
}
